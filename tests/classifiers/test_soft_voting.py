import numpy as np
import pandas as pd
import pytest
import sklearn
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, cross_validate

from sklearn_protloc.classifiers import SoftVotingClassifier


@pytest.fixture
def folds(classifier, X, y):
    return cross_validate(classifier, X, y, cv=3, return_estimator=True)["estimator"]


def test_models_of_the_folds_are_averaged_not_trained_again(folds, X, y):
    members = [(f"fold{i}", FrozenEstimator(m)) for i, m in enumerate(folds)]
    ensemble = SoftVotingClassifier(members).fit(X, y)
    each = [m.predict_proba(X) for m in folds]
    assert_allclose(ensemble.predict_proba(X), np.mean(each, axis=0), rtol=1e-6)
    assert_array_equal(ensemble.predict(X), ensemble.predict_proba(X) >= 0.5)
    assert ensemble.named_estimators_.fold1.estimator is folds[1]


def test_weights(folds, X, y):
    members = [(f"fold{i}", FrozenEstimator(m)) for i, m in enumerate(folds)]
    only_last = SoftVotingClassifier(members, weights=[0, 0, 1]).fit(X, y)
    assert_allclose(only_last.predict_proba(X), folds[2].predict_proba(X))


def test_members_of_other_kinds_and_searches(classifier, X, y):
    """Forests answer with a list; their trees are searched by the member's name."""

    class Flat(RandomForestClassifier):
        def fit(self, X, y):
            return super().fit(X.reshape(len(X), -1), y)

        def predict_proba(self, X):
            return super().predict_proba(X.reshape(len(X), -1))

    ensemble = SoftVotingClassifier(
        [("net", classifier), ("forest", Flat(5, random_state=0))]
    )
    search = GridSearchCV(
        ensemble, {"forest__max_depth": [1, 3]}, cv=2, scoring="average_precision"
    ).fit(X, y)
    assert np.isfinite(search.best_score_)
    assert clone(ensemble).set_params(net__lr=0.5).get_params()["net__lr"] == 0.5


def test_names_of_labels(classifier, X, y):
    frame = pd.DataFrame(y, columns=list("abcde"))
    ensemble = SoftVotingClassifier([("net", classifier)]).fit(X, frame)
    assert ensemble.label_names_.tolist() == list("abcde")
    assert_array_equal(ensemble.classes_, np.arange(5))


def test_members_must_share_their_labels(classifier, X, y):
    one = clone(classifier).fit(X, pd.DataFrame(y, columns=list("abcde")))
    other = clone(classifier).fit(X, pd.DataFrame(y, columns=list("edcba")))
    members = [("one", FrozenEstimator(one)), ("other", FrozenEstimator(other))]
    with pytest.raises(
        ValueError,
        match=r"label 0 is .* in estimator 'one' and .* in estimator 'other'",
    ):
        SoftVotingClassifier(members).fit(X, y)


@pytest.mark.parametrize(
    ("n_samples", "n_labels", "message"),
    [(60, 1, "sklearn.ensemble.VotingClassifier"), (50, 5, "inconsistent numbers")],
)
def test_targets_that_do_not_fit(classifier, X, y, n_samples, n_labels, message):
    ensemble = SoftVotingClassifier([("net", classifier)])
    with pytest.raises(ValueError, match=message):
        ensemble.fit(X, y[:n_samples, :n_labels])


def test_sample_weights_go_to_who_asked(classifier, X, y):
    weight = np.arange(60) % 3
    with sklearn.config_context(enable_metadata_routing=True):
        asked = clone(classifier).set_fit_request(sample_weight=True)
        refused = clone(classifier).set_fit_request(sample_weight=False)
        ensemble = SoftVotingClassifier([("a", asked), ("b", refused)])
        ensemble.fit(X, y, sample_weight=weight)
    weighted = clone(classifier).fit(X, y, sample_weight=weight)
    a, b = ensemble.estimators_
    assert_array_equal(a.predict_proba(X), weighted.predict_proba(X))
    assert_array_equal(b.predict_proba(X), classifier.fit(X, y).predict_proba(X))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"estimators": []}, ValueError, r"list of \(name, estimator\) tuples"),
        ({"weights": [1, 2]}, ValueError, "one weight for each of 1 estimators"),
        ({"weights": [-1]}, ValueError, "from 0 upwards"),
        (
            {"estimators": [("fit", None)]},
            TypeError,
            "'fit' with the method predict_proba, got NoneType",
        ),
    ],
)
def test_bad_parameters_are_named(classifier, X, y, change, error, message):
    params = {"estimators": [("net", classifier)], **change}
    with pytest.raises(error, match=message):
        SoftVotingClassifier(**params).fit(X, y)


def test_frozen_members_must_be_fitted(classifier, X, y):
    ensemble = SoftVotingClassifier([("net", FrozenEstimator(classifier))])
    with pytest.raises(NotFittedError):
        ensemble.fit(X, y)


def test_weights_of_each_label(folds, X, y):
    members = [(f"fold{i}", FrozenEstimator(m)) for i, m in enumerate(folds)]
    weights = np.array([[1, 0, 0, 2, 1], [0, 1, 0, 1, 1], [0, 0, 1, 1, 1]])
    ensemble = SoftVotingClassifier(members, weights=weights).fit(X, y)
    each = np.array([m.predict_proba(X) for m in folds])
    mean = (each * weights[:, None]).sum(axis=0) / weights.sum(axis=0)
    assert_allclose(ensemble.predict_proba(X), mean, rtol=1e-6)
    with pytest.raises(ValueError, match="above 0 for every label"):
        ensemble.set_params(weights=weights * [0, 1, 1, 1, 1]).fit(X, y)
