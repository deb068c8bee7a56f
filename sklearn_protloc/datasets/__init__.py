"""Image collections, loaders of the Human Protein Atlas, and synthetic cells."""

from sklearn_protloc.datasets._as_sliceable import as_sliceable
from sklearn_protloc.datasets._cells import make_cells
from sklearn_protloc.datasets._hpa import load_hpa
from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._locations import HPA_LOCATIONS

__all__ = ["HPA_LOCATIONS", "ImageCollection", "as_sliceable", "load_hpa", "make_cells"]
