"""Images that stay in their files until they are read."""

import copy
import os
from numbers import Integral

import cv2
import numpy as np
from sklearn.utils import check_scalar


class ImageCollection:
    """Multi-channel images in files, one grey file per channel, decoded on read.

    A collection stands for an array of shape (n_samples, n_channels, height, width)
    wherever `X` is expected: cross-validation, searches and pipelines slice it without
    opening a file. An integer index decodes one image; any other index gives a smaller
    collection; ``numpy.asarray`` decodes all of it into memory. It holds nothing but
    file names, so it pickles small, can be shared by threads and processes, and never
    changes.

    Parameters
    ----------
    paths : array-like of shape (n_samples, n_channels)
        File names, str or path objects, one grey 8-bit or 16-bit image each (PNG, TIFF
        or whatever OpenCV reads). The images of a sample must have one size.
    image_size : int, default=None
        Height and width in pixels to which images are resized when read, by area
        interpolation. None leaves them as they are; then all must have one size.

    Attributes
    ----------
    shape : tuple of int
        (n_samples, n_channels, height, width). Height and width are read from the
        first sample, or are `image_size`.
    dtype : numpy.dtype
        uint8 or uint16, read from the first sample.
    ndim : int
        4.
    paths : ndarray of shape (n_samples, n_channels), dtype object
        The file names, read-only.

    Raises
    ------
    ValueError
        If `paths` is not two-dimensional or empty, a file does not exist, or the first
        sample cannot be read. Other samples are checked when they are read: a
        ValueError names the file that is no image, has several channels, or differs
        in size or dtype.

    See Also
    --------
    load_hpa : Collect the images and labels of the Human Protein Atlas.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cv2
    >>> from sklearn_protloc.datasets import ImageCollection, make_cells
    >>> cells = make_cells(3, random_state=0).data
    >>> folder = Path(tempfile.mkdtemp())
    >>> paths = [[folder / f"{i}_{c}.png" for c in "RGBY"] for i in range(3)]
    >>> for i in range(3):
    ...     for k in range(4):
    ...         _ = cv2.imwrite(str(paths[i][k]), cells[i, k])
    >>> X = ImageCollection(paths)
    >>> X
    ImageCollection(3 samples, 4 channels, 64 x 64, uint8)
    >>> X[[0, 2]].shape
    (2, 4, 64, 64)
    >>> bool((X[-1] == cells[-1]).all())
    True
    """

    ndim = 4

    def __init__(self, paths, *, image_size=None):
        if image_size is not None:
            check_scalar(image_size, "image_size", Integral, min_val=1)
        self._paths = _check_paths(paths)
        self._image_size = image_size
        first = _read_sample(self._paths[0], image_size)
        self._image_shape = first.shape
        self._dtype = first.dtype

    @property
    def shape(self):
        """(n_samples, n_channels, height, width)."""
        return (len(self._paths), *self._image_shape)

    @property
    def dtype(self):
        """Type of the pixels, uint8 or uint16."""
        return self._dtype

    @property
    def paths(self):
        """File names of every sample and channel, read-only."""
        paths = self._paths.view()
        paths.flags.writeable = False
        return paths

    def __len__(self):
        return len(self._paths)

    def __getitem__(self, key):
        """Return one decoded image for an integer, else a smaller collection.

        Parameters
        ----------
        key : int, slice, array-like of int or array-like of bool
            What to select along the first axis, as in NumPy.

        Returns
        -------
        image : ndarray of shape (n_channels, height, width), or ImageCollection
            The image if `key` is an integer, else the collection of those selected.
        """
        if isinstance(key, tuple) and len(key) == 2 and key[1] is Ellipsis:
            key = key[0]  # scikit-learn selects rows by X[rows, ...]
        if isinstance(key, Integral) and not isinstance(key, bool):
            return self._read(key)
        if not isinstance(key, slice):
            key = _check_rows(key)
        view = copy.copy(self)
        view._paths = self._paths[key]
        return view

    def __array__(self, dtype=None, copy=None):
        """Decode every image into one array: what a collection exists to avoid."""
        if copy is False:
            raise ValueError("An ImageCollection has to be decoded into a new array.")
        images = np.empty(self.shape, dtype=self.dtype if dtype is None else dtype)
        for i in range(len(self)):
            images[i] = self._read(i)
        return images

    def __repr__(self):
        n_samples, n_channels, height, width = self.shape
        return (
            f"ImageCollection({n_samples} samples, {n_channels} channels, "
            f"{height} x {width}, {self.dtype})"
        )

    def _read(self, i):
        """Return sample `i` decoded, after comparing it with the collection."""
        paths = self._paths[i]
        image = _read_sample(paths, self._image_size)
        if image.shape != self._image_shape:
            raise ValueError(
                f"{paths[0]} has {_as_size(image)} pixels, but the collection holds "
                f"images of {_as_size(self)}. Set image_size=... to resize all images "
                "when they are read."
            )
        if image.dtype != self._dtype:
            raise ValueError(
                f"{paths[0]} is {image.dtype}, but the collection holds {self._dtype} "
                "images. Convert the files to one type."
            )
        return image


