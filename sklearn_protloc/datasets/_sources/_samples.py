"""The samples of a collection: where each is, and how it is read."""

import copy

import numpy as np

from sklearn_protloc.utils import check_image_size, resize_image


class Samples:
    """Entries of a source, one per sample, and the size they are read at.

    Parameters
    ----------
    source : Source
        Turns an entry into an image.
    entries : ndarray of shape (n_samples, ...)
        Names of files, or row numbers.
    image_size : int, tuple of 2 int or None
        Size to which images are resized.
    interpolation : str
        How they are resized.
    """

    def __init__(self, source, entries, image_size, interpolation):
        size = check_image_size(1 if image_size is None else image_size, interpolation)
        self.source = source
        self.entries = entries
        self.image_size = None if image_size is None else size
        self.interpolation = interpolation

    def __len__(self):
        return len(self.entries)

    def take(self, rows):
        """Return some of the samples, unread."""
        taken = copy.copy(self)
        taken.entries = self.entries[rows]
        return taken

    def read(self, i):
        """Decode and resize an image."""
        image = self.source.read(self.entries[i])
        if self.image_size is None:
            return image
        return resize_image(image, self.image_size, self.interpolation)

    def read_channels(self, i):
        """Yield each channel as it is, or in its place the error of reading it.

        A file of several channels that cannot be read gives one error in all.
        """
        entry = self.entries[i]
        parts = [entry]
        if np.ndim(entry):  # files, of which one may be sound where another is not
            parts = [entry[k : k + 1] for k in range(len(entry))]
        for part in parts:
            try:
                yield from self.source.read(part)
            except (ImportError, MemoryError):
                raise
            except Exception as error:  # of as many types as there are libraries
                yield error

    def files(self, i):
        """Return the files of a sample, one per channel or one in all, or None."""
        if not hasattr(self.source, "paths"):
            return None
        return self.source.paths(self.entries[i])

    def name(self, i):
        """Return what to call a sample in an error."""
        return self.source.name(self.entries[i])

    def stamp(self, i):
        """Return a text that is another one once the image is another one."""
        return self.source.stamp(self.entries[i])

    def paths(self):
        """Return the file names, read-only, or None if there are none."""
        if not hasattr(self.source, "paths"):
            return None
        paths = [self.source.paths(entry) for entry in self.entries]
        paths = np.array(paths, dtype=object).reshape(self.entries.shape)
        paths.flags.writeable = False
        return paths

    def options(self):
        """Tell what decides the pixels, beside the entries."""
        resized = self.image_size is not None
        return {
            "source": type(self.source).__name__,
            "resized": resized,
            "interpolation": self.interpolation if resized else None,
            **self.source.options,
        }
