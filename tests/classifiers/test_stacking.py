import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_multilabel_classification
from sklearn.ensemble import StackingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ShuffleSplit
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from sklearn_protloc.classifiers import MultiLabelStackingClassifier
from sklearn_protloc.model_selection import MultilabelStratifiedKFold

X, Y = make_multilabel_classification(150, n_classes=3, random_state=0)
LOGISTIC, BAYES = LogisticRegression(max_iter=500), GaussianNB()
MEMBERS = [("lr", OneVsRestClassifier(LOGISTIC)), ("nb", OneVsRestClassifier(BAYES))]


class Logits(LogisticRegression):
    """Turns probabilities into the features that several labels get."""

    def fit(self, X, y):
        return super().fit(self._logits(X), y)

    def predict_proba(self, X):
        return super().predict_proba(self._logits(X))

    def _logits(self, X):
        p = np.clip(X, 0.001, 0.999)
        return np.log(p / (1 - p))


def test_each_label_is_stacked_as_by_scikit_learn():
    splits = list(MultilabelStratifiedKFold(4).split(X, Y))
    ours = MultiLabelStackingClassifier(MEMBERS, cv=splits).fit(X, Y)
    proba = ours.predict_proba(X)
    for k in range(3):
        theirs = StackingClassifier(
            [("lr", LOGISTIC), ("nb", BAYES)], Logits(C=0.1), cv=splits
        ).fit(X, Y[:, k])
        assert_allclose(proba[:, k], theirs.predict_proba(X)[:, 1], atol=1e-5)


class Memory(ClassifierMixin, BaseEstimator):
    """Knows the labels of samples it was trained on, and nothing of others."""

    def fit(self, X, y):
        self.rows_, self.y_ = X[:, 0], np.asarray(y)
        return self

    def predict_proba(self, X):
        known = self.rows_[:, None] == X[:, 0]
        return np.where(known.any(axis=0)[:, None], known.T @ self.y_, 0.5)


def test_who_only_remembers_is_not_trusted():
    rows = np.arange(150.0)[:, None]
    stack = MultiLabelStackingClassifier([("memory", Memory())]).fit(rows, Y)
    assert (stack.oof_proba_ == 0.5).all()
    assert [abs(final.coef_[0, 0]) < 1e-6 for final in stack.final_estimators_]
    assert_allclose(stack.predict_proba(rows), np.tile(Y.mean(axis=0), (150, 1)), 0.01)


def test_rare_labels_get_the_mean():
    y = Y.copy()
    y[:, 0] = np.arange(150) < 19
    y[:, 1] = np.arange(150) >= 20
    stack = MultiLabelStackingClassifier(MEMBERS).fit(X, y)
    rare = [final is None for final in stack.final_estimators_]
    assert rare == [True, False, False]
    each = [member.predict_proba(X) for member in stack.estimators_]
    assert_allclose(stack.predict_proba(X)[:, 0], np.mean(each, axis=0)[:, 0])
    everywhere = stack.set_params(min_positives=0).fit(X, y)
    assert None not in everywhere.final_estimators_


def test_another_final_estimator_searched_by_name():
    stack = MultiLabelStackingClassifier(MEMBERS, DecisionTreeClassifier(max_depth=2))
    stack.set_params(final_estimator__max_depth=1).fit(X, Y)
    assert [final.get_depth() for final in stack.final_estimators_] == [1, 1, 1]


def test_a_single_split_trains_the_final_estimators_on_what_it_holds_out():
    split = ShuffleSplit(1, test_size=0.4, random_state=0)
    stack = MultiLabelStackingClassifier(MEMBERS, cv=split, min_positives=1).fit(X, Y)
    known = ~np.isnan(stack.oof_proba_).any(axis=(0, 2))
    assert known.sum() == 60
    assert_array_equal(stack.final_estimators_[0].classes_, [0, 1])
    with pytest.raises(ValueError, match="hold out each sample at most once"):
        stack.set_params(cv=ShuffleSplit(5, test_size=0.4, random_state=0)).fit(X, Y)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"min_positives": -1}, ValueError, "whole number from 0 upwards, got -1"),
        ({"min_positives": 0.5}, ValueError, r"whole number from 0.*got 0\.5"),
        ({"final_estimator": object()}, TypeError, "final_estimator.*got object"),
        ({"estimators": []}, ValueError, "with at least one"),
    ],
)
def test_bad_parameters_are_named(change, error, message):
    stack = MultiLabelStackingClassifier(MEMBERS).set_params(**change)
    with pytest.raises(error, match=message):
        stack.fit(X, Y)
