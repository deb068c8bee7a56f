"""The papers' own ways of training, by name."""

import inspect

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch.optim import SGD, Adam
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts, ReduceLROnPlateau

from sklearn_protloc.classifiers import LocalizationClassifier, get_recipe_names
from sklearn_protloc.classifiers._recipes import RECIPES
from sklearn_protloc.losses import AuxiliaryLoss, DiceFocalLoss, MaskedMapLoss
from sklearn_protloc.networks import ConvolutionalMIL, TinyNet, TUNet

# What the network of a recipe has at the channels, labels and size of its paper.
PARAMETERS = {
    "gapnet-pl": (4, 13, 1024, 626_221),
    "convolutional-mil": (4, 13, 1024, 593_143),
    "m-cnn": (4, 13, 1024, 34_193_853),
    "densenet121-gapnet-pl": (4, 13, 1024, 6_970_317),
    "deeploc": (4, 13, 1024, 201_715_277),
    "gapnet-variant": (4, 28, 512, 594_308),
    "deepyeast": (4, 28, 192, 78_106_012),
    "m-cnn-gapnet-variant": (4, 28, 512, 9_035_724),
    "densenet121-gapnet-variant": (4, 28, 512, 6_985_692),
    "cyto-cnn": (4, 13, 256, 21_761_549),
    "cyto-fcn": (4, 13, 256, 4_721_165),
    "tunet": (4, 28, 512, 14_872_152),
    "resnet34-tunet": (4, 28, 512, 21_830_044),
    "inceptionv3-tunet": (4, 28, 512, 21_843_228),
    "inceptionresnetv2-tunet": (4, 28, 512, 54_349_788),
    "stacked-resnet-1": (1, 28, 128, 23_559_132),
    "stacked-resnet-2": (1, 28, 256, 31_748_572),
    "stacked-resnet-3": (3, 28, 256, 31_754_844),
    "stacked-resnet-4": (4, 28, 256, 31_757_980),
}

# Small networks with what a loss needs.
SMALL = {
    AuxiliaryLoss: (
        ConvolutionalMIL,
        {"variant": "table7", "widths": (2, 2, 2, 2, 2), "n_hidden": 4},
    ),
    DiceFocalLoss: (TUNet, {"width": 2}),
    MaskedMapLoss: (TUNet, {"width": 2}),
}


def test_every_recipe_is_tested():
    assert list(PARAMETERS) == get_recipe_names()


@pytest.mark.parametrize("name", RECIPES)
def test_network_of_the_paper(name):
    n_channels, n_labels, size, n_parameters = PARAMETERS[name]
    recipe = RECIPES[name]()
    options = dict(recipe.get("network_params", {}))
    if "image_size" in inspect.signature(recipe["network"]).parameters:
        options["image_size"] = size
    with torch.device("meta"):
        network = recipe["network"](n_channels, n_labels, **options)
    assert sum(p.numel() for p in network.parameters()) == n_parameters


@pytest.mark.parametrize("name", RECIPES)
def test_recipe_is_visible_and_trains(X, y, name):
    """All values are parameters; the rest of the recipe trains another network."""
    model = LocalizationClassifier.from_recipe(name)
    params = model.get_params()
    differing = RECIPES[name]().keys() - {"loss", "augmenter"}  # made anew
    assert all(params[key] == RECIPES[name]()[key] for key in differing)
    network, options = SMALL.get(type(model.loss), (TinyNet, None))
    small = {"network": network, "network_params": options, "dropout": None}
    small |= {"crop_size": None, "max_epochs": 1, "random_state": 0}
    images = np.kron(X[:20, [0, 1, 0, 1]], np.ones((4, 4), X.dtype))
    model = clone(model).set_params(**small).fit(images, y[:20])
    assert model.n_iter_ == 1
    assert model.predict_proba(images).shape == (20, y.shape[1])


