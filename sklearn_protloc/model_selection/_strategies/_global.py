"""One threshold for all labels."""

import numpy as np

from sklearn_protloc.model_selection._strategies._candidates import (
    nearest_to_half,
    threshold_curves,
)

__all__ = ["global_threshold"]


def global_threshold(y, p, *, metric, step, **_):
    """Return the one threshold with the highest mean of the metric over labels.

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
        The same number for all. Labels without a positive sample have no say.
    """
    occurs = y.any(axis=0)
    if not occurs.any():
        return np.full(y.shape[1], 0.5)
    y, p = y[:, occurs], p[:, occurs]
    curves = threshold_curves(y, p, metric, step)
    if step is None:
        best = _best_break_point(curves, np.unique(p).astype(np.float64))
    else:
        candidates, total = next(curves)
        for _, values in curves:
            total = total + values
        best = nearest_to_half(candidates, total)
    return np.full(len(occurs), best)


def _best_break_point(curves, candidates):
    """Return the best of all labels' break points, which are not each other's."""
    total = np.zeros(len(candidates))
    for descending, values in curves:
        # A label's decisions at a candidate are those at its next higher own score;
        # above its highest one nothing is predicted, which no metric rewards here.
        ascending, values = descending[::-1], np.append(values[::-1], 0.0)
        total += values[np.searchsorted(ascending, candidates)]
    return nearest_to_half(candidates, total)
