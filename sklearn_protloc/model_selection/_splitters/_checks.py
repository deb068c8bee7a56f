"""Reading what splitters are given."""

import warnings

import numpy as np
from sklearn.utils import check_consistent_length
from sklearn.utils.multiclass import check_classification_targets

from sklearn_protloc.utils import as_single_column, check_indicator

__all__ = ["as_indicator", "check_labels", "warn_of_groups"]


def check_labels(X, y):
    """Read a target to stratify by.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...) or None
        The samples. Only their number is read.
    y : array-like, DataFrame or sparse matrix
        The target.

    Returns
    -------
    indicator : ndarray of shape (n_samples, n_labels) or None
        The labels as 0/1 values; None if the target has one column.
    classes : ndarray of shape (n_samples,) or None
        The column of a target of one column; else None.

    Raises
    ------
    ValueError
        If `y` is None, of another length than `X`, or not a target of 0 and 1.
    """
    if y is None:
        raise ValueError("Expected the labels y, to stratify by, got None.")
    classes = as_single_column(y)
    indicator = check_indicator(y)[0] if classes is None else None
    check_consistent_length(X, indicator, classes)
    if len(indicator if classes is None else classes) == 0:
        raise ValueError("Expected samples to divide, got 0 sample(s) in y.")
    return indicator, classes


def as_indicator(X, y):
    """Read a target as 0/1 values, one column of classes as a column per class.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...) or None
        As in `check_labels`.
    y : array-like, DataFrame or sparse matrix
        The target.

    Returns
    -------
    indicator : ndarray of shape (n_samples, n_labels)
        0/1 or boolean values.

    Raises
    ------
    ValueError
        As in `check_labels`, or if `y` is one column of numbers that are no classes.
    """
    indicator, classes = check_labels(X, y)
    if indicator is None:
        check_classification_targets(classes)
        return classes[:, None] == np.unique(classes)
    return indicator


def warn_of_groups(splitter, groups):
    """Say that groups are not kept together, if there are any."""
    if groups is not None:
        warnings.warn(
            f"The groups parameter is ignored by {type(splitter).__name__}.",
            UserWarning,
            stacklevel=3,
        )
