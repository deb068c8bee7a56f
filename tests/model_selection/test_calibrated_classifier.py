import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize_scalar
from scipy.special import expit, logit
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_validate
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB

from sklearn_protloc.metrics import multilabel_log_loss
from sklearn_protloc.model_selection import (
    MultiLabelCalibratedClassifier,
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)

X, Y = make_multilabel_classification(300, n_classes=3, random_state=0)
LOGISTIC = LogisticRegression(C=100, max_iter=2000)
MODEL = OneVsRestClassifier(LOGISTIC)
METHODS = ["beta", "sigmoid", "isotonic", "temperature"]
RNG = np.random.default_rng(0)
# True log-odds of 2000 samples and 3 labels, and labels drawn by them.
Z = RNG.normal(-1, 2, (2000, 3))
DRAWN = (RNG.random(Z.shape) < expit(Z)).astype(int)


class Given(ClassifierMixin, BaseEstimator):
    """Answers with X, as probabilities."""

    def fit(self, X, y, sample_weight=None):
        self.weight_ = sample_weight
        self.fitted_ = True
        return self

    def predict_proba(self, X):
        return expit(X)


@pytest.mark.parametrize("weight", [None, RNG.exponential(3, 300)])
@pytest.mark.parametrize(
    ("method", "model", "tolerance"),
    [
        ("sigmoid", LOGISTIC, 3e-4),
        # Without decision values, scikit-learn takes probabilities, too.
        ("isotonic", GaussianNB(), 1e-9),
        ("temperature", LOGISTIC, 1e-4),
    ],
)
def test_a_label_is_calibrated_as_by_scikit_learn(method, model, tolerance, weight):
    splits = list(MultilabelStratifiedKFold(4).split(X, Y))
    ours = MultiLabelCalibratedClassifier(
        MultiOutputClassifier(model), method=method, cv=splits
    )
    proba = ours.fit(X, Y, weight).predict_proba(X)
    for k in range(3):
        theirs = CalibratedClassifierCV(model, method=method, cv=splits, ensemble=False)
        expected = theirs.fit(X, Y[:, k], weight).predict_proba(X)[:, 1]
        assert_allclose(proba[:, k], expected, atol=tolerance)


@pytest.mark.parametrize("method", METHODS)
def test_weights_of_maps_count_samples(method):
    """A weight of 2 is the sample twice, whatever the estimator makes of it."""
    weight = RNG.integers(0, 3, (500, 3))
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), method=method)
    model.set_params(cv="prefit", min_positives=0).fit(Z[:500], DRAWN[:500], weight)
    proba = model.predict_proba(Z)
    for k in range(3):
        rows = np.repeat(np.arange(500), weight[:, k])
        repeated = clone(model).set_params(estimator=model.estimator_)
        repeated.fit(Z[rows], DRAWN[rows])
        assert_allclose(proba[:, k], repeated.predict_proba(Z)[:, k], atol=1e-4)
    model.set_params(per_label=False).fit(Z[:500], DRAWN[:500], 1e-6 * (weight + 1))
    assert model.pooled_.all()


def test_samples_without_weight_do_not_make_a_label_frequent():
    weight = np.where(np.arange(2000) < 30, 1, 0)
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), cv="prefit")
    assert model.fit(Z, DRAWN, weight).pooled_.all()
    with pytest.raises(ValueError, match="Every sample that maps"):
        model.fit(Z, DRAWN, 0 * weight)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.ones(5), r"\(300,\), one number per sample, or \(300, 3\), got \(5,\)"),
        (-np.ones(300), "finite numbers from 0 upwards"),
        (np.full(300, np.nan), "finite numbers from 0 upwards"),
        (["a"] * 300, "sample_weight as an array of numbers"),
    ],
)
def test_bad_weights_are_named(weight, message):
    with pytest.raises(ValueError, match=message):
        MultiLabelCalibratedClassifier(MODEL).fit(X, Y, weight)


