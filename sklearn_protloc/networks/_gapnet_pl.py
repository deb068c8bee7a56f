"""GapNet-PL, the network of Human-level Protein Localization (2019).

Its feature maps at three resolutions are averaged over the whole image, so that it
reads images of any size. Facts follow the authors' release: the paper's figure does
not say that averages a and b are taken after the pooling.
"""

import torch
from torch import nn

from sklearn_protloc.networks._layers import (
    check_arguments,
    lecun_normal,
    selu_dense,
)
from sklearn_protloc.networks._strips import in_strips

__all__ = ["GapNetPL"]


def _conv(n_in, n_out, stride=1):
    return nn.Sequential(nn.Conv2d(n_in, n_out, 3, stride, padding=1), nn.SELU())


class _GapFeatures(nn.Module):
    """Averages of the feature maps after each of three blocks."""

    def __init__(self, n_channels, widths):
        super().__init__()
        a, b, c = widths
        # ceil_mode keeps a last odd row or column, so that 1 x 1 images pass too
        self.block_a = nn.Sequential(
            _conv(n_channels, a, stride=2), nn.MaxPool2d(2, ceil_mode=True)
        )
        self.block_b = nn.Sequential(
            _conv(a, b, stride=2),
            *[_conv(b, b) for _ in range(3)],
            nn.MaxPool2d(2, ceil_mode=True),
        )
        self.block_c = nn.Sequential(_conv(b, c), _conv(c, c), _conv(c, c))

    def forward(self, images):
        maps_a = in_strips(self.block_a, images)
        maps_b = in_strips(self.block_b, maps_a)
        maps_c = in_strips(self.block_c, maps_b)
        return torch.cat([m.mean(dim=(2, 3)) for m in (maps_a, maps_b, maps_c)], dim=1)


class GapNetPL(nn.Module):
    """Global-average-pooled encoder for images of any size.

    Three blocks of 3 x 3 convolutions with SELU; the maps of each block are averaged
    over the image, and two dense layers of 256 units read the 224 averages [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.3
        Alpha dropout after each dense layer; the paper's value (section 3).
    widths : tuple of 3 int, default=(32, 64, 128)
        Maps of each block; the paper's values (figure 4).
    n_hidden : int, default=256
        Units of each dense layer; the paper's value (figure 4).

    Attributes
    ----------
    features : torch.nn.Module
        Images to the concatenated averages, shape (batch, 224).
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    Notes
    -----
    626,221 parameters at 4 channels and 13 labels. Weights start from a normal
    distribution of standard deviation sqrt(1 / fan_in) cut off at two deviations,
    biases at zero, as SELU wants and the authors' code does. Inputs should have zero
    mean and unit variance per image and channel, which
    :class:`~sklearn_protloc.classifiers.LocalizationClassifier` sees to. In evaluation
    without gradients, images of more than 512 rows are computed in strips: the same
    averages for a part of the memory.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import GapNetPL
    >>> network = GapNetPL(4, 13)
    >>> sum(p.numel() for p in network.parameters())
    626221
    >>> network(torch.zeros(2, 4, 96, 80)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self, n_channels, n_labels, *, dropout=0.3, widths=(32, 64, 128), n_hidden=256
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        self.features = _GapFeatures(n_channels, widths)
        self.head = nn.Sequential(
            selu_dense(sum(widths), n_hidden, dropout),
            selu_dense(n_hidden, n_hidden, dropout),
            nn.Linear(n_hidden, n_labels),
        )
        self.apply(lecun_normal)

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
