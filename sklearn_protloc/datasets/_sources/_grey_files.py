"""Samples in one grey file per channel."""

import numpy as np

from sklearn_protloc.datasets._sources._decode import decode
from sklearn_protloc.datasets._sources._files import Files
from sklearn_protloc.datasets._sources._unfit import unfit


class GreyFiles(Files):
    """One grey file per channel, of 8 or 16 bits."""

    def read(self, entry):
        """Decode the channels of one sample into (n_channels, height, width)."""
        image = None
        for k, (path, channel) in enumerate(self._channels(entry)):
            if image is None:
                image = np.empty((len(entry), *channel.shape), channel.dtype)
                first = path
            _check_size(channel, image, path, first)
            # Copied before the next is decoded, whose memory is then the same.
            image[k] = channel
        return image

    def _channels(self, entry):
        """Yield the file of each channel, and its pixels."""
        for path in self.paths(entry):
            yield path, read_grey(path)


def _check_size(channel, image, path, first):
    """Refuse a channel of another size or type than the first of its image."""
    if channel.shape != image.shape[1:]:
        raise ValueError(
            f"The channels of one image differ in size: {first} has "
            f"{_as_size(image[0])} pixels, {path} has {_as_size(channel)}. "
            "Export all channels of an image at one size."
        )
    if channel.dtype != image.dtype:
        raise ValueError(
            f"The channels of one image differ in type: {first} is {image.dtype}, "
            f"{path} is {channel.dtype}. Export all channels at one depth."
        )


def read_grey(path):
    """Decode one grey image file as it is, 8 or 16 bits deep."""
    image = decode(path)
    if image.ndim != 2:
        raise unfit(
            "colour",
            f"{path} holds {image.shape[2]} colour channels, expected a grey image: "
            "every file is one channel of the microscope. If the file shows that one "
            "stain in colour, pass colored=True; if it holds all channels of a sample, "
            "say so with axes=...",
        )
    return image


def _as_size(channel):
    return f"{channel.shape[0]} x {channel.shape[1]}"
