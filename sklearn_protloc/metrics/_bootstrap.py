"""How sure a score is: intervals by the bootstrap."""

from dataclasses import dataclass, field
from functools import partial
from numbers import Integral, Real
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri
from sklearn.utils import check_random_state

from sklearn_protloc.metrics._counts import as_count_metric, evaluate_counts
from sklearn_protloc.metrics._inputs import (
    check_columns,
    check_zero_division,
    read_pair,
)
from sklearn_protloc.metrics._parts import read_groups
from sklearn_protloc.metrics._resampling import left_out_sums, resampled_sums
from sklearn_protloc.metrics._scores import mean_defined

__all__ = ["bootstrap_interval"]

AVERAGES, METHODS = ("macro", "micro", None), ("percentile", "bca")


class ConfidenceInterval(NamedTuple):
    """Two ends of an interval."""

    low: float
    high: float


@dataclass(frozen=True)
class BootstrapResult:
    """Result of `bootstrap_interval`."""

    estimate: float
    confidence_interval: ConfidenceInterval
    standard_error: float
    bootstrap_distribution: np.ndarray = field(repr=False)


def bootstrap_interval(
    y_true,
    y_pred,
    y_pred_other=None,
    *,
    groups=None,
    metric="f1",
    average="macro",
    zero_division=np.nan,
    n_resamples=2000,
    confidence_level=0.95,
    method="percentile",
    random_state=None,
):
    """Estimate how sure a score, or the difference of two, is.

    Samples are drawn with replacement and scored again and again. Only the counts of
    right and wrong decisions are added up anew, as a product of matrices, which is
    hundreds of times faster than calling a metric on each resample.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.
    y_pred_other : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels), default=None
        Predictions of another model for the same samples. The interval is then that of
        the score of `y_pred` minus its score, over the labels that have a value for
        both models. Both are scored on the same resamples: this is narrower than two
        intervals side by side suggest.
    groups : array-like of shape (n_samples,), default=None
        The group of each sample, such as its antibody. Whole groups are drawn. Images
        of one antibody share their labels and are right or wrong together: without
        groups the interval is too narrow for other antibodies.
    metric : {"f1", "precision", "recall"} or callable, default="f1"
        A function is called as ``metric(tp, fp, fn, tn)`` with float64 arrays of one
        shape and returns an array of that shape, as in
        :class:`~sklearn_protloc.model_selection.MultiLabelThresholdOptimizer`.
    average : {"macro", "micro", None}, default="macro"
        Mean of the metric over the labels, the metric of all decisions together, or a
        value, and an interval, for each label.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        The metric where it is 0/0, in the sample and in each resample; NaN leaves the
        label out of the mean. Precision is 0/0 for labels that a model never predicts.
    n_resamples : int, default=2000
        Number of resamples. Ends of the interval are then within a few percent of its
        width of what more would give.
    confidence_level : float, default=0.95
        Share of experiments whose interval is to hold the true value, between 0 and 1.
    method : {"percentile", "bca"}, default="percentile"
        Quantiles of the resampled scores, or such that are corrected for bias and skew
        by leaving each sample or group out once (bias-corrected and accelerated) [1]_.
    random_state : int, RandomState instance or None, default=None
        Draws the resamples. Pass an int for the same interval in every call.

    Returns
    -------
    result : object
        With the attributes of SciPy's bootstrap: `confidence_interval` with `low` and
        `high`, `standard_error` and `bootstrap_distribution`, the resampled scores of
        shape (n_resamples,); and `estimate`, the score of the samples as they are. With
        ``average=None`` they are arrays with an entry per label, the distribution of
        shape (n_labels, n_resamples). Resamples in which the score is not defined are
        left out; a label without any has an interval of NaN.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or there is a single group.

    References
    ----------
    .. [1] B. Efron, "Better bootstrap confidence intervals", Journal of the American
       Statistical Association 82, 1987.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.metrics import bootstrap_interval
    >>> rng = np.random.default_rng(0)
    >>> y_true = rng.random((500, 3)) < 0.3
    >>> y_pred = y_true ^ (rng.random((500, 3)) < 0.1)
    >>> result = bootstrap_interval(y_true, y_pred, random_state=0)
    >>> print(f"{result.estimate:.3f} ({result.confidence_interval.low:.3f} to "
    ...       f"{result.confidence_interval.high:.3f})")
    0.820 (0.792 to 0.847)
    """
    _check(average, method, n_resamples, confidence_level)
    check_zero_division(zero_division)
    units = _unit_counts(y_true, y_pred, y_pred_other, groups)
    score = partial(
        _score,
        metric=as_count_metric(metric),
        average=average,
        zero_division=zero_division,
        n_models=1 if y_pred_other is None else 2,
    )
    rng = check_random_state(random_state)
    estimate = score(units.sum(axis=0, keepdims=True, dtype=np.float64))[0]
    scores = np.concatenate([score(s) for s in resampled_sums(units, n_resamples, rng)])
    tail = (1 - confidence_level) / 2
    tails = np.array([[tail], [1 - tail]]) + np.zeros(np.size(estimate))
    if method == "bca":
        left_out = np.concatenate([score(s) for s in left_out_sums(units)])
        tails = _bca_tails(tails, estimate, scores, left_out)
    low, high = _quantiles(scores, tails)
    deviations = scores - mean_defined(scores.T)
    error = np.sqrt(mean_defined(deviations.T**2) * n_resamples / (n_resamples - 1))
    if average is None:
        return BootstrapResult(estimate, ConfidenceInterval(low, high), error, scores.T)
    ends = ConfidenceInterval(float(low[0]), float(high[0]))
    return BootstrapResult(float(estimate), ends, float(error), scores)


