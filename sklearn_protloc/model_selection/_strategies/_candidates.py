"""The search for the best of many thresholds, label by label."""

import numpy as np

from sklearn_protloc.metrics import evaluate_counts
from sklearn_protloc.model_selection._threshold_counts import label_counts

__all__ = ["best_candidates", "threshold_curves"]


def threshold_curves(y, p, metric, step):
    """Yield candidate thresholds and the metric of labels at each of them.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    metric : callable
        ``metric(tp, fp, fn, tn)``, arrays in, array out.
    step : float or None
        Distance of neighbouring candidates; None tries all distinct probabilities.

    Yields
    ------
    candidates : ndarray of shape (n_candidates,), dtype float64
        Thresholds from 0 to 1 in ascending order.
    values : ndarray of shape (n_counted, n_candidates), dtype float64
        The metric of a few labels when predicting at or above the candidates; all
        labels in order.
    """
    for candidates, hits, predicted in label_counts(y, p, step):
        # The lowest candidate predicts everything: its hits are all positives.
        yield candidates, evaluate_counts(metric, hits, predicted, hits[:, :1], len(y))


def best_candidates(candidates, values, nearest_to=0.5):
    """Return the best candidate of each label.

    Parameters
    ----------
    candidates : ndarray of shape (n_candidates,), dtype float64
        Thresholds in ascending order.
    values : ndarray of shape (n_counted, n_candidates), dtype float64
        How good each is for each label.
    nearest_to : float, default=0.5
        Of equally good candidates the one nearest to this is taken, of two the lower.

    Returns
    -------
    best : ndarray of shape (n_counted,), dtype float64
        One of the candidates for each label.
    """
    best = values == values.max(axis=1, keepdims=True)
    # Rounded, so that 0.4 and 0.6 are equally near and the lower one comes first.
    distance = np.abs(candidates - nearest_to).round(12)
    return candidates[np.where(best, distance, np.inf).argmin(axis=1)]
