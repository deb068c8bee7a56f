"""One threshold for all labels."""

import numpy as np

from sklearn_protloc.model_selection._strategies._candidates import (
    best_candidates,
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
        candidates = np.unique(p).astype(np.float64)
        totals = (_at(candidates, *curve) for curve in curves)
    else:
        candidates = np.arange(round(1 / step) + 1) / round(1 / step)
        totals = (values.sum(axis=0, keepdims=True) for _, values in curves)
    return np.full(len(occurs), best_candidates(candidates, sum(totals)))


def _at(candidates, own, values):
    """Return the values of a label, known at its own scores, at other candidates."""
    # Its decisions are those at its next higher score; above the last one nothing is
    # predicted, which is worth 0.
    return np.pad(values, [(0, 0), (0, 1)])[:, np.searchsorted(own, candidates)]
