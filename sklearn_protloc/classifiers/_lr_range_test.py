"""Find a learning rate in one short training."""

import math
from contextlib import suppress
from numbers import Integral, Real

import numpy as np
from scipy.ndimage import gaussian_filter1d
from sklearn.base import clone
from sklearn.utils import Bunch
from sklearn.utils._param_validation import Interval, validate_params
from skorch.callbacks import Callback

from sklearn_protloc.classifiers._failures import DivergenceError
from sklearn_protloc.classifiers._localization_classifier import LocalizationClassifier

__all__ = ["lr_range_test"]

_LEAST_STEPS = 10  # a slope cannot be told from the noise of fewer losses
_WIDTH = 1 / 25  # deviation of the smoothing, as a share of the steps
_TIMES_LOWEST = 4.0  # a loss that has diverged; that of Lightning's range test
_SHARE_OF_FALL = 1 / 4  # a rise that is more than noise
_LATEST = 3  # losses averaged before one is called diverged


@validate_params(
    {
        "estimator": [LocalizationClassifier],
        "min_lr": [Interval(Real, 0, None, closed="neither")],
        "max_lr": [Interval(Real, 0, None, closed="neither")],
        "n_steps": [Interval(Integral, _LEAST_STEPS, None, closed="left")],
    },
    prefer_skip_nested_validation=False,
)
def lr_range_test(
    estimator, X, y=None, sample_weight=None, *, min_lr=1e-6, max_lr=1.0, n_steps=100
):
    """Train with a rising learning rate and see where the loss falls steepest.

    One step is trained at each of `n_steps` rates, evenly spaced in their logarithm
    [1]_, on a clone of the estimator without schedule and callbacks. It ends before
    `max_lr` once the loss is four times its lowest, or no longer finite.

    Parameters
    ----------
    estimator : LocalizationClassifier
        The classifier to find a rate for; its own `lr` does not matter. It stays as it
        is, fitted or not. For a pipeline, pass its last step and the images that its
        other steps make.
    X : array-like of shape (n_samples, n_channels, height, width)
        Training images.
    y : array-like of shape (n_samples, n_labels) or (n_samples,), default=None
        Targets as for `fit`.
    sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), \
default=None
        Weights as for `fit`.
    min_lr : float > 0, default=1e-6
        First rate, at which hardly anything should happen.
    max_lr : float > min_lr, default=1.0
        Last rate, at which most networks with Adam diverge. Raise it where the
        suggestion is close to it.
    n_steps : int >= 10, default=100
        Batches to train on; a hundred over six decades tell rates apart by 15 %.

    Returns
    -------
    result : :class:`~sklearn.utils.Bunch`
        With

        lrs : ndarray of shape (n_trained,), dtype float64
            The rates that were trained at, at most `n_steps`.
        losses : ndarray of shape (n_trained,), dtype float64
            The loss of the batch at each rate, before its step.
        smoothed : ndarray of shape (n_trained,), dtype float64
            The losses without the noise between batches.
        suggestion : float or None
            The rate at which the smoothed loss falls steepest, before it first rises
            again; None if it does not fall.

    Raises
    ------
    ValueError
        If a parameter is not as described, or the loss diverges within ten steps.

    References
    ----------
    .. [1] L. N. Smith, "Cyclical Learning Rates for Training Neural Networks", IEEE
       Winter Conference on Applications of Computer Vision, 2017, section 3.3.

    Examples
    --------
    >>> from sklearn_protloc.classifiers import LocalizationClassifier, lr_range_test
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.networks import TinyNet
    >>> cells = make_cells(40, image_size=32, random_state=0)
    >>> model = LocalizationClassifier(TinyNet, batch_size=8, random_state=0)
    >>> result = lr_range_test(model, cells.data, cells.target, max_lr=1e3, n_steps=60)
    >>> print(f"{result.suggestion:.4f}")
    0.0065
    >>> len(result.lrs) < 60  # the loss diverged
    True
    """
    if max_lr <= min_lr:
        raise ValueError(f"Expected max_lr above min_lr={min_lr:g}, got {max_lr:g}.")
    probe = _Probe(np.geomspace(min_lr, max_lr, n_steps))
    trained = clone(estimator).set_params(
        lr=min_lr,
        lr_schedule=None,
        callbacks=[probe],
        early_stopping=False,
        validation_fraction=None,
        scoring="loss",
        warm_start=False,
        checkpoint_dir=None,
        max_epochs=n_steps,  # an epoch has a step at least
        verbose=0,
    )
    with suppress(_EndOfTest, DivergenceError):
        trained.fit(X, y, sample_weight)
    losses = np.asarray(probe.losses)
    if len(losses) < _LEAST_STEPS:
        raise ValueError(
            f"The loss diverged after {len(losses)} steps, at a learning rate of "
            f"{probe.lrs[len(losses) - 1]:.1e}. Lower min_lr."
        )
    return _judge(probe.lrs[: len(losses)], losses, n_steps)


def _judge(lrs, losses, n_steps):
    smoothed = gaussian_filter1d(losses, max(1.0, n_steps * _WIDTH), mode="nearest")
    # Behind its first rise a loss can fall back from a height that a rate too high has
    # thrown it to, more steeply than it ever fell by learning.
    rise = smoothed - np.minimum.accumulate(smoothed)
    too_high = rise > _SHARE_OF_FALL * (smoothed[0] - smoothed.min())
    end = int(too_high.argmax()) if too_high.any() else len(lrs)
    slopes = np.gradient(smoothed, np.log(lrs))[:end]
    steepest = int(slopes.argmin())
    falls = slopes[steepest] < -np.finfo(np.float32).eps * np.abs(losses).max()
    suggestion = float(lrs[steepest]) if falls else None
    return Bunch(lrs=lrs, losses=losses, smoothed=smoothed, suggestion=suggestion)


class _EndOfTest(Exception):  # noqa: N818 - nothing has gone wrong
    """All rates have been tried, or the loss has diverged."""


class _Probe(Callback):
    """Set a rate before each step and note the loss after it."""

    def __init__(self, lrs):
        self.lrs = lrs
        self.losses = []

    def __deepcopy__(self, memo):
        return self  # a fit works on copies, and this one brings the losses back

    def on_batch_begin(self, net, **kwargs):
        for group in net.optimizer_.param_groups:
            group["lr"] = self.lrs[len(self.losses)]

    def on_batch_end(self, net, loss=None, **kwargs):
        self.losses.append(float(loss))
        if len(self.losses) == len(self.lrs) or self._has_diverged():
            raise _EndOfTest

    def _has_diverged(self):
        if len(self.losses) <= _LATEST or min(self.losses) <= 0:
            return False
        latest = math.fsum(self.losses[-_LATEST:]) / _LATEST
        return latest > _TIMES_LOWEST * min(self.losses)