def _check_paths(paths):
    """Return file names as an object array of str, all of existing files."""
    try:
        table = np.array(paths, dtype=object)
        paths = np.array([os.fspath(path) for path in table.flat], dtype=object)
    except (TypeError, ValueError):  # not file names, or rows of different lengths
        table = np.empty(0)
    if table.ndim != 2 or not table.size:
        raise ValueError(
            "Expected paths as a table of file names of shape (n_samples, n_channels) "
            "with at least one sample, each row listing one file per channel."
        )
    missing = [path for path in paths if not os.path.isfile(path)]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ValueError(f"Image file not found: {missing[0]}{more}.")
    return paths.reshape(table.shape)


def _check_rows(key):
    """Return a fancy index along the first axis as an array."""
    # A tuple means several axes in NumPy, not several rows.
    rows = np.asarray(None if isinstance(key, tuple) else key)
    if rows.size == 0 and rows.ndim == 1:
        rows = rows.astype(np.intp)
    if rows.ndim != 1 or rows.dtype.kind not in "iub":
        raise IndexError(
            "An ImageCollection is indexed along its first axis by an integer, a "
            "slice, or a one-dimensional array of integers or booleans; index the "
            f"decoded image for more, as in X[i][channel]. Got {key!r}."
        )
    return rows


def _read_sample(paths, image_size):
    """Decode the channels of one sample into (n_channels, height, width)."""
    channels = [_read_grey(path) for path in paths]
    for path, channel in zip(paths, channels, strict=True):
        if channel.shape != channels[0].shape:
            raise ValueError(
                f"The channels of one image differ in size: {paths[0]} has "
                f"{_as_size(channels[0])} pixels, {path} has {_as_size(channel)}. "
                "Export all channels of an image at one size."
            )
    if image_size is not None:
        size = (image_size, image_size)
        channels = [cv2.resize(c, size, interpolation=cv2.INTER_AREA) for c in channels]
    return np.stack(channels)


def _read_grey(path):
    """Decode one grey image file as it is, 8 or 16 bits deep."""
    # Not cv2.imread, which cannot open every name on Windows.
    encoded = np.fromfile(path, np.uint8)
    image = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED) if encoded.size else None
    if image is None:
        raise ValueError(f"{path} is not a readable image: it may be damaged.")
    if image.ndim != 2:
        raise ValueError(
            f"{path} holds {image.shape[2]} colour channels, expected a grey image: "
            "every file is one channel of the microscope."
        )
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f"{path} holds {image.dtype} values, expected an image of 8 or 16 bits "
            "per pixel (uint8 or uint16)."
        )
    return image


def _as_size(image):
    """Spell the height and width of an image or collection."""
    return f"{image.shape[-2]} x {image.shape[-1]}"
