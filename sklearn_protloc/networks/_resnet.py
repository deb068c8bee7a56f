"""ResNet-34 and ResNet-50, with the changes of two papers as arguments.

Of the two common layouts of ResNet-50 this is the one that halves the size in the
3 x 3 convolution of a block and not in the 1 x 1 before it.
"""

import math

from torch import nn

from sklearn_protloc.networks._backbone import (
    PooledFeatures,
    conv_norm,
    conv_norm_relu,
    max_and_mean,
)
from sklearn_protloc.networks._layers import check_arguments

__all__ = ["ResNet34", "ResNet50"]


class _Block(nn.Module):
    """What the layers add to their input, which is projected if shapes differ."""

    def __init__(self, n_in, n_out, stride, layers):
        super().__init__()
        self.layers = nn.Sequential(*layers)
        changes = stride != 1 or n_in != n_out
        self.shortcut = conv_norm(n_in, n_out, 1, stride) if changes else nn.Identity()
        self.relu = nn.ReLU(inplace=True)

    def forward(self, maps):
        return self.relu(self.layers(maps).add_(self.shortcut(maps)))


def _basic_block(n_in, width, stride):
    layers = [conv_norm_relu(n_in, width, 3, stride), conv_norm(width, width, 3)]
    return _Block(n_in, width, stride, layers)


def _bottleneck(n_in, width, stride, extra_conv=False):
    n_out = 4 * width
    layers = [conv_norm_relu(n_in, width, 1), conv_norm_relu(width, width, 3, stride)]
    if extra_conv and n_in == n_out:
        layers.append(conv_norm_relu(width, width, 3))
    layers.append(conv_norm(width, n_out, 1))
    return _Block(n_in, n_out, stride, layers)


def _residual_maps(n_channels, width, n_blocks, block, expansion):
    """Return the layers up to the last maps, and how many maps these are."""
    layers = [
        conv_norm_relu(n_channels, width, 7, stride=2),
        nn.MaxPool2d(3, stride=2, padding=1),
    ]
    n_maps = width
    for stage, n_of_stage in enumerate(n_blocks):
        for i in range(n_of_stage):
            stride = 2 if stage > 0 and i == 0 else 1
            layers.append(block(n_maps, width * 2**stage, stride))
            n_maps = width * 2**stage * expansion
    return nn.Sequential(*layers), n_maps


