"""Telling targets of one column from targets of several labels."""

import numpy as np
from scipy import sparse
from sklearn.utils import column_or_1d

__all__ = ["as_single_target"]


def as_single_target(y, *, warn=False):
    """Return y in one dimension if it has one column, else None.

    With `warn`, scikit-learn's DataConversionWarning is given for y of shape (n, 1).
    """
    try:
        shape = np.shape(y)
    except ValueError:  # rows of different lengths
        return None
    if len(shape) == 1:
        return y
    if len(shape) != 2 or shape[1] != 1:
        return None
    return column_or_1d(y.toarray() if sparse.issparse(y) else y, warn=warn)
