"""DeepYeast, a network for crops of single yeast cells, also used on whole images.

Pärnamaa and Parts (2017), and as a comparison of the GapNet variant.
"""

from torch import nn

from sklearn_protloc.networks._layers import (
    NormLinear,
    OneSize,
    check_arguments,
    dense,
    glorot_uniform,
)
from sklearn_protloc.networks._strips import StripBlocks
from sklearn_protloc.utils import check_image_size

__all__ = ["DeepYeast"]


def _conv(n_in, n_out):
    conv = nn.Conv2d(n_in, n_out, 3, padding=1)
    return nn.Sequential(conv, nn.BatchNorm2d(n_out), nn.ReLU())


def _block(n_in, n_out, n_convs):
    rest = [_conv(n_out, n_out) for _ in range(n_convs - 1)]
    # ceil_mode keeps a last odd row or column, so that any size works
    return nn.Sequential(_conv(n_in, n_out), *rest, nn.MaxPool2d(2, ceil_mode=True))


class DeepYeast(nn.Module):
    """Eight convolutions and three dense layers with batch norm, for one size.

    Pairs of 3 x 3 convolutions at the full and at half the size and four at a quarter,
    each followed by pooling, then dense layers that read every place of the maps by
    itself [1]_ [2]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.5
        Dropout after each of two dense layers; the value of both papers.
    widths : tuple of 3 int, default=(64, 128, 256)
        Maps of each block; the value of [1]_.
    n_hidden : int, default=512
        Units of each dense layer; the value of [1]_.
    image_size : int or tuple of 2 int, default=192
        Side or (height, width) of the images; the value of [2]_. [1]_ has crops of
        64 x 64 pixels.

    Attributes
    ----------
    features : torch.nn.Module
        Images to maps in one row, shape (batch, widths[2] * places).
    head : torch.nn.Module
        Features to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        If images have another size than `image_size`, or one image alone is trained on,
        which batch norm cannot learn from.

    See Also
    --------
    DeepLoc : The same convolutions, with SELU or batch norm.

    Notes
    -----
    78,106,012 parameters at 4 channels, 28 labels and 192 x 192 pixels; 10,987,788 at
    2 channels, 12 classes and 64 x 64 pixels, the network of [1]_. Weights start from
    Glorot's uniform distribution, biases at zero.

    References
    ----------
    .. [1] T. Pärnamaa and L. Parts, "Accurate Classification of Protein Subcellular
       Localization from High-Throughput Microscopy Images Using Deep Learning",
       G3: Genes, Genomes, Genetics 7, 2017.
    .. [2] M. Madeira and M. T. Parreira, "Protein Localization from High-Resolution
       Microscopy using Deep Neural Networks", section 3.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import DeepYeast
    >>> network = DeepYeast(2, 12, image_size=64)
    >>> sum(p.numel() for p in network.parameters())
    10987788
    >>> network(torch.zeros(2, 2, 64, 64)).shape
    torch.Size([2, 12])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.5,
        widths=(64, 128, 256),
        n_hidden=512,
        image_size=192,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        height, width = check_image_size(image_size)
        a, b, c = widths
        self.features = nn.Sequential(
            OneSize("DeepYeast", (height, width)),
            StripBlocks(_block(n_channels, a, 2), _block(a, b, 2), _block(b, c, 4)),
            nn.Flatten(),
        )
        n_places = -(-height // 8) * -(-width // 8)
        self.head = nn.Sequential(
            dense(c * n_places, n_hidden, dropout, NormLinear),
            dense(n_hidden, n_hidden, dropout, NormLinear),
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
