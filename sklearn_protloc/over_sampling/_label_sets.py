"""The different sets of labels that samples have."""

import numpy as np

__all__ = ["label_sets"]


def label_sets(Y):
    """Find the different rows of an indicator matrix.

    Returns
    -------
    sets : ndarray of shape (n_sets, n_labels), dtype int64
        The different rows.
    set_of : ndarray of shape (n_samples,)
        The set of each sample.
    sizes : ndarray of shape (n_sets,)
        How many samples have each set.
    """
    bits = np.packbits(Y > 0, axis=1)
    # as bytes, which sort much faster than rows
    rows = np.ascontiguousarray(bits).view(f"S{bits.shape[1]}").reshape(-1)
    _, first, set_of, sizes = np.unique(
        rows, return_index=True, return_inverse=True, return_counts=True
    )
    return Y[first].astype(np.int64), set_of, sizes
