"""A network small enough for tests, examples and a first look at new data."""

from torch import nn

from sklearn_protloc.networks._layers import check_arguments

__all__ = ["TinyNet"]


class TinyNet(nn.Module):
    """Two convolutions, an average over the image and one dense layer.

    Parameters
    ----------
    n_channels : int
        Channels of an image.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.1
        Dropout before the last layer; small, as the network hardly over-fits.
    width : int, default=16
        Maps of the first convolution; the second has twice as many.

    Attributes
    ----------
    features : torch.nn.Module
        Images to averages, shape (batch, 2 * width).
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import TinyNet
    >>> TinyNet(4, 5)(torch.zeros(2, 4, 33, 20)).shape
    torch.Size([2, 5])
    """

    def __init__(self, n_channels, n_labels, *, dropout=0.1, width=16):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        self.features = nn.Sequential(
            nn.Conv2d(n_channels, width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.Conv2d(width, 2 * width, 3, stride=2, padding=1),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(2 * width, n_labels))

    def forward(self, images):
        """Compute logits.

        Parameters
        ----------
        images : tensor of shape (batch, n_channels, height, width)
            Float images.

        Returns
        -------
        logits : tensor of shape (batch, n_labels)
            One logit per location.
        """
        return self.head(self.features(images))
