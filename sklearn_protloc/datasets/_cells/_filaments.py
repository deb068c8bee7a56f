"""Drawing rules of the filaments, of what organises them, and of cell division.

Each rule takes a `CellGeometry` and returns an image of about 0 (no protein) to 1.
"""

import numpy as np

from sklearn_protloc.datasets._cells._brushes import walk
from sklearn_protloc.datasets._cells._places import METAPHASE


def microtubules(cell):
    """Let long curved fibres run from around the nucleus to the outline."""
    return cell.strokes(cell.fibres, 0.4) * cell.cell * (1 - 0.6 * cell.nucleus)


def microtubule_ends(cell):
    """Put a comet on every microtubule where it meets the outline, or on its way."""
    fibres = cell.fibres
    # The last step within the cell; a third of the comets are still growing.
    inside = cell.edge_gap[cell.pixels(fibres)] > 2
    n_inside = inside.cumprod(axis=1).sum(axis=1)
    last = np.clip(n_inside - 1, 1, None)
    last[::3] = np.ceil(last[::3] * cell.rng.uniform(0.3, 1, len(last[::3])))
    tip, before = (fibres[np.arange(len(fibres)), last - k] for k in (0, 1))
    heading = tip - before
    heading /= np.linalg.norm(heading, axis=1, keepdims=True)
    comets = np.stack([tip - 1.8 * heading, tip], axis=1)
    return cell.strokes(comets, 1.0) * cell.cell


def intermediate_filaments(cell):
    """Tangle wavy filaments into a cage around the nucleus."""
    n_filaments = 60
    around = cell.rng.uniform(0, 2 * np.pi, n_filaments)
    gap = cell.rng.exponential(3.5, n_filaments)
    starts = cell.around_nucleus(around, gap + 0.5)
    filaments = walk(
        starts,
        cell.rng.uniform(0, 2 * np.pi, n_filaments),
        bend=cell.rng.normal(0, 0.18, n_filaments),
        step=cell.rng.uniform(0.6, 1.1, n_filaments),
        n_steps=14,
        wave=0.9,
    )
    return cell.strokes(filaments, 0.4) * cell.cell * (1 - 0.75 * cell.nucleus)


def actin_filaments(cell):
    """Span the cell with parallel straight bundles along one axis."""
    turn = cell.stress_angle
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    offsets = np.linspace(-28, 28, 15) + cell.rng.normal(0, 1.0, 15)
    tilt = cell.rng.normal(0, 1.5, 15)
    ends = np.stack(
        [
            across * (offsets - tilt)[:, None] - 32 * along,
            across * (offsets + tilt)[:, None] + 32 * along,
        ],
        axis=1,
    )
    cortex = 0.5 * np.exp(-(((cell.edge_gap - 0.6) / 0.9) ** 2))
    return 0.9 * cell.strokes(ends, 0.8) * cell.cell * cell.mottle(3, 0.25) + cortex


def microtubule_organizing_center(cell):
    """Surround the centrosome with a cloud and a star of short fibres."""
    angles = np.arange(9) * 2 * np.pi / 9 + cell.rng.normal(0, 0.2, 9)
    length = cell.rng.uniform(3.0, 5.5, 9)
    rays = np.stack([np.cos(angles), np.sin(angles)], axis=1) * length[:, None]
    stars = [np.stack([np.tile(pole, (9, 1)), pole + rays], 1) for pole in cell.poles]
    fibres = cell.strokes(np.concatenate(stars), 0.5)
    return np.maximum(cell.spots(cell.poles, 2.2), 0.7 * fibres) * cell.cell


def centrosome(cell):
    """Place one or two small bright dots at each pole."""
    n_dots = cell.rng.integers(1, 3)
    shifts = cell.rng.uniform(-1.4, 1.4, (n_dots, 1, 2))
    dots = (cell.poles + shifts).reshape(-1, 2)
    return cell.spots(dots, 1.2) * cell.cell + 0.1 * cell.cytoplasm


def mitotic_spindle(cell):
    """Draw the spindle of a cell in mitosis, and nothing in any other."""
    if cell.phase != METAPHASE:
        return np.zeros_like(cell.cell)
    spindle = cell.strokes(cell.fibres, 0.7)
    return np.maximum(spindle, cell.spots(cell.poles, 1.8)) * cell.cell


def cytokinetic_bridge(cell):
    """Draw the bridge between two daughters, and nothing in any other cell."""
    if cell.bridge is None:
        return np.zeros_like(cell.cell)
    width = max(1.1, 0.7 / cell.unit)  # never lost between two pixels
    return np.exp(-((cell.bridge / width) ** 2)) * cell.cell
