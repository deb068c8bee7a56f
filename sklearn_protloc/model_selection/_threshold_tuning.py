"""Tuning thresholds on held-out probabilities, with an honest score."""

from typing import NamedTuple

import numpy as np
import pandas as pd

from sklearn_protloc.model_selection._count_metrics import macro_score
from sklearn_protloc.model_selection._cross_fit import (
    MAX_FOLDS,
    choose,
    cross_fit,
    decide,
    enough_folds,
)
from sklearn_protloc.model_selection._threshold_report import threshold_report

__all__ = ["Tuned", "tune"]


class Tuned(NamedTuple):
    """Thresholds and how good they are."""

    thresholds: np.ndarray  # (n_labels,)
    stds: np.ndarray  # (n_labels,), over the folds of the cross-fit
    best_score: float  # on the samples tuned on
    score_estimate: float  # cross-fitted
    report: pd.DataFrame


def tune(rule, y, p, folds, label_names, *, scored=None, **options):
    """Choose thresholds, and score them as they are and cross-fitted.

    Parameters
    ----------
    rule : callable
        ``rule(y, p, **options)`` returns one threshold per label.
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), dtype float64
        Probabilities to choose on; NaN for samples not to choose on.
    folds : ndarray of shape (n_samples,), int
        The fold of each sample to be scored; -1 for samples not to be scored.
    label_names : array-like of shape (n_labels,)
        For the report.
    scored : ndarray of shape (n_samples, n_labels), default=None
        Probabilities to score on, if not `p`.
    **options : dict
        `metric`, `step` and the policies `absent_threshold`, `min_positives` and
        `empty`.

    Returns
    -------
    tuned : Tuned
        Thresholds, scores and a report.
    """
    scored = p if scored is None else scored
    known = folds >= 0
    folds = folds.copy()
    # Many folds, as of leave-one-out, are merged: they cost time and tell no more.
    folds[known] = enough_folds(y[known], folds[known] % MAX_FOLDS)
    rows = ~np.isnan(p).any(axis=1)
    thresholds = choose(rule, y[rows], p[rows], folds=folds[rows], **options)
    decisions = {
        "f1_at_half": decide(scored[known], 0.5, options["empty"]),
        "f1": decide(scored[known], thresholds, options["empty"]),
        "f1_cross_fitted": None,
    }
    stds, estimate = np.full(len(thresholds), np.nan), np.nan
    if len(np.unique(folds[known])) > 1:
        each, crossed = cross_fit(rule, y, p, folds, scored=scored, **options)
        decisions["f1_cross_fitted"] = crossed[known]
        stds = each.std(axis=0)
        estimate = macro_score(options["metric"], y[known], crossed[known])
    report = threshold_report(
        label_names, y[known], decisions, thresholds, stds, options["min_positives"]
    )
    best_score = macro_score(options["metric"], y[known], decisions["f1"])
    return Tuned(thresholds, stds, best_score, estimate, report)
