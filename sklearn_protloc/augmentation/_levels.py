"""Brightness and contrast: the same change of every pixel.

All figures are in units of the range of the pixels: the whole range of uint8 or
uint16, and that from 0 to 1 for floats. Unsigned results are rounded and clipped to
their range, floats are not.
"""

import numpy as np

from sklearn_protloc.augmentation._checks import (
    check_channel_values,
    check_image,
    check_number,
    check_range,
)
from sklearn_protloc.augmentation._opencv import change
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import Levels

__all__ = [
    "RandomBrightness",
    "RandomContrast",
    "RandomMultiply",
    "brightness",
    "contrast",
    "multiply",
]

_NOTHING = np.zeros(1)
_UNCHANGED = np.ones(1)


def multiply(image, factor):
    """Make an image brighter or darker by multiplying its pixels.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    factor : float or array-like of shape (n_channels,)
        What all pixels, or those of each channel, are multiplied by; at least 0.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype. Unsigned pixels are rounded, and clipped to
        their range; floats are not.

    Raises
    ------
    ValueError
        If a factor is negative, or their number is not that of the channels.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import multiply
    >>> multiply(np.array([[[10, 100, 200]]], dtype=np.uint8), 1.5)
    array([[[ 15, 150, 255]]], dtype=uint8)
    """
    check_image(image)
    factors = check_channel_values("factor", factor, len(image), 0)
    return change(image, [Levels(factors, _NOTHING)])


def brightness(image, shift):
    """Make an image brighter or darker by adding to its pixels.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    shift : float or array-like of shape (n_channels,)
        What is added to all pixels, or to those of each channel, from -1 to 1. 1 is the
        whole range of unsigned pixels, and 1 for floats, whatever their values.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype. Unsigned pixels are rounded, and clipped to
        their range; floats are not.

    Raises
    ------
    ValueError
        If a shift is out of bounds, or their number is not that of the channels.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import brightness
    >>> brightness(np.array([[[10, 100, 200]]], dtype=np.uint8), -0.2)
    array([[[  0,  49, 149]]], dtype=uint8)
    """
    check_image(image)
    shifts = check_channel_values("shift", shift, len(image), -1, 1)
    return change(image, [Levels(_UNCHANGED, shifts)])


def contrast(image, factor):
    """Pull pixels away from the middle of their range, or towards it.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    factor : float
        What distances from the middle are multiplied by, at least 0. The middle is
        127.5 for uint8, 32767.5 for uint16 and 0.5 for floats, whatever their values.
        Below 1 a black background becomes grey.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype. Unsigned pixels are rounded, and clipped to
        their range; floats are not.

    Raises
    ------
    ValueError
        If the factor is negative.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import contrast
    >>> contrast(np.array([[[0, 100, 255]]], dtype=np.uint8), 0.5)
    array([[[ 64, 114, 191]]], dtype=uint8)
    """
    check_image(image)
    return change(image, [_contrast(check_number("factor", factor, 0))])


class RandomMultiply(RandomChange):
    """Make an image brighter or darker by a random factor.

    Parameters
    ----------
    factor : (float, float), default=(0.8, 1.2)
        What pixels are multiplied by, at least 0, drawn uniformly. A fifth either way
        is that of the GapNet variant (see `gapnet_variant`).
    per_channel : float in [0, 1], default=0.2
        The chance that each channel has a factor of its own, which changes the balance
        of the stains.
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomMultiply
    >>> image = np.full((2, 1, 3), 100, dtype=np.uint8)
    >>> print(RandomMultiply(per_channel=1)(image, np.random.default_rng(0))[:, 0])
    [[91 91 91]
     [82 82 82]]
    """

    def __init__(self, factor=(0.8, 1.2), per_channel=0.2, p=1.0):
        self.factor = factor
        self.per_channel = per_channel
        self.p = p

    def _check_values(self, shape):
        check_range("factor", self.factor, 0)
        check_number("per_channel", self.per_channel, 0, 1)

    def _draw(self, shape, rng):
        factors = _draw_values(self.factor, self.per_channel, shape, rng)
        return [Levels(factors, _NOTHING)]


class RandomBrightness(RandomChange):
    """Make an image brighter or darker by adding a random figure.

    Parameters
    ----------
    shift : (float, float), default=(-0.05, 0.05)
        What is added to pixels, from -1 to 1, drawn uniformly; 1 is the whole range of
        unsigned pixels, and 1 for floats. The default is that of `tunet`.
    per_channel : float in [0, 1], default=0.0
        The chance that a figure is drawn for each channel, which changes the balance of
        the stains.
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomBrightness
    >>> image = np.full((1, 1, 3), 100, dtype=np.uint8)
    >>> RandomBrightness()(image, np.random.default_rng(0))
    array([[[94, 94, 94]]], dtype=uint8)
    """

    def __init__(self, shift=(-0.05, 0.05), per_channel=0.0, p=1.0):
        self.shift = shift
        self.per_channel = per_channel
        self.p = p

    def _check_values(self, shape):
        check_range("shift", self.shift, -1, 1)
        check_number("per_channel", self.per_channel, 0, 1)

    def _draw(self, shape, rng):
        shifts = _draw_values(self.shift, self.per_channel, shape, rng)
        return [Levels(_UNCHANGED, shifts)]


class RandomContrast(RandomChange):
    """Strengthen or weaken the contrast of an image at random.

    Parameters
    ----------
    factor : (float, float), default=(0.5, 1.5)
        What the distances of pixels from the middle of their range are multiplied by,
        at least 0, drawn uniformly (see `contrast`). The default is that of the GapNet
        variant (see `gapnet_variant`).
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomContrast
    >>> image = np.array([[[0, 100, 255]]], dtype=np.uint8)
    >>> RandomContrast()(image, np.random.default_rng(0))
    array([[[  0,  96, 255]]], dtype=uint8)
    """

    def __init__(self, factor=(0.5, 1.5), p=1.0):
        self.factor = factor
        self.p = p

    def _check_values(self, shape):
        check_range("factor", self.factor, 0)

    def _draw(self, shape, rng):
        return [_contrast(rng.uniform(*self.factor))]


def _contrast(factor):
    return Levels(np.array([factor]), np.array([0.5 * (1 - factor)]))


def _draw_values(values, per_channel, shape, rng):
    n_values = shape[0] if rng.random() < per_channel else 1
    return rng.uniform(*values, size=n_values)
