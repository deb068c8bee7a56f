"""Sums over samples drawn again and again, as products of matrices."""

import numpy as np

__all__ = ["left_out_sums", "resampled_sums"]

# Bytes of the weights of the resamples drawn at a time.
BLOCK_BYTES = 2**24


def resampled_sums(units, n_resamples, rng):
    """Yield the sums over units drawn with replacement, as many as there are.

    Parameters
    ----------
    units : ndarray of shape (n_units, n_columns)
        Whole numbers from 0 upwards.
    n_resamples : int
        Number of resamples.
    rng : RandomState
        Draws the units.

    Yields
    ------
    sums : ndarray of shape (n_resamples of the block, n_columns), dtype float64
        Exact. The blocks do not change what is drawn.
    """
    n_units = len(units)
    # All products and partial sums are whole numbers, exact up to 2**24 in float32.
    exact = n_units * float(units.max(initial=0)) < 2**24
    dtype = np.dtype(np.float32 if exact else np.float64)
    units = units.astype(dtype)
    n_rows = max(1, min(n_resamples, BLOCK_BYTES // (n_units * dtype.itemsize)))
    weights = np.empty((n_rows, n_units), dtype=dtype)
    for start in range(0, n_resamples, n_rows):
        block = weights[: min(n_rows, n_resamples - start)]
        for row in block:
            drawn = rng.randint(n_units, size=n_units)
            row[:] = np.bincount(drawn, minlength=n_units)
        yield (block @ units).astype(np.float64)


def left_out_sums(units):
    """Yield the sums over all units but one, for every unit, in blocks.

    Parameters
    ----------
    units : ndarray of shape (n_units, n_columns)
        Whole numbers from 0 upwards.

    Yields
    ------
    sums : ndarray of shape (n_units of the block, n_columns), dtype float64
        The sums.
    """
    total = units.sum(axis=0, dtype=np.float64)
    n_rows = max(1, BLOCK_BYTES // (8 * units.shape[1]))
    for start in range(0, len(units), n_rows):
        yield total - units[start : start + n_rows]
