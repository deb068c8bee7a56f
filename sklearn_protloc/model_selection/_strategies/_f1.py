"""The threshold of each label with the highest F1, or other metric."""

import numpy as np

from sklearn_protloc.model_selection._strategies._candidates import (
    best_candidates,
    threshold_curves,
)

__all__ = ["f1"]


def f1(y, p, *, metric, step, **_):
    """Return the best threshold of each label on all samples [1]_.

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
        Of equally good candidates the one nearest to 0.5.

    References
    ----------
    .. [1] M. Madeira, M. T. Parreira, "Protein localization from high-resolution
       microscopy using deep neural networks", section 3.1.
    """
    curves = threshold_curves(y, p, metric, step)
    return np.concatenate([best_candidates(*curve) for curve in curves])
