"""M-CNN, the multi-scale network of Godinez et al. (2017).

Facts follow the program of GapNet-PL's comparison (2019), which shrinks images by
maximum pooling where the paper says scaling.
"""

import torch
from torch import nn

from sklearn_protloc.networks._layers import (
    OneSize,
    check_arguments,
    glorot_uniform,
    size_error,
)
from sklearn_protloc.networks._strips import in_strips
from sklearn_protloc.utils import check_image_size

__all__ = ["MCNN"]

_MULTIPLE = 128  # the coarsest of the scales, pooled once more


def _conv(n_in, n_out, size):
    conv = nn.Conv2d(n_in, n_out, size, padding=size // 2)
    # in place: seven scales at once are large
    return nn.Sequential(conv, nn.ReLU(inplace=True))


def _scale(n_channels, width, step):
    """Shrink images by 2 ** step, and what three convolutions see there to 1 / 64."""
    return nn.Sequential(
        nn.MaxPool2d(2**step) if step else nn.Identity(),
        _conv(n_channels, width, 5),
        _conv(width, width, 5),
        _conv(width, width, 5),
        nn.MaxPool2d(2 ** (6 - step)) if step < 6 else nn.Identity(),
    )


class _Scales(nn.Module):
    """Maps of seven scales next to each other."""

    def __init__(self, n_channels, widths):
        super().__init__()
        self.scales = nn.ModuleList(
            _scale(n_channels, width, step) for step, width in enumerate(widths)
        )

    def forward(self, images):
        return torch.cat([in_strips(scale, images) for scale in self.scales], dim=1)


class MCNN(nn.Module):
    """Multi-scale network: seven scales of the image side by side.

    Three 5 x 5 convolutions look at the image at its full size and shrunk by 2, 4, ...,
    64; what they see is mixed by a 1 x 1 convolution and read by two dense layers [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.0
        Dropout before the last layer. The paper has none.
    widths : tuple of 7 int, default=(16, 16, 16, 32, 32, 32, 64)
        Maps of each scale, from the finest; the paper's values.
    n_mixed : int, default=1024
        Maps of the 1 x 1 convolution; the paper's value.
    n_hidden : int, default=512
        Units of the dense layer; the paper's value.
    image_size : int or tuple of 2 int, default=1024
        Side or (height, width) of the images, multiples of 128. The default is the
        crops of [2]_.

    Attributes
    ----------
    features : torch.nn.Module
        Images to mixed maps in one row, shape (batch, n_mixed * places).
    head : torch.nn.Module
        Features to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        If a side of `image_size` is no multiple of 128, or images have another size.

    Notes
    -----
    34,193,853 parameters at 4 channels, 13 labels and 1024 x 1024 pixels, 9,035,724 at
    28 labels and 512 x 512. Weights start from Glorot's uniform distribution, biases at
    zero, as in the program of [2]_.

    References
    ----------
    .. [1] W. J. Godinez, I. Hossain, S. E. Lazic, J. W. Davies and X. Zhang, "A
       Multi-scale Convolutional Neural Network for Phenotyping High-content Cellular
       Images", Bioinformatics 33, 2017.
    .. [2] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import MCNN
    >>> network = MCNN(4, 13, image_size=(128, 256))
    >>> network(torch.zeros(2, 4, 128, 256)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.0,
        widths=(16, 16, 16, 32, 32, 32, 64),
        n_mixed=1024,
        n_hidden=512,
        image_size=1024,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        size = check_image_size(image_size)
        if size[0] % _MULTIPLE or size[1] % _MULTIPLE:
            needed = f"a height and width that are multiples of {_MULTIPLE} pixels"
            raise size_error("MCNN", needed, size)
        self.features = nn.Sequential(
            OneSize("MCNN", size),
            _Scales(n_channels, widths),
            _conv(sum(widths), n_mixed, 1),
            nn.MaxPool2d(2),
            nn.Flatten(),
        )
        n_places = (size[0] // _MULTIPLE) * (size[1] // _MULTIPLE)
        self.head = nn.Sequential(
            nn.Linear(n_mixed * n_places, n_hidden),
            nn.ReLU(),
            nn.Dropout(dropout),
            nn.Linear(n_hidden, n_labels),
        )
        self.apply(glorot_uniform)

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
