"""Samples in one grey file per channel."""

import struct

import cv2
import numpy as np

from sklearn_protloc.datasets._sources._files import Files


class GreyFiles(Files):
    """One grey file per channel, of 8 or 16 bits."""

    def read(self, entry):
        """Decode the channels of one sample into (n_channels, height, width)."""
        paths = self.paths(entry)
        image = None
        for k, path in enumerate(paths):
            channel = read_grey(path)
            if image is None:
                image = np.empty((len(paths), *channel.shape), channel.dtype)
            _check_size(channel, image, path, paths[0])
            # Copied before the next is decoded, whose memory is then the same.
            image[k] = channel
        return image


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
        raise ValueError(
            f"{path} holds {image.shape[2]} colour channels, expected a grey image: "
            "every file is one channel of the microscope. If the file holds all "
            "channels of a sample, say so with axes=..."
        )
    return image


def decode(path):
    """Decode an image file by OpenCV into (height, width) or (height, width, BGR)."""
    # Not cv2.imread, which cannot open every name on Windows.
    encoded = np.fromfile(path, np.uint8)
    if _has_more_pages(encoded):
        raise ValueError(
            f"{path} holds several pages, expected one grey image: every file is one "
            "channel of the microscope. If the pages are the channels of a sample, "
            "say so with axes='auto' or axes='CYX'."
        )
    image = cv2.imdecode(encoded, cv2.IMREAD_UNCHANGED) if encoded.size else None
    if image is None:
        raise ValueError(f"{path} is not a readable image: it may be damaged.")
    if image.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f"{path} holds {image.dtype} values, expected an image of 8 or 16 bits "
            "per pixel (uint8 or uint16)."
        )
    return image


def _has_more_pages(encoded):
    """Tell whether a TIFF lists a second page, which OpenCV would pass over."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(encoded[:4].tobytes())
    try:
        (page,) = struct.unpack_from(f"{order}I", encoded, 4)
        (n_tags,) = struct.unpack_from(f"{order}H", encoded, page)
        (next_page,) = struct.unpack_from(f"{order}I", encoded, page + 2 + 12 * n_tags)
    except struct.error:  # another format, or cut short
        return False
    return next_page != 0


def _as_size(channel):
    return f"{channel.shape[0]} x {channel.shape[1]}"
