"""Names of labels, from tables and from fitted models."""

from collections.abc import Iterable

import pandas as pd

from sklearn_protloc.plotting._style import COLORS
from sklearn_protloc.utils import check_indicator
from sklearn_protloc.utils._fitted import fitted_attribute
from sklearn_protloc.utils._label_names import check_label_names

__all__ = ["as_names", "as_series", "named", "names_for"]


def named(y, label_names=None, estimator=None):
    """Return labels as a DataFrame if names for its columns are known, else as is.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        0/1 values.
    label_names : array-like of shape (n_labels,), default=None
        The names. None takes those of `y`, else those of the estimator.
    estimator : estimator instance, default=None
        Fitted; may have `label_names_`.

    Returns
    -------
    y : DataFrame, or what was given
        Whose metrics bear the names.
    """
    names = names_for(y, label_names, estimator)
    if names is None:
        return y
    indicator, _ = check_indicator(y)
    names = as_names(names, indicator.shape[1])
    return pd.DataFrame(indicator, columns=names, index=getattr(y, "index", None))


def names_for(y, label_names, estimator):
    """Return names of labels, or None if there are none but numbers.

    Columns that are not the labels of the estimator are refused, whatever their names.
    """
    check_label_names(estimator, y)
    if label_names is not None:
        return as_names(label_names)
    if hasattr(y, "columns"):
        return [str(name) for name in y.columns]
    return fitted_attribute(estimator, "label_names_")


def as_names(label_names, n_labels=None):
    """Return names of labels as a list of str, one for each if their number is told."""
    if isinstance(label_names, str) or not isinstance(label_names, Iterable):
        raise TypeError(
            "Expected label_names as a list of names, got "
            f"{type(label_names).__name__}."
        )
    names = [str(name) for name in label_names]
    if n_labels is not None and len(names) != n_labels:
        raise ValueError(
            f"Expected label_names with a name for each of {n_labels} labels, got "
            f"{len(names)}."
        )
    return names


def as_series(values):
    """Return one thing, or a dict of several, as a dict from name to thing.

    There is a colour for each.
    """
    if not isinstance(values, dict):
        return {"": values}
    if not 1 <= len(values) <= len(COLORS):
        raise ValueError(
            f"Expected a dict of one to {len(COLORS)} entries, which can be told apart "
            f"by colour, got {len(values)}."
        )
    return {str(name): value for name, value in values.items()}
