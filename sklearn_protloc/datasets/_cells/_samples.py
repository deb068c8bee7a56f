"""What images have in common: the cell line, and the antibody that stained them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class CellLine:
    """Looks of the cells of one line; lengths in 1/64 of the space of a cell."""

    size: float  # of the outline; 1 fills its space
    aspect: float  # length of the outline over its width
    nucleus_size: float  # mean radius
    nucleus_roundness: float  # width over length
    lobe: float  # depth of the notches of the nucleus, as a share of its radius
    n_nucleoli: float
    chromatin: float  # unevenness of the nucleus
    microtubules: float  # brightness of the stains
    dna: float
    reticulum: float


_LEAST = CellLine(0.78, 1.02, 8.5, 0.68, 0.005, 1.6, 0.06, 0.55, 0.55, 0.55)
_MOST = CellLine(1.06, 1.75, 12.0, 0.98, 0.12, 4.6, 0.36, 1.5, 1.5, 1.5)


def draw_cell_lines(n_lines, rng):
    """Return lines that are as unlike each other as their number allows.

    Each trait takes evenly spaced values, in another order of lines than the other
    traits; a single line is average in all.
    """
    least, most = np.array([list(vars(line).values()) for line in (_LEAST, _MOST)])
    ranks = np.array([rng.permutation(n_lines) for _ in least]).T
    traits = least * (most / least) ** ((ranks + 0.5) / n_lines)
    return [CellLine(*row) for row in traits.tolist()]


@dataclass(frozen=True)
class Antibody:
    """What a protein and its antibody do alike in all images that they share."""

    weights: np.ndarray  # share of the protein in each of its locations, at most 1
    gain: float  # brightness
    leak: float  # protein left in the cytosol and unspecific binding
    nuclear_leak: float  # how much of that is seen in the nucleus too
    contrast: float  # exponent of the light: more than 1 starves the dim parts
    abundance: float  # of dots and other small bodies


def draw_antibody(n_locations, rng):
    """Draw the particulars of a protein with that many locations."""
    weights = rng.uniform(0.35, 1, n_locations).astype(np.float32)
    return Antibody(
        weights=weights / weights.max(),
        gain=np.exp(rng.normal(0, 0.22)),
        leak=rng.uniform(0.02, 0.15),
        nuclear_leak=rng.uniform(0, 0.5),
        contrast=rng.uniform(0.8, 1.3),
        abundance=rng.uniform(0.75, 1.35),
    )