# Values as the papers and their code give them: optimiser, lr, batch, weight decay, and
# schedule with its parameters, and the reduction of the loss.
HUMAN = (SGD, ReduceLROnPlateau, {"factor": 0.5, "patience": 30})
CYTO = (Adam, ReduceLROnPlateau, {"factor": 1 / 3, "patience": 7})
CYCLES = (Adam, CosineAnnealingWarmRestarts, {"T_0": 5, "T_mult": 2})
FIXED = (Adam, None, {})
VALUES = {
    "gapnet-pl": (*HUMAN, 0.01, 40, 500, "sum_over_labels"),
    "convolutional-mil": (*HUMAN, 0.01, 32, 500, "mean"),
    "m-cnn": (*HUMAN, 0.01, 22, 500, "mean"),
    "densenet121-gapnet-pl": (*HUMAN, 0.1, 3, 500, "mean"),
    "deeploc": (*HUMAN, 0.001, 2, 500, "sum_over_labels"),
    "gapnet-variant": (*FIXED, 0.001, 20, 50, "mean"),
    "deepyeast": (
        *(SGD, ReduceLROnPlateau, {"factor": 0.5, "patience": 2}),
        *(0.01, 128, 50, "mean"),
    ),
    "m-cnn-gapnet-variant": (SGD, None, {}, 0.01, 22, 50, "mean"),
    "densenet121-gapnet-variant": (*FIXED, 0.001, 32, 50, "mean"),
    "cyto-cnn": (*CYTO, 0.001, 64, 100, "mean"),
    "cyto-fcn": (*CYTO, 0.001, 64, 100, "mean"),
    "tunet": (*CYCLES, 0.001, 64, 35, None),
    "resnet34-tunet": (*CYCLES, 0.001, 64, 35, "sum_over_labels"),
    "inceptionv3-tunet": (*CYCLES, 0.001, 64, 35, "sum_over_labels"),
    "inceptionresnetv2-tunet": (*CYCLES, 0.001, 64, 35, "sum_over_labels"),
    "stacked-resnet-1": (*FIXED, 0.001, 16, 30, "mean"),
    "stacked-resnet-2": (*FIXED, 0.001, 16, 30, "mean"),
    "stacked-resnet-3": (*FIXED, 0.001, 16, 30, "mean"),
    "stacked-resnet-4": (*FIXED, 0.001, 16, 30, "mean"),
}


@pytest.mark.parametrize("name", RECIPES)
def test_values_of_the_paper(name):
    optimizer, schedule, params, lr, batch_size, max_epochs, reduction = VALUES[name]
    model = LocalizationClassifier.from_recipe(name)
    assert (model.optimizer, model.lr_schedule) == (optimizer, schedule)
    assert (model.lr, model.batch_size, model.max_epochs) == (
        lr,
        batch_size,
        max_epochs,
    )
    assert params.items() <= (model.lr_schedule_params or {}).items()
    assert getattr(model.loss, "reduction", None) == reduction
    assert model.momentum == (0.9 if optimizer is SGD else None)
    assert model.weight_decay == (0.005 if name == "deepyeast" else 0)


@pytest.mark.parametrize("name", [n for n in VALUES if VALUES[n][:3] == HUMAN])
def test_values_that_models_of_one_paper_share(name):
    model = LocalizationClassifier.from_recipe(name)
    assert (model.l1_penalty, model.l2_penalty, model.clip_norm) == (1e-7, 1e-5, 5)
    assert (model.crop_size, model.scoring) == (1024, "f1_macro")
    assert model.lr_schedule_params["threshold"] == 0.01
    assert model.dropout == (0.2 if name == "densenet121-gapnet-pl" else None)


def test_parameters_of_the_network_join_those_of_the_recipe():
    from_recipe = LocalizationClassifier.from_recipe
    narrow = {"network_params": {"width": 8}}
    model = from_recipe("stacked-resnet-4", **narrow)
    assert model.network_params == {"extra_conv": True, "width": 8}
    assert from_recipe("tunet", **narrow).network_params == {"width": 8}
    other = from_recipe("stacked-resnet-4", network=TinyNet, **narrow)
    assert other.network_params == {"width": 8}
    assert from_recipe("stacked-resnet-4", network_params=None).network_params is None
    cycle = {"lr_schedule_params": {"T_0": 2}}
    assert from_recipe("tunet", **cycle).lr_schedule_params == {"T_0": 2, "T_mult": 2}


def test_two_models_of_a_recipe_share_nothing():
    first, second = (LocalizationClassifier.from_recipe("tunet") for _ in range(2))
    assert first.loss is not second.loss
    assert first.augmenter is not second.augmenter


def test_overrides_win():
    model = LocalizationClassifier.from_recipe("cyto-cnn", lr=0.5, batch_size=7)
    assert (model.lr, model.batch_size, model.max_epochs) == (0.5, 7, 100)


@pytest.mark.parametrize("name", ["GapNet-PL", "gapnet_pl", "nothing", None])
def test_unknown_recipe(name):
    with pytest.raises(ValueError, match="There are gapnet-pl, convolutional-mil"):
        LocalizationClassifier.from_recipe(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("stacked-resnet4", "stacked-resnet-4"),
        ("GapNet-PL", "gapnet-pl"),
        ("TUNet", "tunet"),
    ],
)
def test_a_name_nearly_right_is_suggested(name, meant):
    with pytest.raises(ValueError, match=f"Did you mean '{meant}'"):
        LocalizationClassifier.from_recipe(name)


def test_unknown_parameters_are_named():
    expected = "no parameter 'epochs'. Did you mean 'max_epochs'"
    with pytest.raises(TypeError, match=expected):
        LocalizationClassifier.from_recipe("gapnet-pl", epochs=3)
    with pytest.raises(TypeError, match=r"no parameter 'xyz'\.$"):
        LocalizationClassifier.from_recipe("gapnet-pl", xyz=3)
