"""Images of which some are copies, changed when they are read."""

import copy

import numpy as np

from sklearn_protloc.utils import LazyImages, augment_image, read_image


class AugmentedImages(LazyImages):
    """Lazy images in rows of their own, the copies passed through an augmenter.

    A copy is the same whenever and wherever it is read: its chance depends on nothing
    but `seed` and the row it was made for.

    Parameters
    ----------
    images : LazyImages
        What is read.
    rows : ndarray of shape (n_samples,)
        Which of the images stands in each row.
    is_copy : ndarray of shape (n_samples,), dtype bool
        Whether it is changed.
    augmenter : callable
        Called as ``augmenter(image, rng)``; returns an image of like shape and dtype.
    seed : int
        Decides all changes.
    """

    def __init__(self, images, rows, is_copy, augmenter, seed):
        self._images = images
        self._rows = rows
        self._streams = np.where(is_copy, np.arange(len(rows)), -1)
        self._augmenter = augmenter
        self._seed = seed

    @property
    def shape(self):
        """(n_samples, n_channels, height, width)."""
        return (len(self._rows), *self._images.shape[1:])

    @property
    def dtype(self):
        """Type of the pixels."""
        return self._images.dtype

    @property
    def ids(self):
        """What each sample is called, copies like their originals, or None."""
        ids = getattr(self._images, "ids", None)
        return None if ids is None else ids[self._rows]

    def _read(self, i):
        image = read_image(self._images, self._rows[i])
        if self._streams[i] < 0:
            return image
        rng = np.random.default_rng([self._seed, self._streams[i]])
        return augment_image(self._augmenter, image, rng)

    def _take(self, rows):
        view = copy.copy(self)
        view._rows = self._rows[rows]
        view._streams = self._streams[rows]
        return view

    def _summary(self):
        return [*super()._summary(), f"{(self._streams >= 0).sum()} changed"]
