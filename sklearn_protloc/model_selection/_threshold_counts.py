"""Exact counts of true and predicted positives at many thresholds."""

import numpy as np

__all__ = ["label_counts"]

# Rows for each byte of a score, and labels, handled at a time. Few enough to stay in
# the processor's cache, where labels share the lines that were read for the first one.
BLOCK, N_LABELS = 1_800, 4


def label_counts(y, p, step):
    """Yield the counts at the thresholds of a grid or at those that matter.

    A sample is predicted positive when ``float64(score) >= threshold``.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels), integer or bool
        1 where the label is present, else 0.
    p : ndarray of shape (n_samples, n_labels), floating
        Scores from 0 to 1.
    step : float or None
        Distance of the thresholds from 0 to 1. None takes the distinct scores of each
        label, at which predictions change.

    Yields
    ------
    thresholds : ndarray of shape (n_thresholds,), dtype float64
        In ascending order.
    true_positives, predicted : ndarrays of shape (n_counted, n_thresholds)
        Number of true and of all predicted positives of a few labels; all labels in
        order.
    """
    if step is None:
        for present, scores in zip(y.T, p.T, strict=True):
            yield _break_point_counts(present, scores)
        return
    for first in range(0, y.shape[1], N_LABELS):
        labels = slice(first, first + N_LABELS)
        yield _grid_counts(y[:, labels], p[:, labels], round(1 / step))


def _grid_counts(y, p, n_steps):
    """Count at the thresholds 0, 1/n_steps, ..., 1, without sorting.

    Scores are put into bins between neighbouring thresholds, even ones for the samples
    without the label and odd ones for those with it.
    """
    grid = np.arange(n_steps + 1) / n_steps
    counts = np.zeros((y.shape[1], 2 * len(grid)), dtype=np.int64)
    n_rows = min(BLOCK * p.itemsize, len(p))
    positions = np.empty((2, n_rows), dtype=np.result_type(p, np.float32))
    bins = np.empty(n_rows, dtype=np.int32)
    for start in range(0, len(p), n_rows):
        rows = slice(start, min(start + n_rows, len(p)))
        position, whole = positions[:, : rows.stop - start]
        bin_ = bins[: rows.stop - start]
        for k in range(y.shape[1]):
            _fill_bins(bin_, p[rows, k], grid, position, whole)
            bin_ += bin_
            bin_ += y[rows, k]
            counts[k] += np.bincount(bin_, minlength=2 * len(grid))
    present = counts[:, 1::2][:, ::-1].cumsum(axis=1)[:, ::-1]
    absent = counts[:, ::2][:, ::-1].cumsum(axis=1)[:, ::-1]
    return grid, present, np.add(present, absent, out=absent)


def _fill_bins(bins, scores, grid, position, whole):
    """Write the number of the highest threshold at or below each score to `bins`."""
    n_steps = len(grid) - 1
    # Positions are raised by more than their rounding, which is far less than a bin.
    margin = 4 * np.finfo(position.dtype).eps
    np.multiply(scores, position.dtype.type(n_steps * (1 + margin)), out=position)
    np.floor(position, out=whole)
    np.copyto(bins, whole, casting="unsafe")
    # Rounding matters to scores next to a threshold only: these are compared.
    position -= whole
    if position.min() < 2 * margin * n_steps:
        close = np.flatnonzero(position < 2 * margin * n_steps)
        bins[close] -= scores[close].astype(np.float64) < grid[bins[close]]


def _break_point_counts(present, scores):
    """Count at the distinct scores of one label."""
    order = np.argsort(scores)[::-1]
    descending = scores[order].astype(np.float64)
    last_of_tie = np.flatnonzero(np.append(np.diff(descending) != 0, True))
    true_positives = np.cumsum(present[order], dtype=np.int64)[last_of_tie]
    thresholds, predicted = descending[last_of_tie], last_of_tie + 1
    return thresholds[::-1], true_positives[None, ::-1], predicted[None, ::-1]
