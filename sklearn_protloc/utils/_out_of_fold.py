"""Probabilities for samples that the model had not seen."""

from typing import NamedTuple

import numpy as np
from sklearn.base import clone
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import _check_method_params, _num_samples

from sklearn_protloc.utils._killed_workers import explaining_killed_workers
from sklearn_protloc.utils._probabilities import label_probabilities

__all__ = ["OutOfFold", "out_of_fold"]


class OutOfFold(NamedTuple):
    """Held-out probabilities and the models they come from."""

    probabilities: np.ndarray  # (n_samples, n_labels), NaN where never held out
    folds: np.ndarray  # (n_samples,), number of the split, -1 where never held out
    models: list  # one per split


def out_of_fold(
    estimator, X, y, *, splits, n_labels, fit_params=None, n_jobs=None, keep=False
):
    """Predict every held-out sample with a model that was not trained on it.

    Parameters
    ----------
    estimator : estimator instance
        Multi-label classifier. One clone is fitted per split.
    X : array-like of shape (n_samples, ...)
        The samples. Only ever indexed by row.
    y : array-like of shape (n_samples, n_labels)
        The labels, handed to the estimator as they are.
    splits : list of (train, test) arrays of row numbers
        No row may be in two test sets.
    n_labels : int
        Number of labels.
    fit_params : dict or None, default=None
        Parameters of the estimator's `fit`; values with one entry per sample are cut
        to the training rows of each split.
    n_jobs : int or None, default=None
        Number of splits fitted at the same time.
    keep : bool, default=False
        Whether to return the fitted clones. They are large, and may have to be sent
        from another process.

    Returns
    -------
    held_out : OutOfFold
        Probabilities and folds of the samples, and the models or None in their place.

    Raises
    ------
    ValueError
        If there is no split, or a row is in two test sets.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.utils import out_of_fold
    >>> X, y = np.arange(4.0)[:, None], np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    >>> splits = [([0, 2], [1, 3]), ([1, 3], [0, 2])]
    >>> model = KNeighborsClassifier(n_neighbors=1)
    >>> held_out = out_of_fold(model, X, y, splits=splits, n_labels=2)
    >>> held_out.folds
    array([1, 0, 1, 0])
    """
    tests = [test for _, test in splits]
    if not tests:
        raise ValueError("Expected cv to give at least one (train, test) split.")
    held_out, times = np.unique(np.concatenate(tests), return_counts=True)
    if times.max(initial=1) > 1:
        raise ValueError(
            "Expected cv to hold out each sample at most once, but "
            f"{(times > 1).sum()} of {len(held_out)} were held out more often. "
            "What is learnt from held-out predictions takes those of one model per "
            "sample: use folds, such as MultilabelStratifiedKFold, or a single split."
        )
    with explaining_killed_workers(n_jobs):
        fitted = Parallel(n_jobs=n_jobs)(
            delayed(_fit_and_predict)(
                clone(estimator), X, y, train, test, n_labels, fit_params, keep
            )
            for train, test in splits
        )
    probabilities = np.full((_num_samples(X), n_labels), np.nan)
    folds = np.full(len(probabilities), -1)
    for number, (test, (block, _)) in enumerate(zip(tests, fitted, strict=True)):
        probabilities[test] = block
        folds[test] = number
    return OutOfFold(probabilities, folds, [model for _, model in fitted])


def _fit_and_predict(estimator, X, y, train, test, n_labels, fit_params, keep):
    """Fit on the training rows and predict the test rows of one split."""
    X_train, y_train = _safe_split(estimator, X, y, train)
    X_test, _ = _safe_split(estimator, X, None, test, train)
    fit_params = _check_method_params(X, fit_params or {}, indices=train)
    estimator.fit(X_train, y_train, **fit_params)
    block = label_probabilities(estimator, X_test, n_labels)
    return block, estimator if keep else None
