"""Monotone maps from the probabilities of a model to calibrated ones."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

from sklearn_protloc.utils import as_numbers

__all__ = ["METHODS", "check_sample_weight", "fit_calibrator"]

# Logits are taken of probabilities no nearer to 0 and 1 than this, about as near as
# 32-bit networks come to 1.
EDGE = 1e-7

METHODS = ("beta", "sigmoid", "isotonic", "temperature")


def check_sample_weight(sample_weight, shape):
    """Return a weight for each sample and label, or None where all count alike.

    Parameters
    ----------
    sample_weight : array-like of shape (n_samples,) or `shape`, or None
        Weights from 0 upwards.
    shape : tuple of 2 int
        (n_samples, n_labels).

    Returns
    -------
    weights : ndarray of `shape`, dtype float64, or None
        The weights.
    """
    if sample_weight is None:
        return None
    weights = as_numbers(sample_weight, "sample_weight")
    if weights.shape not in (shape, shape[:1]):
        raise ValueError(
            f"Expected sample_weight of shape {shape[:1]}, one number per sample, or "
            f"{shape}, got {weights.shape}."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("Expected sample_weight as finite numbers from 0 upwards.")
    return np.broadcast_to(weights.T, shape[::-1]).T


def fit_calibrator(method, p, y, weight=None):
    """Fit a map of probabilities that never falls.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    p : ndarray of shape (n_samples,), dtype float64
        Probabilities that a model gave to samples it was not trained on.
    y : ndarray of shape (n_samples,)
        0/1 values.
    weight : ndarray of shape (n_samples,), default=None
        Weights of the samples; None is 1 each.

    Returns
    -------
    calibrator : IsotonicRegression or LogisticMap
        Its method `predict` takes probabilities, shape (n_samples,), and returns
        calibrated ones.
    """
    if weight is not None:
        if not weight.any():
            raise ValueError(
                "Every sample that maps are learnt from has zero weight. Give some a "
                "positive sample_weight."
            )
        p, y, weight = (values[weight > 0] for values in (p, y, weight))
    if method == "isotonic":
        isotonic = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        return isotonic.fit(p, y, weight)
    return LogisticMap(method).fit(p, y, np.ones(len(y)) if weight is None else weight)


class LogisticMap:
    """Logistic regression on logarithms of a probability, with slopes from 0 upwards.

    Parameters
    ----------
    method : {"beta", "sigmoid", "temperature"}
        Its columns: log p and -log(1 - p), or their sum; all but the last with an
        intercept.
    """

    def __init__(self, method):
        self.method = method

    def fit(self, p, y, weight):
        """Fit the map to targets by likelihood, weighted."""
        columns = self._columns(p)
        target = y if self._has_maximum(columns, y) else _within(y, weight)
        weight = weight * (len(y) / weight.sum())

        def loss(weights):
            z = columns @ weights
            value = weight @ (np.logaddexp(0, z) - target * z)
            return value, columns.T @ (weight * (expit(z) - target))

        bounds = [(0, None)] * columns.shape[1]
        identity = np.ones(columns.shape[1])
        if self.method != "temperature":
            bounds[0], identity[0] = (None, None), 0
        options = {"gtol": 1e-6, "ftol": 64 * np.finfo(np.float64).eps}
        found = minimize(
            loss, identity, jac=True, method="L-BFGS-B", bounds=bounds, options=options
        )
        self.weights_ = found.x
        return self

    def _has_maximum(self, columns, y):
        """Whether the likelihood of 0/1 values is greatest at a finite slope.

        That of more than one number may not be; of a slope alone, if a sample is on the
        wrong side of one half.
        """
        signs = np.where(y == 1, 1, -1)
        return self.method == "temperature" and (signs * columns[:, 0] < 0).any()

    def predict(self, p):
        """Return calibrated probabilities, shape (n_samples,)."""
        return expit(self._columns(p) @ self.weights_)

    def _columns(self, p):
        p = np.clip(p, EDGE, 1 - EDGE)
        present, absent = np.log(p), -np.log1p(-p)
        if self.method == "beta":
            return np.column_stack([np.ones(len(p)), present, absent])
        if self.method == "sigmoid":
            return np.column_stack([np.ones(len(p)), present + absent])
        return (present + absent)[:, None]


def _within(y, weight):
    """Return targets a little within 0 and 1.

    They are those of Platt: what one more sample of each kind would make of them.
    Without, a label that is told perfectly would have infinite slopes.
    """
    positive = weight[y == 1].sum()
    high = (positive + 1) / (positive + 2)
    low = 1 / (weight.sum() - positive + 2)
    return np.where(y == 1, high, low)
