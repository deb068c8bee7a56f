"""Reading multi-label targets in every form users write them."""

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d

__all__ = ["as_single_column", "check_indicator", "check_label_columns"]


def as_single_column(y, *, warn=False):
    """Return a target of one column in one dimension, or None for several.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix
        A target in any form.
    warn : bool, default=False
        Whether to give scikit-learn's DataConversionWarning for `y` of shape
        (n_samples, 1), and to refuse a DataFrame of a single label, whose name would be
        lost: for `fit`.

    Returns
    -------
    column : ndarray of shape (n_samples,), or None
        The classes of a binary or multi-class target; None where `y` has a column
        per label, or lists of labels in place of columns.

    Raises
    ------
    ValueError
        If `y` is a DataFrame with one column of 0 and 1, and `warn` is set.

    Examples
    --------
    >>> from sklearn_protloc.utils import as_single_column
    >>> as_single_column(["cytosol", "nucleus"])
    array(['cytosol', 'nucleus'], dtype='<U7')
    >>> as_single_column([[0, 1], [1, 1]]) is None
    True
    """
    if sparse.issparse(y):
        values = y.toarray()
    else:
        try:
            values = np.asarray(y)
        except ValueError:  # lists of different lengths
            return None
    if values.ndim == 2 and values.shape[1] == 1:
        if warn and hasattr(y, "columns") and np.isin(values, [0, 1]).all():
            name = y.columns[0]
            raise ValueError(
                "Expected y as a DataFrame with two labels or more, got only "
                f"{str(name)!r}. To tell images with it from those without, pass the "
                f"column itself, y[{name!r}]: predict gives 0 and 1 then, and "
                "predict_proba a column for each."
            )
        return column_or_1d(values, warn=warn)
    lists = values.ndim == 1 and isinstance(
        next(iter(values), None), list | tuple | set
    )
    return values if values.ndim == 1 and not lists else None


def check_indicator(y):
    """Read a multi-label indicator target.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        0/1 values of any numeric or boolean type.

    Returns
    -------
    indicator : ndarray of shape (n_samples, n_labels), dtype int8
        The values as 0 and 1.
    label_names : ndarray of shape (n_labels,), dtype object
        Column names of a DataFrame; else the column numbers as strings.

    Raises
    ------
    ValueError
        If `y` is not two-dimensional, has no columns or two of one name, holds a NaN or
        a value other than 0 and 1, is a list of label lists, or a DataFrame with a
        column of something else, such as the names of the images.

    Examples
    --------
    >>> from sklearn_protloc.utils import check_indicator
    >>> check_indicator([[0, 1], [1.0, True]])[0]
    array([[0, 1],
           [1, 1]], dtype=int8)
    """
    names = getattr(y, "columns", None)
    if names is not None:
        _check_columns(y)
    if sparse.issparse(y):
        y = y.toarray()
    values = _as_numbers(y)
    if values.ndim != 2:
        raise ValueError(
            "Expected y as an indicator matrix of shape (n_samples, n_labels), "
            f"got shape {values.shape}."
        )
    if values.shape[1] == 0:
        raise ValueError("Expected y with a column per label, got 0 columns.")
    if values.dtype.kind == "f" and np.isnan(values).any():
        raise ValueError(
            "Input y contains NaN. Every label must be 0 (absent) or 1 (present); "
            "drop the rows that were not annotated."
        )
    if not ((values == 0) | (values == 1)).all():
        raise ValueError(
            "Expected y to hold only 0 (absent) and 1 (present), got also "
            f"{np.setdiff1d(values, [0, 1])[:5].tolist()}."
        )
    if names is None:
        names = [str(k) for k in range(values.shape[1])]
    return values.astype(np.int8), np.asarray([str(n) for n in names], dtype=object)


def check_label_columns(y, *, estimator, instead):
    """Read a multi-label indicator target for an estimator that takes no other.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        0/1 values of any numeric or boolean type.
    estimator : estimator instance
        Whose `fit` was given `y`.
    instead : str
        What to use for a target of one column.

    Returns
    -------
    indicator : ndarray of shape (n_samples, n_labels), dtype int8
        The values as 0 and 1.
    label_names : ndarray of shape (n_labels,), dtype object
        Column names of a DataFrame; else the column numbers as strings.

    Raises
    ------
    ValueError
        If `y` is None or has one column, and as in `check_indicator`.

    Examples
    --------
    >>> from sklearn_protloc.classifiers import SoftVotingClassifier
    >>> from sklearn_protloc.utils import check_label_columns
    >>> ensemble = SoftVotingClassifier([])
    >>> check_label_columns([0, 1], estimator=ensemble, instead="VotingClassifier")
    Traceback (most recent call last):
        ...
    ValueError: Expected y with two label columns or more, got one: use ...
    """
    if y is None:
        raise ValueError(
            f"{type(estimator).__name__} requires y to be passed, but the target y is "
            "None."
        )
    if as_single_column(y) is not None:
        raise ValueError(
            f"Expected y with two label columns or more, got one: use {instead} for "
            "one column."
        )
    return check_indicator(y)


def _check_columns(y):
    """Refuse columns of one name, and those of names or numbers of the images."""
    names = [str(name) for name in y.columns]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ValueError(
            "Expected y as a DataFrame with another name for each label, got "
            f"{names.count(twice[0])} columns {twice[0]!r}. Rename them, or leave out "
            "those that are repeated."
        )
    others = [str(name) for name in y.columns if _is_no_label(y[name])]
    if others and len(others) < y.shape[1]:
        raise ValueError(
            "Expected y as a DataFrame with a column of 0 and 1 per label, and column "
            f"{', '.join(map(repr, others))} holds something else. If it names the "
            f"images, make it the index: y.set_index({others[0]!r}). Otherwise drop it."
        )


def _is_no_label(column):
    """Whether a column holds text, or many different numbers."""
    try:
        values = np.asarray(column).astype(float)
    except (TypeError, ValueError):
        return True
    others = values[(values != 0) & (values != 1) & ~np.isnan(values)]
    return len(np.unique(others)) > 1


def _as_numbers(y):
    """Return y as a numeric array, or say how to make it one."""
    try:
        values = np.asarray(y)
    except ValueError:  # rows of different lengths
        values = None
    if values is not None and values.dtype == object:
        try:
            values = values.astype(float)
        except (TypeError, ValueError):
            values = None
    if values is None or values.dtype.kind not in "biuf":
        raise ValueError(
            "Expected y as an indicator matrix of 0 and 1 with one column per label, "
            "got lists or names of labels. Convert them first: "
            "sklearn.preprocessing.MultiLabelBinarizer(classes=names).fit_transform(y),"
            " with the names in the order of the columns that y is compared with, "
            "such as y_true.columns; of a model, take predict, which gives 0 and 1."
        )
    return values
