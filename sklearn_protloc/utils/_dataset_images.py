"""Data sets of torch, and other sequences, as images that can be sliced."""

import numpy as np

from sklearn_protloc.utils._lazy_images import LazyImages

__all__ = ["DatasetImages", "dataset_targets", "is_dataset"]


class DatasetImages(LazyImages):
    """Images of a sequence whose items are images, or images with their targets.

    Parameters
    ----------
    dataset : torch.utils.data.Dataset or other sequence
        Has ``len()`` and integer indexing. An item is an image, array or tensor of
        shape (n_channels, height, width), or a tuple that begins with it. All images
        have the shape and the dtype of the first.

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
        self.rows = np.arange(len(dataset))
        first = self._read(0)
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
        return _to_array(_parts(self.dataset[int(self.rows[i])])[0])

    def _take(self, rows):
        view = object.__new__(type(self))
        vars(view).update(vars(self), rows=self.rows[rows])
        return view


def is_dataset(X):
    """Tell whether an object is a sequence of images, as torch's data sets are.

    Parameters
    ----------
    X : object
        Anything; lists and arrays are not meant, as NumPy reads them at once.

    Returns
    -------
    answer : bool
        Whether its first item is an image, or a tuple that begins with one.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.utils import is_dataset
    >>> dataset = torch.utils.data.TensorDataset(torch.zeros(5, 4, 8, 8), torch.ones(5))
    >>> is_dataset(dataset), is_dataset([[1, 2]])
    (True, False)
    """
    if isinstance(X, list | tuple | np.ndarray) or hasattr(X, "dtype"):
        return False
    try:
        first = _parts(X[0])[0]
    except (TypeError, KeyError, IndexError, NotImplementedError):
        return False
    return len(getattr(first, "shape", ())) == 3


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
        If items have no target.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.utils import dataset_targets
    >>> dataset = torch.utils.data.TensorDataset(torch.zeros(3, 4, 8, 8), torch.eye(3))
    >>> dataset_targets(dataset).shape
    (3, 3)
    """
    items = (_parts(dataset[i]) for i in range(len(dataset)))
    targets = [_to_array(parts[1]) for parts in items if len(parts) > 1]
    if len(targets) < len(dataset):
        raise ValueError(
            "Expected a data set whose items are (image, target), got images alone: "
            "this requires y to be passed, but the target y is None."
        )
    return np.array(targets)


def _parts(item):
    return item if isinstance(item, tuple | list) else (item,)


def _to_array(value):
    """Return a tensor, array or number as an array."""
    return (
        value.detach().cpu().numpy() if hasattr(value, "detach") else np.asarray(value)
    )
