"""Least squares on a soft F1."""

import numpy as np
from scipy.optimize import least_squares as scipy_least_squares
from scipy.special import expit

__all__ = ["least_squares"]

SLOPE, DECAY, START, FLOOR = 50, 1e-5, 0.5, 0.1
EPSILON = 1e-6


def least_squares(y, p, **_):
    """Return the thresholds that bring a soft F1 closest to 1 [1]_.

    The decision is softened to ``sigmoid(50 * (p - threshold))``, and the squares of
    ``soft_f1 - 1`` and ``1e-5 * (threshold - 0.5)`` are summed over labels and
    minimised by the Levenberg-Marquardt method from 0.5. Thresholds below 0.1 are
    raised to 0.1.

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
    .. [1] TUNet, see :ref:`thresholds`.
    """
    start = np.full(y.shape[1], START)
    solution = scipy_least_squares(
        residuals, start, _jacobian, args=(y, p), method="lm"
    )
    return np.maximum(solution.x, FLOOR)


def residuals(thresholds, y, p):
    """Return what is squared and summed: two numbers per label."""
    soft = expit(SLOPE * (p - thresholds))
    f1 = 2 * (soft * y).sum(axis=0) / (soft.sum(axis=0) + y.sum(axis=0) + EPSILON)
    return np.concatenate([f1 - 1, DECAY * (thresholds - START)])


def _jacobian(thresholds, y, p):
    """Return the derivatives of the residuals: each depends on its own label only."""
    soft = expit(SLOPE * (p - thresholds))
    change = -SLOPE * soft * (1 - soft)
    hits, total = (soft * y).sum(axis=0), soft.sum(axis=0) + y.sum(axis=0) + EPSILON
    slope = 2 * ((change * y).sum(axis=0) - hits / total * change.sum(axis=0)) / total
    return np.concatenate([np.diag(slope), DECAY * np.eye(len(thresholds))])
