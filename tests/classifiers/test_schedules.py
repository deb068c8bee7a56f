"""Learning-rate schedules, and what they and early stopping watch."""

import functools
import pickle
import warnings

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import cross_val_score
from torch.optim.lr_scheduler import (
    CosineAnnealingWarmRestarts,
    CyclicLR,
    LambdaLR,
    MultiStepLR,
    OneCycleLR,
    ReduceLROnPlateau,
    StepLR,
)

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.over_sampling import ClassAwareSampler


def _halves(epoch):
    return 0.5**epoch


def fitted(X, y, **params):
    params = {"max_epochs": 4, "lr": 0.01, "random_state": 0, **params}
    return LocalizationClassifier(TinyNet, **params).fit(X, y)


@pytest.mark.parametrize(
    ("schedule", "params", "expected"),
    [
        (StepLR, {"step_size": 2, "gamma": 0.1}, [0.01, 0.01, 0.001, 0.001]),
        (MultiStepLR, {"milestones": [1, 3]}, [0.01, 0.001, 0.001, 0.0001]),
        (LambdaLR, {"lr_lambda": _halves}, [0.01, 0.005, 0.0025, 0.00125]),
        (CosineAnnealingWarmRestarts, {"T_0": 2}, [0.01, 0.005, 0.01, 0.005]),
        (
            functools.partial(StepLR, step_size=1, gamma=0.5),
            None,
            [0.01, 0.005, 0.0025],
        ),
        (lambda optimizer: StepLR(optimizer, 3), None, [0.01, 0.01, 0.01, 0.001]),
    ],
)
def test_schedules_of_epochs(X, y, schedule, params, expected):
    n = len(expected)
    model = fitted(X, y, max_epochs=n, lr_schedule=schedule, lr_schedule_params=params)
    assert_allclose(model.history_[:, "lr"], expected)
    assert not np.array_equal(
        model.predict_proba(X), fitted(X, y, max_epochs=n).predict_proba(X)
    )


@pytest.mark.parametrize("accumulate_steps", [1, 2])
def test_one_cycle_knows_how_long_training_is(X, y, accumulate_steps):
    params = {"batch_size": 8, "accumulate_steps": accumulate_steps, "max_epochs": 3}
    model = fitted(X, y, lr_schedule=OneCycleLR, validation_fraction=0.2, **params)
    rates = [b["lr"] for row in model.history_ for b in row["batches"] if "lr" in b]
    n_steps = 3 * int(np.ceil(48 / (8 * accumulate_steps)))
    optimizer = torch.optim.Adam([torch.zeros(1, requires_grad=True)], lr=0.01)
    cycle = OneCycleLR(optimizer, max_lr=0.01, total_steps=n_steps)
    expected = []
    for _ in range(n_steps):
        expected.append(cycle.get_last_lr()[0])
        optimizer.step()
        cycle.step()
    assert_allclose(rates, expected)
    assert max(rates) == pytest.approx(0.01, rel=0.1)


def test_arguments_of_a_cycle_can_be_given(X, y):
    by_steps = {"max_lr": 0.5, "epochs": 4, "steps_per_epoch": 2, "pct_start": 0.5}
    model = fitted(X, y, lr_schedule=OneCycleLR, lr_schedule_params=by_steps)
    assert max(b["lr"] for b in model.history_[-1, "batches"]) < 0.1
    assert max(b["lr"] for b in model.history_[1, "batches"]) > 0.3
    waves = {"base_lr": 1e-3, "max_lr": 1e-2, "step_size_up": 1}
    model = fitted(X, y, lr_schedule=CyclicLR, lr_schedule_params=waves)
    assert_allclose([b["lr"] for b in model.history_[0, "batches"]], [1e-3, 1e-2])


class _Falling:
    """Score each epoch one lower, or higher, than the one before."""

    def __init__(self, step):
        self.step = step

    def __call__(self, estimator, X, y):
        self.score = getattr(self, "score", 0) + self.step
        return self.score


