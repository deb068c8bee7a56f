import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_multilabel_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, ShuffleSplit, cross_val_score
from sklearn.multiclass import OneVsRestClassifier

from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)

X, Y = make_multilabel_classification(120, n_classes=4, random_state=0)


def model():
    return OneVsRestClassifier(LogisticRegression(max_iter=500))


class Recorder(ClassifierMixin, BaseEstimator):
    """Records the rows it was trained on and predicts better where it was."""

    fits = []

    def fit(self, X, y):
        self.rows_, self.n_labels_ = X[:, 0].astype(int), y.shape[1]
        self.fits.append(self.rows_)
        return self

    def predict_proba(self, X):
        seen = np.isin(X[:, 0], self.rows_)
        return np.where(seen[:, None], 0.75, 0.25) * np.ones(self.n_labels_)


@pytest.fixture(autouse=True)
def _no_fits_yet():
    Recorder.fits.clear()


ROWS = np.arange(120.0)[:, None]


def test_hold_out_trains_on_some_rows_and_tunes_on_the_others():
    optimizer = MultiLabelThresholdOptimizer(Recorder(), cv=0.25, random_state=0)
    optimizer.fit(ROWS, Y)
    train = optimizer.train_indices_
    (rows,) = Recorder.fits
    np.testing.assert_array_equal(rows, train)
    np.testing.assert_array_equal(optimizer.estimator_.rows_, train)
    held_out = np.isfinite(optimizer.oof_proba_).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(~held_out), train)
    assert held_out.sum() == 30
    share = Y[held_out].sum(axis=0) / Y.sum(axis=0)
    np.testing.assert_allclose(share, 0.25, atol=0.05)
    positives = optimizer.report_["n_positive"]
    np.testing.assert_array_equal(positives, Y[held_out].sum(axis=0))
    assert np.isfinite(optimizer.score_estimate_)


def test_hold_out_by_seed():
    def train_rows(seed):
        optimizer = MultiLabelThresholdOptimizer(Recorder(), cv=0.25, random_state=seed)
        return optimizer.fit(ROWS, Y).train_indices_.tolist()

    assert train_rows(0) == train_rows(0) != train_rows(1)


def test_hold_out_thresholds_are_those_of_its_rows():
    optimizer = MultiLabelThresholdOptimizer(model(), cv=0.3, random_state=0).fit(X, Y)
    train = optimizer.train_indices_
    held_out = np.setdiff1d(np.arange(120), train)
    by_hand = MultiLabelThresholdOptimizer(
        model().fit(X[train], Y[train]), cv="prefit"
    ).fit(X[held_out], Y[held_out])
    np.testing.assert_array_equal(optimizer.thresholds_, by_hand.thresholds_)
    assert optimizer.score_estimate_ == by_hand.score_estimate_


def test_hold_out_refuses_groups():
    optimizer = MultiLabelThresholdOptimizer(model(), cv=0.3)
    with pytest.raises(ValueError, match=r"GroupShuffleSplit\(1, test_size=0\.3\)"):
        optimizer.fit(X, Y, groups=np.arange(120))


def test_ensemble_averages_the_models_of_the_folds():
    optimizer = MultiLabelThresholdOptimizer(Recorder(), ensemble=True).fit(ROWS, Y)
    assert [len(rows) for rows in Recorder.fits] == [80, 80, 80]
    assert [len(member.rows_) for member in optimizer.estimators_] == [80, 80, 80]
    # Each sample was seen by two of three models.
    np.testing.assert_allclose(optimizer.predict_proba(ROWS), (0.75 * 2 + 0.25) / 3)
    assert (optimizer.oof_proba_ == 0.25).all()


def test_ensemble_over_a_real_classifier():
    folds = MultilabelStratifiedKFold(4)
    optimizer = MultiLabelThresholdOptimizer(model(), cv=folds, ensemble=True)
    optimizer.fit(X, Y)
    each = [
        clone(model()).fit(X[train], Y[train]).predict_proba(X)
        for train, _ in folds.split(X, Y)
    ]
    np.testing.assert_allclose(optimizer.predict_proba(X), np.mean(each, axis=0))
    proba, scores = optimizer.predict_proba(X), optimizer.decision_function(X)
    np.testing.assert_allclose(proba, 1 / (1 + np.exp(-scores)))
    assert optimizer.n_features_in_ == X.shape[1]
    two = MultiLabelThresholdOptimizer(model(), ensemble=True)
    for scoring in ("roc_auc", "average_precision"):
        assert np.isfinite(cross_val_score(two, X, Y[:, :2], scoring=scoring)).all()


