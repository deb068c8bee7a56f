"""Drawing rules of the compartments of the nucleus.

Each rule takes a `CellGeometry` and returns an image of about 0 (no protein) to 1.
"""

import numpy as np


def nucleus(cell):
    """Fill the nucleus, nucleoli included."""
    return cell.nucleus * (1 - 0.3 * cell.nucleoli) * cell.mottle(1.0, 0.25)


def nucleoplasm(cell):
    """Fill the nucleus, leaving the nucleoli dim."""
    return cell.nucleus * (1 - 0.75 * cell.nucleoli) * cell.mottle(1.0, 0.25)


def nuclear_membrane(cell):
    """Draw a thin rim around the nucleus, and a faint nucleus inside it."""
    rim = np.exp(-((cell.nuclear_gap / 0.9) ** 2)) * cell.cell
    return rim * cell.mottle(1.5, 0.15) + 0.2 * cell.nucleus


def nucleoli(cell):
    """Fill the few round bodies in the nucleus."""
    return cell.nucleoli


def nucleoli_fibrillar_center(cell):
    """Dot the inside of the nucleoli, three to six times each, on a faint ground."""
    dots = [
        centre + cell.rng.normal(0, 0.09 * cell.nuclear_width, (n_dots, 2))
        for centre, n_dots in zip(
            cell.nucleolus_centres,
            cell.rng.integers(3, 7, len(cell.nucleolus_centres)),
            strict=True,
        )
    ]
    spots = cell.spots(np.concatenate(dots), 0.55, power=3)
    return (spots + 0.12 * cell.nucleoli) * cell.nucleus


def nuclear_speckles(cell):
    """Cover the nucleoplasm with many irregular islands."""
    islands = np.clip(2.2 * cell.texture(0.75) - 1.7, 0, 1)
    return cell.nucleus * (1 - 0.9 * cell.nucleoli) * (islands + 0.12)


def nuclear_bodies(cell):
    """Place a few sharp round spots in the nucleoplasm."""
    inside = (cell.nuclear_gap < -1.2) & (cell.nucleoli < 0.1)
    n_bodies = cell.rng.integers(3, 9)
    centres = cell.scatter(n_bodies, inside, cell.centre, 13)
    radii = cell.rng.uniform(0.6, 1.0, len(centres))
    return (cell.spots(centres, radii, power=4) + 0.06) * cell.nucleus
