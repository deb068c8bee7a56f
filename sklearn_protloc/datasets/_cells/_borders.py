"""Drawing rules of what lies at the outline of a cell.

Each rule takes a `CellGeometry` and returns an image of about 0 (no protein) to 1.
"""

import numpy as np


def plasma_membrane(cell):
    """Draw a ruffled rim along the outline, and a faint sheet over the cell."""
    rim = np.exp(-(((cell.edge_gap - 0.9) / 1.0) ** 2)) * cell.mottle(2.5, 0.3)
    return rim + 0.13 * cell.cell * cell.mottle(1.2, 0.3)


def cell_junctions(cell):
    """Draw a beaded band along the borders to neighbours only."""
    band = np.exp(-((cell.border_gap / 1.2) ** 2)) * cell.cell
    return band * cell.mottle(1.5, 0.35)


def focal_adhesion_sites(cell):
    """Place short streaks just inside the outline, most along the stress fibres."""
    angles = cell.rng.uniform(0, 2 * np.pi, 26)
    outwards = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    depth = cell.rng.uniform(1.8, 6.0, (26, 1))
    middles = outwards * (cell.outline.radius(angles)[:, None] - depth)
    # Of the two directions along the fibres, the one that points outwards.
    turn = cell.stress_angle + np.pi * (np.cos(angles - cell.stress_angle) < 0)
    heading = turn + 0.6 * np.sin(angles - turn) + cell.rng.normal(0, 0.15, 26)
    half = np.stack([np.cos(heading), np.sin(heading)], axis=1)
    half *= cell.rng.uniform(0.9, 2.0, (26, 1))
    return cell.strokes(np.stack([middles - half, middles + half], 1), 1.0) * cell.cell
