"""What early stopping, schedules and the best epoch watch."""

import warnings
from numbers import Real

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import check_scoring
from skorch.callbacks import EpochScoring

from sklearn_protloc.classifiers._engine import to_answers, to_probabilities
from sklearn_protloc.utils import LazyImages

SCORE = "valid_score"


def watched(scoring, has_validation):
    """Return which column of the history tells good epochs from bad ones."""
    if scoring == "loss":
        return "valid_loss" if has_validation else "train_loss"
    if not has_validation:
        raise ValueError(
            f"scoring={scoring!r} is computed on held-out images, and none are held "
            "out. Set validation_fraction=0.1, say, or early_stopping=True."
        )
    return SCORE


def score_callback(scoring, fitted):
    """Score the held-out images after every epoch, as scikit-learn's scorers do."""
    scorer = check_scoring(None, scoring)

    def score(net, dataset, indicator):
        images = _HeldOutImages(dataset.X, dataset.rows)
        held_out = _HeldOut(net.decision_function(dataset), fitted)
        with warnings.catch_warnings():
            # of labels that no held-out image has: the same after every epoch
            warnings.simplefilter("ignore")
            value = scorer(held_out, images, held_out.decode(indicator))
        if not isinstance(value, Real):
            raise ValueError(
                f"Expected scoring={scoring!r} to return a number, got {value!r}."
            )
        if np.isnan(value):
            raise ValueError(
                f"scoring={scoring!r} is not defined on the {len(dataset)} held-out "
                "images, as for a label that all or none of them have. Hold out more "
                "(validation_fraction), or take another score, such as "
                "'average_precision' or 'f1_macro'."
            )
        return float(value)

    return EpochScoring(score, lower_is_better=False, name=SCORE)


class _HeldOutImages(LazyImages):
    """The held-out images, should a scorer look at them."""

    def __init__(self, X, rows):
        self.X = X
        self.rows = rows

    @property
    def shape(self):
        return len(self.rows), *self.X.shape[1:]

    @property
    def dtype(self):
        return self.X.dtype

    def _read(self, i):
        return np.asarray(self.X[int(self.rows[i])])

    def _take(self, rows):
        return _HeldOutImages(self.X, self.rows[rows])


class _HeldOut(ClassifierMixin, BaseEstimator):
    """The classifier's answers to the held-out images, for scorers to ask for."""

    def __init__(self, scores, fitted):
        self.scores = scores
        self.fitted = fitted

    @property
    def classes_(self):
        return self.fitted["classes_"]

    def decision_function(self, X):
        if len(X) != len(self.scores):
            raise ValueError(
                f"Expected scoring to ask for all {len(self.scores)} held-out images, "
                f"which are scored while training, got {len(X)}."
            )
        return self.scores

    def predict_proba(self, X):
        return to_probabilities(self.decision_function(X), self.fitted["_kind"])

    def predict(self, X):
        proba = self.predict_proba(X)
        return to_answers(proba, self.fitted["_kind"], self.classes_)

    def decode(self, indicator):
        """Turn the targets of the network back into y."""
        kind = self.fitted["_kind"]
        if kind == "multilabel":
            return indicator.astype(int)
        codes = indicator.argmax(axis=1) if kind == "multiclass" else indicator[:, 0]
        return self.classes_[codes.astype(int)]


def best_epoch(history, column):
    """Return which epoch, from 1, was best on held-out images; None without any."""
    if column == "train_loss":
        return None
    best = [n for n, row in enumerate(history, start=1) if row[f"{column}_best"]]
    return best[-1] if best else None
