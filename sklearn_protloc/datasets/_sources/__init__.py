"""Where the images of a collection come from: one kind of place per file."""

from sklearn_protloc.datasets._sources._colored_files import (
    BRIGHTEST,
    PLANES,
    ColoredFiles,
)
from sklearn_protloc.datasets._sources._masked_channels import MaskedChannels
from sklearn_protloc.datasets._sources._open import open_array, open_files
from sklearn_protloc.datasets._sources._samples import Samples

__all__ = [
    "BRIGHTEST",
    "PLANES",
    "ColoredFiles",
    "MaskedChannels",
    "Samples",
    "open_array",
    "open_files",
]
