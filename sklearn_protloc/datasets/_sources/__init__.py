"""Where the images of a collection come from: one kind of place per file."""

from sklearn_protloc.datasets._sources._open import open_array, open_files
from sklearn_protloc.datasets._sources._samples import Samples

__all__ = ["Samples", "open_array", "open_files"]
