"""scikit-learn's own checks, with each class of a column read as a label.

scikit-learn has hardly a check for classifiers that take several labels only, so the
checks run on subclasses that turn a column of classes into labels.
"""

import numpy as np
import pytest
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import LabelBinarizer
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from sklearn_protloc import classifiers, model_selection


class AsLabels:
    """Answers for the classes of a column."""

    def fit(self, X, y, **params):
        if y is None:
            return super().fit(X, y)
        y = column_or_1d(y, warn=True)
        check_classification_targets(y)
        if len(np.unique(y)) < 2:
            raise ValueError("Classifier can't train when only one class is present.")
        binarizer = LabelBinarizer().fit(y)
        labels = binarizer.transform(y)
        if labels.shape[1] == 1:
            labels = np.column_stack([1 - labels, labels])
        super().fit(X, labels, **params)
        self.classes_ = binarizer.classes_
        return self

    def predict_proba(self, X):
        proba = super().predict_proba(X) + 1e-12
        return proba / proba.sum(axis=1, keepdims=True)

    def decision_function(self, X):
        scores = np.log(self.predict_proba(X))
        return scores[:, 1] - scores[:, 0] if scores.shape[1] == 2 else scores

    def predict(self, X):
        most_probable = self.predict_proba(X).argmax(axis=1)
        return self.classes_[most_probable]

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.classifier_tags.multi_class = True
        tags.classifier_tags.multi_label = False
        return tags


class Voting(AsLabels, classifiers.SoftVotingClassifier):
    pass


class Stacking(AsLabels, classifiers.MultiLabelStackingClassifier):
    pass


class Greedy(AsLabels, classifiers.GreedyEnsembleClassifier):
    pass


class CrossFit(AsLabels, classifiers.CrossFitClassifier):
    pass


class Calibrated(AsLabels, model_selection.MultiLabelCalibratedClassifier):
    pass


# Fast, and one of them refuses what scikit-learn's checks want refused.
NEIGHBORS, BAYES = KNeighborsClassifier(), OneVsRestClassifier(GaussianNB())
MEMBERS = [("neighbors", NEIGHBORS), ("bayes", BAYES)]


@parametrize_with_checks(
    [
        Voting(MEMBERS),
        Stacking(MEMBERS, min_positives=5),
        Greedy(MEMBERS, n_iter=3),
        CrossFit(NEIGHBORS),
        Calibrated(NEIGHBORS, min_positives=5),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_scikit_learn_checks(estimator, check):
    check(estimator)
