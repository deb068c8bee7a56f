"""Thresholds that predict each label as often as it occurs."""

import numpy as np

__all__ = ["prevalence"]


def prevalence(y, p, **_):
    """Return the threshold of each label that predicts it as often as it is present.

    Also known as proportional or prior matching (PCut). It looks at the number of
    positives only, not at which samples they are, and varies least of all rules.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    **_ : dict
        What other rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        In the middle between the lowest score predicted and the highest not
        predicted. Where scores are tied, the number closest to that of the positives
        is predicted, rather fewer than more.
    """
    thresholds = np.empty(y.shape[1])
    for k, n_positive in enumerate(np.count_nonzero(y, axis=0)):
        scores, counts = np.unique(p[:, k], return_counts=True)
        # edges[i] predicts the scores from i upwards; the last one predicts none.
        edges = np.concatenate([[0.0], (scores[1:] + scores[:-1]) / 2, [1.0]])
        predicted = np.append(counts[::-1].cumsum()[::-1], 0)
        miss = np.abs(predicted - n_positive)
        last_best = len(miss) - 1 - np.argmin(miss[::-1])
        thresholds[k] = edges[last_best]
    return thresholds
