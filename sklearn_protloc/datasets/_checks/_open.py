"""From what a user wants checked to samples, none of them read."""

import os

import numpy as np
import pandas as pd

from sklearn_protloc.datasets._alike import check_ids
from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._sources import Samples, open_array, open_files

_OPTIONS = ("ids", "axes", "colored", "image_size", "interpolation")


def open_samples(X, reading):
    """Return the samples of images or file names, and their ids.

    Parameters
    ----------
    X : ImageCollection, array-like of images, or table of file names
        What a user passed.
    reading : dict
        Options of `ImageCollection` for file names.

    Returns
    -------
    samples : Samples
        Files need not exist.
    ids : ndarray of shape (n_samples,) or None
        What each is called.
    """
    if isinstance(X, str | os.PathLike):
        raise TypeError(
            f"Expected images or a table of file names, got one name: {X}. List the "
            "files of a folder, one row per sample and one column per channel; or open "
            "them by ImageCollection, its from_folder or its from_array."
        )
    unknown = [name for name in reading if name not in _OPTIONS]
    if unknown:
        raise TypeError(
            f"check_images has no parameter {unknown[0]!r}. To read file names, it "
            f"takes {', '.join(_OPTIONS)}, as ImageCollection does. Names are taken as "
            "they are: put their folder in front, as in [[folder / name] for name in "
            "names], or pass an ImageCollection, such as that of its from_table."
        )
    if _are_paths(X):
        return _open_paths(X, **reading)
    if reading:
        raise TypeError(
            f"Expected {' and '.join(reading)} with file names only: images in a "
            f"{type(X).__name__} are read as they are."
        )
    if isinstance(X, ImageCollection):
        return X._samples, X.ids
    opened = open_array(X, ensure_all_finite=False)  # NaN is to be found, not refused
    return Samples(*opened, None, "area"), None


def _are_paths(X):
    if isinstance(X, pd.DataFrame | pd.Series):
        return True
    if isinstance(X, np.ndarray):
        return X.dtype.kind in "OUT"
    while isinstance(X, list | tuple) and len(X):
        X = X[0]
    return X is None or isinstance(X, str | os.PathLike)


def _open_paths(
    paths, ids=None, axes=None, colored=False, image_size=None, interpolation="area"
):
    paths = np.array(paths, dtype=object)
    paths[pd.isna(paths)] = ""  # which is no file
    opened = open_files(paths, axes, colored, must_exist=False)
    return Samples(*opened, image_size, interpolation), check_ids(ids, len(paths))
