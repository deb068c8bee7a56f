"""Losses in the classifier, and in searches over them."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from torch import nn

from sklearn_protloc import losses
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import (
    ConvolutionalMIL,
    CytoFCN,
    Localization,
    TinyNet,
    TUNet,
)

ALL = [getattr(losses, name) for name in losses.__all__]
WEIGHTED = ["Asymmetric", "Auxiliary", "BinaryCrossEntropy", "Focal", "MaskedMap"]


class Mapping(nn.Module):
    """A network that answers with all there is."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.maps = nn.Conv2d(n_channels, n_labels, 3, stride=2)
        self.second = nn.Linear(n_channels, n_labels)

    def forward(self, images):
        maps = self.maps(images)
        second = self.second(images.amax(dim=(2, 3)))
        return Localization(maps.amax(dim=(2, 3)), maps, second)


@pytest.fixture(scope="module")
def X(y):
    """The protein is bright in a corner for the first label, in one for the second."""
    X = np.random.default_rng(0).normal(0, 1, (40, 3, 12, 12)).astype(np.float32)
    X[:, 1, 1:5, 1:5] += 4 * y[:, :1, None]
    X[:, 1, 7:11, 7:11] -= 4 * y[:, 1:, None]
    return X


@pytest.fixture(scope="module")
def y():
    return np.random.default_rng(1).integers(0, 2, (40, 2))


def make(loss, network=Mapping, **options):
    options = {"max_epochs": 1, "batch_size": 20, "random_state": 0, **options}
    return LocalizationClassifier(network, loss=loss, **options)


@pytest.mark.parametrize("loss", ALL)
@pytest.mark.parametrize("amp", [False, True])
def test_every_loss_falls_in_training(loss, amp, X, y):
    """Given as a class or built."""
    given = loss if amp else loss()
    model = make(given, max_epochs=12, lr=0.03, amp=amp, validation_fraction=0.2)
    trained, held_out = (
        model.fit(X, y).history_[:, name] for name in ("train_loss", "valid_loss")
    )
    assert trained[-1] < 0.95 * trained[0]
    assert np.isfinite(held_out).all()
    assert np.isfinite(model.predict_proba(X)).all()


@pytest.mark.parametrize("loss", ALL)
def test_equal_seeds_give_equal_models(loss, X, y):
    """So a loss takes nothing from one fit into the next."""
    loss = loss()
    first = make(loss).fit(X, y).predict_proba(X)
    make(loss).fit(X[::-1], 1 - y)
    assert_array_equal(make(loss).fit(X, y).predict_proba(X), first)


@pytest.mark.parametrize("loss", ALL)
def test_weights_of_labels_where_labels_have_losses(loss, X, y):
    model = make(loss, class_weight=[1, 50])
    if loss.__name__.removesuffix("Loss") not in WEIGHTED:
        with pytest.raises(ValueError, match=f"label.*{loss.__name__}.*has None"):
            model.fit(X, y)
        return
    weighted = model.fit(X, y).predict_proba(X)
    assert not np.allclose(weighted, make(loss).fit(X, y).predict_proba(X), atol=1e-4)


def test_class_weight_is_pos_weight_for_the_summed_loss_too(X, y):
    options = {"reduction": "sum_over_labels"}
    inside = losses.BinaryCrossEntropyLoss(pos_weight=[3, 0.5], **options)
    outside = make(losses.BinaryCrossEntropyLoss(**options), class_weight=[3, 0.5])
    expected = make(inside).fit(X, y).predict_proba(X)
    assert_allclose(outside.fit(X, y).predict_proba(X), expected, atol=1e-6)


@pytest.mark.parametrize("loss", [losses.MaskedMapLoss, losses.DiceFocalLoss])
def test_a_network_without_maps_is_refused(loss, X, y):
    with pytest.raises(ValueError, match=f"{loss.__name__} needs the `maps`"):
        make(loss, TinyNet).fit(X, y)


def test_a_network_without_a_second_head_is_refused(X, y):
    message = r"AuxiliaryLoss needs the `auxiliary`.*ConvolutionalMIL or InceptionV3"
    with pytest.raises(ValueError, match=message):
        make(losses.AuxiliaryLoss, TinyNet).fit(X, y)


@pytest.mark.parametrize(
    ("network", "options", "loss"),
    [
        (CytoFCN, {"width": 2}, losses.MaskedMapLoss),
        (TUNet, {"width": 2}, losses.DiceFocalLoss),
        (ConvolutionalMIL, {"variant": "table7"}, losses.AuxiliaryLoss),
        (ConvolutionalMIL, {"variant": "table7"}, losses.MaskedMapLoss),
    ],
)
def test_the_papers_networks_with_their_losses(network, options, loss, y):
    X = np.random.default_rng(0).integers(0, 256, (6, 4, 32, 32), dtype=np.uint8)
    model = make(loss, network, network_params=options, validation_fraction=0.5)
    history = model.fit(X, y[:6]).history_
    assert np.isfinite(history[0, ("train_loss", "valid_loss")]).all()


def test_masks_teach_where(X, y):
    """Maps of a present label are higher where the protein is."""
    model = make(losses.MaskedMapLoss(sigma=0.1), max_epochs=40, lr=0.03)
    model.fit(X, y)
    rows = np.flatnonzero((y[:, 0] == 1) & (y[:, 1] == 0))
    pixels = X[rows]
    pixels = pixels - pixels.mean(axis=(2, 3), keepdims=True)
    pixels /= pixels.std(axis=(2, 3), keepdims=True)
    with torch.no_grad():
        maps = model.net_.module_(torch.from_numpy(pixels)).maps[:, 0]
    assert maps[:, :2, :2].mean() > maps[:, 3:, 3:].mean() + 1


def test_losses_can_be_searched_over(X, y):
    built = [losses.FocalLoss(gamma=0), losses.FocalLoss(gamma=4)]
    grid = {"loss": [losses.BinaryCrossEntropyLoss, *built], "class_weight": [[1, 2]]}
    search = GridSearchCV(make(None), grid, cv=2, scoring="roc_auc", refit=False)
    scores = search.fit(X, y).cv_results_["mean_test_score"]
    assert scores[0] == pytest.approx(scores[1], abs=1e-6)
    assert scores[0] != scores[2]
    assert [loss.reduction for loss in built] == ["mean", "mean"]
    shown = str(search.cv_results_["param_loss"][2])
    assert shown == "FocalLoss(gamma=4, reduction='mean')"


def test_clones_have_losses_of_their_own_with_the_same_options(X, y):
    model = make(losses.FocalLoss(gamma=1))
    copy = clone(model)
    assert copy.loss is not model.loss
    assert repr(copy.loss) == repr(model.loss) == "FocalLoss(gamma=1, reduction='mean')"
    assert_array_equal(
        copy.fit(X, y).predict_proba(X), model.fit(X, y).predict_proba(X)
    )


def test_focal_loss_of_one_column_of_classes(X, y):
    column = np.array(["a", "b", "c", "d"])[2 * y[:, 0] + y[:, 1]]
    for classes in (column, y[:, 0]):
        model = make(losses.FocalLoss, class_weight="balanced").fit(X, classes)
        assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-5)
