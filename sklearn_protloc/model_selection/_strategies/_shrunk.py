"""The best threshold on labels shrunk towards calibrated probabilities."""

import numpy as np

from sklearn_protloc.metrics import evaluate_counts
from sklearn_protloc.model_selection._strategies._calibration import calibrated_labels
from sklearn_protloc.model_selection._strategies._candidates import best_candidates

__all__ = ["shrunk"]

# Positives at which a label's samples and its calibration weigh the same.
HALF_WAY = 100


def shrunk(y, p, *, metric, step, **_):
    """Return the best threshold of each label, rare ones on smoothed counts.

    A curve of F1 against the threshold is jagged where positives are few, and its
    highest point mostly chance. Here true positives are a weighted mean of those
    counted, with weight ``n_positive / (n_positive + 100)``, and those expected of
    calibrated probabilities: between the rules "f1" for frequent labels and "plug_in"
    for rare ones.

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
    **_ : dict
        What other rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        Of equally good candidates the one nearest to that of "plug_in".
    """
    thresholds = []
    for label in calibrated_labels(y, p, step):
        weight = label.hits[0] / (label.hits[0] + HALF_WAY)
        hits = weight * label.hits + (1 - weight) * label.expected_hits
        values = evaluate_counts(metric, hits, label.predicted, hits[0], len(y))
        best = best_candidates(
            label.thresholds, values[None], nearest_to=label.break_even(metric)
        )
        thresholds.append(best[0])
    return np.array(thresholds)
