"""Geometry as matrices from places in the result to places in the image.

Places are (x, y, 1): column, row, and the one that lets a matrix shift. To do A and
then B is to multiply A @ B.
"""

import math
from functools import lru_cache

import numpy as np

IDENTITY = np.eye(3)
IDENTITY.flags.writeable = False


@lru_cache(maxsize=64)
def dihedral_matrix(move, height, width):
    """Return the matrix of one of the eight moves."""
    matrix = IDENTITY
    for _ in range(move % 4):
        matrix = matrix @ [[0, -1, width - 1], [1, 0, 0], [0, 0, 1]]
        height, width = width, height
    if move >= 4:
        matrix = matrix @ [[-1, 0, width - 1], [0, 1, 0], [0, 0, 1]]
    matrix.flags.writeable = False
    return matrix


def exact_move(matrix, height, width):
    """Return which of the eight moves a matrix is, or None.

    Only those that keep the shape of the image are looked for.
    """
    if np.abs(matrix - np.rint(matrix)).max() > 1e-6:
        return None
    for move in range(0, 8, 1 if height == width else 2):
        if np.abs(matrix - dihedral_matrix(move, height, width)).max() < 1e-6:
            return move
    return None


def affine_matrix(scale, shift, rotation, shear, height, width):
    """Scale, shear and rotate around the centre, then shift.

    scale and shift are pairs (vertical, horizontal); angles are in degrees.
    """
    cos, sin = math.cos(math.radians(rotation)), math.sin(math.radians(rotation))
    lean = math.tan(math.radians(shear))
    across, down = 1 / scale[1], 1 / scale[0]
    # the inverses of the three, in the opposite order
    a, b = across * (cos + lean * sin), across * (lean * cos - sin)
    c, d = down * sin, down * cos
    x, y = (width - 1) / 2, (height - 1) / 2
    from_x, from_y = x + shift[1] * width, y + shift[0] * height
    return np.array(
        [
            [a, b, x - a * from_x - b * from_y],
            [c, d, y - c * from_x - d * from_y],
            [0, 0, 1],
        ]
    )


def crop_matrix(top, right, bottom, left, height, width):
    """Cut shares of the sides off and enlarge the rest to the old size.

    Corners go to corners, so that nothing from beyond the border shines in.
    """
    return np.array(
        [
            [1 - left - right, 0, left * (width - 1)],
            [0, 1 - top - bottom, top * (height - 1)],
            [0, 0, 1],
        ]
    )
