"""Data sets of torch, and other sequences, as images that can be sliced."""

from collections.abc import Mapping

import numpy as np

from sklearn_protloc.utils._lazy_images import LazyImages

__all__ = ["DatasetImages", "as_array", "dataset_targets", "is_dataset"]


class DatasetImages(LazyImages):
    """Images of a sequence whose items are images, or images with their targets.

    Parameters
    ----------
    dataset : torch.utils.data.Dataset or other sequence
        Has ``len()`` and integer indexing. An item is an image, array or tensor of
        shape (n_channels, height, width), or a tuple that begins with it. All images
        have the shape and the dtype of the first.

    Raises
    ------
    ValueError
        If there are no items, or one cannot be read, is no image, or has another shape
        or dtype than the first: on building for the first item, on reading for others.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.utils import DatasetImages
    >>> dataset = torch.utils.data.TensorDataset(torch.zeros(5, 4, 8, 8), torch.ones(5))
    >>> DatasetImages(dataset)[:3]
    DatasetImages(3 samples, 4 channels, 8 x 8, float32)
    """

    def __init__(self, dataset):
        self.dataset = dataset
        self.rows = np.arange(_length(dataset))
        first = as_array(_parts_of(dataset, 0)[0])
        if first.ndim != 3:
            hint = ": add an axis, image[np.newaxis]" if first.ndim == 2 else ""
            raise ValueError(
                "Expected items that are, or begin with, an image of shape "
                f"(n_channels, height, width), got shape {first.shape} in item 0 of "
                f"the {type(dataset).__name__}{hint}."
            )
        self._image_shape = first.shape
        self._dtype = first.dtype

    @property
    def shape(self):
        """(n_samples, n_channels, height, width)."""
        return (len(self.rows), *self._image_shape)

    @property
    def dtype(self):
        """Type of the pixels."""
        return self._dtype

    def _read(self, i):
        item = int(self.rows[i])
        image = as_array(_parts_of(self.dataset, item)[0])
        if image.shape != self._image_shape or image.dtype != self._dtype:
            raise ValueError(
                f"Expected every image of shape {self._image_shape} and dtype "
                f"{self._dtype}, as the first is, got {image.dtype} of shape "
                f"{image.shape} in item {item} of the {type(self.dataset).__name__}."
            )
        return image

    def _take(self, rows):
        view = object.__new__(type(self))
        vars(view).update(vars(self), rows=self.rows[rows])
        return view


def is_dataset(X):
    """Tell whether an object is a sequence of images, as torch's data sets are.

    Parameters
    ----------
    X : object
        Anything; lists, arrays and tables are not meant, as they are read at once.

    Returns
    -------
    answer : bool
        Whether its first item is an array or tensor, or a tuple that begins with one.
        So is a sequence without items, which :class:`DatasetImages` refuses.

    Raises
    ------
    ValueError
        If the first item cannot be read.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.utils import is_dataset
    >>> dataset = torch.utils.data.TensorDataset(torch.zeros(5, 4, 8, 8), torch.ones(5))
    >>> is_dataset(dataset), is_dataset([[1, 2]])
    (True, False)
    """
    others = list | tuple | str | bytes | Mapping | np.ndarray
    table = any(hasattr(X, name) for name in ("dtype", "iloc", "columns"))
    if isinstance(X, others) or table:
        return False
    if not (hasattr(X, "__len__") and hasattr(X, "__getitem__")):
        return False
    return len(X) == 0 or hasattr(_parts_of(X, 0)[0], "shape")


def dataset_targets(dataset):
    """Read the targets of a data set, and with them each of its items, once.

    Parameters
    ----------
    dataset : torch.utils.data.Dataset or other sequence
        Its items are tuples (image, target).

    Returns
    -------
    y : ndarray of shape (n_samples, n_labels) or (n_samples,)
        The targets.

    Raises
    ------
    ValueError
        If there are no items, one cannot be read or has no target, or targets have
        different shapes.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.utils import dataset_targets
    >>> dataset = torch.utils.data.TensorDataset(torch.zeros(3, 4, 8, 8), torch.eye(3))
    >>> dataset_targets(dataset).shape
    (3, 3)
    """
    targets = []
    for item in range(_length(dataset)):
        parts = _parts_of(dataset, item)
        if len(parts) < 2:
            raise ValueError(
                "Expected a data set whose items are (image, target), got an image "
                f"alone in item {item}: this requires y to be passed, but the target y "
                "is None."
            )
        targets.append(as_array(parts[1]))
        if targets[-1].shape != targets[0].shape:
            raise ValueError(
                f"Expected targets of one shape, got {targets[0].shape} in item 0 and "
                f"{targets[-1].shape} in item {item} of the {type(dataset).__name__}. "
                "A target is a class, or a 0 or 1 for each label."
            )
    return np.array(targets)


def as_array(values):
    """Return a tensor, array or number as an array.

    Parameters
    ----------
    values : tensor, array-like or number
        Tensors may be on any device, and may be learnt.

    Returns
    -------
    values : ndarray
        The same values; of bfloat16, which NumPy lacks, as float32.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.utils import as_array
    >>> as_array(torch.ones(2, dtype=torch.bfloat16))
    array([1., 1.], dtype=float32)
    """
    if not hasattr(values, "detach"):
        return np.asarray(values)
    values = values.detach().cpu()
    if str(values.dtype) == "torch.bfloat16":
        values = values.float()
    return values.numpy()


def _length(dataset):
    if not hasattr(dataset, "__len__") or not hasattr(dataset, "__getitem__"):
        raise TypeError(
            "Expected a data set with len() and items that begin with an image, got "
            f"{type(dataset).__name__}."
        )
    if len(dataset) == 0:
        raise ValueError(
            f"Found a {type(dataset).__name__} with 0 items (samples) while a minimum "
            "of 1 is required."
        )
    return len(dataset)


def _parts_of(dataset, item):
    """Read an item as a tuple; name it if that fails, as the user wrote how."""
    try:
        parts = dataset[item]
    except Exception as error:
        raise ValueError(
            f"Item {item} of the {type(dataset).__name__} given as data set cannot be "
            f"read: {type(error).__name__}: {error}"
        ) from error
    if not isinstance(parts, tuple | list):
        return (parts,)
    if len(parts) == 0:
        raise ValueError(f"Item {item} of the {type(dataset).__name__} is empty.")
    return parts
