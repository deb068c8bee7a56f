"""Metrics of counts of decisions on the labels of samples."""

import numpy as np

from sklearn_protloc.metrics import evaluate_counts, f1_from_counts

__all__ = ["METRICS", "label_scores", "macro_score"]

# What the strings of the parameter `metric` stand for.
METRICS = {"f1": f1_from_counts}


def label_scores(metric, y, predicted):
    """Evaluate a metric for every label.

    Parameters
    ----------
    metric : callable
        As in `evaluate_counts`.
    y, predicted : ndarrays of shape (n_samples, n_labels)
        0/1 or boolean values.

    Returns
    -------
    scores : ndarray of shape (n_labels,), dtype float64
        The metric of each label.
    """
    hits = np.logical_and(y, predicted).sum(axis=0)
    return evaluate_counts(metric, hits, predicted.sum(axis=0), y.sum(axis=0), len(y))


def macro_score(metric, y, predicted):
    """Return the mean of a metric over the labels that occur, NaN if none does.

    Parameters
    ----------
    metric : callable
        As in `evaluate_counts`.
    y, predicted : ndarrays of shape (n_samples, n_labels)
        0/1 or boolean values.

    Returns
    -------
    score : float
        The mean.
    """
    occurs = y.any(axis=0)
    return label_scores(metric, y, predicted)[occurs].mean() if occurs.any() else np.nan
