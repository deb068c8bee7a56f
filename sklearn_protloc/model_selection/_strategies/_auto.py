"""The rule that wins a cross-fit."""

import numpy as np

from sklearn_protloc.model_selection._count_metrics import label_scores
from sklearn_protloc.model_selection._cross_fit import (
    at_least_two_folds,
    choose,
    cross_fit,
)
from sklearn_protloc.model_selection._strategies._f1 import f1
from sklearn_protloc.model_selection._strategies._fold_mean import fold_mean
from sklearn_protloc.model_selection._strategies._plug_in import plug_in
from sklearn_protloc.model_selection._strategies._prevalence import prevalence

__all__ = ["auto"]

# In the order of preference where scores are equal.
CANDIDATES = (f1, fold_mean, plug_in, prevalence)


def auto(y, p, *, folds, metric, **options):
    """Return the thresholds of the one rule that does best on folds it did not see.

    Each candidate rule chooses the thresholds for a fold on the other folds, and its
    decisions on all folds are scored together. One rule is taken for all labels: a
    choice per label would overfit where the choice of thresholds does.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    folds : ndarray of shape (n_samples,), int
        The fold of each sample.
    metric : callable
        ``metric(tp, fp, fn, tn)``, arrays in, array out.
    **options : dict
        What the rules and the policies need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        Those of the winner on all samples.
    """
    occurs = y.any(axis=0)
    if len(y) < 2 or not occurs.any():
        return f1(y, p, metric=metric, **options)
    options = {"metric": metric, **options}
    folds = at_least_two_folds(y, folds)

    def score(rule):
        _, decided = cross_fit(rule, y, p, folds, **options)
        return label_scores(metric, y, decided)[occurs].mean()

    scores = [score(rule) for rule in CANDIDATES]
    return choose(CANDIDATES[np.argmax(scores)], y, p, folds=folds, **options)
