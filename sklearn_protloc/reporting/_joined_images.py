"""Several sets of images as one."""

import numpy as np

from sklearn_protloc.utils import LazyImages, read_image

__all__ = ["JoinedImages"]


class JoinedImages(LazyImages):
    """Images one after the other, read when they are needed.

    Parameters
    ----------
    parts : list of LazyImages
        Of images of one shape. The dtype is the first's; pixels are as they are.
    """

    def __init__(self, parts):
        self.parts = parts
        self.rows = np.concatenate(
            [[(k, i) for i in range(len(part))] for k, part in enumerate(parts)]
        )

    @property
    def shape(self):
        """(n_samples, n_channels, height, width)."""
        return (len(self.rows), *self.parts[0].shape[1:])

    @property
    def dtype(self):
        """Type of the pixels."""
        return self.parts[0].dtype

    def _read(self, i):
        part, row = self.rows[i]
        return read_image(self.parts[part], int(row))

    def _take(self, rows):
        view = object.__new__(type(self))
        vars(view).update(vars(self), rows=self.rows[rows])
        return view
