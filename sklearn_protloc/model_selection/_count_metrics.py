"""Metrics of counts of decisions, for many labels or thresholds at once."""

import numpy as np

__all__ = ["METRICS", "evaluate", "f1_from_counts", "label_scores", "macro_score"]


def f1_from_counts(tp, fp, fn, tn):
    """Return F1; 0/0 where there is neither a positive nor a predicted positive."""
    return 2 * tp / (2 * tp + fp + fn)


# What the strings of the parameter `metric` stand for.
METRICS = {"f1": f1_from_counts}


def evaluate(metric, true_positives, predicted, n_positive, n_samples):
    """Evaluate a metric for every pair of true and predicted positives.

    Parameters
    ----------
    metric : callable
        ``metric(tp, fp, fn, tn)`` on float64 arrays of one shape, returning an array
        of that shape.
    true_positives, predicted : ndarrays of one shape
        Number of true and of all predicted positives.
    n_positive, n_samples : int or ndarray that can be broadcast to that shape
        Number of positives and of all samples.

    Returns
    -------
    values : ndarray of that shape, dtype float64
        NaN is replaced by 0, as by ``zero_division=0`` in scikit-learn.

    Raises
    ------
    ValueError
        If the metric returns another shape.
    """
    tp = np.asarray(true_positives, dtype=np.float64)
    fp, fn = predicted - tp, n_positive - tp
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(metric(tp, fp, fn, n_samples - predicted - fn), dtype=float)
    if values.shape != tp.shape:
        raise ValueError(
            "Expected metric(tp, fp, fn, tn) to return one number for each entry of "
            f"its arrays, shape {tp.shape}, got shape {values.shape}."
        )
    return np.where(np.isnan(values), 0.0, values)


def label_scores(metric, y, predicted):
    """Evaluate a metric for every label.

    Parameters
    ----------
    metric : callable
        As in `evaluate`.
    y, predicted : ndarrays of shape (n_samples, n_labels)
        0/1 or boolean values.

    Returns
    -------
    scores : ndarray of shape (n_labels,), dtype float64
        The metric of each label.
    """
    hits = np.logical_and(y, predicted).sum(axis=0)
    return evaluate(metric, hits, predicted.sum(axis=0), y.sum(axis=0), len(y))


def macro_score(metric, y, predicted):
    """Return the mean of a metric over the labels that occur, NaN if none does.

    Parameters
    ----------
    metric : callable
        As in `evaluate`.
    y, predicted : ndarrays of shape (n_samples, n_labels)
        0/1 or boolean values.

    Returns
    -------
    score : float
        The mean.
    """
    occurs = y.any(axis=0)
    return label_scores(metric, y, predicted)[occurs].mean() if occurs.any() else np.nan
