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
    """Multiply, add, and add noise: gain * pixel + offset + std * noise.

    gain and offset are one value, or one per channel; offset and std are in units of
    the range of the pixels. starts are places in the bank of noise, one for all
    channels or one for each; without any there is no noise.
    """

    gain: np.ndarray
    offset: np.ndarray
    std: float = 0.0
    starts: np.ndarray | None = None

    def then(self, other):
        """Return both in one; this one must be without noise."""
        offset = other.gain * self.offset + other.offset
        return Levels(self.gain * other.gain, offset, other.std, other.starts)


@dataclass(frozen=True, eq=False)
class Blur:
    """Blur by a Gaussian of so many pixels."""

    sigma: float


def fuse(steps):
    """Return as few steps as do the same.

    All geometry comes first, as a single warp, or none if nothing moves. Levels next to
    each other become one, up to that with noise.
    """
    if len(steps) < 2:
        return steps
    matrix = IDENTITY
    fused = []
    for step in steps:
        before = fused[-1] if fused else None
        if isinstance(step, Warp):
            matrix = matrix @ step.matrix
        elif isinstance(step, Blur) or not isinstance(before, Levels):
            fused.append(step)
        elif before.starts is None:
            fused[-1] = before.then(step)
        else:
            fused.append(step)
    if np.abs(matrix - IDENTITY).max() < 1e-9:
        return fused
    return [Warp(matrix), *fused]


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
