"""The search for the best of many thresholds, label by label."""

import numpy as np

from sklearn_protloc.model_selection._count_metrics import evaluate
from sklearn_protloc.model_selection._threshold_counts import label_counts

__all__ = ["nearest_to_half", "threshold_curves"]


def threshold_curves(y, p, metric, step):
    """Yield the candidate thresholds of each label and the metric at each of them.

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
    candidates, values : ndarrays of shape (n_candidates,), dtype float64
        Thresholds from 0 to 1 and the metric when predicting at or above them.
    """
    for present, (candidates, hits, predicted) in zip(
        y.T, label_counts(y, p, step), strict=True
    ):
        n_positive = np.count_nonzero(present)
        yield candidates, evaluate(metric, hits, predicted, n_positive, len(y))


def nearest_to_half(candidates, values):
    """Return the best candidate: of equally good ones the one nearest to 0.5."""
    best = candidates[values == values.max()]
    # Rounded, so that 0.4 and 0.6 are equally near and the lower one is taken.
    distance = np.abs(best - 0.5).round(12)
    return best[distance == distance.min()].min()
