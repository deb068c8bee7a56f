"""Bytes replaced by those of a table."""

import cv2
import numpy as np

try:
    from stringzilla import translate
except ImportError:
    translate = None

__all__ = ["look_up"]


def look_up(pixels, table, out):
    """Write to `out` what a table of 256 bytes says for each of `pixels`.

    The extra "fast" does the same as OpenCV in a quarter of the time.
    """
    if translate is None:
        cv2.LUT(pixels, table, dst=out)
    else:
        np.copyto(out, pixels)
        translate(out.data, table.data, inplace=True)
