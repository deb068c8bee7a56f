"""Samples of which some channels are not read."""

import numpy as np

from sklearn_protloc.datasets._sources._source import Source


class MaskedChannels(Source):
    """Samples with zeros in place of some channels; an entry is a row number.

    Parameters
    ----------
    samples : Samples
        The images.
    mask : ndarray of shape (n_samples, n_channels), dtype bool
        True where a channel is not to be read.
    size : tuple of 2 int
        (height, width) of a sample without any channel to be read.
    dtype : dtype
        Type of the pixels.
    """

    kind = "faulty channels masked"

    def __init__(self, samples, mask, size, dtype):
        self.samples = samples
        self.mask = mask
        self.size = size
        self.dtype = dtype
        self.options = {"masked": True, **samples.source.options}
        self.stamps_tell = samples.source.stamps_tell

    def read(self, entry):
        """Return the image, its masked channels black; files of those stay closed."""
        masked = self.mask[entry]
        source, files = self.samples.source, self.samples.entries[entry]
        if masked.all():
            return np.zeros((len(masked), *self.size), self.dtype)
        if not masked.any():
            return source.read(files)
        if _is_file_per_channel(files, masked):
            channels = source.read(files[~masked])
        else:
            channels = source.read(files)[~masked]
        image = np.zeros((len(masked), *channels.shape[1:]), self.dtype)
        image[~masked] = channels
        return image

    def name(self, entry):
        """Return what the sample is called without a mask."""
        return self.samples.name(entry)

    def stamp(self, entry):
        """Tell that of the sample, and which channels are masked."""
        masked = self.mask[entry]
        source, files = self.samples.source, self.samples.entries[entry]
        if masked.all():
            return repr((source.name(files), "masked"))
        if _is_file_per_channel(files, masked):  # and some may be gone
            files = files[~masked]
        return repr((source.stamp(files), masked.tolist()))


def _is_file_per_channel(files, masked):
    return np.size(files) == len(masked)
