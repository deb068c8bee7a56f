"""What is seen of one sample by itself."""

from typing import NamedTuple

import numpy as np

from sklearn_protloc.datasets._checks._damage import Inspection, inspect
from sklearn_protloc.datasets._checks._fingerprints import digest, signs

# Pixels of one sensor that are always bright: no picture, however few.
_HOT_PIXELS = 1e-5
# The largest values of cameras of 8, 10, 12, 14 and 16 bits, however they are stored.
_FULL_SCALES = (2**8 - 1, 2**10 - 1, 2**12 - 1, 2**14 - 1, 2**16 - 1)


class Channel(NamedTuple):
    """What is remembered of a channel once its pixels are let go.

    Attributes
    ----------
    fault : str
        What is wrong with it by itself, or "".
    detail : str
        The same in more words.
    shape, dtype : tuple of 2 int and dtype, or None
        Those of its pixels; None if they could not be read.
    digest, signs : bytes and ndarray, or None
        Its fingerprints; None if it shows no picture.
    lacking : str
        Why it was not searched for damage, or "".
    """

    fault: str = ""
    detail: str = ""
    shape: tuple | None = None
    dtype: np.dtype | None = None
    digest: bytes | None = None
    signs: np.ndarray | None = None
    lacking: str = ""


def examine(samples, i, blank_range, max_saturated, seek_damage):
    """Read a sample channel by channel and tell what is seen.

    Parameters
    ----------
    samples : Samples
        The images.
    i : int
        Which sample.
    blank_range, max_saturated : float
        As for `check_images`.
    seek_damage : bool
        Whether files are decoded once more to find damage inside of them.

    Returns
    -------
    channels : list of Channel
        One per channel; one in all for a file of several channels that cannot be read.
    """
    files = samples.files(i) if seek_damage else None
    inspected = {}  # a composite is the file of several channels
    channels = []
    for k, pixels in enumerate(samples.read_channels(i)):
        if isinstance(pixels, Exception):
            channels.append(_unread(pixels))
            continue
        inspection = Inspection()
        if files:
            file = files[k] if len(files) > 1 else files[0]
            if file not in inspected:
                inspected[file] = inspect(file)
            inspection = inspected[file]
        if inspection.damage:
            seen = {"shape": pixels.shape, "dtype": pixels.dtype}
            channels.append(Channel("damaged", inspection.damage, **seen))
        else:
            channel = _look_at(pixels, blank_range, max_saturated)
            channels.append(channel._replace(lacking=inspection.lacking))
    return channels


def _unread(error):
    if isinstance(error, FileNotFoundError):
        return Channel("missing", "there is no such file")
    return Channel(getattr(error, "fault", "unreadable"), str(error))


def _look_at(pixels, blank_range, max_saturated):
    seen = {"shape": pixels.shape, "dtype": pixels.dtype}
    with np.errstate(over="ignore"):  # too large for float32 is infinite, too
        as_float = pixels.astype(np.float32)
    if pixels.dtype.kind == "f" and not np.isfinite(as_float).all():
        return Channel("not finite", "it contains NaN or infinity", **seen)
    fault, detail = _exposure(pixels, blank_range, max_saturated)
    if fault:
        return Channel(fault, detail, **seen)
    return Channel(**seen, digest=digest(pixels), signs=signs(as_float))


def _exposure(pixels, blank_range, max_saturated):
    """Tell whether a channel is saturated or blank, and how."""
    largest = pixels.max().item()
    share = np.count_nonzero(pixels == largest) / pixels.size
    is_full = largest in _FULL_SCALES or (pixels.dtype.kind == "f" and largest == 1)
    if is_full and share > max_saturated:
        return "saturated", f"{share:.0%} of its pixels are {largest}"
    n_hot = int(_HOT_PIXELS * pixels.size)
    ends = n_hot, pixels.size - 1 - n_hot
    low, high = np.partition(pixels, ends, axis=None)[list(ends)].tolist()
    if high - low > blank_range:
        return "", ""
    values = f"{low}" if low == high else f"from {low} to {high}"
    return "blank", f"its pixels are {values}"
