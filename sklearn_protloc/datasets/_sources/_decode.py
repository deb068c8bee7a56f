"""Pixels of one image file, as it is."""

import contextlib
import struct

import cv2
import numpy as np

from sklearn_protloc.datasets._sources._unfit import unfit, unfit_dtype

_PHOTOMETRIC, _N_SAMPLES, _PLANAR = 262, 277, 284
_COMPRESSION, _TILE_WIDTH = 259, 322
_UNCOMPRESSED = 1
_GREY = (0, 1)  # white is zero, black is zero
# For 32 and 64 bit TIFF: where the first page stands, then the types of an offset, of
# the number of tags, and of a tag's number, type and length.
_TIFF_FORMS = {42: (4, "I", "H", "HHI"), 43: (8, "Q", "Q", "HHQ")}
_INTEGERS = {3: "H", 4: "I"}


def decode(path):
    """Decode an image file by OpenCV into (height, width) or (height, width, BGR)."""
    # Not cv2.imread, which cannot open every name on Windows.
    encoded = np.fromfile(path, np.uint8)
    tags = _check_tiff(path, encoded)
    image = None
    if _has_plain_tiles(tags):
        image = _quietly(cv2.imread, path)
    if image is None and encoded.size and not _is_cut_short(encoded):
        image = _quietly(cv2.imdecode, encoded)
    if image is None:
        raise ValueError(f"{path} is not a readable image: it may be damaged.")
    if image.dtype not in (np.uint8, np.uint16):
        raise unfit_dtype(path, image.dtype)
    return image


def _quietly(read, source):
    """Read an image; None if OpenCV holds its size to be impossible, and raises."""
    with contextlib.suppress(cv2.error):
        return read(source, cv2.IMREAD_UNCHANGED)


def _has_plain_tiles(tags):
    """Tell whether a TIFF has tiles without compression.

    From memory, libtiff 4.7.1 reads each into a buffer of full KiB, and refuses those
    of other lengths. From a file it does not.
    """
    return _TILE_WIDTH in tags and tags.get(_COMPRESSION, 1) == _UNCOMPRESSED


def _is_cut_short(encoded):
    """Tell whether a JPEG lacks its end, which OpenCV 4 makes up of grey pixels."""
    is_jpeg = encoded[:2].tobytes() == b"\xff\xd8"
    return is_jpeg and b"\xff\xd9" not in encoded.tobytes()


def _check_tiff(path, encoded):
    """Refuse a TIFF of which OpenCV would give one plane, or wrong ones, unasked.

    Return the tags of its first page, none for other formats.
    """
    tags, next_page = _first_page(encoded)
    n_samples = tags.get(_N_SAMPLES, 1)
    grey = tags.get(_PHOTOMETRIC) in _GREY
    if next_page or (n_samples > 1 and grey):
        several = "several pages" if next_page else f"{n_samples} grey planes"
        raise unfit(
            "pages",
            f"{path} holds {several}, expected one grey image: every file is one "
            "channel of the microscope. If they are the channels of a sample, say so "
            "with axes='auto' or axes='CYX'.",
        )
    if n_samples > 1 and tags.get(_PLANAR) == 2:
        raise unfit(
            "colour",
            f"{path} stores its colours plane by plane, which is not read here. Export "
            "it with the colours of each pixel side by side, as is usual, or in grey.",
        )
    return tags


def _first_page(encoded):
    """Return a TIFF's tags of one integer, and where a second page stands.

    Of other formats, and of files cut short, nothing is told.
    """
    order = {b"II": "<", b"MM": ">"}.get(encoded[:2].tobytes())
    tags = {}
    try:
        (form,) = struct.unpack_from(f"{order}H", encoded, 2)
        start, offset, count, tag = _TIFF_FORMS[form]
        (at,) = struct.unpack_from(f"{order}{offset}", encoded, start)
        (n_tags,) = struct.unpack_from(f"{order}{count}", encoded, at)
        at += struct.calcsize(count)
        to_value = struct.calcsize(f"={tag}")
        for _ in range(n_tags):
            number, kind, length = struct.unpack_from(f"{order}{tag}", encoded, at)
            if kind in _INTEGERS and length == 1:
                form = f"{order}{_INTEGERS[kind]}"
                (tags[number],) = struct.unpack_from(form, encoded, at + to_value)
            at += to_value + struct.calcsize(offset)
        (next_page,) = struct.unpack_from(f"{order}{offset}", encoded, at)
    except (struct.error, KeyError):
        return {}, 0
    return tags, next_page