def _check(average, method, n_resamples, confidence_level):
    """Raise where a parameter is not as documented."""
    if average not in AVERAGES:
        raise ValueError(
            f"Expected average as 'macro', 'micro' or None, got {average!r}."
        )
    if method not in METHODS:
        raise ValueError(f"Expected method as 'percentile' or 'bca', got {method!r}.")
    if not isinstance(n_resamples, Integral) or n_resamples < 2:
        raise ValueError(
            f"Expected n_resamples as a whole number from 2, got {n_resamples!r}."
        )
    if not isinstance(confidence_level, Real) or not 0 < confidence_level < 1:
        raise ValueError(
            "Expected confidence_level between 0 and 1, such as 0.95, got "
            f"{confidence_level!r}."
        )


def _unit_counts(y_true, y_pred, y_pred_other, groups):
    """Return what is added up of each sample or group.

    Its columns are 1 per sample, the labels present, and for each model the labels
    found and those predicted.
    """
    truth, predicted, _ = read_pair(y_true, y_pred)
    columns = [np.ones((len(truth), 1), np.int8), truth, truth & predicted, predicted]
    if y_pred_other is not None:
        truth, predicted, _ = read_pair(y_true, y_pred_other, "y_pred_other")
        check_columns(y_pred, y_pred_other, "y_pred", "y_pred_other")
        columns += [truth & predicted, predicted]
    units = np.concatenate(columns, axis=1)
    if groups is not None:
        codes, _ = pd.factorize(read_groups(groups, len(truth)))
        order = np.argsort(codes, kind="stable")
        first = np.flatnonzero(np.diff(codes[order], prepend=-1))
        units = np.add.reduceat(units[order], first, axis=0, dtype=np.int64)
    if len(units) < 2:
        raise ValueError(
            "Expected two samples or groups at least to draw from, got one. One tells "
            "nothing of how much they vary."
        )
    return units


def _score(sums, *, metric, average, zero_division, n_models):
    """Return the score, or the difference of two, of each row of sums."""
    n_samples, counts = sums[:, :1], sums[:, 1:]
    n_positive, *decisions = np.split(counts, 1 + 2 * n_models, axis=1)
    n_labels = n_positive.shape[1]
    if average == "micro":
        n_samples, n_positive = n_samples * n_labels, n_positive.sum(1, keepdims=True)
        decisions = [counts.sum(axis=1, keepdims=True) for counts in decisions]
    values = [
        evaluate_counts(
            metric, hits, predicted, n_positive, n_samples, zero_division=zero_division
        )
        for hits, predicted in zip(decisions[::2], decisions[1::2], strict=True)
    ]
    # Not a difference of means, which would be of different labels.
    values = values[0] if n_models == 1 else values[0] - values[1]
    return values if average is None else mean_defined(values)


def _bca_tails(tails, estimate, scores, left_out):
    """Return the tails corrected for bias and skew (Efron 1987)."""
    with np.errstate(divide="ignore", invalid="ignore"):
        defined = np.where(np.isnan(scores), np.nan, 1)
        below = (scores < estimate) + 0.5 * (scores == estimate)
        bias = ndtri(mean_defined((below * defined).T))
        deviations = mean_defined(left_out.T) - left_out
        deviations = np.where(np.isnan(deviations), 0, deviations)
        squares = (deviations**2).sum(axis=0)
        skew = (deviations**3).sum(axis=0) / (6 * squares**1.5)
        z = bias + ndtri(tails)
        corrected = ndtr(bias + z / (1 - skew * z))
    # Where nothing varies there is nothing to correct.
    return np.where(np.isnan(corrected), tails, corrected)


def _quantiles(scores, tails):
    """Return the quantiles of each column, at the tails of that column."""
    columns = scores.reshape(len(scores), -1).T
    ends = np.full(tails.shape, np.nan)
    for k, column in enumerate(columns):
        defined = column[~np.isnan(column)]
        if len(defined):
            ends[:, k] = np.quantile(defined, tails[:, k])
    return ends
