"""Reading labels, predictions and scores that belong together."""

import numpy as np

from sklearn_protloc.utils import as_numbers, check_indicator
from sklearn_protloc.utils._label_names import check_names_alike

__all__ = [
    "check_columns",
    "check_zero_division",
    "read_labels",
    "read_pair",
    "read_probabilities",
    "read_scores",
]

# Sums of rounded numbers may leave [0, 1] by this much.
ROUNDING = 1e-6


def read_labels(y, name):
    """Return labels as by `check_indicator`, and name the argument in its errors."""
    try:
        indicator, label_names = check_indicator(y)
    except ValueError as error:
        raise ValueError(f"{name}: {error}{_hint(y)}") from None
    if 0 in indicator.shape:
        raise ValueError(
            f"{name}: Expected at least one sample and one label, got shape "
            f"{indicator.shape}."
        )
    return indicator, label_names


def read_pair(y_true, y_pred, name="y_pred"):
    """Read true labels and predictions for the same samples.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        0/1 values of any numeric or boolean type.
    name : str, default="y_pred"
        What errors call the predictions.

    Returns
    -------
    truth, predicted : ndarrays of shape (n_samples, n_labels), dtype int8
        The values as 0 and 1.
    label_names : ndarray of shape (n_labels,), dtype object
        Column names of the first that has some; else the column numbers as strings.

    Raises
    ------
    ValueError
        If either is no indicator matrix, the shapes differ, both name the same rows in
        another order, or their columns are not the same labels in the same order.
    """
    truth, label_names = read_labels(y_true, "y_true")
    predicted, other_names = read_labels(y_pred, name)
    _check_alike(y_true, y_pred, truth.shape, predicted.shape, name)
    return truth, predicted, label_names if hasattr(y_true, "columns") else other_names


def read_scores(y_true, y_score, name="y_score"):
    """Read true labels and the scores or probabilities of the same samples.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        0/1 values of any numeric or boolean type.
    y_score : array-like or DataFrame of shape (n_samples, n_labels)
        Higher where a label is likelier.
    name : str, default="y_score"
        What errors call the scores.

    Returns
    -------
    truth : ndarray of shape (n_samples, n_labels), dtype int8
        The labels as 0 and 1.
    scores : ndarray of shape (n_samples, n_labels), dtype float64
        The scores.
    label_names : ndarray of shape (n_labels,), dtype object
        As of `read_pair`.

    Raises
    ------
    ValueError
        As of `read_pair`, or if a score is no finite number.
    """
    truth, label_names = read_labels(y_true, "y_true")
    if not hasattr(y_true, "columns") and hasattr(y_score, "columns"):
        label_names = np.asarray([str(n) for n in y_score.columns], dtype=object)
    try:
        scores = as_numbers(y_score, name)
    except ValueError:
        raise ValueError(
            f"{name}: Expected numbers in an array of shape {truth.shape}, a column "
            "per label. A list of one array per label, as some classifiers give, is "
            "read by sklearn_protloc.utils.label_probabilities."
        ) from None
    _check_alike(y_true, y_score, truth.shape, scores.shape, name)
    if not np.isfinite(scores).all():
        raise ValueError(
            f"{name}: Expected finite numbers, got NaN or infinity in "
            f"{(~np.isfinite(scores)).any(axis=1).sum()} of {len(scores)} rows. Leave "
            "out samples that were not predicted."
        )
    return truth, scores, label_names


def read_probabilities(y_true, y_proba):
    """Read true labels and probabilities; as `read_scores`, but for their range."""
    truth, p, label_names = read_scores(y_true, y_proba, "y_proba")
    if p.min() < -ROUNDING or p.max() > 1 + ROUNDING:
        raise ValueError(
            f"Expected y_proba between 0 and 1, got values from {p.min():.4g} to "
            f"{p.max():.4g}. Are these logits? Apply a sigmoid to them."
        )
    return truth, p, label_names


def check_zero_division(value):
    """Raise unless the value is 0, 1 or NaN, as in scikit-learn."""
    if not (np.isscalar(value) and (value in (0, 1) or value != value)):
        raise ValueError(f"Expected zero_division as 0, 1 or np.nan, got {value!r}.")


def _hint(y):
    """Return what to do with values that look like probabilities, else nothing."""
    try:
        values = as_numbers(y, "y")
    except ValueError:
        return ""
    if values.ndim == 2 and ((values > 0) & (values < 1)).any():
        return " Are these probabilities? Compare them with thresholds: y_proba >= 0.5."
    return ""


def _check_alike(y_true, other, shape, other_shape, name):
    """Raise where two arguments are not about the same samples and labels."""
    if shape != other_shape:
        raise ValueError(
            f"Expected {name} with the shape of y_true, {shape}, got {other_shape}."
        )
    check_columns(y_true, other, "y_true", name)
    names, others = getattr(y_true, "index", None), getattr(other, "index", None)
    # Numbers may be positions, which say nothing about the order.
    if not all(getattr(n, "inferred_type", "") == "string" for n in (names, others)):
        return
    if list(names) != list(others) and set(names) == set(others):
        raise ValueError(
            f"y_true and {name} hold the same samples in another order. Use "
            f"{name}.reindex(index=y_true.index)."
        )


def check_columns(one, other, name, other_name):
    """Raise where two DataFrames name their labels, but not column by column."""
    if not hasattr(one, "columns") or not hasattr(other, "columns"):
        return
    if len(one.columns) > 1:
        check_names_alike(one.columns, other.columns, name, other_name)
