"""Stains of an image as one picture in colour."""

import numpy as np

from sklearn_protloc.utils import check_finite

__all__ = ["STAINS", "check_order", "composite", "stretched", "without_reticulum"]

# What each letter stands for in images of the Human Protein Atlas.
STAINS = {"R": "Microtubules", "G": "Protein", "B": "Nucleus", "Y": "Reticulum"}
COLORS = {"R": (1, 0, 0), "G": (0, 1, 0), "B": (0, 0, 1), "Y": (1, 1, 0)}
# Share of pixels, in percent, that may be darker than white. A few hot pixels would
# otherwise leave the rest dark.
BRIGHTEST = 99.8


def composite(image, order="RGBY", *, shown=None):
    """Merge the stains of an image into the colours they are usually shown in.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        Numbers of any type and range. Each channel is stretched to its own contrast.
    order : str, default="RGBY"
        A letter per channel: R for microtubules in red, G for the protein in green, B
        for the nucleus in blue, Y for the endoplasmic reticulum in yellow.
    shown : str, default=None
        The letters to draw. None draws all.

    Returns
    -------
    picture : ndarray of shape (height, width, 3), dtype float32
        Red, green and blue from 0 to 1. Colours are added, and what exceeds 1 is cut.

    Raises
    ------
    ValueError
        If `order` does not fit the channels, `shown` holds other letters, or a pixel
        is not finite.
    """
    image = np.asarray(image)
    check_order(order, image.shape)
    shown = order if shown is None else shown
    if not set(shown) <= set(order):
        raise ValueError(f"Expected shown as letters of {order!r}, got {shown!r}.")
    picture = np.zeros((*image.shape[1:], 3), dtype=np.float32)
    for letter in shown:
        channel = stretched(image[order.index(letter)])
        picture += channel[..., None] * np.float32(COLORS[letter])
    return picture.clip(0, 1)


def without_reticulum(order):
    """Return the letters to merge: yellow over most of a cell hides red and green."""
    return order.replace("Y", "") or order


def stretched(channel):
    """Return a channel as float32, from 0, its darkest, to 1, about its brightest.

    A channel of one value is 0.
    """
    channel = check_finite(channel).astype(np.float32)
    low, high = channel.min(), np.percentile(channel, BRIGHTEST)
    if high <= low:  # nothing but a few pixels
        high = channel.max()
    return ((channel - low) / max(high - low, np.finfo(np.float32).tiny)).clip(0, 1)


def check_order(order, shape):
    """Raise unless there is a letter for each channel of an image of that shape."""
    letters = isinstance(order, str) and len(set(order) & set(COLORS)) == len(order)
    if len(shape) != 3 or not letters or len(order) != shape[0]:
        raise ValueError(
            "Expected an image of shape (n_channels, height, width) and order as a "
            f"letter of {''.join(COLORS)} for each channel, such as 'RGBY', got shape "
            f"{shape} and {order!r}."
        )
