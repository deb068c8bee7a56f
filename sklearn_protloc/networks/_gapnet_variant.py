"""The GapNet variant of Protein Localization from High-Resolution Microscopy.

GapNet-PL's outline with batch norm and ReLU. The paper's figure is lost: what its text
leaves open follows the public program that the text visibly follows.
"""

import torch
from torch import nn

from sklearn_protloc.networks._layers import (
    check_arguments,
    dense,
    glorot_uniform,
)
from sklearn_protloc.networks._strips import in_strips

__all__ = ["GapNetVariant"]


def _conv(n_in, n_out, stride=1):
    return nn.Sequential(
        nn.BatchNorm2d(n_in), nn.Conv2d(n_in, n_out, 3, stride, padding=1), nn.ReLU()
    )


def _pool(width):
    # ceil_mode keeps a last odd row or column, so that 1 x 1 images pass too
    return nn.Sequential(nn.BatchNorm2d(width), nn.MaxPool2d(2, ceil_mode=True))


class _GapFeatures(nn.Module):
    """Averages of the feature maps after each of three blocks."""

    def __init__(self, n_channels, widths, mid_convs, stride, dropout):
        super().__init__()
        a, b, c = widths
        mid = [_conv(a, b, stride), *[_conv(b, b) for _ in range(mid_convs - 1)]]
        self.block_a = nn.Sequential(_conv(n_channels, a, stride), _pool(a))
        self.block_b = nn.Sequential(*mid, _pool(b))
        self.block_c = nn.Sequential(_conv(b, c), _conv(c, c), _conv(c, c))
        self.dropout = nn.Dropout(dropout)

    def forward(self, images):
        maps_a = in_strips(self.block_a, images)
        maps_b = in_strips(self.block_b, maps_a)
        maps_c = in_strips(self.block_c, maps_b)
        averages = [self.dropout(m).mean(dim=(2, 3)) for m in (maps_a, maps_b, maps_c)]
        return torch.cat(averages, dim=1)


class GapNetVariant(nn.Module):
    """GapNet-PL with batch norm and ReLU, for images of any size.

    Batch norm comes before each convolution and each pooling, dropout before each of
    the three averages and after each dense layer [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.4
        Dropout of the averaged maps and after each dense layer; the best of the
        paper's search (section 4).
    widths : tuple of 3 int, default=(32, 64, 128)
        Maps of each block. The paper names the first; the others are GapNet-PL's.
    mid_convs : int, default=3
        Convolutions of the second block: 3 in the public program, 4 in GapNet-PL.
    stride : int, default=1
        Stride of the first convolution of the first two blocks. 1 is the paper's for
        the very first; 2 is GapNet-PL's and leaves the last block a 16th of the work.
    n_hidden : int, default=256
        Units of each dense layer; GapNet-PL's value.

    Attributes
    ----------
    features : torch.nn.Module
        Images to the concatenated averages, shape (batch, 224).
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    See Also
    --------
    GapNetPL : The network that this one varies, faster and lighter.

    Notes
    -----
    594,308 parameters at 4 channels and 28 labels, 631,364 with four convolutions in
    the second block; the paper gives no number. Nor does it name the starting weights:
    they are Glorot's uniform ones, biases zero. The first batch norm works on the
    images themselves. In evaluation without gradients, images of more than 512 rows
    are computed in strips: the same averages for a part of the memory.

    References
    ----------
    .. [1] M. Madeira and M. T. Parreira, "Protein Localization from High-Resolution
       Microscopy using Deep Neural Networks", section 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import GapNetVariant
    >>> network = GapNetVariant(4, 28)
    >>> sum(p.numel() for p in network.parameters())
    594308
    >>> network(torch.zeros(2, 4, 48, 40)).shape
    torch.Size([2, 28])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.4,
        widths=(32, 64, 128),
        mid_convs=3,
        stride=1,
        n_hidden=256,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        self.features = _GapFeatures(n_channels, widths, mid_convs, stride, dropout)
        self.head = nn.Sequential(
            dense(sum(widths), n_hidden, dropout),
            dense(n_hidden, n_hidden, dropout),
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
