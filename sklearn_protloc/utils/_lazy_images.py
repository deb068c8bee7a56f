"""The manners of an array for images that are read one at a time."""

import hashlib
from abc import ABC, abstractmethod
from numbers import Integral

import numpy as np

__all__ = ["LazyImages"]


class LazyImages(ABC):
    """Images that stand for an array and are read one at a time.

    Base class of everything lazy in this library. An integer index reads one image;
    any other index along the first axis gives a smaller object of the same kind, as
    scikit-learn needs for folds, and reads nothing. ``numpy.asarray`` reads them all.

    A subclass has the properties `shape` and `dtype` and two methods: ``_read(i)``
    returns image `i`, from 0 to ``len(self) - 1``, as an ndarray of shape
    (n_channels, height, width); ``_take(rows)`` returns the same images in fewer or
    other rows, given as a slice or as an array of integers or booleans. It may have
    ``_stamp(i)`` too, a text that is another one for every other image; without, image
    `i` is read and its pixels are digested.

    Attributes
    ----------
    ndim : int
        4.

    See Also
    --------
    sklearn_protloc.datasets.ImageCollection : Images in files and arrays.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import LazyImages
    >>> class Grey(LazyImages):
    ...     dtype = np.dtype(np.uint8)
    ...
    ...     def __init__(self, levels):
    ...         self.levels = levels
    ...
    ...     @property
    ...     def shape(self):
    ...         return len(self.levels), 1, 8, 8
    ...
    ...     def _read(self, i):
    ...         return np.full((1, 8, 8), self.levels[i], self.dtype)
    ...
    ...     def _take(self, rows):
    ...         return Grey(self.levels[rows])
    >>> X = Grey(np.array([10, 20, 30]))
    >>> X[1:]
    Grey(2 samples, 1 channels, 8 x 8, uint8)
    >>> X[1:][-1].max()
    np.uint8(30)
    """

    ndim = 4

    @property
    @abstractmethod
    def shape(self):
        """(n_samples, n_channels, height, width)."""

    @property
    @abstractmethod
    def dtype(self):
        """Type of the pixels."""

    @abstractmethod
    def _read(self, i):
        """Return image `i`, counted from 0."""

    @abstractmethod
    def _take(self, rows):
        """Return the images in these rows, unread."""

    def _stamp(self, i):
        """Return a text that is another one once image `i` is another one."""
        pixels = np.ascontiguousarray(self._read(i))
        return hashlib.blake2b(pixels, digest_size=16).hexdigest()

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, key):
        """Return one image for an integer, else fewer images, unread.

        Parameters
        ----------
        key : int, slice, array-like of int or array-like of bool
            What to select along the first axis, as in NumPy.

        Returns
        -------
        image : ndarray of shape (n_channels, height, width), or LazyImages
            The image if `key` is an integer, else those selected.
        """
        if isinstance(key, tuple) and len(key) == 2 and key[1] is Ellipsis:
            key = key[0]  # scikit-learn selects rows by X[rows, ...]
        if isinstance(key, Integral) and not isinstance(key, bool):
            return self._read(_from_start(key, len(self)))
        return self._take(key if isinstance(key, slice) else _check_rows(self, key))

    def __array__(self, dtype=None, copy=None):
        """Read every image into one array: what being lazy exists to avoid."""
        if copy is False:
            raise ValueError(
                f"A {type(self).__name__} has to be decoded into a new array."
            )
        images = np.empty(self.shape, dtype=self.dtype if dtype is None else dtype)
        for i in range(len(self)):
            images[i] = self._read(i)
        return images

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(self._summary())})"

    def _summary(self):
        """List what `repr` tells."""
        n_samples, n_channels, height, width = self.shape
        return [
            f"{n_samples} samples",
            f"{n_channels} channels",
            f"{height} x {width}",
            str(self.dtype),
        ]


def _from_start(i, n_samples):
    """Return a row that may count from the end as one that counts from the start."""
    if not -n_samples <= i < n_samples:
        raise IndexError(f"index {i} is out of bounds for {n_samples} images")
    return int(i) % n_samples


def _check_rows(images, key):
    """Return a fancy index along the first axis as an array."""
    # A tuple means several axes in NumPy, not several rows.
    rows = np.asarray(None if isinstance(key, tuple) else key)
    if rows.size == 0 and rows.ndim == 1:
        rows = rows.astype(np.intp)
    if rows.ndim != 1 or rows.dtype.kind not in "iub":
        raise IndexError(
            f"{type(images).__name__} is indexed along its first axis by an integer, a "
            "slice, or a one-dimensional array of integers or booleans; index the "
            f"image that was read for more, as in X[i][channel]. Got {key!r}."
        )
    return rows
