"""Image collections, loaders of the Human Protein Atlas, and synthetic cells."""

from sklearn_protloc.datasets._as_lazy import as_lazy
from sklearn_protloc.datasets._as_rows import as_rows
from sklearn_protloc.datasets._as_sliceable import as_sliceable
from sklearn_protloc.datasets._cells._make_cells import make_cells
from sklearn_protloc.datasets._check_images import check_images
from sklearn_protloc.datasets._cyto2017 import load_cyto2017
from sklearn_protloc.datasets._hpa import load_hpa
from sklearn_protloc.datasets._hpa_fetch import fetch_hpa
from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._image_table import load_image_table
from sklearn_protloc.datasets._locations import CYTO2017_LOCATIONS, HPA_LOCATIONS

__all__ = [
    "CYTO2017_LOCATIONS",
    "HPA_LOCATIONS",
    "ImageCollection",
    "as_lazy",
    "as_rows",
    "as_sliceable",
    "check_images",
    "fetch_hpa",
    "load_cyto2017",
    "load_hpa",
    "load_image_table",
    "make_cells",
]
