"""Where parts of large images lie: crops to train on, tiles to predict."""

import itertools
import math

import numpy as np

__all__ = ["crop_corner", "tile_corners"]


def crop_corner(image_size, crop_size, rng=None):
    """Return top and left of a crop: anywhere, or in the middle without chance."""
    room = [side - crop for side, crop in zip(image_size, crop_size, strict=True)]
    if rng is None:
        return tuple(free // 2 for free in room)
    return tuple(int(rng.integers(free + 1)) for free in room)


def tile_corners(image_size, tile_size, overlap):
    """Return top and left of the fewest tiles that cover an image.

    They are spread evenly, the first and the last at the borders, and neighbours share
    at least `overlap` of a tile's side.
    """
    starts = [
        _starts(side, tile, overlap)
        for side, tile in zip(image_size, tile_size, strict=True)
    ]
    return list(itertools.product(*starts))


def _starts(side, tile, overlap):
    if side == tile:
        return [0]
    longest_step = max(1, math.floor(tile * (1 - overlap) + 1e-9))
    n_tiles = 1 + math.ceil((side - tile) / longest_step)
    return np.linspace(0, side - tile, n_tiles).astype(int).tolist()