def test_models_are_not_kept_unless_averaged():
    optimizer = MultiLabelThresholdOptimizer(model(), ensemble=True).fit(X, Y)
    optimizer.set_params(ensemble=False).fit(X, Y)
    assert optimizer.estimators_ is None
    assert optimizer.train_indices_ is None


def test_ensemble_keeps_groups_together():
    groups = np.repeat(np.arange(30), 4)
    optimizer = MultiLabelThresholdOptimizer(
        Recorder(), cv=GroupKFold(3), ensemble=True
    ).fit(ROWS, Y, groups=groups)
    for rows in Recorder.fits:
        assert set(np.bincount(groups[rows])) == {0, 4}
    assert len(optimizer.estimators_) == 3


@pytest.mark.parametrize("ensemble", [False, True])
def test_dice_is_tuned_on_training_samples_and_scored_on_others(ensemble):
    # Seen samples score 0.75 and others 0.25: at thresholds between, tuned on the
    # former, none of the latter is predicted.
    optimizer = MultiLabelThresholdOptimizer(
        Recorder(), strategy="dice", ensemble=ensemble
    ).fit(ROWS, Y)
    assert ((optimizer.thresholds_ > 0.25) & (optimizer.thresholds_ <= 0.75)).all()
    assert optimizer.best_score_ == optimizer.score_estimate_ == 0
    assert (optimizer.oof_proba_ == 0.25).all()


def test_dice_with_a_hold_out_is_tuned_on_the_rows_trained_on():
    optimizer = MultiLabelThresholdOptimizer(
        model(), strategy="dice", cv=0.3, random_state=0
    ).fit(X, Y)
    train = optimizer.train_indices_
    trained = MultiLabelThresholdOptimizer(
        optimizer.estimator_, strategy="dice", cv="prefit"
    ).fit(X[train], Y[train])
    np.testing.assert_array_equal(optimizer.thresholds_, trained.thresholds_)
    assert (optimizer.thresholds_std_ == 0).all()
    np.testing.assert_allclose(
        optimizer.thresholds_ * 100, np.rint(optimizer.thresholds_ * 100)
    )


def test_dice_with_a_single_split_is_tuned_on_all_rows_of_the_refit():
    split = ShuffleSplit(1, test_size=0.3, random_state=0)
    optimizer = MultiLabelThresholdOptimizer(model(), strategy="dice", cv=split)
    optimizer.fit(X, Y)
    refitted = MultiLabelThresholdOptimizer(
        model().fit(X, Y), strategy="dice", cv="prefit"
    ).fit(X, Y)
    np.testing.assert_array_equal(optimizer.thresholds_, refitted.thresholds_)


def test_one_column_with_a_hold_out_or_an_ensemble():
    for params in ({"cv": 0.3}, {"ensemble": True}):
        optimizer = MultiLabelThresholdOptimizer(LogisticRegression(), **params)
        optimizer.fit(X, Y[:, 0])
        assert optimizer.thresholds_ is optimizer.score_estimate_ is None
        assert optimizer.predict(X).shape == (120,)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"strategy": "best"}, "function or one of 'shrunk', 'f1'.*got 'best'"),
        ({"strategy": None}, "strategy.*got None"),
        ({"metric": "recall"}, "metric as a function or one of 'f1', got 'recall'"),
        ({"empty": "lower"}, "'allow' or 'argmax', got 'lower'"),
        ({"min_positives": 0.5}, "whole number from 0 upwards, got 0.5"),
        ({"min_positives": -1}, "whole number from 0 upwards, got -1"),
        ({"cv": 0.0}, r"between 0 and 1, both.*got 0\.0"),
        ({"cv": "prefit", "ensemble": True}, "no models of folds to average"),
    ],
)
def test_parameter_errors_of_tuning(params, message):
    with pytest.raises(ValueError, match=message):
        MultiLabelThresholdOptimizer(model(), **params).fit(X, Y)
