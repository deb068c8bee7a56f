"""Samples whose rows can be taken in any order."""

import numpy as np
from sklearn.utils import _safe_indexing

from sklearn_protloc.datasets._as_lazy import as_lazy

__all__ = ["as_rows"]


def as_rows(X):
    """Return samples so that their rows can be taken in any order.

    Stores of arrays such as zarr and HDF5 take slices, but not rows out of order,
    which folds need.

    Parameters
    ----------
    X : array-like of shape (n_samples, ...)
        Images in any form, or a table.

    Returns
    -------
    rows : array-like of shape (n_samples, ...)
        `X` itself if its rows can be taken, else its images as lazy ones.

    Raises
    ------
    TypeError
        If there are no rows.

    See Also
    --------
    as_lazy : Lazy images, whatever `X` can do.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.datasets import as_rows
    >>> images = np.zeros((3, 4, 8, 8), dtype=np.uint8)
    >>> as_rows(images) is images
    True
    """
    if not any(hasattr(X, name) for name in ("__len__", "shape", "__array__")):
        raise TypeError(
            "Expected X as images or a table with a row per sample, got "
            f"{type(X).__name__}."
        )
    if len(getattr(X, "shape", ())) != 4 or isinstance(X, np.ndarray):
        return X
    try:
        _safe_indexing(X, np.array([0, 0]))
    except Exception:  # each kind of store has errors of its own
        return as_lazy(X)
    return X
