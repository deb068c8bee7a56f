"""Mirror images."""

from sklearn_protloc.augmentation._checks import check_image
from sklearn_protloc.augmentation._matrices import dihedral_matrix
from sklearn_protloc.augmentation._opencv import change
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import Warp

__all__ = [
    "RandomHorizontalFlip",
    "RandomVerticalFlip",
    "horizontal_flip",
    "vertical_flip",
]

_LEFT_RIGHT, _TOP_BOTTOM = 4, 6  # their numbers among the eight moves


def horizontal_flip(image):
    """Mirror an image left and right.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import horizontal_flip
    >>> horizontal_flip(np.array([[[1, 2], [3, 4]]], dtype=np.uint8))
    array([[[2, 1],
            [4, 3]]], dtype=uint8)
    """
    check_image(image)
    return change(image, _moved(_LEFT_RIGHT, image.shape))


def vertical_flip(image):
    """Mirror an image top and bottom.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import vertical_flip
    >>> vertical_flip(np.array([[[1, 2], [3, 4]]], dtype=np.uint8))
    array([[[3, 4],
            [1, 2]]], dtype=uint8)
    """
    check_image(image)
    return change(image, _moved(_TOP_BOTTOM, image.shape))


class RandomHorizontalFlip(RandomChange):
    """Mirror an image left and right, or leave it.

    Parameters
    ----------
    p : float in [0, 1], default=0.5
        The chance that it is mirrored. One half shows both as often.

    See Also
    --------
    RandomDihedral : Quarter turns as well.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomHorizontalFlip
    >>> image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2)
    >>> RandomHorizontalFlip(p=1)(image, np.random.default_rng(0))
    array([[[1, 0],
            [3, 2]]], dtype=uint8)
    """

    def __init__(self, p=0.5):
        self.p = p

    def _draw(self, shape, rng):
        return _moved(_LEFT_RIGHT, shape)


class RandomVerticalFlip(RandomChange):
    """Mirror an image top and bottom, or leave it.

    Parameters
    ----------
    p : float in [0, 1], default=0.5
        The chance that it is mirrored. One half shows both as often.

    See Also
    --------
    RandomDihedral : Quarter turns as well.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomVerticalFlip
    >>> image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2)
    >>> RandomVerticalFlip(p=1)(image, np.random.default_rng(0))
    array([[[2, 3],
            [0, 1]]], dtype=uint8)
    """

    def __init__(self, p=0.5):
        self.p = p

    def _draw(self, shape, rng):
        return _moved(_TOP_BOTTOM, shape)


def _moved(move, shape):
    return [Warp(dihedral_matrix(move, *shape[1:]))]