@pytest.mark.parametrize(
    ("step", "expected"), [(1, [0.01] * 4), (-1, [0.01, 0.01, 0.005, 0.0025])]
)
def test_plateau_watches_the_score(X, y, step, expected):
    model = fitted(
        X,
        y,
        scoring=_Falling(step),
        validation_fraction=0.2,
        lr_schedule=ReduceLROnPlateau,
        lr_schedule_params={"factor": 0.5, "patience": 0},
    )
    assert_allclose(model.history_[:, "lr"], expected)
    assert model.history_[:, "valid_score"] == [step, 2 * step, 3 * step, 4 * step]
    assert model.best_iter_ == (4 if step > 0 else 1)


@pytest.mark.parametrize("fraction", [None, 0.2])
def test_plateau_watches_the_loss(X, y, fraction):
    """A fall that is to be a hundredfold never comes; any fall at all always does."""
    rates = {
        threshold: fitted(
            X,
            y,
            lr=0.003,
            validation_fraction=fraction,
            lr_schedule=ReduceLROnPlateau,
            lr_schedule_params={"patience": 0, "threshold": threshold},
        ).history_[:, "lr"]
        for threshold in (0.0, 0.99)
    }
    assert_allclose(rates[0.0], 0.003)
    assert_allclose(rates[0.99], [0.003, 0.003, 3e-4, 3e-5])


@pytest.mark.parametrize(
    ("schedule", "params", "error", "message"),
    [
        (StepLR, None, ValueError, r"StepLR cannot be built.*It takes StepLR\("),
        (StepLR, {"size": 3}, ValueError, "lr_schedule_params"),
        (OneCycleLR, {"pct_start": 2}, ValueError, "pct_start"),
        (dict, None, ValueError, "lr_schedule dict cannot be built"),
        (lambda optimizer: None, None, TypeError, "return a scheduler.*NoneType"),
        ("plateau", None, ValueError, "'lr_schedule' parameter"),
    ],
)
def test_bad_schedules_are_explained(X, y, schedule, params, error, message):
    with pytest.raises(error, match=message):
        fitted(X, y, lr_schedule=schedule, lr_schedule_params=params)


def _everything(schedule, params):
    return LocalizationClassifier(
        TinyNet,
        lr_schedule=schedule,
        lr_schedule_params=params,
        validation_fraction=0.2,
        scoring="average_precision",
        batch_size=8,
        accumulate_steps=2,
        clip_norm=1.0,
        l2_penalty=1e-4,
        crop_size=12,
        sampler=ClassAwareSampler(),
        amp=True,
        num_workers=2,
        max_epochs=2,
        random_state=0,
    )


@pytest.mark.parametrize(
    ("schedule", "params"),
    [
        (OneCycleLR, None),
        (ReduceLROnPlateau, {"patience": 0}),
        (CosineAnnealingWarmRestarts, {"T_0": 1}),
        (LambdaLR, {"lr_lambda": _halves}),
    ],
)
def test_schedules_go_with_all_else(X, y, schedule, params):
    model = _everything(schedule, params)
    first = model.fit(X, y).predict_proba(X)
    copy = pickle.loads(pickle.dumps(model))
    assert_array_equal(copy.predict_proba(X), first)
    assert_array_equal(clone(copy).fit(X, y).predict_proba(X), first)


def test_jobs_do_not_change_the_bits(X, y):
    model = _everything(LambdaLR, {"lr_lambda": _halves})
    one, two = (
        cross_val_score(model, X, y, cv=2, scoring="average_precision", n_jobs=n_jobs)
        for n_jobs in (1, 2)
    )
    assert_array_equal(one, two)


class _Peak:
    """Score the second epoch best."""

    def __call__(self, estimator, X, y):
        self.epoch = getattr(self, "epoch", 0) + 1
        return 1.0 if self.epoch == 2 else self.epoch / 100


