"""Checking the parameters of the threshold optimizer."""

from numbers import Real

__all__ = ["check_parameters"]

FINEST_STEP = 1e-6


def check_parameters(optimizer):
    """Raise where a parameter is not as the optimizer documents it."""
    for method in ("fit", "predict_proba"):
        if not hasattr(optimizer.estimator, method):
            raise TypeError(
                f"Expected estimator with the method {method}, got "
                f"{type(optimizer.estimator).__name__}, which has none."
            )
    if isinstance(optimizer.cv, str) and optimizer.cv != "prefit":
        raise ValueError(
            "Expected cv as a number of folds, a splitter, an iterable of splits, "
            f"'prefit' or None, got {optimizer.cv!r}."
        )
    _check_absent_threshold(optimizer.absent_threshold)
    if optimizer.step is not None:
        _check_step(optimizer.step)


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
