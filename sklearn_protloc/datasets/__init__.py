"""Image collections, loaders of the Human Protein Atlas, and synthetic cells."""

from sklearn_protloc.datasets._cells import make_cells
from sklearn_protloc.datasets._locations import HPA_LOCATIONS

__all__ = ["HPA_LOCATIONS", "make_cells"]
