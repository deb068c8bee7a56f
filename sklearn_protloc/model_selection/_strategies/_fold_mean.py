"""The mean of the thresholds that are best in each fold."""

import numpy as np

from sklearn_protloc.model_selection._strategies._f1 import f1

__all__ = ["fold_mean"]


def fold_mean(y, p, *, folds, metric, step, **_):
    """Return the mean over folds of the thresholds that are best in each fold.

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
    step : float or None
        Distance of neighbouring candidates; None tries all distinct probabilities.
    **_ : dict
        What other rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        Means over the folds with a positive sample of the label; 0.5 where none has.
    """
    ids = np.unique(folds)
    best = np.array(
        [f1(y[folds == i], p[folds == i], metric=metric, step=step) for i in ids]
    )
    votes = np.array([y[folds == i].any(axis=0) for i in ids])
    n_votes = votes.sum(axis=0)
    mean = (best * votes).sum(axis=0) / np.maximum(n_votes, 1)
    return np.where(n_votes > 0, mean, 0.5)
