"""InceptionV3, a comparison network of TUNet (2019).

Layers are those of the authors' released program, which differ from the paper's table.
"""

from torch import nn

from sklearn_protloc.networks._backbone import PooledFeatures, check_size
from sklearn_protloc.networks._inception import (
    LEAST,
    LEAST_ALONE,
    Branches,
    max_pool,
    scaled,
    sequence,
    stem_steps,
)
from sklearn_protloc.networks._layers import check_arguments
from sklearn_protloc.networks._localization import Localization

__all__ = ["InceptionV3"]


def _average_pool():
    return nn.AvgPool2d(3, stride=1, padding=1)


def _block_a(n_pooled):
    return [
        [(64, 1)],
        [(48, 1), (64, 5)],
        [(64, 1), (96, 3), (96, 3)],
        [_average_pool(), (n_pooled, 1)],
    ]


def _block_b():
    return [[(384, 3, 2, 0)], [(64, 1), (96, 3), (96, 3, 2, 0)], [max_pool()]]


def _block_c(n):
    row, column = (1, 7), (7, 1)
    return [
        [(192, 1)],
        [(n, 1), (n, row), (192, column)],
        [(n, 1), (n, column), (n, row), (n, column), (192, row)],
        [_average_pool(), (192, 1)],
    ]


def _block_d():
    return [
        [(192, 1), (320, 3, 2, 0)],
        [(192, 1), (192, (1, 7)), (192, (7, 1)), (192, 3, 2, 0)],
        [max_pool()],
    ]


def _block_e(width):
    def fork():
        return Branches(scaled(384, width), [[(384, (1, 3))], [(384, (3, 1))]], width)

    return [
        [(320, 1)],
        [(384, 1), fork()],
        [(448, 1), (384, 3), fork()],
        [_average_pool(), (192, 1)],
    ]


def _stack(n_in, blocks, width):
    layers = []
    for branches in blocks:
        layers.append(Branches(n_in, branches, width))
        n_in = layers[-1].n_out
    return layers, n_in


def _auxiliary(n_in, n_labels, width):
    steps = [nn.AvgPool2d(5, stride=3), (128, 1), (768, 5, 1, 0)]
    layers, n_maps = sequence(n_in, steps, width)
    last = nn.Linear(n_maps, n_labels)
    layers[-1][0].initial_std, last.initial_std = 0.01, 0.001
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)


class InceptionV3(nn.Module):
    """Inception network, which looks at several scales side by side.

    Eleven blocks of parallel paths, with convolutions of 7 x 7 taken apart into rows
    and columns [1]_; one of the networks that TUNet was compared with [2]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.5
        Dropout before the last layer, as torchvision has it; the authors' program has
        0.2.
    width : float, default=1.0
        Share of the maps of each layer: 0.25 makes a network of about 1/16 of the
        parameters.
    auxiliary : bool, default=False
        Whether a second head reads the maps amid the network and, in training, answers
        too. It learns by a loss that listens, such as
        :class:`~sklearn_protloc.losses.AuxiliaryLoss` with a weight of 0.4.

    Attributes
    ----------
    features : torch.nn.Module
        Images to averages, shape (batch, 2048). ``features.maps`` stops before
        averaging, at about a 32nd of the height and width.
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).
    auxiliary : torch.nn.Module or None
        The second head: maps amid the network to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        By `forward`, if an image has less than 75 rows or columns, of which nothing
        would be left, or a training batch is a single image below 107 x 107. To train
        with `auxiliary`, 299 rows and columns are needed, and 347 alone.

    Notes
    -----
    21,812,493 parameters at 4 channels and 13 labels; 27,161,264 at 3 channels and 1000
    labels with `auxiliary`. Weights start from a normal distribution of standard
    deviation 0.1 cut off at two deviations, and of 0.01 and 0.001 in the last two
    layers of the second head; biases at zero. Batch norm (epsilon 0.001) makes up for
    the scale.

    References
    ----------
    .. [1] "Rethinking the Inception Architecture for Computer Vision", Conference on
       Computer Vision and Pattern Recognition, 2016.
    .. [2] "TUNet: Incorporating segmentation maps to improve classification", 2019,
       table 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import InceptionV3
    >>> with torch.device("meta"):
    ...     network = InceptionV3(4, 13)
    >>> sum(p.numel() for p in network.parameters())
    21812493
    >>> InceptionV3(4, 13, width=0.125)(torch.zeros(2, 4, 75, 96)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self, n_channels, n_labels, *, dropout=0.5, width=1.0, auxiliary=False
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        stem, n_maps = sequence(n_channels, stem_steps(), width)
        blocks = [_block_a(n) for n in (32, 64, 64)] + [_block_b()]
        blocks += [_block_c(n) for n in (128, 160, 160, 192)]
        early, n_early = _stack(n_maps, blocks, width)
        late, n_maps = _stack(
            n_early, [_block_d(), _block_e(width), _block_e(width)], width
        )
        maps = nn.Sequential(nn.Sequential(*stem, *early), nn.Sequential(*late))
        self.features = PooledFeatures(
            maps, "InceptionV3", least=LEAST, least_alone=LEAST_ALONE
        )
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(n_maps, n_labels))
        self.auxiliary = _auxiliary(n_early, n_labels, width) if auxiliary else None
        self.apply(_initialize)

    def forward(self, images):
        """Compute logits.

        Parameters
        ----------
        images : tensor of shape (batch, n_channels, height, width)
            Float images.

        Returns
        -------
        logits : tensor of shape (batch, n_labels)
            One logit per location. With `auxiliary`, in training, a
            :class:`~sklearn_protloc.networks.Localization` of them and the auxiliary
            logits.
        """
        if self.auxiliary is None or not self.training:
            return self.head(self.features(images))
        check_size(images, "InceptionV3 with auxiliary", least=299, least_alone=347)
        early, late = self.features.maps
        maps = early(images)
        logits = self.head(self.features.pool(late(maps)))
        return Localization(logits, auxiliary=self.auxiliary(maps))


def _initialize(layer):
    if isinstance(layer, nn.Conv2d | nn.Linear):
        std = getattr(layer, "initial_std", 0.1)
        nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
