"""What a step of training does: penalties, clipping, parts of a batch, compiling."""

import copy
import os
import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback
from torch import nn

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._options import resolve_device
from sklearn_protloc.networks import Localization, TinyNet


class Normed(TinyNet):
    """A network with a norm, and a bias in front of it."""

    def __init__(self, n_channels, n_labels):
        super().__init__(n_channels, n_labels, dropout=0.0)
        self.features.insert(1, nn.BatchNorm2d(16))


def fitted(X, y, network=TinyNet, **params):
    params = {"max_epochs": 2, "dropout": 0.0, "random_state": 0, **params}
    if network is not TinyNet:
        params["dropout"] = None
    return LocalizationClassifier(network, **params).fit(X, y)


def weights_of(model):
    return {n: p.detach().numpy() for n, p in model.net_.module_.named_parameters()}


class _Before(Callback):
    """Note the weights that the first step starts from."""

    state = None

    def on_train_begin(self, net, **kwargs):
        state = net.module_.state_dict()
        _Before.state = {name: tensor.numpy().copy() for name, tensor in state.items()}


@pytest.mark.parametrize("kind", ["l1_penalty", "l2_penalty"])
def test_penalties_pull_at_all_weights_but_biases(X, y, kind):
    """Where the loss is flat, a step of SGD is that of the penalty alone."""

    def flat(logits, targets):
        return 0 * logits.sum()

    model = fitted(
        X,
        y,
        Normed,
        loss=flat,
        optimizer=torch.optim.SGD,
        lr=0.1,
        batch_size=60,
        max_epochs=1,
        callbacks=[_Before()],
        **{kind: 0.01},
    )
    penalty = 0.0
    for name, after in weights_of(model).items():
        before = _Before.state[name]
        slope = np.sign(before) if kind == "l1_penalty" else 2 * before
        size = np.abs(before) if kind == "l1_penalty" else before**2
        counts = not name.endswith("bias")
        penalty += 0.01 * size.sum() * counts
        assert_allclose(after, before - 0.1 * 0.01 * slope * counts, atol=1e-7)
    assert model.history_[0, "train_loss"] == pytest.approx(penalty, rel=1e-5)


def test_penalties_are_no_part_of_the_held_out_loss(X, y):
    params = {"lr": 1e-9, "validation_fraction": 0.5}
    plain, heavy = fitted(X, y, **params), fitted(X, y, l2_penalty=1.0, **params)
    assert_allclose(heavy.history_[:, "valid_loss"], plain.history_[:, "valid_loss"])
    assert heavy.history_[0, "train_loss"] > plain.history_[0, "train_loss"] + 1


@pytest.mark.parametrize("clip_norm", [1e-3, 1e3])
@pytest.mark.parametrize("accumulate_steps", [1, 3])
def test_a_step_is_no_longer_than_the_clipped_gradient(
    X, y, clip_norm, accumulate_steps
):
    model = fitted(
        X,
        y,
        optimizer=torch.optim.SGD,
        lr=1.0,
        batch_size=60 // accumulate_steps,
        accumulate_steps=accumulate_steps,
        max_epochs=1,
        clip_norm=clip_norm,
        callbacks=[_Before()],
    )
    steps = [(w - _Before.state[n]).ravel() for n, w in weights_of(model).items()]
    length = np.linalg.norm(np.concatenate(steps))
    if clip_norm == 1e-3:
        assert length == pytest.approx(1e-3, rel=0.01)
    else:
        assert 1e-3 < length < 10


class _MapsToo(TinyNet):
    def forward(self, images):
        return Localization(super().forward(images))


@pytest.mark.parametrize("network", [TinyNet, _MapsToo])
@pytest.mark.parametrize("n_images", [60, 49, 33])
@pytest.mark.parametrize("reduction", ["mean", "sum"])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_accumulated_gradients_are_those_of_the_large_batch(
    X, y, network, n_images, reduction, class_weight
):
    """Also where the last batch is smaller, or the last image joins it."""
    params = {
        "network_params": {"dropout": 0.0},
        "loss": nn.BCEWithLogitsLoss(reduction=reduction),
        "class_weight": class_weight,
        "l1_penalty": 1e-3,
        "clip_norm": 1.0,
        "optimizer": torch.optim.SGD,
        "lr": 0.1,
        "dropout": None,
    }
    X, y = X[:n_images], y[:n_images]
    large = fitted(X, y, network, batch_size=24, **params)
    parts = fitted(X, y, network, batch_size=8, accumulate_steps=3, **params)
    assert_allclose(parts.decision_function(X), large.decision_function(X), atol=1e-5)
    for name in ("train_loss", "train_batch_count"):
        assert_allclose(parts.history_[:, name], large.history_[:, name], rtol=1e-5)
    small = fitted(X, y, network, batch_size=8, **params)
    assert not np.allclose(small.decision_function(X), large.decision_function(X))


@pytest.mark.parametrize(
    ("batch_size", "accumulate_steps", "expected"),
    [(8, 4, [9, 8, 8, 8]), (32, 1, [33]), (10, 2, [10, 10, 7, 6]), (16, 2, [17, 16])],
)
def test_parts_are_hardly_larger_than_a_batch(
    X, y, batch_size, accumulate_steps, expected
):
    """One image alone joins others: batch normalisation cannot train on it."""
    seen = []

    class Seeing(TinyNet):
        def forward(self, images):
            seen.append(len(images))
            return super().forward(images)

    params = {"batch_size": batch_size, "accumulate_steps": accumulate_steps}
    fitted(X[:33], y[:33], Seeing, max_epochs=1, **params)
    assert seen == expected


