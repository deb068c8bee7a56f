"""Starting weights, layers and checks of sizes that several networks share."""

import math
from numbers import Integral, Real

import torch
from sklearn.utils import check_scalar
from torch import nn
from torch.nn.functional import batch_norm

from sklearn_protloc.utils import check_image_size

__all__ = [
    "NormLinear",
    "OneSize",
    "check_arguments",
    "dense",
    "glorot_normal",
    "glorot_uniform",
    "lecun_normal",
    "selu_dense",
    "size_error",
]


def check_arguments(n_channels, n_labels, dropout):
    """Refuse sizes and shares of which torch would say less, or nothing."""
    check_scalar(n_channels, "n_channels", Integral, min_val=1)
    check_scalar(n_labels, "n_labels", Integral, min_val=1)
    check_scalar(dropout, "dropout", Real)
    if not 0 <= dropout <= 1:
        raise ValueError(f"Expected dropout from 0 to 1, got {dropout!r}.")


def lecun_normal(layer):
    """Draw weights of variance 1 / fan_in, cut off at two deviations, as SELU wants."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        std = math.sqrt(1 / layer.weight[0].numel())
        nn.init.trunc_normal_(layer.weight, std=std, a=-2 * std, b=2 * std)
        nn.init.zeros_(layer.bias)


def glorot_uniform(layer):
    """Draw uniform weights of variance 2 / (fan_in + fan_out)."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.xavier_uniform_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)


def glorot_normal(layer):
    """Draw normal weights of variance 2 / (fan_in + fan_out)."""
    if isinstance(layer, nn.Conv2d | nn.Linear):
        nn.init.xavier_normal_(layer.weight)
        nn.init.zeros_(layer.bias)


def size_error(network, needed, size):
    """Say which images a network needs, and which came."""
    return ValueError(
        f"{network} needs images of {needed}, got {size[0]} x {size[1]} pixels. Resize "
        "the images, for instance with sklearn_protloc.preprocessing.Resize."
    )


def dense(n_in, n_out, dropout, linear=nn.Linear):
    """Return a hidden dense layer with ReLU."""
    return nn.Sequential(linear(n_in, n_out), nn.ReLU(), nn.Dropout(dropout))


def selu_dense(n_in, n_out, dropout):
    """Return a hidden dense layer with SELU."""
    return nn.Sequential(nn.Linear(n_in, n_out), nn.SELU(), nn.AlphaDropout(dropout))


class NormLinear(nn.Linear):
    """A dense layer with batch norm, in one: a head's last layer gives the labels."""

    track_running_stats = True  # as torch's norms say it, to be frozen like them

    def __init__(self, n_in, n_out):
        super().__init__(n_in, n_out)
        self.scale = nn.Parameter(torch.ones(n_out))
        self.bias_norm = nn.Parameter(torch.zeros(n_out))
        self.register_buffer("running_mean", torch.zeros(n_out))
        self.register_buffer("running_var", torch.ones(n_out))

    def forward(self, features):
        if self.training and len(features) == 1:
            raise ValueError(
                "Batch norm cannot learn from a batch of one image: give two or more "
                "images to a batch."
            )
        statistics = self.running_mean, self.running_var
        units = super().forward(features)
        return batch_norm(units, *statistics, self.scale, self.bias_norm, self.training)


class OneSize(nn.Module):
    """Refuses images of another size than the layers after it were built for."""

    def __init__(self, network, image_size):
        super().__init__()
        self.network = network
        self.image_size = check_image_size(image_size)

    def forward(self, images):
        size = tuple(images.shape[2:])
        if size != self.image_size:
            (height, width), (new_height, new_width) = self.image_size, size
            raise ValueError(
                f"{self.network} was built for images of {height} x {width} pixels, "
                "as image_size says, and reads no others: got "
                f"{new_height} x {new_width} pixels. Resize the images, or "
                "train on crops of that size."
            )
        return images

    def extra_repr(self):
        return f"image_size={self.image_size}"
