"""Reading numbers in every form users hold them."""

import numpy as np
from scipy import sparse

__all__ = ["as_numbers"]


def as_numbers(values, name):
    """Return numbers as an array.

    Parameters
    ----------
    values : array-like, DataFrame or sparse matrix
        Real numbers or booleans, also among objects.
    name : str
        What errors call them.

    Returns
    -------
    numbers : ndarray, dtype float64
        Values of the same shape; None is NaN. The same array if it is that.

    Raises
    ------
    ValueError
        If there is text, a date, a complex number or anything else that is no real
        number, or lists have different lengths.

    Examples
    --------
    >>> from sklearn_protloc.utils import as_numbers
    >>> as_numbers([True, 0.5, 3], "thresholds")
    array([1. , 0.5, 3. ])
    """
    try:
        array = np.asarray(values.toarray() if sparse.issparse(values) else values)
        if array.dtype == object:
            array = array.astype(np.float64)
        what = f"{array.dtype} of shape {array.shape}"
    except (TypeError, ValueError):  # lists of different lengths, or other objects
        array, what = None, f"{type(values).__name__} of something else"
    if array is None or array.dtype.kind not in "biuf":
        raise ValueError(f"Expected {name} as an array of numbers, got {what}.")
    return array.astype(np.float64, copy=False)
