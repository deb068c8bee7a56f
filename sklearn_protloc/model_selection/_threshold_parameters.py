"""Checking the parameters of the threshold optimizer."""

from numbers import Integral, Real

import numpy as np

from sklearn_protloc.model_selection._count_metrics import METRICS
from sklearn_protloc.model_selection._strategies._by_name import STRATEGIES
from sklearn_protloc.model_selection._threshold_models import is_hold_out, is_prefit

__all__ = [
    "as_metric",
    "as_rule",
    "check_estimator_and_cv",
    "check_min_positives",
    "check_parameters",
]

FINEST_STEP = 1e-6
EMPTY = ("allow", "argmax")


def check_parameters(optimizer):
    """Raise where a parameter is not as the optimizer documents it."""
    check_estimator_and_cv(optimizer.estimator, optimizer.cv)
    if optimizer.ensemble and is_prefit(optimizer.estimator, optimizer.cv):
        raise ValueError(
            "Expected ensemble=False with a fitted estimator (cv='prefit'): it is "
            "used as it is, and there are no models of folds to average."
        )
    _check_choice("strategy", optimizer.strategy, STRATEGIES)
    _check_choice("metric", optimizer.metric, METRICS)
    if optimizer.empty not in EMPTY:
        raise ValueError(
            f"Expected empty as 'allow' or 'argmax', got {optimizer.empty!r}."
        )
    check_min_positives(optimizer.min_positives)
    _check_absent_threshold(optimizer.absent_threshold)
    if optimizer.step is not None:
        _check_step(optimizer.step)


def check_estimator_and_cv(estimator, cv):
    """Raise for an estimator without probabilities, or an impossible `cv`."""
    for method in ("fit", "predict_proba"):
        if not hasattr(estimator, method):
            raise TypeError(
                f"Expected estimator with the method {method}, got "
                f"{type(estimator).__name__}, which has none."
            )
    _check_cv(cv)


def check_min_positives(min_positives):
    """Raise for what is no number of samples."""
    if not isinstance(min_positives, Integral) or min_positives < 0:
        raise ValueError(
            "Expected min_positives as a whole number from 0 upwards, got "
            f"{min_positives!r}."
        )


def as_metric(metric):
    """Return the function that the parameter `metric` stands for."""
    return METRICS[metric] if isinstance(metric, str) else metric


def as_rule(strategy):
    """Return the rule that the parameter `strategy` stands for."""
    if isinstance(strategy, str):
        return STRATEGIES[strategy]

    def rule(y, p, **_):
        thresholds = np.array(strategy(y, p), dtype=np.float64)
        if thresholds.shape != (y.shape[1],) or np.isnan(thresholds).any():
            raise ValueError(
                "Expected strategy(y, p) to return one threshold per label, shape "
                f"({y.shape[1]},) without NaN, got {thresholds!r}."
            )
        return thresholds

    return rule


def _check_choice(name, value, choices):
    """Raise for what is neither one of the strings nor a function."""
    if not callable(value) and not (isinstance(value, str) and value in choices):
        raise ValueError(
            f"Expected {name} as a function or one of {', '.join(map(repr, choices))}, "
            f"got {value!r}."
        )


def _check_cv(cv):
    """Raise for an unknown word or an impossible fraction."""
    if isinstance(cv, str) and cv != "prefit":
        raise ValueError(
            "Expected cv as a number of folds, a fraction to hold out, a splitter, an "
            f"iterable of splits, 'prefit' or None, got {cv!r}."
        )
    if is_hold_out(cv) and not 0 < cv < 1:
        raise ValueError(
            "Expected cv as the fraction of samples to hold out, between 0 and 1, both "
            f"excluded, or as a whole number of folds, got {cv!r}."
        )


def _check_absent_threshold(threshold):
    """Raise for a threshold that would predict absent labels everywhere."""
    if not isinstance(threshold, Real) or not threshold > 0:
        raise ValueError(
            "Expected absent_threshold above 0 (at 0 an absent label would be "
            f"predicted everywhere), got {threshold!r}."
        )


def _check_step(step):
    """Raise for a step that does not divide the range from 0 to 1."""
    if not isinstance(step, Real) or not FINEST_STEP <= step <= 1:
        raise ValueError(
            f"Expected step from {FINEST_STEP:g} to 1, or None for every distinct "
            f"probability, got {step!r}."
        )
    n_steps = round(1 / step)
    if abs(1 / step - n_steps) > 1e-6 * n_steps:
        raise ValueError(
            "Expected step to divide the range from 0 to 1 into equal steps, such as "
            f"{1 / n_steps:.6g}, got {step!r}."
        )
