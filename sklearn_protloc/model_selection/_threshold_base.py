"""Classifiers that turn the probability of each label into a decision."""

import warnings

import numpy as np
from sklearn.utils.metaestimators import available_if
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.model_selection._cross_fit import decide
from sklearn_protloc.model_selection._cross_fitting import BaseCrossFittingClassifier
from sklearn_protloc.utils import label_probabilities

__all__ = ["BaseLabelThresholdClassifier"]


def _estimator_has(name):
    """Return a check that the inner estimator has the method `name`."""

    def check(self):
        getattr(getattr(self, "estimator_", self.estimator), name)
        return True

    return check


class BaseLabelThresholdClassifier(BaseCrossFittingClassifier):
    """Predictions of a fitted `estimator_` at fitted `thresholds_`.

    A subclass's `fit` sets `estimator_`, `classes_`, `thresholds_`, `empty_` and
    `label_names_`; `thresholds_` is None if `y` had one column and the estimator
    decides itself.
    """

    def predict(self, X):
        """Predict the labels of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        y : ndarray of shape (n_samples, n_labels), dtype int64
            1 where the probability is at or above the label's threshold, else 0. With
            ``empty="argmax"`` a sample without any gets its most probable label. For
            a model of one column, what the estimator predicts.
        """
        check_is_fitted(self)
        if self.thresholds_ is None:
            return self.estimator_.predict(X)
        decided = decide(self.predict_proba(X), self.thresholds_, self.empty_)
        return decided.astype(np.int64)

    def predict_labels(self, X):
        """Predict the names of the labels of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        labels : list of n_samples lists of str
            Names of the predicted labels, in column order; an empty list where none
            is predicted.

        Raises
        ------
        ValueError
            If the model was fitted on a `y` of one column.
        """
        check_is_fitted(self)
        if self.thresholds_ is None:
            raise ValueError(
                "Expected a model fitted on a column of y per label, but this one was "
                "fitted on one column: use predict."
            )
        return [list(self.label_names_[row == 1]) for row in self.predict(X)]

    @available_if(_estimator_has("predict_proba"))
    def predict_proba(self, X):
        """Predict the probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        probabilities : ndarray of shape (n_samples, n_labels), dtype float64
            Probabilities of the refitted estimator, in one array whatever form it
            gives them. For a model of one column, what the estimator gives.
        """
        check_is_fitted(self)
        if self.thresholds_ is None:
            return self.estimator_.predict_proba(X)
        return label_probabilities(self.estimator_, X, len(self.thresholds_))

    @available_if(_estimator_has("decision_function"))
    def decision_function(self, X):
        """Return the decision values of the refitted estimator.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_labels)
            Scores in which a label is ranked as by its probabilities. The thresholds
            do not apply to them.
        """
        check_is_fitted(self)
        return self.estimator_.decision_function(X)

    def _warn_of_labels(self):
        """Name the labels that nothing was learnt of."""
        labels = self.report_.groupby("status")["label"].apply(list)
        if absent := labels.get("absent"):
            warnings.warn(
                "No positive sample to tune on for the labels: "
                f"{', '.join(absent)}. Their threshold is "
                f"absent_threshold={self.absent_threshold}.",
                UserWarning,
                stacklevel=4,
            )
        if always := labels.get("always"):
            warnings.warn(
                "Predicted for every sample, though most lack them: "
                f"{', '.join(always)}. No threshold scored better, as the estimator "
                "hardly tells which samples have them. Train it longer or on more "
                "samples; min_positives has rare labels predicted as often as they are "
                "present.",
                UserWarning,
                stacklevel=4,
            )
