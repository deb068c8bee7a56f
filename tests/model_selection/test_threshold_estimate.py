import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import f1_score

from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.utils import stratified_folds

N_LABELS = 8


class Scores(ClassifierMixin, BaseEstimator):
    """A trained model whose scores are its input."""

    def fit(self, X, y):
        raise AssertionError("the model is trained")

    def __sklearn_is_fitted__(self):
        return True

    def predict_proba(self, X):
        return X


def drawn(n_samples, rng):
    """Return scores that say little, and rare labels."""
    y = (rng.random((n_samples, N_LABELS)) < np.geomspace(0.3, 0.02, N_LABELS)) * 1
    return expit(1.5 * y - 2 + rng.normal(size=y.shape)), y


def tuned(p, y, **params):
    return MultiLabelThresholdOptimizer(FrozenEstimator(Scores()), **params).fit(p, y)


def macro_f1(optimizer, p, y):
    return f1_score(y, optimizer.predict(p), average="macro", zero_division=0)


@pytest.mark.parametrize("strategy", ["shrunk", "f1"])
def test_estimate_is_honest_where_the_score_on_the_same_samples_is_not(strategy):
    rng = np.random.default_rng(0)
    p_new, y_new = drawn(20_000, rng)
    errors = []
    for _ in range(25):
        optimizer = tuned(*drawn(500, rng), strategy=strategy)
        truth = macro_f1(optimizer, p_new, y_new)
        estimates = optimizer.best_score_, optimizer.score_estimate_
        errors.append([estimate - truth for estimate in estimates])
    same_samples, cross_fitted = np.mean(errors, axis=0)
    assert abs(cross_fitted) < 0.012
    assert same_samples > 0.012
    assert same_samples > 2 * abs(cross_fitted)


def test_estimate_is_that_of_pooled_decisions_at_thresholds_without_the_fold():
    p, y = drawn(200, np.random.default_rng(0))
    y[:, 5] = 0
    with pytest.warns(UserWarning, match="labels: 5"):
        optimizer = tuned(p, y, strategy="prevalence", absent_threshold=0.9)
    folds = stratified_folds(y, 5)
    parts, predicted = [], np.zeros_like(y)
    for fold in range(5):
        rest = folds != fold
        with pytest.warns(UserWarning, match="No positive"):
            part = tuned(p[rest], y[rest], strategy="prevalence", absent_threshold=0.9)
        predicted[~rest] = part.predict(p[~rest])
        parts.append(part.thresholds_)
    each = f1_score(y, predicted, average=None, zero_division=0)
    assert optimizer.score_estimate_ == pytest.approx(np.delete(each, 5).mean())
    np.testing.assert_allclose(optimizer.thresholds_std_, np.std(parts, axis=0))
    report = optimizer.report_
    np.testing.assert_allclose(report["f1_cross_fitted"], each)
    np.testing.assert_array_equal(report["threshold_std"], optimizer.thresholds_std_)
    assert report["status"].tolist() == ["tuned"] * 5 + ["absent"] + ["tuned"] * 2


def test_best_score_is_the_metric_and_f1_stays_f1():
    def recall(tp, fp, fn, tn):
        return tp / (tp + fn)

    p, y = drawn(200, np.random.default_rng(0))
    optimizer = tuned(p, y, strategy="f1", metric=recall)
    assert optimizer.best_score_ == 1
    assert 0.8 < optimizer.score_estimate_ < 1
    expected = f1_score(y, optimizer.predict(p), average=None)
    np.testing.assert_array_equal(optimizer.oof_f1_, expected)


def test_a_fold_without_the_positives_of_a_label_falls_back_in_the_cross_fit():
    p, y = drawn(100, np.random.default_rng(2))
    y[:, 0] = 0
    y[3, 0] = 1  # absent from four folds, tuned on nothing for the fifth
    optimizer = tuned(p, y, strategy="f1", absent_threshold=2.0)
    assert optimizer.oof_f1_[0] > 0
    assert optimizer.report_["f1_cross_fitted"][0] == 0
    assert optimizer.thresholds_std_[0] > 0


@pytest.mark.parametrize("strategy", ["shrunk", "f1"])
def test_labels_that_are_predicted_for_all_are_named(strategy):
    p, y = drawn(200, np.random.default_rng(0))
    p[:, 5] = 0.001  # says nothing of a label that few have
    y[:150, 0], p[:, 0] = 1, 0.6  # nor this of one that most have
    y = pd.DataFrame(y, columns=[f"label {k}" for k in range(N_LABELS)])
    with pytest.warns(UserWarning, match="most lack them: label 5. No") as record:
        optimizer = tuned(p, y, strategy=strategy)
    assert len(record) == 1
    assert record[0].filename == __file__
    assert optimizer.predict(p)[:, [0, 5]].all()
    status = ["tuned"] * N_LABELS
    status[5] = "always"
    assert optimizer.report_["status"].tolist() == status


