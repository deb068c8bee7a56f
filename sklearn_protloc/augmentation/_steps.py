"""What chance decides on: plain figures, for OpenCV and for torch to carry out."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from sklearn_protloc.augmentation._matrices import IDENTITY

NOISE_CENTER, NOISE_STD = 128, 32  # of the values in the bank
_BANK_SIZE = 1 << 22


@dataclass(frozen=True, eq=False)
class Warp:
    """Move pixels.

    The matrix, of shape (3, 3), leads from places (x, y, 1) in the result to places
    in the image.
    """

    matrix: np.ndarray


@dataclass(frozen=True, eq=False)
class Levels:
    """Multiply, then add in units of the range; one value, or one per channel."""

    gain: np.ndarray
    offset: np.ndarray


@dataclass(frozen=True, eq=False)
class Blur:
    """Blur by a Gaussian of so many pixels."""

    sigma: float


@dataclass(frozen=True, eq=False)
class Noise:
    """Add noise from the bank, from one place for all channels or one for each."""

    std: float
    starts: np.ndarray


def fuse(steps):
    """Put all geometry first, as a single warp, or none if nothing moves."""
    matrix = IDENTITY
    others = []
    for step in steps:
        if isinstance(step, Warp):
            matrix = matrix @ step.matrix
        else:
            others.append(step)
    if np.abs(matrix - IDENTITY).max() < 1e-9:
        return others
    return [Warp(matrix), *others]


def noise_bank(n_pixels):
    """Return normal noise as bytes, more than `n_pixels` of them.

    Drawing noise costs ten times what adding it does, so it is drawn once; what is
    random later is where in the bank it is taken from.
    """
    if n_pixels < _BANK_SIZE:
        return _drawn_bank()
    return _long_bank(n_pixels)


@lru_cache(maxsize=1)
def _drawn_bank():
    values = np.random.default_rng(0).standard_normal(_BANK_SIZE, dtype=np.float32)
    values *= NOISE_STD
    values += NOISE_CENTER
    return np.clip(np.rint(values, out=values), 0, 255, out=values).astype(np.uint8)


@lru_cache(maxsize=1)
def _long_bank(n_pixels):
    return np.resize(_drawn_bank(), _BANK_SIZE + n_pixels)


def blur_radius(sigma):
    """Return how many pixels a blur reaches to each side: three deviations."""
    return int(np.ceil(3 * sigma))