@pytest.mark.parametrize("prevalence", [0.02, 0.3])
def test_a_temperature_makes_the_labels_most_likely(prevalence):
    """As Guo's, also of rare labels, where targets within 0 and 1 cost the most."""
    y = (RNG.random((400, 2)) < prevalence).astype(int)
    z = 3 * (RNG.normal(size=y.shape) + 3 * (y - 0.5) - 1)
    model = MultiLabelCalibratedClassifier(Given().fit(z, y), method="temperature")
    model.set_params(cv="prefit", min_positives=1).fit(z, y)

    for k in range(2):

        def loss(slope, k=k):
            return np.logaddexp(0, slope * z[:, k]).sum() - slope * y[:, k] @ z[:, k]

        best = minimize_scalar(loss, bounds=(0, 50), method="bounded").x
        assert_allclose(model.calibrators_[k].weights_, best, rtol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_a_label_that_is_told_perfectly_gets_a_finite_map(method):
    sure = np.where(DRAWN == 1, 2.0, -2.0)
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), method=method)
    proba = model.set_params(cv="prefit").fit(sure, DRAWN).predict_proba(sure)
    assert ((proba > 0.99) == DRAWN).all()
    assert ((proba > 0) & (proba < 1)).all() or method == "isotonic"


@pytest.mark.parametrize("method", METHODS)
def test_sure_models_are_moderated_in_order(method):
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), method=method)
    model.set_params(cv="prefit").fit(3 * Z[:1000], DRAWN[:1000])
    proba = model.predict_proba(3 * Z[1000:])
    before = multilabel_log_loss(DRAWN[1000:], expit(3 * Z[1000:]))
    after = multilabel_log_loss(DRAWN[1000:], proba)
    best = multilabel_log_loss(DRAWN[1000:], expit(Z[1000:]))
    assert after < best + 0.1 * (before - best) or method == "isotonic"
    assert after < before
    for k in range(3):
        order = Z[1000:, k].argsort()
        assert (np.diff(proba[order, k]) >= 0).all()


def test_beta_undoes_a_shift_of_each_end():
    """The map of a model whose log-odds are bent and moved is found."""
    p = expit(Z)
    bent = 1.5 * np.log(p) - 0.5 * np.log1p(-p) + 1
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), cv="prefit")
    model.fit(bent, DRAWN)
    assert np.abs(model.predict_proba(bent) - p).mean() < 0.02


@pytest.mark.parametrize("method", METHODS)
def test_no_map_falls_even_where_the_model_is_wrong(method):
    """Scores that are lower for those who have the label are worth nothing."""
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), method=method)
    proba = model.set_params(cv="prefit").fit(-Z, DRAWN).predict_proba(-Z)
    assert np.ptp(proba, axis=0).max() < 0.05
    if method != "temperature":  # which has no other constant than one half
        assert_allclose(proba.mean(axis=0), DRAWN.mean(axis=0), atol=0.01)


def test_perfect_models_stay_finite():
    sure = np.where(DRAWN == 1, 40.0, -40.0)
    model = MultiLabelCalibratedClassifier(Given().fit(Z, DRAWN), cv="prefit")
    proba = model.fit(sure, DRAWN).predict_proba(sure)
    assert ((proba > 0) & (proba < 1)).all()
    assert ((proba > 0.5) == DRAWN).all()


def test_rare_labels_get_the_map_of_all():
    y = DRAWN.copy()
    y[:, 1] = np.arange(2000) < 19  # and a score that knows nothing of it
    model = MultiLabelCalibratedClassifier(Given().fit(Z, y), cv="prefit").fit(Z, y)
    assert model.pooled_.tolist() == [False, True, False]
    pooled = clone(model).set_params(per_label=False)
    pooled = pooled.set_params(estimator=model.estimator_).fit(Z, y)
    assert pooled.pooled_.all()
    assert_array_equal(model.predict_proba(Z)[:, 1], pooled.predict_proba(Z)[:, 1])
    own = MultiLabelCalibratedClassifier(model.estimator_, min_positives=0, cv="prefit")
    assert not own.fit(Z, y).pooled_.any()


@pytest.mark.parametrize("method", METHODS)
def test_labels_without_a_positive_or_a_negative(method):
    y = DRAWN.copy()
    y[:, 0], y[:, 1] = 0, 1
    model = MultiLabelCalibratedClassifier(
        Given().fit(Z, y), method=method, min_positives=0, cv="prefit"
    ).fit(Z, y)
    assert model.pooled_.tolist() == [True, True, False]
    assert np.isfinite(model.predict_proba(Z)).all()


