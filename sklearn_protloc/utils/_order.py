"""Rows of images and of labels that belong together."""

import numpy as np

__all__ = ["check_same_order"]


def check_same_order(X, y):
    """Refuse labels whose index names the images of `X` in another order.

    Parameters
    ----------
    X : array-like
        Images; only those with `ids` are compared, such as an
        :class:`~sklearn_protloc.datasets.ImageCollection`.
    y : array-like
        Labels; only those with an index are compared, such as a DataFrame. An index of
        other names than `ids` says nothing about the order.

    Raises
    ------
    ValueError
        If both hold the same names, but not row by row.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_protloc.datasets import ImageCollection, make_cells
    >>> from sklearn_protloc.utils import check_same_order
    >>> X = ImageCollection.from_array(make_cells(2).data, ids=["a", "b"])
    >>> check_same_order(X, pd.DataFrame({"Cytosol": [0, 1]}, index=["a", "b"]))
    """
    ids, index = getattr(X, "ids", None), getattr(y, "index", None)
    if ids is None or not hasattr(y, "loc") or len(ids) != len(index):
        return
    names = np.asarray(index, dtype=object)
    if (ids == names).all() or set(ids) != set(names):
        return
    row = int(np.flatnonzero(ids != names)[0])
    raise ValueError(
        f"X and y hold the same images in another order: row {row} is {ids[row]!r} in "
        f"X.ids and {names[row]!r} in the index of y. Use y.loc[X.ids]."
    )
