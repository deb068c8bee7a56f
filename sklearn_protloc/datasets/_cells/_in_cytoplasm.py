"""Drawing rules of the compartments of the cytoplasm.

Each rule takes a `CellGeometry` and returns an image of about 0 (no protein) to 1.
"""

import numpy as np

from sklearn_protloc.datasets._cells._brushes import walk


def cytosol(cell):
    """Fill the cytoplasm, brighter where the cell is thick, next to the nucleus."""
    thickness = np.clip(cell.edge_gap / 14, 0, 1) ** 0.7
    filled = cell.cytoplasm * cell.mottle(2.5, 0.18)
    return (filled + 0.25 * cell.nucleus) * thickness


def endoplasmic_reticulum(cell):
    """Fold a net around the nucleus that thins out towards the outline."""
    # Smooth noise is zero along closed curves; two sets of them cross into a net.
    ridge = np.minimum(np.abs(cell.texture(1.5)), np.abs(cell.texture(1.5)))
    net = np.exp(-((ridge / 0.25) ** 2))
    fade = np.exp(-np.maximum(cell.nuclear_gap, 0) / 8)
    return cell.cytoplasm * fade * (0.3 + 1.3 * net)


def golgi_apparatus(cell):
    """Stack a few short ribbons against one side of the nucleus."""
    n_ribbons = cell.rng.integers(5, 9)
    middle = cell.pole_angle + cell.rng.normal(0, 0.35, n_ribbons)
    span = cell.rng.uniform(0.1, 0.3, n_ribbons)
    angles = middle[:, None] + span[:, None] * np.linspace(-1, 1, 5)
    gap = cell.rng.uniform(1.5, 5.0, (n_ribbons, 1)) + cell.rng.normal(
        0, 0.25, angles.shape
    )
    ribbons = cell.strokes(cell.around_nucleus(angles, gap), 1.4)
    return cell.blur(ribbons, 0.4) * cell.cytoplasm


def mitochondria(cell):
    """Scatter short bent rods in the cytoplasm, denser towards the nucleus."""
    density = np.exp(-np.abs(cell.nuclear_gap - 4) / 6) * (cell.nuclear_gap > 1.5)
    starts = cell.scatter(34, density * (cell.edge_gap > 3))
    n_rods = len(starts)
    rods = walk(
        starts,
        cell.rng.uniform(0, 2 * np.pi, n_rods),
        bend=cell.rng.normal(0, 0.2, n_rods),
        step=cell.rng.uniform(0.7, 1.6, n_rods),
        n_steps=4,
    )
    return cell.strokes(rods, 1.0) * cell.cytoplasm


def peroxisomes(cell):
    """Scatter many small equal dots through the whole cytoplasm."""
    return _dots(cell, 50, 0.6 * _cytoplasm(cell), 0.8, 0.8)


def endosomes(cell):
    """Scatter dots of medium and mixed size, more of them towards the outline."""
    density = _cytoplasm(cell) * np.exp(-np.maximum(cell.edge_gap - 3, 0) / 5)
    return _dots(cell, 22, density, 0.7, 1.5)


def lysosomes(cell):
    """Crowd large dots next to the nucleus, on the side of the centrosome."""
    x, y = cell.poles[0].tolist()
    off_pole = np.hypot(cell.x - x, cell.y - y)
    density = _cytoplasm(cell) * np.exp(-((off_pole / 9) ** 2))
    return _dots(cell, 12, density, 1.2, 2.1, cell.poles[0], 14)


def vesicles(cell):
    """Scatter dots of any size anywhere in the cytoplasm."""
    return _dots(cell, 32, 0.8 * _cytoplasm(cell), 0.7, 1.6)


def lipid_droplets(cell):
    """Draw clusters of small rings: the coats of droplets that stay dark inside."""
    clusters = np.clip(cell.texture(4), 0, 2) / 2
    centres = cell.scatter(18, _cytoplasm(cell) * (0.1 + clusters))
    radii = cell.rng.uniform(0.9, 2.3, len(centres))
    return cell.rings(centres, radii, 0.55) * cell.cytoplasm


def aggresome(cell):
    """Pile up one large lump beside the nucleus."""
    middle = cell.around_nucleus(cell.pole_angle, np.array(4.0))
    lumps = middle + cell.rng.normal(0, 1.2, (9, 2))
    heap = cell.spots([middle], 2.6, power=4)
    heap = np.maximum(heap, cell.spots(lumps, cell.rng.uniform(1, 1.7, 9), power=4))
    return heap * cell.cytoplasm * cell.mottle(1.2, 0.1)


def cytoplasmic_bodies(cell):
    """Place a few sharp round spots anywhere in the cytoplasm."""
    n_bodies = cell.rng.integers(5, 10)
    centres = cell.scatter(n_bodies, 0.9 * _cytoplasm(cell))
    radii = cell.rng.uniform(1.1, 1.5, len(centres))
    return cell.spots(centres, radii, power=6) * cell.cytoplasm


def rods_and_rings(cell):
    """Lay a few long thick rods, and large rings between them."""
    far_inside = _cytoplasm(cell) & (cell.edge_gap > 5)
    starts = cell.scatter(3, far_inside)
    n_rods = len(starts)
    rods = walk(
        starts,
        cell.rng.uniform(0, 2 * np.pi, n_rods),
        bend=cell.rng.normal(0, 0.06, n_rods),
        step=np.full(n_rods, 1.8),
        n_steps=4,
    )
    centres = cell.scatter(2, far_inside)
    radii = cell.rng.uniform(2.2, 3.2, len(centres))
    drawn = np.maximum(cell.strokes(rods, 1.1), cell.rings(centres, radii, 1.0))
    return drawn * cell.cytoplasm


def _cytoplasm(cell):
    """Return where the middle of a small body may lie."""
    return (cell.edge_gap > 2) & (cell.nuclear_gap > 1.5)


def _dots(cell, n_dots, density, smallest, largest, middle=(0, 0), reach=32):
    """Scatter round dots in the cytoplasm."""
    centres = cell.scatter(n_dots, density, middle, reach)
    radii = cell.rng.uniform(smallest, largest, len(centres))
    return cell.spots(centres, radii) * cell.cytoplasm
