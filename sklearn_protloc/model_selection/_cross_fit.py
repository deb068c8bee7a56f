"""Choosing thresholds, and scoring them on folds they were not chosen on."""

import numpy as np

from sklearn_protloc.model_selection._strategies._prevalence import prevalence
from sklearn_protloc.utils import stratified_folds

__all__ = ["MAX_FOLDS", "choose", "cross_fit", "decide", "enough_folds"]

# Folds made where there are none, and most folds taken.
N_FOLDS, MAX_FOLDS = 5, 10


def choose(rule, y, p, *, absent_threshold, min_positives, **options):
    """Return the thresholds of a rule, with those of rare and absent labels replaced.

    Parameters
    ----------
    rule : callable
        ``rule(y, p, **options)`` returns one threshold per label.
    y, p : ndarrays of shape (n_samples, n_labels)
        0/1 values and probabilities to choose on.
    absent_threshold : float
        The threshold of labels without a positive.
    min_positives : int
        Labels with fewer positives are predicted as often as they are present.
    **options : dict
        What rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        At or above them a label is predicted.
    """
    policies = {"absent_threshold": absent_threshold, "min_positives": min_positives}
    thresholds = rule(y, p, **options, **policies)
    n_positive = np.count_nonzero(y, axis=0)
    rare = n_positive < min_positives
    if rare.any():
        thresholds[rare] = prevalence(y[:, rare], p[:, rare])
    thresholds[n_positive == 0] = absent_threshold
    return thresholds


def decide(p, thresholds, empty):
    """Return which labels are predicted.

    Parameters
    ----------
    p : ndarray of shape (n_samples, n_labels), floating
        Probabilities.
    thresholds : ndarray of shape (n_labels,), dtype float64
        At or above them a label is predicted.
    empty : {"allow", "argmax"}
        Whether a sample may have no label, or else gets its most probable one.

    Returns
    -------
    decided : ndarray of shape (n_samples, n_labels), dtype bool
        True where the label is predicted.
    """
    decided = p >= thresholds
    if empty == "argmax":
        rows = np.flatnonzero(~decided.any(axis=1))
        decided[rows, p[rows].argmax(axis=1)] = True
    return decided


def enough_folds(y, folds, at_least=2):
    """Return the folds, or five stratified ones if there are too few."""
    if len(y) > 1 and len(np.unique(folds)) < at_least:
        return stratified_folds(y, min(N_FOLDS, len(y)))
    return folds


def cross_fit(rule, y, p, folds, *, empty, scored=None, **options):
    """Choose thresholds without each fold in turn and decide on the fold.

    Parameters
    ----------
    rule : callable
        ``rule(y, p, **options)`` returns one threshold per label.
    y, p : ndarrays of shape (n_samples, n_labels)
        0/1 values, and probabilities to choose on; NaN for samples not to choose on.
    folds : ndarray of shape (n_samples,), int
        The fold of each sample, of at least two; -1 for samples not to decide on.
    scored : ndarray of shape (n_samples, n_labels), default=None
        Probabilities to decide on, if not `p`.
    empty : {"allow", "argmax"}
        As in `decide`.
    **options : dict
        As in `choose`.

    Returns
    -------
    thresholds : ndarray of shape (n_folds, n_labels), dtype float64
        Chosen without the fold.
    decided : ndarray of shape (n_samples, n_labels), dtype bool
        True where the label is predicted.
    """
    scored = p if scored is None else scored
    chosen_on = ~np.isnan(p).any(axis=1)
    thresholds, decided = [], np.zeros(y.shape, dtype=bool)
    for fold in np.unique(folds[folds >= 0]):
        rest, test = chosen_on & (folds != fold), folds == fold
        options = {**options, "folds": folds[rest], "empty": empty}
        thresholds.append(choose(rule, y[rest], p[rest], **options))
        decided[test] = decide(scored[test], thresholds[-1], empty)
    return np.array(thresholds), decided