def test_rare_labels_are_predicted_as_often_as_they_are_present():
    p, y = drawn(200, np.random.default_rng(0))
    few = y.sum(axis=0) < 20
    plain, prior = tuned(p, y), tuned(p, y, strategy="prevalence")
    optimizer = tuned(p, y, min_positives=20)
    assert 0 < few.sum() < N_LABELS
    expected = np.where(few, prior.thresholds_, plain.thresholds_)
    np.testing.assert_array_equal(optimizer.thresholds_, expected)
    np.testing.assert_array_equal(optimizer.report_["status"] == "rare", few)
    crossed, of_prior, of_plain = (
        fitted.report_["f1_cross_fitted"] for fitted in (optimizer, prior, plain)
    )
    # Without a fold there are fewer positives, so that more labels are rare.
    np.testing.assert_array_equal(crossed[few], of_prior[few])
    frequent = y.sum(axis=0) > 30
    np.testing.assert_array_equal(crossed[frequent], of_plain[frequent])


def test_rows_without_a_label_get_the_most_probable_one():
    p, y = drawn(200, np.random.default_rng(0))
    allow, argmax = tuned(p, y), tuned(p, y, empty="argmax")
    np.testing.assert_array_equal(allow.thresholds_, argmax.thresholds_)
    before, after = allow.predict(p), argmax.predict(p)
    empty = ~before.any(axis=1)
    assert 0 < empty.sum() < 200
    np.testing.assert_array_equal(after[~empty], before[~empty])
    np.testing.assert_array_equal(after[empty].argmax(axis=1), p[empty].argmax(axis=1))
    assert (after[empty].sum(axis=1) == 1).all()
    np.testing.assert_array_equal(argmax.oof_f1_, f1_score(y, after, average=None))
    assert argmax.score_estimate_ != allow.score_estimate_
    argmax.set_params(empty="allow")
    np.testing.assert_array_equal(argmax.predict(p), after)


def test_function_as_strategy_is_cross_fitted_too():
    seen = []

    def halves(y, p):
        seen.append(len(y))
        return np.full(y.shape[1], 0.5)

    p, y = drawn(100, np.random.default_rng(2))
    optimizer = tuned(p, y, strategy=halves)
    assert (optimizer.thresholds_ == 0.5).all()
    assert (optimizer.thresholds_std_ == 0).all()
    assert seen == [100] + [80] * 5
    np.testing.assert_array_equal(
        optimizer.report_["f1_cross_fitted"], optimizer.report_["f1_at_half"]
    )
    with pytest.raises(ValueError, match=r"one threshold per label, shape \(8,\)"):
        tuned(p, y, strategy=lambda y, p: 0.5)
    with pytest.raises(ValueError, match="without NaN, got"):
        tuned(p, y, strategy=lambda y, p: np.full(8, np.nan))
    with pytest.raises(ValueError, match="one number for each entry"):
        tuned(p, y, metric=lambda tp, fp, fn, tn: 1.0)


@pytest.mark.parametrize(
    ("p", "message"),
    [
        (np.full((20, 3), np.nan), "gave NaN"),
        (np.full((20, 3), 1.5), "between 0 and 1, got values from 0 to 1.5"),
        (np.full((20, 2), 0.5), r"shape \(n_samples, 3\), got shape \(20, 2\)"),
        (np.full(20, 0.5), r"got shape \(20,\)"),
    ],
)
def test_wrong_probabilities(p, message):
    y = np.random.default_rng(0).integers(0, 2, (20, 3))
    with pytest.raises(ValueError, match=message):
        tuned(p, y)


def test_folds_of_cv_are_those_of_the_cross_fit():
    class Trained(Scores):
        def fit(self, X, y):
            return self

    p, y = drawn(200, np.random.default_rng(0))
    by_two = MultiLabelThresholdOptimizer(Trained(), cv=2, strategy="f1").fit(p, y)
    by_ten = MultiLabelThresholdOptimizer(Trained(), cv=10, strategy="f1").fit(p, y)
    np.testing.assert_array_equal(by_two.thresholds_, by_ten.thresholds_)
    halves = [
        tuned(p[train], y[train], strategy="f1").thresholds_
        for train, _ in MultilabelStratifiedKFold(2).split(p, y)
    ]
    np.testing.assert_allclose(by_two.thresholds_std_, np.std(halves, axis=0))
    assert by_ten.thresholds_std_.mean() < by_two.thresholds_std_.mean()


def test_a_sample_at_a_time_is_as_fast_as_ten_folds():
    calls = []

    class Trained(Scores):
        def fit(self, X, y):
            return self

    def counted(y, p):
        calls.append(len(y))
        return np.full(y.shape[1], 0.5)

    p, y = drawn(40, np.random.default_rng(3))
    splits = [(np.delete(np.arange(40), i), [i]) for i in range(40)]
    optimizer = MultiLabelThresholdOptimizer(Trained(), cv=splits, strategy=counted)
    optimizer.fit(p[:, :3], y[:, :3])
    assert calls == [40] + [36] * 10


def test_a_single_sample_has_no_estimate():
    optimizer = tuned(np.array([[0.2, 0.9]]), np.array([[1, 1]]))
    assert np.isnan(optimizer.score_estimate_)
    assert np.isnan(optimizer.thresholds_std_).all()
    assert np.isfinite(optimizer.thresholds_).all()
