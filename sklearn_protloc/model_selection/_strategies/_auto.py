"""The rule that a cross-fit speaks for."""

import numpy as np

from sklearn_protloc.model_selection._count_metrics import label_scores
from sklearn_protloc.model_selection._cross_fit import choose, cross_fit, enough_folds
from sklearn_protloc.model_selection._strategies._f1 import f1
from sklearn_protloc.model_selection._strategies._plug_in import plug_in
from sklearn_protloc.model_selection._strategies._shrunk import shrunk

__all__ = ["auto"]

FAVOURITE, CHALLENGERS = shrunk, (f1, plug_in)
# As many folds as leave a standard error that means something, and how many of these
# a challenger must be ahead. Chance alone is often ahead by less.
MIN_FOLDS, N_ERRORS = 5, 2


def auto(y, p, *, folds, metric, **options):
    """Return the thresholds of the rule that does best on folds it did not see.

    The rules "shrunk", "f1" and "plug_in" choose the thresholds for each fold on the
    other folds, and each rule's decisions on all folds are scored together. One rule
    is taken for all labels, since a choice per label would overfit as the thresholds
    do: "shrunk", unless another is ahead of it by two standard errors of the
    difference. More candidates would add more noise to the choice than they are worth.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    folds : ndarray of shape (n_samples,), int
        The fold of each sample; where there are fewer than five, five stratified ones
        take their place.
    metric : callable
        ``metric(tp, fp, fn, tn)``, arrays in, array out.
    **options : dict
        What the rules and the policies need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        Those of the winner on all samples.
    """
    options = {"metric": metric, **options}
    folds = enough_folds(y, folds, MIN_FOLDS)
    winner, lead = FAVOURITE, 0
    if len(np.unique(folds)) > 1 and y.any():
        _, usual = cross_fit(FAVOURITE, y, p, folds, **options)
        for rule in CHALLENGERS:
            _, decided = cross_fit(rule, y, p, folds, **options)
            gain, error = _gain_and_error(metric, y, decided, usual, folds)
            if gain - N_ERRORS * error > lead:
                winner, lead = rule, gain - N_ERRORS * error
    return choose(winner, y, p, folds=folds, **options)


def _gain_and_error(metric, y, decided, usual, folds):
    """Return the gain of decisions over the usual ones and its jackknife error."""

    def gain(rows):
        scores = (label_scores(metric, y[rows], d[rows]) for d in (decided, usual))
        return np.subtract(*scores)[y[rows].any(axis=0)].mean()

    ids = np.unique(folds)
    without = np.array([gain(folds != i) for i in ids if y[folds != i].any()])
    return gain(folds >= 0), np.sqrt((len(ids) - 1) * without.var())
