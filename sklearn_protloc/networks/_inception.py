"""What both Inception networks share: paths side by side, written as lists of steps.

A step is the (maps, kernel, stride, padding) of a convolution with batch norm and ReLU,
the last two where they are not 1 and half a kernel, or a layer as it is.
"""

import torch
from torch import nn

from sklearn_protloc.networks._backbone import conv_norm_relu

__all__ = [
    "LEAST",
    "LEAST_ALONE",
    "Branches",
    "max_pool",
    "scaled",
    "sequence",
    "stem_steps",
]

LEAST = 75  # leaves one value of each of the last maps
LEAST_ALONE = 107  # leaves two


def scaled(n_maps, width):
    """Return a share of some maps, at least one."""
    return max(round(n_maps * width), 1)


def max_pool():
    """Return the pooling that halves the size between stages."""
    return nn.MaxPool2d(3, stride=2)


def sequence(n_in, steps, width):
    """Return steps as one module, and how many maps it answers with."""
    layers = []
    for step in steps:
        if isinstance(step, tuple):
            n_out = scaled(step[0], width)
            layers.append(conv_norm_relu(n_in, n_out, *step[1:], eps=1e-3))
            n_in = n_out
        else:
            layers.append(step)
            n_in = getattr(step, "n_out", n_in)
    return nn.Sequential(*layers), n_in


class Branches(nn.Module):
    """Sequences of steps that read the same maps; their answers are concatenated."""

    def __init__(self, n_in, branches, width):
        super().__init__()
        built = [sequence(n_in, steps, width) for steps in branches]
        self.branches = nn.ModuleList(branch for branch, _ in built)
        self.n_out = sum(n_out for _, n_out in built)

    def forward(self, maps):
        return torch.cat([branch(maps) for branch in self.branches], dim=1)


def stem_steps():
    """Return the steps to 192 maps of about an eighth of the size."""
    return [
        (32, 3, 2, 0),
        (32, 3, 1, 0),
        (64, 3),
        max_pool(),
        (80, 1),
        (192, 3, 1, 0),
        max_pool(),
    ]
