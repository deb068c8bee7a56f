"""What the standard backbones share: convolutions with norm, and pooled maps."""

import math

import torch
from torch import nn

__all__ = [
    "PooledFeatures",
    "check_size",
    "conv_norm",
    "conv_norm_relu",
    "max_and_mean",
    "mean",
]


def conv_norm(n_in, n_out, kernel_size, stride=1, padding=None, eps=1e-5):
    """Return a convolution with batch norm, which makes its bias needless.

    Without `padding`, maps keep their size at a stride of 1.
    """
    if isinstance(kernel_size, int):
        kernel_size = (kernel_size, kernel_size)
    if padding is None:
        padding = tuple(size // 2 for size in kernel_size)
    conv = nn.Conv2d(n_in, n_out, kernel_size, stride, padding, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(n_out, eps=eps))


def conv_norm_relu(*args, **kwargs):
    """Return a convolution with batch norm and ReLU."""
    return conv_norm(*args, **kwargs).append(nn.ReLU(inplace=True))


def mean(maps):
    """Average maps over the image."""
    return maps.mean(dim=(2, 3))


def max_and_mean(maps):
    """Concatenate the largest value of each map and its average."""
    return torch.cat([maps.amax(dim=(2, 3)), mean(maps)], dim=1)


class PooledFeatures(nn.Module):
    """One value, or two, of each of the last maps of a network.

    Parameters
    ----------
    maps : torch.nn.Module
        Images to the last maps, which class-activation maps are made of.
    network : str
        Name of the network, for errors.
    least : int, default=1
        Rows and columns of the smallest image that leaves a map.
    least_alone : int or float, default=1
        Rows or columns that an image must have to be trained on alone, so that batch
        norm sees two values or more of each map.
    pool : callable, default=mean
        What becomes of the maps.
    """

    def __init__(self, maps, network, *, least=1, least_alone=1, pool=mean):
        super().__init__()
        self.maps = maps
        self.network = network
        self.least = least
        self.least_alone = least_alone
        self.pool = pool

    def forward(self, images):
        least_alone = self.least_alone if self.training else 1
        check_size(images, self.network, self.least, least_alone)
        return self.pool(self.maps(images))


def check_size(images, network, least, least_alone):
    """Refuse images of which too little would be left, and say what is needed."""
    n_images, _, height, width = images.shape
    size = f"{height} x {width} pixels"
    if min(height, width) < least:
        raise ValueError(
            f"{network} needs images of at least {least} x {least} pixels, got {size}. "
            "Resize them, or take a network for smaller ones, such as GapNetPL."
        )
    if n_images == 1 and max(height, width) < least_alone:
        larger = (
            "" if math.isinf(least_alone) else f", or {least_alone} rows or columns"
        )
        raise ValueError(
            f"The batch norm of {network} cannot learn from one image of {size} alone: "
            f"give two or more images to a batch{larger}."
        )
