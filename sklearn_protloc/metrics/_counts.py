"""Metrics of counts of decisions, for many labels, thresholds or resamples at once."""

import numpy as np

from sklearn_protloc.utils import as_numbers

__all__ = ["COUNT_METRICS", "as_count_metric", "evaluate_counts", "f1_from_counts"]


def f1_from_counts(tp, fp, fn, tn):
    """Compute F1 from numbers of right and wrong decisions.

    Parameters
    ----------
    tp, fp, fn, tn : float or ndarrays of one shape
        Numbers of true positives, false positives, false negatives and true
        negatives, from 0 upwards. F1 does not depend on the last.

    Returns
    -------
    f1 : float or ndarray of that shape
        From 0 to 1. Where nothing is present and nothing predicted it is 0/0, which
        NumPy warns about and makes NaN.

    See Also
    --------
    evaluate_counts : Fills in undefined values.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.metrics import f1_from_counts
    >>> f1_from_counts(np.array([3.0, 0.0]), np.array([1.0, 2.0]), 1.0, 5.0)
    array([0.75, 0.  ])
    """
    return 2 * tp / (2 * tp + fp + fn)


def precision_from_counts(tp, fp, fn, tn):
    """Return precision; 0/0 where nothing is predicted."""
    return tp / (tp + fp)


def recall_from_counts(tp, fp, fn, tn):
    """Return recall; 0/0 where nothing is present."""
    return tp / (tp + fn)


# What strings stand for where a metric of counts is asked for.
COUNT_METRICS = {
    "f1": f1_from_counts,
    "precision": precision_from_counts,
    "recall": recall_from_counts,
}


def as_count_metric(metric):
    """Return the function that the parameter `metric` stands for."""
    if isinstance(metric, str) and metric in COUNT_METRICS:
        return COUNT_METRICS[metric]
    if not callable(metric):
        raise ValueError(
            "Expected metric as a function of (tp, fp, fn, tn) or one of "
            f"{', '.join(map(repr, COUNT_METRICS))}, got {metric!r}."
        )
    return metric


def evaluate_counts(
    metric, true_positives, predicted, n_positive, n_samples, *, zero_division=0.0
):
    """Evaluate a metric for every pair of true and predicted positives.

    Parameters
    ----------
    metric : callable
        ``metric(tp, fp, fn, tn)`` on float64 arrays of one shape, returning an array
        of that shape.
    true_positives, predicted : array-likes of one shape
        Number of true and of all predicted positives.
    n_positive, n_samples : int or ndarray that can be broadcast to that shape
        Number of positives and of all samples.
    zero_division : float, default=0.0
        What NaN is replaced by: the value of 0/0, as in scikit-learn.

    Returns
    -------
    values : ndarray of that shape, dtype float64
        The metric.

    Raises
    ------
    ValueError
        If shapes do not fit, or the metric returns another.

    Examples
    --------
    >>> from sklearn_protloc.metrics import evaluate_counts, f1_from_counts
    >>> evaluate_counts(f1_from_counts, [3, 0], [4, 0], n_positive=4, n_samples=10)
    array([0.75, 0.  ])
    """
    tp = as_numbers(true_positives, "true_positives")
    predicted = _like(as_numbers(predicted, "predicted"), tp, "predicted")
    n_positive = _like(as_numbers(n_positive, "n_positive"), tp, "n_positive")
    n_samples = _like(as_numbers(n_samples, "n_samples"), tp, "n_samples")
    fp, fn = predicted - tp, n_positive - tp
    with np.errstate(divide="ignore", invalid="ignore"):
        values = np.asarray(metric(tp, fp, fn, n_samples - predicted - fn), dtype=float)
    if values.shape != tp.shape:
        raise ValueError(
            "Expected metric(tp, fp, fn, tn) to return one number for each entry of "
            f"its arrays, shape {tp.shape}, got shape {values.shape}."
        )
    return np.where(np.isnan(values), zero_division, values)


def _like(counts, tp, name):
    """Return counts in the shape of the true positives."""
    try:
        return np.broadcast_to(counts, tp.shape)
    except ValueError:
        raise ValueError(
            f"Expected {name} with the shape of true_positives, {tp.shape}, got "
            f"{counts.shape}."
        ) from None