def test_learnt_on_held_out_samples_only():
    model = MultiLabelCalibratedClassifier(MODEL, cv=0.3, random_state=0).fit(X, Y)
    held_out = np.setdiff1d(np.arange(300), model.train_indices_)
    known = np.isfinite(model.oof_proba_).all(axis=1)
    assert_array_equal(np.flatnonzero(known), held_out)
    trained = clone(MODEL).fit(X[model.train_indices_], Y[model.train_indices_])
    assert_array_equal(model.oof_proba_[held_out], trained.predict_proba(X[held_out]))
    by_hand = MultiLabelCalibratedClassifier(FrozenEstimator(trained))
    by_hand.fit(X[held_out], Y[held_out])
    assert_array_equal(model.predict_proba(X), by_hand.predict_proba(X))


def test_manners():
    model = MultiLabelCalibratedClassifier(MODEL)
    before = model.get_params()
    with pytest.raises(NotFittedError):
        model.predict_proba(X)
    proba = model.fit(X, pd.DataFrame(Y, columns=list("abc"))).predict_proba(X)
    assert model.get_params() == before
    assert model.label_names_.tolist() == list("abc")
    assert model.n_features_in_ == X.shape[1]
    assert_array_equal(model.predict(X), proba >= 0.5)
    assert_allclose(model.decision_function(X), logit(proba), rtol=1e-6)
    loaded = pickle.loads(pickle.dumps(model))
    assert_array_equal(loaded.predict_proba(X), proba)
    assert_array_equal(
        clone(model).set_params(n_jobs=2).fit(X, Y).predict_proba(X), proba
    )


def test_searched_and_thresholded():
    grid = {"method": ["beta", "isotonic"], "estimator__estimator__C": [1, 100]}
    model = MultiLabelCalibratedClassifier(MODEL, cv=2)
    search = GridSearchCV(model, grid, cv=2, scoring="average_precision").fit(X, Y)
    optimizer = MultiLabelThresholdOptimizer(search.best_estimator_, cv=2).fit(X, Y)
    assert optimizer.score_estimate_ > 0.5
    single = GridSearchCV(model, {"method": ["beta"]}, cv=2, scoring="roc_auc")
    assert np.isfinite(single.fit(X, Y[:, :2]).best_score_)


def test_groups_and_weights_are_routed():
    groups, weight = np.repeat(np.arange(500), 4), np.ones(2000)
    with config_context(enable_metadata_routing=True):
        asked = Given().set_fit_request(sample_weight=True)
        model = MultiLabelCalibratedClassifier(asked)
        model.fit(Z, DRAWN, groups=groups, sample_weight=weight)
        assert model.estimator_.weight_.sum() == 2000
        weight = np.where(DRAWN[:, 0] == 1, 5, 1)
        only_maps = clone(model).set_params(
            estimator=Given().set_fit_request(sample_weight=False)
        )
        only_maps.fit(Z, DRAWN, groups=groups, sample_weight=weight)
        assert only_maps.estimator_.weight_ is None
        higher = only_maps.predict_proba(Z) > model.predict_proba(Z)
        assert higher[:, 0].all()
        only_maps.set_fit_request(sample_weight=True)
        only_maps.set_score_request(sample_weight=False)
        scores = cross_validate(
            only_maps, Z, DRAWN, params={"sample_weight": weight}, cv=2
        )
        assert len(scores["test_score"]) == 2


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"method": "platt"}, ValueError, "'beta', 'sigmoid'.*got 'platt'"),
        ({"min_positives": -1}, ValueError, "whole number from 0 upwards, got -1"),
        ({"cv": "loo"}, ValueError, "got 'loo'"),
        ({"estimator": IsotonicRegression()}, TypeError, "method predict_proba"),
    ],
)
def test_bad_parameters_are_named(change, error, message):
    model = MultiLabelCalibratedClassifier(MODEL).set_params(**change)
    with pytest.raises(error, match=message):
        model.fit(X, Y)


@pytest.mark.parametrize(
    ("y", "message"),
    [(Y[:, 0], "use sklearn.calibration.Cal"), (None, "y to be passed"), (Y * 2, "2")],
)
def test_targets_that_do_not_fit(y, message):
    with pytest.raises(ValueError, match=message):
        MultiLabelCalibratedClassifier(MODEL).fit(X, y)
