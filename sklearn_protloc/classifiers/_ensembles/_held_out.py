"""Probabilities of several models for samples that they were not trained on."""

import numpy as np

from sklearn_protloc.utils import fold_splits, label_probabilities, out_of_fold

__all__ = ["check_cv_parameter", "held_out_probabilities"]


def check_cv_parameter(cv):
    """Raise for a word or a fraction as `cv`."""
    if (isinstance(cv, str) and cv != "prefit") or isinstance(cv, float):
        raise ValueError(
            "Expected cv as a number of folds, a splitter, an iterable of splits, "
            f"'prefit' or None, got {cv!r}."
        )


def held_out_probabilities(ensemble, X, y, indicator, fit_params, split_params):
    """Predict every sample with members that were not trained on it.

    Parameters
    ----------
    ensemble : BaseLabelEnsemble
        With `estimators`, `cv` and `n_jobs`.
    X : array-like of shape (n_samples, ...)
        The samples. Only ever indexed by row.
    y : array-like of shape (n_samples, n_labels)
        The labels, handed to the members as they are.
    indicator : ndarray of shape (n_samples, n_labels)
        The labels as 0/1 values.
    fit_params : dict
        Parameters of each member's `fit`, by its name.
    split_params : dict
        Parameters of the splitter's `split`.

    Returns
    -------
    probabilities : ndarray of shape (n_estimators, n_samples, n_labels)
        NaN for samples that were never held out.
    folds : ndarray of shape (n_samples,), int
        -1 for samples that were never held out; all 0 with ``cv="prefit"``.
    """
    n_labels = indicator.shape[1]
    if ensemble.cv == "prefit":
        each = [label_probabilities(e, X, n_labels) for _, e in ensemble.estimators]
        return np.array(each), np.zeros(len(indicator), dtype=np.int64)
    splits = fold_splits(X, indicator, ensemble.cv, **split_params)
    each = [
        out_of_fold(
            estimator,
            X,
            y,
            splits=splits,
            n_labels=n_labels,
            fit_params=fit_params[name],
            n_jobs=ensemble.n_jobs,
        )
        for name, estimator in ensemble.estimators
    ]
    return np.array([member.probabilities for member in each]), each[0].folds
