"""Good arguments of networks, losses, augmenters and functions on images."""

import inspect

import numpy as np
import torch

from sklearn_protloc import augmentation, losses, networks
from sklearn_protloc.networks import Localization
from tests.bad_inputs.good import IMAGES, LABELS, N_LABELS
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.roles import VALUES
from tests.bad_inputs.values import EITHER
from tests.networks.test_networks import ALL as NETWORKS
from tests.networks.test_networks import NARROW, smallest_size

IMAGE = IMAGES[0]
TARGETS = torch.from_numpy(LABELS).float()
LOGITS = torch.linspace(-3, 3, LABELS.size).reshape(LABELS.shape)
MAPS = LOGITS[:, :, None, None].repeat(1, 1, 4, 6)
# Turning does not look at pixels.
ANY_ARRAY = {("image", value.name): EITHER for value in VALUES["one image"][5:]}
PIXELS = torch.from_numpy(IMAGES).float() / 255


def build_and_call(cls):
    """Return a function that builds a network, and calls it.

    Images are not tried: what a network is called with is for torch to check, as
    checks of its own would stand in the way of exporting and compiling it.
    """

    def call(X, **given):
        model = cls(**given).eval()
        with torch.no_grad():
            return model(X)

    return call


def of_network(name):
    cls = getattr(networks, name)
    size = smallest_size(name)
    good = {"n_channels": 4, "n_labels": N_LABELS, "dropout": 0.1} | NARROW[name]
    if "image_size" in inspect.signature(cls).parameters:
        good["image_size"] = size
    roles = {
        "n_channels": "count of one",
        "n_labels": "count of one",
        "dropout": "share",
    }
    return Recipe(build_and_call(cls), roles, good | {"X": torch.rand(2, 4, *size)})


def of_loss(name):
    cls = getattr(losses, name)
    with_images = "images" in inspect.signature(cls.forward).parameters

    def call(logits, targets, images=None, **given):
        loss = cls(**given)
        if with_images:
            return loss(Localization(logits, MAPS, logits), targets, images)
        return loss(logits, targets)

    roles, good = (
        {"logits": "logits", "targets": "targets"},
        {
            "logits": LOGITS,
            "targets": TARGETS,
        },
    )
    if with_images:
        roles, good = roles | {"images": "image batch"}, good | {"images": PIXELS}
    for option, parameter in inspect.signature(cls).parameters.items():
        if isinstance(parameter.default, float):
            roles[option] = "number"
        elif isinstance(parameter.default, str):
            roles[option] = "choice"
        elif type(parameter.default) is int:
            roles[option] = "count"
        else:
            continue
        good[option] = parameter.default
    but = {("all", "no samples"): EITHER}  # as of torch: nothing has the mean NaN
    if name in ("AuxiliaryLoss", "MaskedMapLoss"):  # which look at a part only
        other = "images" if name == "AuxiliaryLoss" else "logits"
        values = [value.name for value in VALUES[roles[other]]]
        but |= {(other, value): EITHER for value in (*values, "mismatched lengths")}
    return Recipe(call, roles, good, but)


def of_augmenter(name):
    cls = getattr(augmentation, name)
    first = {
        "Compose": {"augmenters": [augmentation.RandomDihedral()]},
        "OneOf": {"augmenters": [augmentation.RandomDihedral()]},
        "SomeOf": {"augmenters": [augmentation.RandomDihedral()], "n": 1},
    }.get(name, {})

    def call(image, rng, **given):
        return cls(**first, **given)(image, rng)

    roles = {"image": "one image", "rng": "generator"}
    good = {"image": IMAGE, "rng": np.random.default_rng(0)}
    if "p" in inspect.signature(cls).parameters:
        roles, good = roles | {"p": "share"}, good | {"p": 1.0}
    return Recipe(call, roles, good, ANY_ARRAY if name == "RandomDihedral" else {})


def of_change(name, role=None, **given):
    """Return the recipe of a function that changes an image as it is told."""
    roles = {"image": "one image"} | dict.fromkeys(given, role)
    # A list of one number is a number for every channel of one.
    but = {(option, "list"): EITHER for option in given}
    but |= ANY_ARRAY if name == "dihedral" else {}
    return Recipe(getattr(augmentation, name), roles, {"image": IMAGE} | given, but)


RANDOM = [n for n in augmentation.__all__ if n[0].isupper()]
READY = ["gapnet_variant", "stacked_resnet", "tunet"]

RECIPES = {
    **{name: of_network(name) for name in NETWORKS},
    "Localization": Recipe(networks.Localization, {}, {"logits": LOGITS}),
    **{name: of_loss(name) for name in losses.__all__},
    **{name: of_augmenter(name) for name in RANDOM},
    "augment_batch": Recipe(
        augmentation.augment_batch,
        {"images": "image batch"},
        {
            "augmenter": augmentation.RandomDihedral(),
            "images": PIXELS,
            "rngs": [np.random.default_rng(k) for k in range(len(PIXELS))],
        },
    ),
    "affine": of_change("affine", "number", scale=1.1, shift=0.1, rotation=9, shear=3),
    "brightness": of_change("brightness", "number", shift=0.1),
    "channel_dropout": of_change("channel_dropout", "channels", channels=[0]),
    "contrast": of_change("contrast", "number", factor=1.5),
    "dihedral": of_change("dihedral", "count", move=3),
    "gaussian_blur": of_change("gaussian_blur", "number", sigma=1.5),
    "gaussian_noise": Recipe(
        augmentation.gaussian_noise,
        {"image": "one image", "std": "share", "rng": "generator"},
        {"image": IMAGE, "std": 0.1, "rng": np.random.default_rng(0)},
    ),
    "horizontal_flip": of_change("horizontal_flip"),
    "vertical_flip": of_change("vertical_flip"),
    "multiply": of_change("multiply", "number", factor=0.8),
    "side_crop": of_change(
        "side_crop", "share", top=0.1, right=0.1, bottom=0.1, left=0.1
    ),
    **{name: Recipe(getattr(augmentation, name), {}, {}) for name in READY},
}