def test_early_stopping_watches_the_score(X, y):
    """It stops after the best score, which is not where the loss is lowest."""
    model = fitted(
        X,
        y,
        max_epochs=20,
        scoring=_Peak(),
        early_stopping=True,
        n_iter_no_change=3,
    )
    assert (model.n_iter_, model.best_iter_) == (5, 2)
    assert np.argmin(model.history_[:, "valid_loss"]) == 4
    second = fitted(X, y, max_epochs=2, validation_fraction=0.1)
    assert_array_equal(model.predict_proba(X), second.predict_proba(X))


def test_best_epoch_by_the_loss(X, y):
    model = fitted(X, y, lr=0.3, max_epochs=5, validation_fraction=0.3)
    losses = model.history_[:, "valid_loss"]
    assert model.best_iter_ == np.argmin(losses) + 1 < 5
    kept = clone(model).set_params(early_stopping=True, n_iter_no_change=5).fit(X, y)
    assert (kept.n_iter_, kept.best_iter_) == (5, model.best_iter_)
    assert not np.array_equal(kept.predict_proba(X), model.predict_proba(X))
    assert fitted(X, y).best_iter_ is None


class _Asked:
    """A score of 1 whose questions and answers are kept."""

    def __call__(self, estimator, X, y):
        self.seen = estimator.predict(X), estimator.predict_proba(X), y
        return 1.0


@pytest.mark.parametrize("kind", ["multilabel", "binary", "multiclass"])
def test_scorers_are_asked_in_terms_of_y(X, y, kind):
    """They get what the fitted model answers, and y as it came."""
    target = {
        "multilabel": y,
        "binary": np.array(["out", "in"])[y[:, 0]],
        "multiclass": np.array(["a", "b", "c"])[y[:, 0] + y[:, 1]],
    }[kind]
    scorer = _Asked()
    model = fitted(X, target, scoring=scorer, validation_fraction=0.5, max_epochs=2)
    answers, proba, truth = scorer.seen
    assert set(np.unique(truth)) <= set(np.unique(target))
    assert answers.shape == truth.shape
    assert answers.dtype == model.predict(X).dtype
    everything = model.predict_proba(X).round(4).tolist()
    rows = [everything.index(row) for row in proba.round(4).tolist()]
    assert_array_equal(np.asarray(target)[rows], truth)
    assert_array_equal(model.predict(X)[rows], answers)


@pytest.mark.parametrize(
    "scoring",
    ["f1_macro", "average_precision", make_scorer(f1_score, average="micro")],
)
def test_absent_labels_do_not_flood_warnings(X, y, scoring):
    rare = y.copy()
    rare[:, 0] = 0
    rare[0, 0] = 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = fitted(X, rare, scoring=scoring, validation_fraction=0.2)
    assert all(0 <= score <= 1 for score in model.history_[:, "valid_score"])


@pytest.mark.parametrize(
    "scoring", ["accuracy", "balanced_accuracy", "f1_macro", "neg_log_loss"]
)
def test_scorers_of_exclusive_classes(X, y, scoring):
    classes = np.array(["a", "b", "c"])[y[:, 0] + y[:, 1]]
    model = fitted(X, classes, scoring=scoring, validation_fraction=0.3, max_epochs=2)
    assert np.isfinite(model.history_[:, "valid_score"]).all()


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"scoring": "f1_macro"}, "none are held out. Set validation_fraction"),
        ({"scoring": "f1_makro", "early_stopping": True}, "'scoring' parameter"),
        ({"scoring": f1_score, "early_stopping": True}, "make_scorer"),
        ({"scoring": 3}, "'scoring' parameter"),
    ],
)
def test_bad_scores_are_explained(X, y, params, message):
    with pytest.raises(ValueError, match=message):
        fitted(X, y, **params)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_a_score_that_is_not_defined_is_an_error(X, y):
    absent = y.copy()
    absent[:, 0] = 0
    with pytest.raises(ValueError, match="not defined on the 12 held-out"):
        fitted(X, absent, scoring="roc_auc", validation_fraction=0.2)
