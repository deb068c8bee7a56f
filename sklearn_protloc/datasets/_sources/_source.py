"""What a new kind of place for images has to offer."""

from abc import ABC, abstractmethod


class Source(ABC):
    """Turns the entry of a sample into its image.

    A collection keeps one entry per sample, names of files or a row number, and
    slices those; the source is shared by all its slices. It must be safe to use from
    several threads, and pickle without pixels.

    Attributes
    ----------
    kind : str
        What `repr` says of the images, such as "memory map".
    options : dict
        What else decides the pixels read, to be compared with that of a cache.
    stamps_tell : bool
        Whether the stamp of a sample is another one after every change of its image,
        as those of files are, without a look at the pixels.
    """

    kind = ""
    options = {}
    stamps_tell = True

    @abstractmethod
    def read(self, entry):
        """Return the image as an ndarray of shape (n_channels, height, width)."""

    @abstractmethod
    def name(self, entry):
        """Return what to call this sample in an error."""

    @abstractmethod
    def stamp(self, entry):
        """Return a text that is another one once the image is another one."""
