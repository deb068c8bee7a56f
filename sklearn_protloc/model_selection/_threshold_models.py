"""Fitting the models whose probabilities thresholds are tuned on and applied to."""

from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.model_selection._fold_ensemble import FoldEnsemble
from sklearn_protloc.model_selection._splitters import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
)
from sklearn_protloc.utils import (
    as_cv,
    label_probabilities,
    out_of_fold,
    stratified_holdout,
)
from sklearn_protloc.utils._label_names import check_label_names

__all__ = [
    "ThresholdModels",
    "as_splitter",
    "fit_models",
    "is_hold_out",
    "is_prefit",
]

# Each fold trains a network; the paper of the method has three folds as well.
DEFAULT_N_SPLITS = 3


class ThresholdModels(NamedTuple):
    """A model to predict with, and held-out probabilities to tune on."""

    final: object  # has predict_proba
    of_folds: list | None  # the models that `final` averages, if it does
    probabilities: np.ndarray  # (n_samples, n_labels), NaN where never held out
    folds: np.ndarray  # (n_samples,), -1 where never held out
    train_indices: np.ndarray | None  # rows `final` has seen, if not all

    def training_probabilities(self, X):
        """Predict the rows that the final model has seen, leaving NaN for others."""
        n_labels = self.probabilities.shape[1]
        if self.train_indices is None:
            return label_probabilities(self.final, X, n_labels)
        probabilities = np.full(self.probabilities.shape, np.nan)
        seen = _safe_indexing(X, self.train_indices)
        probabilities[self.train_indices] = label_probabilities(
            self.final, seen, n_labels
        )
        return probabilities


def fit_models(
    estimator, X, y, indicator, *, cv, ensemble, n_jobs, random_state, params
):
    """Fit what `cv` and `ensemble` ask for, and predict the samples held out.

    Parameters
    ----------
    estimator : estimator instance
        Multi-label classifier.
    X : array-like of shape (n_samples, ...)
        The samples. Only ever indexed by row.
    y : array-like of shape (n_samples, n_labels)
        The labels, handed to the estimator as they are.
    indicator : ndarray of shape (n_samples, n_labels)
        The labels as 0/1 values, handed to the splitter.
    cv, ensemble, n_jobs, random_state
        As in `MultiLabelThresholdOptimizer`.
    params : tuple of two dicts
        Parameters of the estimator's `fit` and of the splitter's `split`.

    Returns
    -------
    models : ThresholdModels
        The final model and the held-out probabilities.
    """
    n_labels = indicator.shape[1]
    if is_prefit(estimator, cv) or isinstance(estimator, FrozenEstimator):
        check_is_fitted(estimator)
        check_label_names(estimator, y, name="the estimator")
    if is_prefit(estimator, cv):
        probabilities = label_probabilities(estimator, X, n_labels)
        one_fold = np.zeros(len(indicator), dtype=np.int64)
        return ThresholdModels(estimator, None, probabilities, one_fold, None)
    fit_params, split_params = params
    hold_out = is_hold_out(cv)
    splits = _splits(X, indicator, cv, random_state, split_params)
    held_out = out_of_fold(
        estimator,
        X,
        y,
        splits=splits,
        n_labels=n_labels,
        fit_params=fit_params,
        n_jobs=n_jobs,
        keep=ensemble or hold_out,
    )
    if ensemble:
        final = FoldEnsemble(held_out.models, n_labels)
    elif hold_out:
        final = held_out.models[0]
    else:
        final = clone(estimator).fit(X, y, **fit_params)
    return ThresholdModels(
        final,
        held_out.models if ensemble else None,
        held_out.probabilities,
        held_out.folds,
        splits[0][0] if hold_out else None,
    )


def is_hold_out(cv):
    """Return whether `cv` is the fraction of samples to hold out."""
    return isinstance(cv, Real) and not isinstance(cv, Integral)


def is_prefit(estimator, cv):
    """Return whether the estimator is used as it is."""
    frozen = isinstance(estimator, FrozenEstimator)
    return isinstance(cv, str) or (frozen and cv is None)


def as_splitter(cv, *, grouped):
    """Return the splitter that a number of folds stands for, or what else `cv` is."""
    if cv is None or isinstance(cv, Integral):
        kind = MultilabelStratifiedGroupKFold if grouped else MultilabelStratifiedKFold
        return kind(DEFAULT_N_SPLITS if cv is None else cv)
    return cv


def _splits(X, indicator, cv, random_state, split_params):
    """Return the list of (train, test) rows that `cv` stands for."""
    if is_hold_out(cv):
        if split_params:
            raise ValueError(
                "Expected no groups with a fraction as cv: samples are held out one "
                "by one. To keep groups together, pass "
                f"cv=GroupShuffleSplit(1, test_size={cv})."
            )
        held_out = stratified_holdout(indicator, cv, random_state)
        return [(np.flatnonzero(~held_out), np.flatnonzero(held_out))]
    cv = as_splitter(cv, grouped="groups" in split_params)
    return list(as_cv(cv).split(X, indicator, **split_params))
