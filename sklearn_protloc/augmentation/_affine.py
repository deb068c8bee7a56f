"""Scale, shift, rotate, shear, and crop from the sides."""

import numpy as np

from sklearn_protloc.augmentation._checks import (
    check_image,
    check_number,
    check_range,
)
from sklearn_protloc.augmentation._matrices import (
    affine_matrix,
    crop_matrix,
    resizable_shares,
)
from sklearn_protloc.augmentation._opencv import change
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import Warp

__all__ = ["RandomAffine", "RandomSideCrop", "affine", "side_crop"]

_SCALE, _SHIFT, _SHEAR, _CROP = (0.01, 100), (-1, 1), (-80, 80), (0, 0.49)


def affine(image, *, scale=1.0, shift=0.0, rotation=0.0, shear=0.0):
    """Scale, shear and rotate an image around its centre, then shift it.

    Values between pixels are interpolated linearly. What comes in from beyond the
    border is black (0). A rotation of a square by a quarter turn is exact.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    scale : float or (float, float), default=1.0
        How many times larger cells become, from 0.01 to 100; for both directions, or
        vertically and horizontally.
    shift : float or (float, float), default=0.0
        How far down and to the right cells move, as a share of height and width, from
        -1 to 1.
    rotation : float, default=0.0
        Degrees, counter-clockwise.
    shear : float, default=0.0
        Degrees by which upright lines lean to the right, from -80 to 80.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype.

    Raises
    ------
    ValueError
        If a figure is out of its bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import affine
    >>> image = np.array([[[1, 2], [3, 4]]], dtype=np.uint8)
    >>> affine(image, shift=(0, 0.5))
    array([[[0, 1],
            [0, 3]]], dtype=uint8)
    """
    check_image(image)
    matrix = affine_matrix(
        _pair("scale", scale, *_SCALE),
        _pair("shift", shift, *_SHIFT),
        check_number("rotation", rotation),
        check_number("shear", shear, *_SHEAR),
        *image.shape[1:],
    )
    return change(image, [Warp(matrix)])


def side_crop(image, *, top=0.0, right=0.0, bottom=0.0, left=0.0):
    """Cut the sides off an image and enlarge the rest to the old size.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    top, right, bottom, left : float in [0, 0.49], default=0.0
        The share of the height or width to cut off each side.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype and shape, interpolated linearly.

    Raises
    ------
    ValueError
        If a share is out of its bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import side_crop
    >>> image = np.array([[[0, 10, 20, 30, 40]]], dtype=np.uint8)
    >>> side_crop(image, left=0.25, right=0.25)
    array([[[10, 15, 20, 25, 30]]], dtype=uint8)
    """
    check_image(image)
    sides = {"top": top, "right": right, "bottom": bottom, "left": left}
    shares = [check_number(name, share, *_CROP) for name, share in sides.items()]
    return change(image, [Warp(crop_matrix(*shares, *image.shape[1:]))])


class RandomAffine(RandomChange):
    """Scale, shear, rotate and shift an image at random.

    Every figure is drawn uniformly. What is not asked for stays as it is, so
    ``RandomAffine(rotation=(-180, 180))`` rotates only. What comes in from beyond the
    border is black.

    Parameters
    ----------
    scale : (float, float), default=(1.0, 1.0)
        How many times larger cells become, from 0.01 to 100.
    shift : (float, float), default=(0.0, 0.0)
        How far cells move, as a share of height and width, from -1 to 1; drawn for
        either direction.
    rotation : (float, float), default=(0.0, 0.0)
        Degrees, counter-clockwise.
    shear : (float, float), default=(0.0, 0.0)
        Degrees by which upright lines lean to the right, from -80 to 80.
    keep_aspect : bool, default=True
        Whether both directions are scaled alike, so that round nuclei stay round; else
        one scale is drawn for each.
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomAffine
    >>> from sklearn_protloc.datasets import make_cells
    >>> image = make_cells(1, image_size=32, random_state=0).data[0]
    >>> rotate = RandomAffine(rotation=(-180, 180), shift=(-0.1, 0.1))
    >>> rotate(image, np.random.default_rng(0)).shape
    (4, 32, 32)
    """

    def __init__(
        self,
        scale=(1.0, 1.0),
        shift=(0.0, 0.0),
        rotation=(0.0, 0.0),
        shear=(0.0, 0.0),
        keep_aspect=True,
        p=1.0,
    ):
        self.scale = scale
        self.shift = shift
        self.rotation = rotation
        self.shear = shear
        self.keep_aspect = keep_aspect
        self.p = p

    def _check_values(self, shape):
        check_range("scale", self.scale, *_SCALE)
        check_range("shift", self.shift, *_SHIFT)
        check_range("rotation", self.rotation)
        check_range("shear", self.shear, *_SHEAR)

    def _draw(self, shape, rng):
        scale = rng.uniform(*self.scale, size=1 if self.keep_aspect else 2)
        matrix = affine_matrix(
            (scale[0], scale[-1]),
            rng.uniform(*self.shift, size=2),
            rng.uniform(*self.rotation),
            rng.uniform(*self.shear),
            *shape[1:],
        )
        return [Warp(matrix)]


class RandomSideCrop(RandomChange):
    """Cut the sides off an image at random and enlarge the rest to the old size.

    Parameters
    ----------
    fraction : (float, float), default=(0.0, 0.1)
        The share of the height or width to cut off, from 0 to 0.49, drawn for each of
        the four sides. Up to a tenth shifts and enlarges cells a little, as the
        augmenter of the GapNet variant does (see `gapnet_variant`). What is drawn is
        rounded to whole pixels, or nearly so, where a resize is faster than a warp.
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomSideCrop
    >>> from sklearn_protloc.datasets import make_cells
    >>> image = make_cells(1, image_size=32, random_state=0).data[0]
    >>> RandomSideCrop()(image, np.random.default_rng(0)).shape
    (4, 32, 32)
    """

    def __init__(self, fraction=(0.0, 0.1), p=1.0):
        self.fraction = fraction
        self.p = p

    def _check_values(self, shape):
        check_range("fraction", self.fraction, *_CROP)

    def _draw(self, shape, rng):
        top, right, bottom, left = rng.uniform(*self.fraction, size=4).tolist()
        top, bottom = resizable_shares(top, bottom, shape[1])
        left, right = resizable_shares(left, right, shape[2])
        return [Warp(crop_matrix(top, right, bottom, left, *shape[1:]))]


def _pair(name, value, low, high):
    """Return two numbers, from two or from one for both."""
    if np.ndim(value) == 0:
        return (check_number(name, value, low, high),) * 2
    if np.shape(value) != (2,):
        raise ValueError(
            f"Expected {name} as one number, or two (vertical, horizontal), got "
            f"{value!r}."
        )
    return tuple(check_number(name, one, low, high) for one in value)
