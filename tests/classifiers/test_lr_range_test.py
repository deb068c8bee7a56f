"""The learning-rate range test."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from skorch.callbacks import EarlyStopping
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc.classifiers import LocalizationClassifier, lr_range_test
from sklearn_protloc.networks import TinyNet


@pytest.fixture
def small_steps():
    return LocalizationClassifier(TinyNet, batch_size=8, dropout=0.0, random_state=0)


def test_rates_rise_in_even_steps(small_steps, X, y):
    result = lr_range_test(small_steps, X, y, min_lr=1e-5, max_lr=1e-3, n_steps=20)
    assert_allclose(result.lrs, np.geomspace(1e-5, 1e-3, 20))
    assert result.losses.shape == result.smoothed.shape == (20,)
    assert np.ptp(result.smoothed) < np.ptp(result.losses)
    assert not hasattr(small_steps, "net_")


def test_losses_are_those_of_training_at_these_rates(X, y):
    """Where a batch is everything, the losses are of as many epochs."""
    model = LocalizationClassifier(TinyNet, batch_size=60, lr=0.01, random_state=0)
    result = lr_range_test(model, X, y, min_lr=0.01, max_lr=0.0100001, n_steps=10)
    epochs = model.set_params(max_epochs=10).fit(X, y).history_[:, "train_loss"]
    assert_allclose(result.losses, epochs, rtol=1e-5)


def test_the_suggestion_is_where_a_known_loss_falls_steepest(X, y):
    """A bowl whose step is the rate itself: too large beyond twice its curvature."""

    def bowl(logits, targets):
        return 1 + (logits - 3).square().mean()

    model = LocalizationClassifier(
        TinyNet, loss=bowl, optimizer=torch.optim.SGD, dropout=0.0, random_state=0
    )
    result = lr_range_test(model, X, y, max_lr=100.0, n_steps=80)
    assert len(result.lrs) < 80  # it diverged
    lowest = result.smoothed.argmin()
    assert 1e-3 < result.suggestion < result.lrs[lowest]
    again = model.set_params(lr=result.suggestion, max_epochs=10).fit(X, y)
    assert again.history_[-1, "train_loss"] < 0.7 * again.history_[0, "train_loss"]


def test_the_estimator_stays_as_it_was(small_steps, X, y):
    small_steps.set_params(
        max_epochs=1,
        warm_start=True,
        early_stopping=True,
        lr_schedule=OneCycleLR,
        callbacks=[EarlyStopping()],
    ).fit(X, y)
    before, proba = small_steps.get_params(), small_steps.predict_proba(X)
    first, second = (lr_range_test(small_steps, X, y, n_steps=10) for _ in range(2))
    assert small_steps.get_params() == before
    assert_array_equal(small_steps.predict_proba(X), proba)
    assert_array_equal(first.losses, second.losses)


def test_a_loss_that_never_falls_suggests_nothing(small_steps, X, y):
    small_steps.set_params(loss=lambda logits, targets: 1 + 0 * logits.sum())
    result = lr_range_test(small_steps, X, y, n_steps=10)
    assert result.suggestion is None
    assert_array_equal(result.losses, 1)


def test_it_stops_where_the_loss_is_no_longer_finite(small_steps, X, y):
    small_steps.set_params(optimizer=torch.optim.SGD)
    result = lr_range_test(small_steps, X, y, max_lr=1e30, n_steps=80)
    assert len(result.lrs) < 80
    assert np.isfinite(result.losses).all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"min_lr": 1e5, "max_lr": 1e20}, "diverged after .* steps.*Lower min_lr"),
        ({"min_lr": 1.0}, "Expected max_lr above min_lr=1, got 1"),
        ({"min_lr": 0}, "'min_lr' parameter"),
        ({"n_steps": 9}, "'n_steps' parameter"),
        ({"estimator": TinyNet}, "'estimator' parameter"),
        ({"y": np.zeros(3)}, "one class only"),
    ],
)
def test_bad_tests_are_explained(small_steps, X, y, params, message):
    small_steps.set_params(optimizer=torch.optim.SGD)
    with pytest.raises(ValueError, match=message):
        lr_range_test(**{"estimator": small_steps, "X": X, "y": y, **params})
