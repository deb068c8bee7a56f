import pickle
import warnings

import numpy as np
import pytest
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_multilabel_classification
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GridSearchCV, KFold, cross_val_score, cross_validate
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from sklearn_protloc import metrics

SCORERS = [
    metrics.macro_average_precision_scorer,
    metrics.macro_f1_scorer,
    metrics.macro_roc_auc_scorer,
    metrics.neg_multilabel_log_loss_scorer,
]
scorers = pytest.mark.parametrize("scorer", SCORERS, ids=lambda s: s.__name__)


@pytest.fixture
def rare():
    """Four labels, of which the last has a single sample."""
    X, y = make_multilabel_classification(60, n_classes=4, random_state=0)
    y[:, 3] = 0
    y[0, 3] = 1
    return X, y


class ArrayClassifier(ClassifierMixin, BaseEstimator):
    """Gives `predict_proba` as one array, with `classes_` as of a single column."""

    def fit(self, X, y):
        self.shares_ = np.asarray(y, dtype=float).mean(axis=0)
        self.classes_ = np.arange(len(self.shares_))
        return self

    def predict_proba(self, X):
        return np.clip(self.shares_ + 0.01 * X[:, :1], 0, 1)

    def predict(self, X):
        return (self.predict_proba(X) >= 0.5).astype(int)


@scorers
@pytest.mark.parametrize(
    "model", [KNeighborsClassifier(), DecisionTreeClassifier(max_depth=3)]
)
def test_scorers_are_finite_and_silent_where_labels_are_absent(scorer, model, rare):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        scores = cross_val_score(model, *rare, scoring=scorer, cv=KFold(6))
    assert np.isfinite(scores).all()


@scorers
@pytest.mark.parametrize("n_labels", [2, 4])
def test_scorers_read_arrays_and_lists_alike(scorer, n_labels, rare):
    X, y = rare
    model = ArrayClassifier().fit(X, y[:, :n_labels])

    class ListClassifier:
        classes_ = [np.array([0, 1])] * n_labels
        predict = staticmethod(model.predict)

        def predict_proba(self, X):
            return [np.column_stack([1 - p, p]) for p in model.predict_proba(X).T]

    assert scorer(ListClassifier(), X, y[:, :n_labels]) == pytest.approx(
        scorer(model, X, sparse.csr_matrix(y[:, :n_labels]))
    )


def test_a_label_unknown_to_the_model_has_probability_zero(rare):
    X, y = rare
    model = DummyClassifier().fit(X[1:], y[1:])  # the last label is constant
    assert model.predict_proba(X)[3].shape == (60, 1)
    loss = -metrics.neg_multilabel_log_loss_scorer(model, X[1:], y[1:])
    assert loss < 0.6


def test_scorers_are_the_scores(rare):
    X, y = rare
    model = ArrayClassifier().fit(X, y)
    p, predicted = model.predict_proba(X), model.predict(X)
    expected = [
        metrics.macro_average_precision_score(y, p),
        metrics.macro_f1_score(y, predicted),
        metrics.macro_roc_auc_score(y, p),
        -metrics.multilabel_log_loss(y, p),
    ]
    assert [scorer(model, X, y) for scorer in SCORERS] == expected


def test_log_loss_prefers_the_good_model_where_sklearns_does_not(rare):
    X, y = rare
    y = y[:, :3]

    class Fixed(ArrayClassifier):
        def predict_proba(self, X):
            return self.p

    everything, good = Fixed().fit(X, y), Fixed().fit(X, y)
    everything.p, good.p = np.full(y.shape, 0.999), np.where(y, 0.8, 0.1)
    scorer = metrics.neg_multilabel_log_loss_scorer
    assert scorer(good, X, y) > scorer(everything, X, y) + 1


def test_scorers_serve_a_search_and_can_be_sent_to_processes(rare):
    X, y = rare
    scoring = {scorer.__name__: scorer for scorer in SCORERS}
    search = GridSearchCV(
        KNeighborsClassifier(),
        {"n_neighbors": [1, 15]},
        scoring=scoring,
        refit="neg_multilabel_log_loss_scorer",
    )
    assert search.fit(X, y).best_params_ == {"n_neighbors": 15}
    assert pickle.loads(pickle.dumps(SCORERS[0])) is SCORERS[0]
    results = cross_validate(KNeighborsClassifier(), X, y, scoring=SCORERS[0])
    assert np.isfinite(results["test_score"]).all()


def test_a_model_without_probabilities_is_refused(rare):
    X, y = rare

    class Decided:
        predict = None

    with pytest.raises(TypeError, match="predict_proba, got Decided"):
        metrics.macro_roc_auc_scorer(Decided(), X, y)