@pytest.fixture
def without_code(monkeypatch):
    """Compile for an interpreter: no C++ is made, which takes half a minute."""
    compiled, compile_ = [], torch.compile

    def compile_quickly(forward, **options):
        compiled.append(options)
        return compile_(forward, backend="eager")

    monkeypatch.setattr(torch, "compile", compile_quickly)
    yield compiled
    torch.compiler.reset()


def test_what_is_compiled_is_trained_and_not_kept(X, y, without_code):
    options = {"compile__dynamic": False}
    model = fitted(X, y, compile=True, net_params=options, validation_fraction=0.2)
    assert without_code.pop() == {"dynamic": False}
    expected = fitted(X, y, validation_fraction=0.2).predict_proba(X)
    assert without_code == []
    assert_allclose(model.predict_proba(X), expected, atol=1e-5)
    assert type(model.net_.module_) is TinyNet
    assert model.net_.compiled_ is None
    read = pickle.loads(pickle.dumps(model))
    assert_array_equal(read.predict_proba(X), model.predict_proba(X))
    clone(model).set_params(max_epochs=1, callbacks=[_Copies()]).fit(X, y)


def test_searches_over_amp_and_compile(X, y, without_code):
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    grid = {"amp": [False, True], "compile": [False, True]}
    search = GridSearchCV(model, grid, cv=2, scoring="average_precision").fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert len(without_code) >= 2 * 2
    read = pickle.loads(pickle.dumps(search))
    assert_array_equal(read.predict_proba(X), search.predict_proba(X))


class _Copies(Callback):
    def on_epoch_end(self, net, **kwargs):
        assert net.compiled_ is not None
        assert copy.copy(net).compiled_ is None  # which takes what pickle takes


def test_a_failure_to_compile_is_explained(X, y, monkeypatch):
    compile_ = torch.compile

    def no_compiler(graph, inputs):
        raise RuntimeError("no compiler found")

    monkeypatch.setattr(torch, "compile", lambda f: compile_(f, backend=no_compiler))
    with pytest.raises(ValueError, match=r"(?s)cannot compile TinyNet.*compile=False"):
        fitted(X, y, compile=True)
    torch.compiler.reset()


class _Deterministic(TinyNet):
    def forward(self, images):
        assert torch.are_deterministic_algorithms_enabled()
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
        return super().forward(images)


def test_deterministic_algorithms_in_training_and_prediction(X, y, monkeypatch):
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    model = fitted(X, y, _Deterministic, deterministic=True)
    assert not torch.are_deterministic_algorithms_enabled()
    model.predict(X)
    assert not torch.are_deterministic_algorithms_enabled()
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ
    with pytest.raises(AssertionError):
        model.set_params(deterministic=False).predict(X)


class _Undetermined(TinyNet):
    def forward(self, images):
        torch.use_deterministic_algorithms(torch.are_deterministic_algorithms_enabled())
        scattered = torch.zeros(3).put_(torch.tensor([0]), torch.ones(1))
        return super().forward(images) + 0 * scattered[0]


def test_what_has_no_deterministic_algorithm_is_explained(X, y):
    """torch refuses `put_` without accumulation, on every device."""
    fitted(X, y, _Undetermined)
    with pytest.raises(ValueError, match="Set deterministic=False"):
        fitted(X, y, _Undetermined, deterministic=True)
    assert not torch.are_deterministic_algorithms_enabled()


def test_joblib_workers_take_turns_with_gpus(monkeypatch):
    """Workers are numbered from 1; the main process takes torch's current GPU."""
    devices = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch, "empty", lambda size, device: None)
    for name in ["MainProcess", "LokyProcess-1", "LokyProcess-2", "ForkPoolWorker-3"]:
        process = type("Process", (), {"name": name})
        monkeypatch.setattr("multiprocessing.current_process", lambda p=process: p)
        devices.append(str(resolve_device("auto")))
    assert devices == ["cuda", "cuda:0", "cuda:1", "cuda:0"]
    assert str(resolve_device("cuda:1")) == "cuda:1"


def test_a_model_predicts_whatever_its_parameters_of_training_are(X, y):
    model = fitted(X, y)
    proba = model.predict_proba(X)
    model.set_params(lr=-1, batch_size=0, lr_schedule="none", scoring=3)
    assert_array_equal(model.predict_proba(X), proba)
    with pytest.raises(ValueError, match=r"'(lr|batch_size)' parameter"):
        model.fit(X, y)
    with pytest.raises(ValueError, match="'tta' parameter"):
        model.set_params(tta="all").predict(X)


@pytest.mark.parametrize(
    "params",
    [
        {"l1_penalty": -1},
        {"l2_penalty": -0.1},
        {"clip_norm": 0},
        {"accumulate_steps": 0},
        {"compile": "yes"},
        {"deterministic": None},
        {"warm_start": 3},
        {"init_weights": 5},
        {"lr_schedule_params": [1]},
    ],
)
def test_bad_parameters_of_training_are_named(X, y, params):
    with pytest.raises(ValueError, match=f"'{next(iter(params))}' parameter"):
        fitted(X, y, **params)
