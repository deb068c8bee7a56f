"""Monotone maps from the probabilities of a model to calibrated ones."""

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit
from sklearn.isotonic import IsotonicRegression

__all__ = ["METHODS", "fit_calibrator"]

# Logits are taken of probabilities no nearer to 0 and 1 than this, about as near as
# 32-bit networks come to 1.
EDGE = 1e-7

METHODS = ("beta", "sigmoid", "isotonic", "temperature")


def fit_calibrator(method, p, y):
    """Fit a map of probabilities that never falls.

    Parameters
    ----------
    method : str
        One of `METHODS`.
    p : ndarray of shape (n_samples,), dtype float64
        Probabilities that a model gave to samples it was not trained on.
    y : ndarray of shape (n_samples,)
        0/1 values.

    Returns
    -------
    calibrator : IsotonicRegression or LogisticMap
        Its method `predict` takes probabilities, shape (n_samples,), and returns
        calibrated ones.
    """
    if method == "isotonic":
        return IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(p, y)
    return LogisticMap(method).fit(p, y)


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

    def fit(self, p, y):
        """Fit the map to targets a little within 0 and 1.

        They are those of Platt: what one more sample of each kind would make of them.
        Without, a label that is told perfectly would have infinite slopes.
        """
        n_positive = np.count_nonzero(y)
        high = (n_positive + 1) / (n_positive + 2)
        low = 1 / (len(y) - n_positive + 2)
        target = np.where(y == 1, high, low)
        columns = self._columns(p)

        def loss(weights):
            z = columns @ weights
            value = np.logaddexp(0, z).sum() - target @ z
            return value, columns.T @ (expit(z) - target)

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
