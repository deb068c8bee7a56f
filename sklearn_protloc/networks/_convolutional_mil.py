"""The network of convolutional multiple-instance learning, in two versions.

Kraus, Ba and Frey's own (2016), and that of GapNet-PL's comparison (2019), whose
program differs from its text: facts follow the authors' programs.
"""

from torch import nn

from sklearn_protloc.networks._layers import (
    OneSize,
    check_arguments,
    glorot_normal,
    size_error,
)
from sklearn_protloc.networks._localization import Localization
from sklearn_protloc.networks._noisy_and import NoisyAnd
from sklearn_protloc.networks._strips import StripBlocks
from sklearn_protloc.utils import check_image_size

__all__ = ["ConvolutionalMIL"]

# Pixels that leave one place in the maps; slope and first share of the noisy-AND.
_VARIANTS = {
    "kraus": {"least": 135, "slope": 10, "share": 0.1},
    "table7": {"least": 32, "slope": 5, "share": 0.0},
}


class _AtLeast(nn.Module):
    """Refuses images too small for one place in the maps."""

    def __init__(self, variant):
        super().__init__()
        self.network = f"ConvolutionalMIL {variant!r}"
        self.least = _VARIANTS[variant]["least"]

    def check(self, size):
        if min(size) < self.least:
            needed = f"at least {self.least} x {self.least} pixels"
            raise size_error(self.network, needed, size)

    def forward(self, images):
        self.check(images.shape[2:])
        return images


class _Head(nn.Module):
    """Class maps to logits: what the noisy-AND says, or every place, weighed anew."""

    def __init__(self, noisy_and, n_labels, n_places):
        super().__init__()
        self.noisy_and = noisy_and
        self.reads_places = n_places is not None
        n_in = n_labels * n_places if self.reads_places else n_labels
        self.output = nn.Linear(n_in, n_labels)

    def forward(self, maps):
        if self.reads_places:
            return self.output(maps.flatten(1))
        return self.output(self.noisy_and(maps).sigmoid())


class ConvolutionalMIL(nn.Module):
    """Multiple-instance learning: each place votes, a learnt share has to agree.

    Class maps tell for each place of an image how likely each location is, and a
    noisy-AND pools them: a location is present where more than a share of the places,
    learnt for each location, shows it [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.5
        Dropout of whole maps before the class maps; the authors' value.
    pool_dropout : float in [0, 1), default=0.2
        Dropout of whole maps after each maximum pooling; the authors' value.
    variant : {"kraus", "table7"}, default="kraus"
        "kraus" is the published idea: logits weigh the noisy-AND, and images may have
        any size. "table7" is the comparison of [2]_: logits weigh every place of the
        maps by itself, and noisy-AND is a second loss only.
    widths : tuple of 5 int, default=(32, 64, 64, 128, 128)
        Maps of each convolution; the papers' values.
    n_hidden : int, default=1000
        Maps before the class maps; the papers' value.
    slope : float, default=None
        Steepness ``a`` of the noisy-AND. None is that of the variant: 10 of
        [1]_'s 5, 7.5 and 10 for "kraus", 5 for "table7".
    image_size : int or tuple of 2 int, default=1024
        Side or (height, width) of the images, which "table7" is bound to; [2]_'s
        crops. "kraus" takes other sizes than this one too.

    Attributes
    ----------
    features : torch.nn.Module
        Images to class maps, logits of shape (batch, n_labels, map_height, map_width).
    head : torch.nn.Module
        Class maps to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        If the variant has another name, images are smaller than 135 pixels ("kraus") or
        32 pixels ("table7") or, for "table7", not of `image_size`.

    See Also
    --------
    CytoFCN : The largest value of each map instead of a share of it.

    Notes
    -----
    At 4 channels and 13 labels, "kraus" has 485,792 parameters, and "table7" 593,143
    parameters for images of 1024 x 1024 pixels, 463,351 for 512 and 430,903 for 256.
    `auxiliary` is the logit of the noisy-AND, for a loss that adds its binary
    cross-entropy to that of the logits, as the program of [2]_ does. "kraus" has a
    5 x 5 convolution and no padding, so that its maps show the inside of the image, one
    place per 32 pixels; "table7" has 3 x 3 and padding. Weights start from Glorot's
    normal distribution, biases at zero, the learnt shares at 0.1 ("kraus") or 0.

    References
    ----------
    .. [1] O. Z. Kraus, J. L. Ba and B. J. Frey, "Classifying and Segmenting Microscopy
       Images with Deep Multiple Instance Learning", Bioinformatics 32, 2016.
    .. [2] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 3, table 7.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import ConvolutionalMIL
    >>> network = ConvolutionalMIL(4, 13)
    >>> sum(p.numel() for p in network.parameters())
    485792
    >>> output = network(torch.zeros(2, 4, 256, 200))
    >>> output.logits.shape, output.maps.shape
    (torch.Size([2, 13]), torch.Size([2, 13, 4, 3]))
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.5,
        pool_dropout=0.2,
        variant="kraus",
        widths=(32, 64, 64, 128, 128),
        n_hidden=1000,
        slope=None,
        image_size=1024,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        if variant not in _VARIANTS:
            raise ValueError(
                f"Expected variant as 'kraus' or 'table7', got {variant!r}."
            )
        size, at_least = check_image_size(image_size), _AtLeast(variant)
        at_least.check(size)
        padded = variant == "table7"
        self.features = StripBlocks(
            OneSize("ConvolutionalMIL 'table7'", size) if padded else at_least,
            *_blocks((n_channels, *widths), padded, pool_dropout),
            nn.Sequential(
                nn.Conv2d(widths[-1], n_hidden, 1), nn.ReLU(), nn.Dropout2d(dropout)
            ),
            nn.Conv2d(n_hidden, n_labels, 1),
        )
        if slope is None:
            slope = _VARIANTS[variant]["slope"]
        noisy_and = NoisyAnd(n_labels, slope, _VARIANTS[variant]["share"])
        n_places = (size[0] // 32) * (size[1] // 32)
        self.head = _Head(noisy_and, n_labels, n_places if padded else None)
        self.apply(glorot_normal)

    def forward(self, images):
        """Compute logits and class maps.

        Parameters
        ----------
        images : tensor of shape (batch, n_channels, height, width)
            Float images.

        Returns
        -------
        output : Localization
            Logits of shape (batch, n_labels), maps of shape (batch, n_labels,
            map_height, map_width), and the logits of the noisy-AND as auxiliary.
        """
        maps = self.features(images)
        return Localization(self.head(maps), maps, self.head.noisy_and(maps))


def _blocks(widths, padded, dropout):
    """Return the layers before the class maps, halving the image five times."""

    def conv(i, size):
        padding = size // 2 if padded else 0
        conv = nn.Conv2d(widths[i], widths[i + 1], size, padding=padding)
        return nn.Sequential(conv, nn.ReLU())

    def pool():
        # ceil_mode keeps a last odd row, as padding by a row would
        return [nn.MaxPool2d(3, 2, ceil_mode=padded), nn.Dropout2d(dropout)]

    return [
        nn.Sequential(
            nn.AvgPool2d(3, 2, ceil_mode=padded), conv(0, 3), conv(1, 3), *pool()
        ),
        nn.Sequential(conv(2, 3 if padded else 5), *pool()),
        nn.Sequential(conv(3, 3), *pool()),
        nn.Sequential(conv(4, 3), *pool()),
    ]
