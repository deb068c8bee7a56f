"""Dividing multi-label samples into folds as a parameter `cv` says."""

from collections.abc import Iterable
from numbers import Integral

import numpy as np
from sklearn.model_selection import check_cv

from sklearn_protloc.utils._groups import group_codes
from sklearn_protloc.utils._stratification import stratified_folds
from sklearn_protloc.utils._targets import check_indicator

__all__ = ["as_cv", "fold_splits"]

# Each fold may train a network; the paper of the threshold tuning has three as well.
N_SPLITS = 3


def as_cv(cv):
    """Return the splitter that `cv` stands for.

    Parameters
    ----------
    cv : int, cross-validation splitter, iterable of splits or None
        As in scikit-learn; splits may also be pairs of boolean masks of the samples.

    Returns
    -------
    splitter : cross-validation splitter
        The same, or one that gives those splits.

    Raises
    ------
    ValueError
        If `cv` is not as described.

    Examples
    --------
    >>> from sklearn_protloc.utils import as_cv
    >>> list(as_cv([([0, 1], [2])]).split([5, 6, 7]))
    [([0, 1], [2])]
    """
    if isinstance(cv, Iterable) and not hasattr(cv, "split"):  # a str has that too
        cv = list(cv)
        if not all(isinstance(rows, tuple | list) and len(rows) == 2 for rows in cv):
            raise ValueError(
                "Expected cv as a number of folds, a splitter or an iterable of "
                f"(train, test) arrays of row numbers, got {cv!r}."
            )
        cv = [tuple(map(_row_numbers, rows)) for rows in cv]
    return check_cv(cv)


def _row_numbers(rows):
    """Return the row numbers that a mask stands for, or what else was given."""
    values = np.asarray(rows)
    return np.flatnonzero(values) if values.dtype == bool else rows


def fold_splits(X, indicator, cv=None, **split_params):
    """Return the splits that `cv` stands for.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
        The samples, handed to splitters only.
    indicator : ndarray of shape (n_samples, n_labels)
        0/1 values.
    cv : int, cross-validation splitter, iterable of splits or None, default=None
        A number of folds is dealt with like shares of every label, in the order of
        the rows, and keeps groups together if there are any. None is 3.
    **split_params : dict
        `groups`, and whatever else a splitter takes.

    Returns
    -------
    splits : list of (train, test) arrays of row numbers
        One per fold.

    Raises
    ------
    ValueError
        If `cv` is not as described, or there are fewer samples or groups than folds.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import fold_splits
    >>> y = np.array([[1, 0], [1, 0], [0, 1], [0, 1]])
    >>> [test.tolist() for _, test in fold_splits(y, y, 2)]
    [[0, 2], [1, 3]]
    >>> [test.tolist() for _, test in fold_splits(y, y, 2, groups=list("abab"))]
    [[0, 2], [1, 3]]
    """
    indicator, _ = check_indicator(indicator)
    if len(indicator) == 0:
        raise ValueError("Expected samples to divide into folds, got 0 sample(s).")
    if cv is not None and not isinstance(cv, Integral):
        return list(as_cv(cv).split(X, indicator, **split_params))
    n_splits, groups = N_SPLITS if cv is None else int(cv), split_params.get("groups")
    codes = None if groups is None else group_codes(groups, len(indicator))
    most = len(indicator) if codes is None else codes.max() + 1
    if not 2 <= n_splits <= most:
        of = "samples" if codes is None else "groups"
        raise ValueError(
            f"Expected cv as a number of folds from 2 to the number of {of}, {most}, "
            f"got {n_splits}."
        )
    folds = stratified_folds(indicator, n_splits, groups=codes)
    return [
        (np.flatnonzero(folds != fold), np.flatnonzero(folds == fold))
        for fold in range(n_splits)
    ]