class ResNet34(nn.Module):
    """Residual network of 34 layers.

    Sixteen blocks of two 3 x 3 convolutions, each added to what it reads [1]_. The
    network that TUNet was compared with [2]_ has a hidden layer: ``n_hidden=512`` with
    ``dropout=0.5``.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.0
        Dropout before the last layer, and before the hidden one. None, as [1]_ has
        none.
    width : int, default=64
        Maps of the first layer and of the blocks of the first stage; each later stage
        has twice as many. The value of [1]_ (table 1).
    n_blocks : tuple of int, default=(3, 4, 6, 3)
        Blocks of each stage; the values of [1]_ (table 1).
    n_hidden : int, default=None
        Units of a hidden layer, with ReLU, and batch norm before it and after it. It
        reads the largest value of each map beside the average. None has no hidden
        layer, as in [1]_.

    Attributes
    ----------
    features : torch.nn.Module
        Images to averages, shape (batch, 512), or with `n_hidden` largest values and
        averages, shape (batch, 1024). ``features.maps`` stops before that, at a 32nd
        of the height and width.
    head : torch.nn.Module
        Features to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        By `forward`, if a training batch is a single image that has neither 33 rows
        nor 33 columns, or any single image with `n_hidden`.

    Notes
    -----
    21,302,172 parameters at 4 channels and 28 labels, 21,830,044 with a hidden layer of
    512. Weights of convolutions start from He's normal distribution, standard deviation
    sqrt(2 / fan_out), dense layers as torch starts them.

    References
    ----------
    .. [1] "Deep Residual Learning for Image Recognition", Conference on Computer Vision
       and Pattern Recognition, 2016.
    .. [2] "TUNet: Incorporating segmentation maps to improve classification", 2019,
       table 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import ResNet34
    >>> with torch.device("meta"):
    ...     network = ResNet34(4, 28)
    >>> sum(p.numel() for p in network.parameters())
    21302172
    >>> ResNet34(4, 28, width=8, n_hidden=16)(torch.zeros(2, 4, 48, 40)).shape
    torch.Size([2, 28])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.0,
        width=64,
        n_blocks=(3, 4, 6, 3),
        n_hidden=None,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        maps, n_maps = _residual_maps(n_channels, width, n_blocks, _basic_block, 1)
        if n_hidden is None:
            self.features = PooledFeatures(maps, "ResNet34", least_alone=33)
            self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(n_maps, n_labels))
        else:
            self.features = PooledFeatures(
                maps, "ResNet34", least_alone=math.inf, pool=max_and_mean
            )
            self.head = nn.Sequential(
                nn.BatchNorm1d(2 * n_maps),
                nn.Dropout(dropout),
                nn.Linear(2 * n_maps, n_hidden),
                nn.ReLU(inplace=True),
                nn.BatchNorm1d(n_hidden),
                nn.Dropout(dropout),
                nn.Linear(n_hidden, n_labels),
            )
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


class ResNet50(nn.Module):
    """Residual network of 50 layers.

    Sixteen blocks of three convolutions, 1 x 1, 3 x 3 and 1 x 1, each added to what it
    reads [1]_. One study of stacked colour channels [2]_ put one more convolution into
    the identity blocks, those that keep the shape of the maps: ``extra_conv=True``.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.0
        Dropout before the last layer. None, as [1]_ and [2]_ have none.
    width : int, default=64
        Maps of the first layer and inside the blocks of the first stage; each later
        stage has twice as many, and each block answers with four times its width. The
        value of [1]_ (table 1).
    n_blocks : tuple of int, default=(3, 4, 6, 3)
        Blocks of each stage; the values of [1]_ (table 1).
    extra_conv : bool, default=False
        Whether identity blocks have a second 3 x 3 convolution, as models 2 to 4 of
        [2]_. Its place, after the first one, and its size are our reading: the report
        does not tell them.

    Attributes
    ----------
    features : torch.nn.Module
        Images to averages, shape (batch, 2048). ``features.maps`` stops before
        averaging, at a 32nd of the height and width.
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        By `forward`, if a training batch is a single image that has neither 33 rows
        nor 33 columns.

    Notes
    -----
    23,537,805 parameters at 4 channels and 13 labels; 31,757,980 at 4 channels and 28
    labels with `extra_conv`. Weights of convolutions start from He's normal
    distribution, standard deviation sqrt(2 / fan_out), the last layer as torch starts
    it.

    References
    ----------
    .. [1] "Deep Residual Learning for Image Recognition", Conference on Computer Vision
       and Pattern Recognition, 2016.
    .. [2] "Classification of Subcellular Protein Localizations", Stanford University,
       2020, section 5.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import ResNet50
    >>> with torch.device("meta"):
    ...     network = ResNet50(4, 28, extra_conv=True)
    >>> sum(p.numel() for p in network.parameters())
    31757980
    >>> ResNet50(4, 28, width=8)(torch.zeros(2, 4, 48, 40)).shape
    torch.Size([2, 28])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.0,
        width=64,
        n_blocks=(3, 4, 6, 3),
        extra_conv=False,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)

        def block(*sizes):
            return _bottleneck(*sizes, extra_conv=extra_conv)

        maps, n_maps = _residual_maps(n_channels, width, n_blocks, block, 4)
        self.features = PooledFeatures(maps, "ResNet50", least_alone=33)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(n_maps, n_labels))
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
        nn.init.kaiming_normal_(layer.weight, mode="fan_out", nonlinearity="relu")
