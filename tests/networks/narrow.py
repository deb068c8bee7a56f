"""Narrow networks of every kind, and sizes of images that they take."""

import inspect

import torch
from torch import nn

from sklearn_protloc import networks

EXPORTED = {name: getattr(networks, name) for name in networks.__all__}
ALL = [name for name, thing in EXPORTED.items() if issubclass(thing, nn.Module)]

# Arguments of narrow networks, which are fast to test: one line per network, or one
# per variant, named "Network variant".
NARROW = {
    "ConvolutionalMIL": {"widths": (2, 4, 4, 8, 8), "n_hidden": 16, "pool_dropout": 0},
    "ConvolutionalMIL table7": {
        "variant": "table7",
        "widths": (4, 8, 8, 8, 8),
        "n_hidden": 16,
        "pool_dropout": 0,
    },
    "CytoCNN": {"width": 4, "n_hidden": 16},
    "CytoFCN": {"width": 4},
    "DeepLoc": {"widths": (4, 8, 8), "n_hidden": 16},
    "DeepLoc batch": {"norm": "batch", "widths": (4, 8, 8), "n_hidden": 16},
    "DeepYeast": {"widths": (4, 8, 8), "n_hidden": 16},
    "GapNetPL": {"widths": (8, 16, 16), "n_hidden": 32},
    "GapNetVariant": {"widths": (4, 8, 8), "n_hidden": 16},
    "GapNetVariant strided": {"widths": (4, 8, 8), "mid_convs": 4, "stride": 2},
    "MCNN": {"widths": (2,) * 7, "n_mixed": 16, "n_hidden": 16},
    "TUNet": {"width": 4},
    "TUNet plain": {"width": 4, "batch_norm": False},
    "TinyNet": {},
    "DenseNet121": {"growth_rate": 8, "n_blocks": (1, 2, 1, 1)},
    "InceptionResNetV2": {"width": 0.0625, "n_blocks": (1, 1, 2)},
    "InceptionV3": {"width": 0.0625},
    "InceptionV3 auxiliary": {"width": 0.0625, "auxiliary": True},
    "ResNet34": {"width": 8, "n_blocks": (1, 1, 1, 1)},
    "ResNet34 hidden layer": {"width": 8, "n_blocks": (1, 1, 1, 1), "n_hidden": 16},
    "ResNet50": {"width": 8, "n_blocks": (1, 1, 1, 1)},
    "ResNet50 extra_conv": {"width": 8, "n_blocks": (2, 1, 1), "extra_conv": True},
}

# Heights and widths of a network that does not take all of these.
ANY_SIZE = [(64, 64), (45, 70), (8, 8)]
SIZES = {
    "ConvolutionalMIL": [(150, 139), (135, 135)],
    "ConvolutionalMIL table7": [(64, 64), (45, 70), (32, 33)],
    "MCNN": [(256, 128), (128, 128)],
    "DenseNet121": [(64, 64), (45, 70), (29, 29)],
    "InceptionResNetV2": [(90, 111), (75, 75)],
    "InceptionV3": [(90, 111), (75, 75)],
    "InceptionV3 auxiliary": [(299, 300)],
}


def class_of(name):
    return EXPORTED[name.split()[0]]


def build(name, n_channels, n_labels, size, **arguments):
    """Build a narrow network, for images of the size if it is bound to one."""
    arguments = NARROW[name] | arguments
    if "image_size" in inspect.signature(class_of(name)).parameters:
        arguments["image_size"] = size
    torch.manual_seed(0)
    return class_of(name)(n_channels, n_labels, **arguments)


def smallest_size(name):
    return min(SIZES.get(name, [(32, 32)]))


def logits_of(output):
    return output.logits if isinstance(output, networks.Localization) else output
