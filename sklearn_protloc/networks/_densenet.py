"""DenseNet-121, one of the four networks that GapNet-PL was compared with (2019).

Dropout comes once in each dense layer, after its second convolution, as in the code of
that comparison; the DenseNet paper has it after both.
"""

import torch
from torch import nn

from sklearn_protloc.networks._backbone import PooledFeatures
from sklearn_protloc.networks._layers import check_arguments

__all__ = ["DenseNet121"]


def _norm_relu_conv(n_in, n_out, kernel_size):
    return nn.Sequential(
        nn.BatchNorm2d(n_in),
        nn.ReLU(inplace=True),
        nn.Conv2d(n_in, n_out, kernel_size, padding=kernel_size // 2, bias=False),
    )


class _DenseLayer(nn.Module):
    """All maps so far, and `growth_rate` new ones."""

    def __init__(self, n_in, growth_rate, dropout):
        super().__init__()
        self.new = nn.Sequential(
            _norm_relu_conv(n_in, 4 * growth_rate, 1),
            _norm_relu_conv(4 * growth_rate, growth_rate, 3),
            nn.Dropout(dropout),
        )

    def forward(self, maps):
        return torch.cat([maps, self.new(maps)], dim=1)


def _dense_maps(n_channels, growth_rate, n_blocks, dropout):
    """Return the layers up to the last maps, and how many maps these are."""
    n_maps = 2 * growth_rate
    stem = [
        nn.Conv2d(n_channels, n_maps, 7, stride=2, padding=3, bias=False),
        nn.BatchNorm2d(n_maps),
        nn.ReLU(inplace=True),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]
    blocks = []
    for n_layers in n_blocks:
        if blocks:
            blocks += [_norm_relu_conv(n_maps, n_maps // 2, 1), nn.AvgPool2d(2)]
            n_maps //= 2
        for _ in range(n_layers):
            blocks.append(_DenseLayer(n_maps, growth_rate, dropout))
            n_maps += growth_rate
    last = [nn.BatchNorm2d(n_maps), nn.ReLU(inplace=True)]
    return nn.Sequential(*stem, *blocks, *last), n_maps


class DenseNet121(nn.Module):
    """Densely connected network: each layer reads the maps of all layers before it.

    Four blocks of layers, each a 1 x 1 and a 3 x 3 convolution that add 32 maps; in
    between, maps and pixels are halved [1]_. The comparison of [2]_ has it in third
    place, and the Human Protein Atlas challenge of 2018 was won with it.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.2
        Dropout of what each layer adds; the value of [1]_ for training without
        augmentation (section 4.2), and of the code of [2]_.
    growth_rate : int, default=32
        Maps that each layer adds, and half of what the first layer has; the value of
        [2]_ (section 3).
    n_blocks : tuple of 4 int, default=(6, 12, 24, 16)
        Layers of each block; with these the network has 121.

    Attributes
    ----------
    features : torch.nn.Module
        Images to averages, shape (batch, 1024). ``features.maps`` stops before
        averaging, at a 32nd of the height and width.
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        By `forward`, if an image has less than 29 rows or columns, of which nothing
        would be left, or a training batch is a single image below 61 x 61.

    Notes
    -----
    6,970,317 parameters at 4 channels and 13 labels, as in [2]_. Weights of
    convolutions start from He's normal distribution, standard deviation
    sqrt(2 / fan_in), the last layer as torch starts it with biases at zero.

    References
    ----------
    .. [1] "Densely Connected Convolutional Networks", Conference on Computer Vision and
       Pattern Recognition, 2017.
    .. [2] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 3,
       appendix 6.3.1 and table 7.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import DenseNet121
    >>> with torch.device("meta"):
    ...     network = DenseNet121(4, 13)
    >>> sum(p.numel() for p in network.parameters())
    6970317
    >>> small = DenseNet121(4, 13, growth_rate=8, n_blocks=(2, 2, 2, 2))
    >>> small(torch.zeros(2, 4, 64, 48)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.2,
        growth_rate=32,
        n_blocks=(6, 12, 24, 16),
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        maps, n_maps = _dense_maps(n_channels, growth_rate, n_blocks, dropout)
        self.features = PooledFeatures(maps, "DenseNet121", least=29, least_alone=61)
        self.head = nn.Linear(n_maps, n_labels)
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
            One logit per location.
        """
        return self.head(self.features(images))


def _initialize(layer):
    if isinstance(layer, nn.Conv2d):
        nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
    elif isinstance(layer, nn.Linear):
        nn.init.zeros_(layer.bias)
