"""InceptionResNetV2, a comparison network of TUNet (2019).

Layers are those of the authors' released program, which differ from the paper's
figures.
"""

import torch
from torch import nn

from sklearn_protloc.networks._backbone import PooledFeatures
from sklearn_protloc.networks._inception import (
    LEAST,
    LEAST_ALONE,
    Branches,
    max_pool,
    sequence,
    stem_steps,
)
from sklearn_protloc.networks._layers import (
    check_arguments,
    glorot_uniform,
)

__all__ = ["InceptionResNetV2"]


def _first_block():
    average_pool = nn.AvgPool2d(3, stride=1, padding=1, count_include_pad=False)
    return [
        [(96, 1)],
        [(48, 1), (64, 5)],
        [(64, 1), (96, 3), (96, 3)],
        [average_pool, (64, 1)],
    ]


def _block_35():
    return [
        [(32, 1)],
        [(32, 1), (32, 3)],
        [(32, 1), (48, 3), (64, 3)],
    ]


def _block_17():
    return [[(192, 1)], [(128, 1), (160, (1, 7)), (192, (7, 1))]]


def _block_8():
    return [[(192, 1)], [(192, 1), (224, (1, 3)), (256, (3, 1))]]


def _reduction_17():
    return [[(384, 3, 2, 0)], [(256, 1), (256, 3), (384, 3, 2, 0)], [max_pool()]]


def _reduction_8():
    return [
        [(256, 1), (384, 3, 2, 0)],
        [(256, 1), (288, 3, 2, 0)],
        [(256, 1), (288, 3), (320, 3, 2, 0)],
        [max_pool()],
    ]


class _Residual(nn.Module):
    """Maps and a share of what the branches make of them."""

    def __init__(self, n_in, branches, scale, width, relu=True):
        super().__init__()
        self.branches = Branches(n_in, branches, width)
        self.mix = nn.Conv2d(self.branches.n_out, n_in, 1)
        self.scale = scale
        self.relu = nn.ReLU(inplace=True) if relu else nn.Identity()

    def forward(self, maps):
        new = self.mix(self.branches(maps))
        return self.relu(torch.add(maps, new, alpha=self.scale))


def _maps(n_channels, n_blocks, width):
    """Return the layers up to the last maps, and how many maps these are."""
    n_35, n_17, n_8 = n_blocks
    stem, n_in = sequence(n_channels, stem_steps(), width)
    layers = [stem, Branches(n_in, _first_block(), width)]
    n_in = layers[-1].n_out
    layers += [_Residual(n_in, _block_35(), 0.17, width) for _ in range(n_35)]
    layers.append(Branches(n_in, _reduction_17(), width))
    n_in = layers[-1].n_out
    layers += [_Residual(n_in, _block_17(), 0.1, width) for _ in range(n_17)]
    layers.append(Branches(n_in, _reduction_8(), width))
    n_in = layers[-1].n_out
    layers += [_Residual(n_in, _block_8(), 0.2, width) for _ in range(n_8 - 1)]
    layers.append(_Residual(n_in, _block_8(), 1.0, width, relu=False))
    last, n_maps = sequence(n_in, [(1536, 1)], width)
    return nn.Sequential(*layers, last), n_maps


class InceptionResNetV2(nn.Module):
    """Inception network whose blocks add a little to what they read.

    Forty blocks of parallel paths. What all but the last make of their input is scaled
    down to 0.1 or 0.2 before it is added, which keeps training steady [1]_; one of the
    networks that TUNet was compared with [2]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.2
        Dropout before the last layer; the value of [1]_ (figure 15, which keeps 0.8).
    width : float, default=1.0
        Share of the maps of each layer: 0.25 makes a network of about 1/16 of the
        parameters.
    n_blocks : tuple of 3 int, default=(10, 20, 10)
        Residual blocks at each of three sizes; the values of the authors' program.

    Attributes
    ----------
    features : torch.nn.Module
        Images to averages, shape (batch, 1536). ``features.maps`` stops before
        averaging, at about a 32nd of the height and width.
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        By `forward`, if an image has less than 75 rows or columns, of which nothing
        would be left, or a training batch is a single image below 107 x 107.

    Notes
    -----
    54,326,733 parameters at 4 channels and 13 labels. Weights start from Glorot's
    uniform distribution, biases at zero, the defaults of the authors' framework. The
    epsilon of batch norm is 0.001.

    References
    ----------
    .. [1] "Inception-v4, Inception-ResNet and the Impact of Residual Connections on
       Learning", AAAI Conference on Artificial Intelligence, 2017.
    .. [2] "TUNet: Incorporating segmentation maps to improve classification", 2019,
       table 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import InceptionResNetV2
    >>> with torch.device("meta"):
    ...     network = InceptionResNetV2(4, 13)
    >>> sum(p.numel() for p in network.parameters())
    54326733
    >>> small = InceptionResNetV2(4, 13, width=0.125, n_blocks=(1, 1, 1))
    >>> small(torch.zeros(2, 4, 75, 96)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self, n_channels, n_labels, *, dropout=0.2, width=1.0, n_blocks=(10, 20, 10)
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        maps, n_maps = _maps(n_channels, n_blocks, width)
        self.features = PooledFeatures(
            maps, "InceptionResNetV2", least=LEAST, least_alone=LEAST_ALONE
        )
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(n_maps, n_labels))
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
