"""Where the cells of an image lie, and which of them divide."""

from dataclasses import dataclass

import numpy as np

INTERPHASE, METAPHASE, DAUGHTER = "interphase", "metaphase", "daughter"
_DIVIDING_SHARES = {INTERPHASE: 0.97, METAPHASE: 0.015, DAUGHTER: 0.015}
# How often a cell that fills its image is touched by others.
_NEIGHBOURS_SHARE = 0.06
_DAUGHTER_SIZE = 0.55
# A cell alone fills its image, and may be cut at the margin.
_SINGLE_SIDE = 1.1


@dataclass(frozen=True)
class Place:
    """Space of one cell; lengths are shares of the side of the image."""

    middle: np.ndarray  # (x, y)
    side: float
    phase: str = INTERPHASE
    sister: float | None = None  # direction of the other daughter, in radians


def place_cells(n_cells, wanted_phases, touching, rng):
    """Spread cells over an image.

    Parameters
    ----------
    n_cells : int
        Number of cells; two daughters count as the one cell that they were.
    wanted_phases : list of str
        Phases of division that at least one cell each, and a fifth of all, must be in;
        if that takes more cells than `n_cells`, there are more.
    touching : bool
        Whether cells must have neighbours.
    rng : numpy.random.Generator
        Source of the random draws.

    Returns
    -------
    list of Place
    """
    # Cells that divide are round and touch little: the others need neighbours.
    n_needed = len(wanted_phases) + 2 * (touching and len(wanted_phases) > 0)
    n_places = max(n_cells, n_needed)
    phases = rng.choice(
        list(_DIVIDING_SHARES), n_places, p=list(_DIVIDING_SHARES.values())
    )
    if touching and n_places < 5:
        phases[:] = INTERPHASE
    for k, phase in enumerate(wanted_phases):
        phases[k :: len(wanted_phases)][: max(1, n_places // 5)] = phase
    if n_places == 1:
        return [
            *_place(np.array([0.5, 0.5]), _SINGLE_SIDE, phases[0], rng),
            *_neighbours(touching, rng),
        ]
    pitch = n_places**-0.5
    side = pitch * (1.45 if touching else rng.uniform(1.1, 1.45))
    reaches = side * np.where(phases == DAUGHTER, 0.62, 0.45)
    middles = _spread(reaches, 0.2 * pitch, rng)
    if touching:
        _join_closest(middles, np.flatnonzero(phases == INTERPHASE), 0.52 * side)
    return [
        place
        for middle, phase in zip(middles, phases, strict=True)
        for place in _place(middle, side, phase, rng)
    ]


def _place(middle, side, phase, rng):
    """Return the places of a cell: two if it has just divided."""
    if phase != DAUGHTER:
        return [Place(middle, side, phase)]
    angle = rng.uniform(0, np.pi)
    to_sister = np.array([np.cos(angle), np.sin(angle)])
    side = side * _DAUGHTER_SIZE
    return [
        Place(middle - to_sister * side / 2, side, phase, angle),
        Place(middle + to_sister * side / 2, side, phase, angle + np.pi),
    ]


def _neighbours(touching, rng):
    """Return two places that reach into an image which one cell fills, or none."""
    if rng.random() > _NEIGHBOURS_SHARE and not touching:
        return []
    angles = rng.uniform(0, 2 * np.pi) + np.array([0, rng.uniform(1.8, 3.6)])
    away = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return [Place(0.5 + d * rng.uniform(0.56, 0.66), _SINGLE_SIDE) for d in away]


def _spread(reaches, margin, rng):
    """Draw a point per reach, at random but evenly: of ten, the one with most room."""
    points = np.empty((0, 2))
    for reach in reaches:
        candidates = rng.uniform(margin, 1 - margin, (10, 2))
        distances = np.linalg.norm(candidates[:, None] - points, axis=2)
        room = distances - reach - reaches[: len(points)]
        best = room.min(axis=1, initial=np.inf).argmax()
        points = np.vstack([points, candidates[best]])
    return points


def _join_closest(points, candidates, distance):
    """Move the closest two of the candidates up to a distance, in place."""
    if len(candidates) < 2:
        return
    pairs = np.transpose(np.triu_indices(len(candidates), 1))
    first, second = candidates[pairs].T
    gaps = np.linalg.norm(points[second] - points[first], axis=1)
    k = gaps.argmin()
    share = min(1, distance / gaps[k])
    here, there = points[first[k]], points[second[k]]
    points[second[k]] = here + share * (there - here)
