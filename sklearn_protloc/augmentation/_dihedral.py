"""The eight moves of a square: cells have no up, no left and no right."""

from numbers import Integral

import numpy as np

from sklearn_protloc.augmentation._checks import check_generator
from sklearn_protloc.augmentation._matrices import dihedral_matrix
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import Warp

__all__ = ["RandomDihedral", "dihedral"]


def dihedral(image, move):
    """Turn and mirror an image.

    Parameters
    ----------
    image : ndarray of shape (..., height, width)
        One image or several.
    move : int in [0, 8)
        Number of quarter turns counter-clockwise, plus 4 to mirror left and right
        afterwards. 0 changes nothing.

    Returns
    -------
    image : ndarray of shape (..., height, width)
        A view of the pixels in their new places; height and width change places
        after an odd number of quarter turns.

    Raises
    ------
    ValueError
        If there is no such move.
    TypeError
        If it is no such image.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import dihedral
    >>> dihedral(np.array([[1, 2], [3, 4]]), 1)
    array([[2, 4],
           [1, 3]])
    """
    if not isinstance(image, np.ndarray) or image.ndim < 2:
        raise TypeError(
            "Expected an image as a NumPy array of shape (..., height, width), got "
            f"{type(image).__name__} of shape {np.shape(image)}."
        )
    if not isinstance(move, Integral) or not 0 <= move < 8:
        raise ValueError(f"Expected move as an integer from 0 to 7, got {move!r}.")
    turned = np.rot90(image, move % 4, axes=(-2, -1))
    return turned[..., ::-1] if move >= 4 else turned


class RandomDihedral(RandomChange):
    """Turn and mirror an image by one of the eight moves, each as likely.

    Images that are not square are only mirrored and turned by half, so that every
    image of a batch keeps its shape.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomDihedral
    >>> image = np.arange(4).reshape(1, 2, 2)
    >>> RandomDihedral()(image, np.random.default_rng(0))
    array([[[2, 3],
            [0, 1]]])
    """

    def __call__(self, image, rng):
        """Change one image.

        Parameters
        ----------
        image : ndarray of shape (n_channels, height, width)
            The image, which is left as it is.
        rng : numpy.random.Generator
            Where chance comes from; it decides everything.

        Returns
        -------
        image : ndarray of shape (n_channels, height, width)
            The changed image, of the same dtype.
        """
        check_generator(rng)
        return dihedral(image, self._draw_move(np.shape(image), rng))

    def _draw(self, shape, rng):
        return [Warp(dihedral_matrix(self._draw_move(shape, rng), *shape[1:]))]

    def _draw_move(self, shape, rng):
        move = int(rng.integers(8))
        return move - move % 2 if shape[-1:] != shape[-2:-1] else move
