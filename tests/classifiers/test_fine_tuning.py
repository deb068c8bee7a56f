"""Training a part of a fitted network further."""

import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from skorch.callbacks import Callback
from torch import nn
from torch.optim.lr_scheduler import StepLR

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import GapNetPL, Localization, TinyNet


class Normed(nn.Module):
    """Norms with and without weights in front of the head, and one in it."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(n_channels, 8, 3),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.BatchNorm1d(8, affine=False),
        )
        self.head = nn.Sequential(
            nn.Linear(8, 6), nn.BatchNorm1d(6), nn.ReLU(), nn.Linear(6, n_labels)
        )

    def forward(self, images):
        return self.head(self.features(images))


class Headless(nn.Module):
    """A network that is one chain of layers."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.chain = nn.Sequential(
            nn.Conv2d(n_channels, 6, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten()
        )
        self.classify = nn.Linear(6, n_labels)

    def forward(self, images):
        return self.classify(self.chain(images))


class PerLabel(nn.Module):
    """Maps of each label in front of the head, too."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.maps = nn.Conv2d(n_channels, n_labels, 3)
        self.head = nn.Linear(n_labels, n_labels)

    def forward(self, images):
        maps = self.maps(images)
        return Localization(self.head(maps.mean(dim=(2, 3))), maps)


def fitted(X, y, network=TinyNet, **params):
    params = {"max_epochs": 2, "lr": 0.01, "random_state": 0, **params}
    return LocalizationClassifier(network, **params).fit(X, y)


def state_of(model):
    state = model.net_.module_.state_dict()
    return {name: tensor.numpy().copy() for name, tensor in state.items()}


def changed(model, before):
    """Name the weights and statistics that are no longer what they were."""
    after = state_of(model)
    return {name for name in before if not np.array_equal(before[name], after[name])}


STATISTICS = ("running_mean", "running_var", "num_batches_tracked")
HEAD = {"head.0.weight", "head.0.bias", "head.1.weight", "head.1.bias"}
HEAD |= {f"head.1.{name}" for name in STATISTICS}
OUTPUT = {"head.3.weight", "head.3.bias"}
NORMS = {f"features.{n}.{name}" for n in (1, 5) for name in STATISTICS}
NORMS |= {"features.1.weight", "features.1.bias"}


@pytest.mark.parametrize(
    ("trainable", "expected"),
    [
        ("head", HEAD | OUTPUT),
        ("output", OUTPUT),
        ("head.3", OUTPUT),
        ("features.0", {"features.0.weight", "features.0.bias"}),
        (lambda name, weight: weight.ndim == 4, {"features.0.weight"}),
        (lambda name, weight: name[:10] in ("features.1", "features.5"), NORMS),
    ],
)
def test_only_what_is_chosen_is_trained(X, y, trainable, expected):
    """Norms of the frozen part keep their statistics."""
    model = fitted(X, y, Normed)
    before = state_of(model)
    assert model.fine_tune(X, y, trainable=trainable) is model
    assert changed(model, before) == expected
    assert all(p.requires_grad for p in model.net_.module_.parameters())
    everything = model.fine_tune(X, y, trainable="all")
    assert changed(everything, before) == set(before)


@pytest.mark.parametrize("trainable", ["head", "output", "classify"])
def test_networks_without_a_head(X, y, trainable):
    model = fitted(X, y, Headless)
    before = state_of(model)
    model.fine_tune(X, y, trainable=trainable)
    assert changed(model, before) == {"classify.weight", "classify.bias"}


def test_weights_that_the_network_froze_itself_stay(X, y):
    class Fixed(TinyNet):
        def __init__(self, n_channels, n_labels):
            super().__init__(n_channels, n_labels)
            self.head[1].bias.requires_grad_(False)

    model = fitted(X, y, Fixed)
    before = state_of(model)
    model.fine_tune(X, y)
    assert changed(model, before) == {"head.1.weight"}
    assert not model.net_.module_.head[1].bias.requires_grad


@pytest.mark.parametrize(
    ("trainable", "error", "message"),
    [
        ("tail", ValueError, "trainable='tail' chooses no weight of TinyNet.*head.1"),
        ("head.10", ValueError, "chooses no weight"),
        (3, TypeError, "Expected trainable as 'head'"),
    ],
)
def test_bad_choices_are_explained(X, y, trainable, error, message):
    model = fitted(X, y)
    for labels in (y, y[:, :3]):  # the new output layer of other labels is no choice
        with pytest.raises(error, match=message):
            model.fine_tune(X, labels, trainable=trainable)
    assert model.n_iter_ == 2


def _spread(logits, targets):
    return ((logits.sigmoid() - targets) ** 2).mean()


def test_a_stage_has_parameters_of_its_own(X, y):
    model = fitted(X, y, l2_penalty=1e-3)
    parameters = model.get_params()
    first = model.history_
    model.fine_tune(
        X,
        y,
        loss=_spread,
        lr=1e-3,
        max_epochs=3,
        lr_schedule=StepLR,
        lr_schedule_params={"step_size": 1},
        early_stopping=True,
        n_iter_no_change=3,
    )
    assert model.get_params() == parameters
    assert (len(first), model.n_iter_) == (2, 5)
    assert model.history_[:, "epoch"] == [1, 2, 3, 4, 5]
    assert model.history_[:2] == first
    assert_allclose([row["lr"] for row in model.history_[2:]], [1e-3, 1e-4, 1e-5])
    losses = [row["valid_loss"] for row in model.history_[2:]]
    assert model.best_iter_ == 3 + np.argmin(losses)
    assert max(losses) < 0.4  # a mean square
    assert pickle.loads(pickle.dumps(model)).n_iter_ == 5


def test_a_stage_gives_the_same_bits_again(X, y):
    first, second = (fitted(X, y).fine_tune(X, y, max_epochs=1) for _ in range(2))
    assert_array_equal(first.predict_proba(X), second.predict_proba(X))
    other = fitted(X, y).fine_tune(X, y, max_epochs=1, random_state=1)
    assert not np.array_equal(other.predict_proba(X), first.predict_proba(X))


def test_a_stage_of_all_weights_is_a_warm_start(X, y):
    stage = fitted(X, y).fine_tune(X, y, trainable="all")
    warm = fitted(X, y, warm_start=True).fit(X, y)
    assert_array_equal(stage.predict_proba(X), warm.predict_proba(X))
    assert warm.n_iter_ == stage.n_iter_ == 4
    assert not np.array_equal(
        warm.predict_proba(X), fitted(X, y, max_epochs=4).predict_proba(X)
    )


def _infinite(logits, targets):
    return logits.sum() * torch.inf


class _Breaks(Callback):
    def on_epoch_end(self, net, **kwargs):
        raise OSError("disk full")


@pytest.mark.parametrize(
    "params",
    [
        {"loss": _infinite},
        {"callbacks": [_Breaks()]},
        {"lr": -1},
        {"network": GapNetPL},
        {"max_epoch": 3},
    ],
)
def test_a_stage_that_fails_leaves_the_model_alone(X, y, params):
    model = fitted(X, y)
    before, proba = pickle.dumps(model.get_params()), model.predict_proba(X)
    classes = np.array(["a", "b", "c"])[y[:, 0] + y[:, 1]]
    with pytest.raises((ValueError, OSError, TypeError)):
        model.fine_tune(X, classes, **params)
    assert_array_equal(model.predict_proba(X), proba)
    assert pickle.dumps(model.get_params()) == before
    assert (model.n_iter_, model.predict(X).shape) == (2, y.shape)


@pytest.mark.parametrize(
    "name", ["network", "network_params", "dropout", "crop_size", "init_weights"]
)
def test_what_a_stage_cannot_change(X, y, name):
    with pytest.raises(ValueError, match=f"fine_tune takes no {name}: "):
        fitted(X, y).fine_tune(X, y, **{name: None})


def test_fine_tuning_needs_a_fitted_model(classifier, X, y):
    with pytest.raises(NotFittedError):
        classifier.fine_tune(X, y)


def test_images_of_a_stage_are_like_those_of_the_fit(X, y):
    with pytest.raises(ValueError, match="is expecting"):
        fitted(X, y).fine_tune(X[:, :3], y)
    cropped = fitted(X, y, crop_size=8).set_params(crop_size=None, standardize=False)
    cropped.fine_tune(X[:, :, :12], y)
    assert cropped.net_.crop_size == (8, 8)
    assert cropped.net_.standardize
    assert cropped.predict(X).shape == y.shape


@pytest.mark.parametrize("network", [TinyNet, GapNetPL, Normed, Headless, PerLabel])
@pytest.mark.parametrize("n_classes", [2, 3])
def test_exclusive_classes_after_labels(X, y, network, n_classes):
    """The comparison with experts: one location each, by a new last layer."""
    model = fitted(X, y, network, loss=nn.BCEWithLogitsLoss)
    before = state_of(model)
    classes = np.array(["ER", "Golgi", "Nuclei"])[y[:, 0] + y[:, 1] * (n_classes > 2)]
    model.fine_tune(X, classes, trainable="output", max_epochs=3)
    assert model.classes_.tolist() == ["ER", "Golgi", "Nuclei"][:n_classes]
    assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-5)
    assert set(model.predict(X)) <= set(classes)
    after = state_of(model)
    same = {n for n in before if before[n].shape == after[n].shape}
    assert all(np.array_equal(before[n], after[n]) for n in same)
    assert len(same) >= len(before) - 4
    assert model.loss is nn.BCEWithLogitsLoss
    assert_array_equal(
        pickle.loads(pickle.dumps(model)).predict_proba(X), model.predict_proba(X)
    )
    model.fine_tune(X, classes, trainable="all", max_epochs=1)
    assert clone(model).fit(X, y).predict(X).shape == y.shape


def test_the_new_output_learns(X, y):
    rng = np.random.default_rng(0)
    model = fitted(X, y)
    classes = rng.integers(0, 3, 60)
    marked = X.copy()
    for number in range(3):
        marked[classes == number, number, ::2] = 255
    model.fit(marked, y)
    before = (model.fine_tune(marked, classes, max_epochs=1, lr=1e-6)).score(
        marked, classes
    )
    model.fine_tune(marked, classes, max_epochs=60, lr=0.1, batch_size=60)
    assert model.score(marked, classes) > max(0.6, before)


def test_other_labels_get_a_new_output_and_equal_ones_keep_it(X, y):
    frame = pd.DataFrame(y, columns=list("abcde"))
    model = fitted(X, frame)
    kept, slow = state_of(model), {"lr": 1e-12, "max_epochs": 1}
    model.fine_tune(X, y, **slow)  # columns without names go by their order
    assert model.label_names_.tolist() == list("abcde")
    assert_allclose(state_of(model)["head.1.weight"], kept["head.1.weight"])
    model.fine_tune(X, frame, **slow)
    assert_allclose(state_of(model)["head.1.weight"], kept["head.1.weight"])
    other = frame.rename(columns={"a": "z"})
    model.fine_tune(X, other, **slow)
    assert model.label_names_.tolist() == list("zbcde")
    assert np.abs(state_of(model)["head.1.weight"] - kept["head.1.weight"]).max() > 0.01
    model.fine_tune(X, frame[["a", "b"]], trainable="features", **slow)
    with pytest.raises(ValueError, match="label 0 is 'b' in y and 'a' in the model"):
        model.fine_tune(X, frame[["b", "a"]], **slow)
    assert model.predict(X).shape == (60, 2)


def test_sample_weights_count_in_a_stage(X, y):
    weight = np.arange(60) % 2
    other = np.where(weight[:, None] == 0, 1 - y, y)
    first, second = (fitted(X, y).fine_tune(X, t, weight) for t in (y, other))
    assert_allclose(first.predict_proba(X), second.predict_proba(X), atol=1e-6)
