"""Fitting a model on one side of a split and predicting the other."""

import time
from dataclasses import dataclass

import numpy as np
from sklearn.utils.metaestimators import _safe_split
from sklearn.utils.validation import _check_method_params

from sklearn_protloc.reporting._inside import mean_epoch_seconds, n_parameters
from sklearn_protloc.utils import check_indicator, label_probabilities

__all__ = ["HeldOut", "fit_and_predict", "predictions", "rank_scores"]


@dataclass
class HeldOut:
    """What became of a model on one split."""

    predicted: np.ndarray | None = None  # (n_test, n_labels), 0 and 1
    scores: np.ndarray | None = None  # (n_test, n_labels), higher is likelier
    are_probabilities: bool = False
    fit_time: float = np.nan
    epoch_time: float = np.nan
    n_parameters: int | None = None
    error: str = ""


def fit_and_predict(model, X, y, split, n_labels, fit_params, error_score):
    """Fit on the training rows and predict the test rows.

    Parameters
    ----------
    model : estimator instance
        Not fitted; is fitted.
    X : array-like of shape (n_samples, ...)
        The samples, only ever indexed by row.
    y : array-like of shape (n_samples, n_labels)
        The labels, handed on as they are.
    split : (train, test) arrays of row numbers
        Which rows.
    n_labels : int
        Number of labels.
    fit_params : dict
        Parameters of `fit`; values with an entry per sample are cut to the rows.
    error_score : "raise" or number
        Whether an error is raised; otherwise it is noted down.

    Returns
    -------
    held_out : HeldOut
        The predictions, or the error.
    """
    train, test = split
    try:
        X_train, y_train = _safe_split(model, X, y, train)
        X_test, _ = _safe_split(model, X, None, test, train)
        params = _check_method_params(X, fit_params, indices=train)
        started = time.perf_counter()
        model.fit(X_train, y_train, **params)
        seconds = time.perf_counter() - started
        scores, are_probabilities = rank_scores(model, X_test, n_labels)
        return HeldOut(
            predicted=predictions(model, X_test, n_labels),
            scores=scores,
            are_probabilities=are_probabilities,
            fit_time=seconds,
            epoch_time=mean_epoch_seconds(model),
            n_parameters=n_parameters(model),
        )
    except Exception as error:  # one model must not take the others with it
        if error_score == "raise":
            raise
        text = " ".join(str(error).split())
        return HeldOut(error=f"{type(error).__name__}: {text}")


def predictions(model, X, n_labels):
    """Return what `predict` says as int8 of shape (n_samples, n_labels)."""
    predicted, _ = check_indicator(model.predict(X))
    if predicted.shape[1] != n_labels:
        raise ValueError(
            f"Expected {type(model).__name__}.predict to give {n_labels} labels, got "
            f"{predicted.shape[1]}. Was it fitted on a y with other labels?"
        )
    return predicted


def rank_scores(model, X, n_labels):
    """Return scores that rank samples, or None, and whether they are probabilities."""
    if hasattr(model, "predict_proba"):
        return label_probabilities(model, X, n_labels), True
    if not hasattr(model, "decision_function"):
        return None, False
    scores = np.asarray(model.decision_function(X), dtype=np.float64)
    if scores.shape[1:] != (n_labels,):
        raise ValueError(
            f"Expected {type(model).__name__}.decision_function to give a value for "
            f"each of {n_labels} labels, got shape {scores.shape}."
        )
    return scores, False
