"""The papers' own ways of training, by name."""

import inspect

import numpy as np
import pytest
import torch
from sklearn.base import clone
from torch.optim.lr_scheduler import ReduceLROnPlateau

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


def test_recipes_of_one_group_differ_where_their_papers_say():
    gapnet, densenet = (
        LocalizationClassifier.from_recipe(name)
        for name in ("gapnet-pl", "densenet121-gapnet-pl")
    )
    assert (gapnet.lr, gapnet.batch_size) == (0.01, 40)
    assert (densenet.lr, densenet.batch_size, densenet.dropout) == (0.1, 3, 0.2)
    assert gapnet.loss.reduction == "sum_over_labels"
    assert densenet.loss.reduction == "mean"
    assert gapnet.clip_norm == densenet.clip_norm == 5
    assert gapnet.lr_schedule is ReduceLROnPlateau


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


def test_a_name_nearly_right_is_suggested():
    with pytest.raises(ValueError, match="Did you mean 'stacked-resnet-4'"):
        LocalizationClassifier.from_recipe("stacked-resnet4")
