"""Where a protein glows: one drawing rule for each compartment of a synthetic cell.

Each rule takes a `CellGeometry` and returns an image of about 0 (no protein) to 1.
"""

import numpy as np


def nucleoplasm(cell):
    """Fill the nucleus, leaving the nucleoli dim."""
    grain = 1 + 0.25 * cell.texture(1.0)
    return cell.nucleus * (1 - 0.75 * cell.nucleoli) * grain


def nuclear_membrane(cell):
    """Draw a thin rim around the nucleus, and a faint nucleus inside it."""
    rim = np.exp(-((cell.nuclear_gap / 0.9) ** 2))
    return rim * (1 + 0.15 * cell.texture(1.5)) + 0.2 * cell.nucleus


def nucleoli(cell):
    """Fill the few round bodies in the nucleus."""
    return cell.nucleoli * cell.nucleus


def cytosol(cell):
    """Fill the cytoplasm, brighter where the cell is thick, next to the nucleus."""
    thickness = np.clip(cell.edge_gap / 14, 0, 1) ** 0.7
    return (cell.cytoplasm + 0.25 * cell.nucleus) * thickness * _mottle(cell, 2.5, 0.18)


def plasma_membrane(cell):
    """Draw a ruffled rim along the outline, and a faint sheet over the cell."""
    rim = np.exp(-(((cell.edge_gap - 0.6) / 1.0) ** 2)) * _mottle(cell, 2.5, 0.3)
    return rim + 0.15 * cell.cell * _mottle(cell, 1.2, 0.3)


def mitochondria(cell):
    """Scatter short bent rods in the cytoplasm, denser towards the nucleus."""
    density = np.exp(-np.abs(cell.nuclear_gap - 4) / 6) * (cell.nuclear_gap > 1.5)
    starts = cell.scatter(34, density * (cell.edge_gap > 3))
    n_rods = len(starts)
    heading = cell.rng.uniform(0, 2 * np.pi, n_rods)
    rods = _walk(
        starts,
        heading,
        bend=cell.rng.normal(0, 0.2, n_rods),
        step=cell.rng.uniform(0.7, 1.6, n_rods),
        n_steps=4,
    )
    return cell.strokes(rods, 1.0) * cell.cytoplasm


def golgi_apparatus(cell):
    """Stack a few short ribbons against one side of the nucleus."""
    n_ribbons = cell.rng.integers(5, 9)
    middle = cell.centrosome_angle + cell.rng.normal(0, 0.35, n_ribbons)
    span = cell.rng.uniform(0.1, 0.3, n_ribbons)
    angles = middle[:, None] + span[:, None] * np.linspace(-1, 1, 5)
    gap = cell.rng.uniform(1.5, 5.0, (n_ribbons, 1)) + cell.rng.normal(
        0, 0.25, angles.shape
    )
    return cell.blur(cell.strokes(cell.around_nucleus(angles, gap), 1.4), 0.4)


def centrosome(cell):
    """Place one or two small bright dots beside the nucleus."""
    n_dots = cell.rng.integers(1, 3)
    dots = cell.centrosome + cell.rng.uniform(-1.4, 1.4, (n_dots, 2))
    return cell.spots(dots, 1.2) + 0.1 * cell.cytoplasm


def microtubules(cell):
    """Let long curved fibres run from around the nucleus to the outline."""
    n_fibres = 40
    around = cell.rng.uniform(0, 2 * np.pi, n_fibres)
    starts = cell.around_nucleus(around, cell.rng.uniform(0, 4, n_fibres))
    # A third grow straight out of the centrosome.
    starts[::3] = cell.centrosome
    outwards = np.arctan2(*(starts - cell.centre).T[::-1])
    fibres = _walk(
        starts,
        outwards + cell.rng.normal(0, 1.0, n_fibres),
        bend=cell.rng.normal(0, 0.12, n_fibres),
        step=cell.rng.uniform(2.0, 4.0, n_fibres),
        n_steps=10,
    )
    return cell.strokes(fibres, 0.5) * cell.cell * (1 - 0.6 * cell.nucleus)


def actin_filaments(cell):
    """Span the cell with parallel straight bundles along one axis."""
    turn = cell.rng.uniform(0, np.pi)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-along[1], along[0]])
    offsets = np.linspace(-28, 28, 15) + cell.rng.normal(0, 0.7, 15)
    tilt = cell.rng.normal(0, 1.5, 15)
    ends = np.stack(
        [
            across * (offsets - tilt)[:, None] - 32 * along,
            across * (offsets + tilt)[:, None] + 32 * along,
        ],
        axis=1,
    )
    cortex = 0.5 * np.exp(-(((cell.edge_gap - 0.6) / 0.9) ** 2))
    return 0.9 * cell.strokes(ends, 0.8) * cell.cell + cortex


def endoplasmic_reticulum(cell):
    """Fold a net around the nucleus that thins out towards the outline."""
    # Smooth noise is zero along closed curves; two sets of them cross into a net.
    ridge = np.minimum(np.abs(cell.texture(1.5)), np.abs(cell.texture(1.5)))
    net = np.exp(-((ridge / 0.25) ** 2))
    fade = np.exp(-np.maximum(cell.nuclear_gap, 0) / 8)
    return cell.cytoplasm * fade * (0.3 + 1.3 * net)


def peroxisomes(cell):
    """Scatter small round dots through the whole cytoplasm."""
    inside = (cell.edge_gap > 2) & (cell.nuclear_gap > 1.5)
    return cell.spots(cell.scatter(45, 0.6 * inside), 0.9)


def _walk(starts, heading, *, bend, step, n_steps):
    """Return curves of `n_steps` steps whose heading turns steadily by `bend`."""
    angles = heading[:, None] + bend[:, None] * np.arange(n_steps)
    moves = np.stack([np.cos(angles), np.sin(angles)], axis=2) * step[:, None, None]
    path = starts[:, None] + np.cumsum(moves, axis=1)
    return np.concatenate([starts[:, None], path], axis=1)


def _mottle(cell, grain, strength):
    """Return an uneven brightness around 1."""
    return np.clip(1 + strength * cell.texture(grain), 0, None)
