"""Exact counts of true and predicted positives at many thresholds."""

import numpy as np

__all__ = ["break_point_counts", "grid_counts", "label_counts"]

# Rows handled at a time: their temporaries stay in the processor's cache.
BLOCK = 8192
# More than the rounding of score * n_steps, far less than the width of a bin, 1.
MARGIN = 1e-6


def grid_counts(present, scores, n_steps):
    """Count at the thresholds 0, 1/n_steps, ..., 1.

    Scores are put into bins between neighbouring thresholds, so that no sorting is
    needed. A sample is predicted positive when ``float64(score) >= threshold``.

    Parameters
    ----------
    present : ndarray of shape (n_samples,), integer or bool
        1 where the label is present, else 0.
    scores : ndarray of shape (n_samples,), floating
        Scores from 0 to 1.
    n_steps : int
        Number of steps of the grid, at most a million.

    Returns
    -------
    thresholds : ndarray of shape (n_steps + 1,)
        The grid ``np.arange(n_steps + 1) / n_steps``.
    true_positives, predicted : ndarrays of shape (n_steps + 1,)
        Number of true and of all predicted positives at each threshold.
    """
    grid = np.arange(n_steps + 1) / n_steps
    # One histogram for the samples without the label, one for those with it.
    histograms = np.zeros(2 * len(grid), dtype=np.int64)
    for start in range(0, len(scores), BLOCK):
        block = scores[start : start + BLOCK]
        position = block * np.float64(n_steps)
        position += MARGIN
        bins = position.astype(np.int32)
        # Rounding matters to scores next to a threshold only: these are compared.
        position -= bins
        close = np.flatnonzero(position < 2 * MARGIN)
        bins[close] -= block[close].astype(np.float64) < grid[bins[close]]
        bins += np.multiply(present[start : start + BLOCK], len(grid), dtype=np.int32)
        histograms += np.bincount(bins, minlength=len(histograms))
    absent, present = histograms.reshape(2, -1)[:, ::-1].cumsum(axis=1)[:, ::-1]
    return grid, present, absent + present


def break_point_counts(present, scores):
    """Count at every threshold that changes a prediction: the distinct scores.

    Parameters
    ----------
    present : ndarray of shape (n_samples,), integer or bool
        1 where the label is present, else 0.
    scores : ndarray of shape (n_samples,), floating
        Scores from 0 to 1.

    Returns
    -------
    thresholds : ndarray of shape (n_distinct,)
        The distinct scores in descending order.
    true_positives, predicted : ndarrays of shape (n_distinct,)
        Number of true and of all predicted positives at each threshold.
    """
    order = np.argsort(scores)[::-1]
    descending = scores[order].astype(np.float64)
    last_of_tie = np.flatnonzero(np.append(np.diff(descending) != 0, True))
    true_positives = np.cumsum(present[order], dtype=np.int64)
    return descending[last_of_tie], true_positives[last_of_tie], last_of_tie + 1


def label_counts(y, p, step):
    """Yield the counts of each label at the thresholds of a grid or its break points.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels), integer or bool
        1 where the label is present, else 0.
    p : ndarray of shape (n_samples, n_labels), floating
        Scores from 0 to 1.
    step : float or None
        Distance of neighbouring thresholds; None takes the distinct scores.

    Yields
    ------
    thresholds, true_positives, predicted : ndarrays of shape (n_thresholds,)
        As in `grid_counts` and `break_point_counts`.
    """
    for k in range(y.shape[1]):
        if step is None:
            yield break_point_counts(y[:, k], p[:, k])
        else:
            yield grid_counts(y[:, k], p[:, k], round(1 / step))
