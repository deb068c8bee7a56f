"""DeepLoc, a network for crops of single yeast cells, and its adaptation.

Kraus et al. (2017), as adapted in GapNet-PL's comparison (2019). That paper's table of
parameters counts batch norm where its text and program have SELU: both can be built.
"""

from torch import nn

from sklearn_protloc.networks._layers import (
    NormLinear,
    OneSize,
    check_arguments,
    dense,
    lecun_normal,
    selu_dense,
)
from sklearn_protloc.networks._strips import StripBlocks
from sklearn_protloc.utils import check_image_size

__all__ = ["DeepLoc"]


def _conv(n_in, n_out, norm):
    conv = nn.Conv2d(n_in, n_out, 3, padding=1)
    if norm is None:
        return nn.Sequential(conv, nn.SELU())
    return nn.Sequential(conv, nn.BatchNorm2d(n_out), nn.ReLU())


def _block(n_in, n_out, n_convs, norm):
    rest = [_conv(n_out, n_out, norm) for _ in range(n_convs - 1)]
    # ceil_mode keeps a last odd row or column, as the authors' padding does
    pool = nn.MaxPool2d(2, ceil_mode=True)
    return nn.Sequential(_conv(n_in, n_out, norm), *rest, pool)


def _dense(n_in, n_out, norm, dropout):
    if norm is None:
        return selu_dense(n_in, n_out, dropout)
    return dense(n_in, n_out, dropout, NormLinear)


class DeepLoc(nn.Module):
    """Eight convolutions and three dense layers, for images of one size.

    Pairs of 3 x 3 convolutions at the full and at half the size and four at a quarter,
    each followed by pooling, then dense layers that read every place of the maps by
    itself [1]_ [2]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.3
        Dropout after each of two dense layers, alpha dropout with SELU. The value of
        the program of [2]_; [1]_ has none.
    norm : {None, "batch"}, default=None
        None: SELU without normalisation, which did better in [2]_ and does not depend
        on the batch, of 2 images there. "batch": batch norm after every layer, the
        logits too, and ReLU, as in [1]_.
    widths : tuple of 3 int, default=(32, 64, 96)
        Maps of each block; the values of [2]_ (table 6).
    n_hidden : int, default=128
        Units of each dense layer; the value of [2]_ (table 6).
    image_size : int or tuple of 2 int, default=1024
        Side or (height, width) of the images; the crops of [2]_.

    Attributes
    ----------
    features : torch.nn.Module
        Images to maps in one row, shape (batch, widths[2] * places).
    head : torch.nn.Module
        Features to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        If `norm` has another name, or images another size than `image_size`; with batch
        norm, if one image alone is trained on.

    See Also
    --------
    DeepYeast : The same convolutions, wider, for another data set of yeast.

    Notes
    -----
    At 4 channels, 13 labels and 1024 x 1024 pixels 201,715,277 parameters, and
    201,716,967 with batch norm, which table 7 of [2]_ counts; 50,720,333 and 50,722,023
    at 512 x 512. The network of [1]_, for crops of 60 x 60 pixels of one yeast cell,
    is ``DeepLoc(2, 19, norm="batch", widths=(64, 128, 256), n_hidden=512, dropout=0,
    image_size=60)``, with 10,991,417. Weights start from a normal distribution of
    standard deviation sqrt(1 / fan_in) cut off at two deviations, biases at zero.

    References
    ----------
    .. [1] O. Z. Kraus et al., "Automated Analysis of High-content Microscopy Data with
       Deep Learning", Molecular Systems Biology 13, 2017.
    .. [2] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 3, appendix.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import DeepLoc
    >>> network = DeepLoc(4, 13, image_size=72)
    >>> network(torch.zeros(2, 4, 72, 72)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.3,
        norm=None,
        widths=(32, 64, 96),
        n_hidden=128,
        image_size=1024,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        if norm not in (None, "batch"):
            raise ValueError(f"Expected norm as None or 'batch', got {norm!r}.")
        height, width = check_image_size(image_size)
        a, b, c = widths
        self.features = nn.Sequential(
            OneSize("DeepLoc", (height, width)),
            StripBlocks(
                _block(n_channels, a, 2, norm),
                _block(a, b, 2, norm),
                _block(b, c, 4, norm),
            ),
            nn.Flatten(),
        )
        n_places = -(-height // 8) * -(-width // 8)
        output = nn.Linear if norm is None else NormLinear
        self.head = nn.Sequential(
            *_dense(c * n_places, n_hidden, norm, dropout),
            *_dense(n_hidden, n_hidden, norm, dropout),
            output(n_hidden, n_labels),
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
