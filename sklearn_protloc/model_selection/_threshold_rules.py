"""Rules that turn labels and probabilities into one threshold per label."""

import numpy as np

from sklearn_protloc.model_selection._threshold_counts import (
    break_point_counts,
    grid_counts,
)

__all__ = ["f1_thresholds"]


def f1_thresholds(indicator, probabilities, *, step, absent_threshold):
    """Return the threshold of each label that maximises its F1.

    Parameters
    ----------
    indicator : ndarray of shape (n_samples, n_labels)
        0/1 values.
    probabilities : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    step : float or None
        Distance of neighbouring candidates; None tries all distinct probabilities.
    absent_threshold : float
        The threshold of labels without a positive sample, whose F1 is 0 everywhere.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        Of equally good candidates the one nearest to 0.5.
    """
    thresholds = np.full(indicator.shape[1], absent_threshold, dtype=np.float64)
    for k in range(indicator.shape[1]):
        present, scores = indicator[:, k], probabilities[:, k]
        if step is None:
            candidates, hits, predicted = break_point_counts(present, scores)
        else:
            candidates, hits, predicted = grid_counts(present, scores, round(1 / step))
        if not hits.any():
            continue
        f1 = 2 * hits / (predicted + hits.max())
        best = candidates[f1 == f1.max()]
        # Rounded, so that 0.4 and 0.6 are equally near and the lower one is taken.
        distance = np.abs(best - 0.5).round(12)
        thresholds[k] = best[distance == distance.min()].min()
    return thresholds
