"""Reading image data in every form users hold it."""

import numbers

import numpy as np
from scipy import sparse

from sklearn_protloc.utils._dataset_images import (
    DatasetImages,
    as_array,
    is_dataset,
)

__all__ = ["check_finite", "check_image_data", "read_image"]

_MOST_CHANNELS = 6  # stains in one image; a last axis this short holds channels
_HINTS = {
    1: " Images in files are read by sklearn_protloc.datasets.ImageCollection.",
    3: " Add an axis: X[np.newaxis] for one image, X[:, np.newaxis] for grey ones.",
}
_BLOCK_BYTES = 2**26  # finiteness of large arrays is checked in pieces of 64 MiB


def check_image_data(X, *, ensure_all_finite=True):
    """Check that `X` holds images, without reading those that are not in memory.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels, height, width)
        An array of numbers, or any object with `shape`, `dtype`, `ndim`, `len()`
        and indexing by an integer, such as
        :class:`~sklearn_protloc.datasets.ImageCollection`, a memory map or a zarr
        array. Such an object is returned as it is and read batch by batch. So is a
        data set of torch, as :class:`~sklearn_protloc.utils.DatasetImages`.
    ensure_all_finite : bool, default=True
        Whether an array in memory is searched for NaN and infinity. Pass False only
        to look for them image by image.

    Returns
    -------
    X : array-like of shape (n_samples, n_channels, height, width)
        The same object, or an ndarray made of a list or tensor.

    Raises
    ------
    ValueError
        If the shape is not that of images, if there are none, or if an array in
        memory contains NaN or infinity and `ensure_all_finite` is True.
    TypeError
        If `X` is sparse, text or objects.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import check_image_data
    >>> check_image_data(np.zeros((3, 4, 8, 8), dtype=np.uint8)).shape
    (3, 4, 8, 8)
    """
    if sparse.issparse(X):
        raise TypeError(
            "Sparse data was passed, but images are dense. Use X.toarray() and "
            "reshape to (n_samples, n_channels, height, width)."
        )
    if is_dataset(X):
        X = DatasetImages(X)
    elif not all(hasattr(X, a) for a in ("shape", "dtype", "ndim", "__getitem__")):
        X = _from_list(X)
    elif hasattr(X, "detach"):
        X = as_array(X)
    _check_shape(X)
    _check_dtype(X.dtype)
    in_memory = isinstance(X, np.ndarray) and not isinstance(X, np.memmap)
    if ensure_all_finite and in_memory:
        _check_all_finite(X)
    return X


def _from_list(X):
    if not isinstance(X, list | tuple) and not hasattr(X, "__array__"):
        raise TypeError(
            "Expected images as an array, or as a data set with len() whose items are "
            "arrays or tensors of shape (n_channels, height, width), or tuples that "
            f"begin with one; got {type(X).__name__}."
        )
    try:
        return np.asarray(X)
    except ValueError as error:
        raise ValueError(
            "Expected images of one shape (n_channels, height, width), got a list of "
            "different shapes: resize them first."
        ) from error


def _check_shape(X):
    shape = tuple(X.shape)
    if X.ndim != 4:
        hint = _HINTS.get(X.ndim, "")
        raise ValueError(
            "Expected X of shape (n_samples, n_channels, height, width), got "
            f"{X.ndim} dimension(s): {shape}.{hint} Reshape your data."
        )
    if 0 in shape:
        raise ValueError(
            f"Found array with 0 sample(s), 0 feature(s) or empty images: {shape} "
            "while a minimum of 1 is required on every axis."
        )
    if shape[3] <= _MOST_CHANNELS < min(shape[1], shape[2]):
        raise ValueError(
            "Expected X of shape (n_samples, n_channels, height, width), got "
            f"{shape}, which looks channels-last: use X.transpose(0, 3, 1, 2)."
        )


def _check_dtype(dtype):
    if dtype.kind == "c":
        raise ValueError("Complex data not supported: images are real numbers.")
    if dtype.kind not in "biuf":
        raise TypeError(
            f"Expected images as numbers (uint8, uint16 or float), got dtype {dtype}."
        )


def _check_all_finite(X):
    if X.dtype.kind != "f":
        return
    rows = max(1, _BLOCK_BYTES // X[0].nbytes)
    for start in range(0, len(X), rows):
        check_finite(X[start : start + rows])


def check_finite(values):
    """Check that every pixel is a finite number.

    Parameters
    ----------
    values : ndarray
        Pixels of any type; only floats can be otherwise.

    Returns
    -------
    values : ndarray
        The same.

    Raises
    ------
    ValueError
        If one is NaN or infinity.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import check_finite
    >>> check_finite(np.zeros(2))
    array([0., 0.])
    """
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        what = "NaN" if np.isnan(values).any() else "infinity"
        raise ValueError(
            f"Input X contains {what}. Every pixel must be a finite number: repair or "
            "drop the images concerned."
        )
    return values


def read_image(X, row):
    """Read one image, and check that it is what `X` promises.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels, height, width)
        Images, in memory or read on indexing.
    row : int
        Which image.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        The image, perhaps a view of `X`.

    Raises
    ------
    ValueError
        If the image has another shape than those of `X`, or another dtype where
        either is unsigned: such images have another range.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import read_image
    >>> read_image(np.arange(5).reshape(5, 1, 1, 1), 3)
    array([[[3]]])
    """
    image = np.asarray(X[_plain_int(row)])
    if image.shape != tuple(X.shape[1:]):
        raise ValueError(
            f"Expected every image of shape {tuple(X.shape[1:])}, got {image.shape} "
            f"at index {row}."
        )
    if image.dtype != X.dtype and "u" in (image.dtype.kind, X.dtype.kind):
        raise ValueError(
            f"Expected {X.dtype} images, got {image.dtype} at index {row}."
        )
    return image


def _plain_int(row):
    """Return a Python int: some lazy arrays refuse NumPy's."""
    return int(row) if isinstance(row, numbers.Integral) else row
