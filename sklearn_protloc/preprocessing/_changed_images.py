"""Images that are changed when they are read."""

import copy

import numpy as np

from sklearn_protloc.utils import LazyImages, check_finite


class ChangedImages(LazyImages):
    """Lazy images, each passed through a function when it is read.

    Parameters
    ----------
    images : LazyImages
        What is read.
    change : callable
        Called with an image; returns the changed image. It must pickle.
    image_shape : tuple of 3 int
        Shape of a changed image.
    dtype : dtype
        Type of its pixels.
    """

    def __init__(self, images, change, image_shape, dtype):
        self._images = images
        self._change = change
        self._image_shape = tuple(image_shape)
        self._dtype = np.dtype(dtype)

    @property
    def shape(self):
        """(n_samples, n_channels, height, width)."""
        return (len(self._images), *self._image_shape)

    @property
    def dtype(self):
        """Type of the pixels."""
        return self._dtype

    @property
    def ids(self):
        """What each sample is called, read-only, or None if that is not known."""
        return getattr(self._images, "ids", None)

    def _read(self, i):
        try:
            return self._change(check_finite(self._images[i]))
        except ValueError as error:
            raise ValueError(f"Image {i}: {error}") from error

    def _take(self, rows):
        view = copy.copy(self)
        view._images = self._images[rows]
        return view
