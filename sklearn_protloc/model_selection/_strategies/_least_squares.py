"""Least squares on a soft F1."""

import numpy as np
from scipy.optimize import least_squares as scipy_least_squares
from scipy.special import expit

__all__ = ["least_squares"]

SLOPE, DECAY, START, FLOOR = 50, 1e-5, 0.5, 0.1
EPSILON, MAX_NFEV = 1e-6, 100


def least_squares(y, p, **_):
    """Return the thresholds that bring a soft F1 closest to 1 [1]_.

    The decision is softened to ``sigmoid(50 * (p - threshold))``, and the squares of
    ``soft_f1 - 1`` and ``1e-5 * (threshold - 0.5)`` are minimised by the
    Levenberg-Marquardt method from 0.5. Their sum over labels is least where each
    label's is, so that labels are solved one by one. Thresholds below 0.1 are raised
    to 0.1.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    **_ : dict
        What other rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        At least 0.1.

    References
    ----------
    .. [1] Y. Tian, "TUNet: incorporating segmentation maps to improve
       classification".
    """
    solved = [
        scipy_least_squares(
            residuals,
            START,
            _slopes,
            args=(present.astype(bool), scores),
            method="lm",
            max_nfev=MAX_NFEV,
        ).x
        for present, scores in zip(y.T, np.ascontiguousarray(p.T), strict=True)
    ]
    return np.maximum(np.concatenate(solved), FLOOR)


def residuals(threshold, present, scores):
    """Return the two numbers of a label whose squares are summed."""
    soft = expit(SLOPE * (scores - threshold))
    f1 = 2 * soft[present].sum() / (soft.sum() + present.sum() + EPSILON)
    return np.array([f1 - 1, DECAY * (threshold[0] - START)])


def _slopes(threshold, present, scores):
    """Return the derivatives of the residuals."""
    soft = expit(SLOPE * (scores - threshold))
    change = -SLOPE * soft * (1 - soft)
    hits, total = soft[present].sum(), soft.sum() + present.sum() + EPSILON
    f1_slope = 2 * (change[present].sum() - hits / total * change.sum()) / total
    return np.array([[f1_slope], [DECAY]])
