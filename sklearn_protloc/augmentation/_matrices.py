"""Geometry as matrices from places in the result to places in the image.

Places are (x, y, 1): column, row, and the one that lets a matrix shift. To do A and
then B is to multiply A @ B.
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np

IDENTITY = np.eye(3)
IDENTITY.flags.writeable = False
_LEAST_RESIZED = 1 / 3  # below, a rim of one would not be enough


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


_MOVES = {
    tuple(dihedral_matrix(move, 1, 1)[:2, :2].ravel().astype(int).tolist()): move
    for move in range(8)
}


def exact_move(matrix, height, width):
    """Return which of the eight moves a matrix is, or None.

    Only those that keep the shape of the image are looked for.
    """
    (a, b, _), (c, d, _), _ = matrix.tolist()
    move = _MOVES.get((round(a), round(b), round(c), round(d)))
    if move is None or (move % 2 and height != width):
        return None
    expected = dihedral_matrix(move, height, width)
    exact = matrix is expected or np.abs(matrix - expected).max() < 1e-6
    return move if exact else None


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


class Part(NamedTuple):
    """Pixels from `first` to before `stop` in one direction.

    Resized to the length of the image and a rim on either side, which is dropped: there
    a resize has no neighbours to interpolate with.
    """

    first: int
    stop: int
    rim: int


def resized_part(matrix, height, width):
    """Return the rows and columns that a resize moves as a matrix does, or None."""
    (across, b, left), (c, down, top), _ = matrix.tolist()
    if b or c:
        return None
    parts = _part(down, top, height), _part(across, left, width)
    return None if None in parts else parts


def _part(scale, start, size):
    if (scale, start) == (1, 0):
        return Part(0, size, 0)
    # a resize takes the value at (i + 0.5) * scale - 0.5, and that at 1 is kept first
    length, first = scale * (size + 2), start + 0.5 - 1.5 * scale
    part = Part(round(first), round(first) + round(length), 1)
    off = max(abs(first - part.first), abs(length - round(length)))
    inside = part.first >= 0 and part.stop <= size
    return part if off < 1e-6 and inside and scale >= _LEAST_RESIZED else None


def resizable_shares(before, after, size):
    """Return shares to cut off, near to those given, that a resize can cut off.

    They are whole pixels, but for what the rim of a `Part` takes.
    """
    cut = [round(share * size) for share in (before, after)]
    if max(cut) == 0:
        return 0.0, 0.0
    first, last = (max(n - 1, 0) for n in cut)
    scale = (size - first - last) / (size + 2)
    if scale < _LEAST_RESIZED:
        return before, after
    rim = 1.5 * scale - 0.5
    return (first + rim) / (size - 1), (last + rim) / (size - 1)
