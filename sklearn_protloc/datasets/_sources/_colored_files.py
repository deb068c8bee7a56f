"""Samples in files that show their stains in colour."""

import functools

import cv2
import numpy as np

from sklearn_protloc.datasets._sources._decode import decode
from sklearn_protloc.datasets._sources._files import split_paths
from sklearn_protloc.datasets._sources._grey_files import GreyFiles
from sklearn_protloc.datasets._sources._unfit import unfit

# Planes of an image as OpenCV decodes it.
PLANES = {"blue": 0, "green": 1, "red": 2}
# For a file of one stain: whatever its colour, the brightest plane of a pixel is its
# signal. A single colour is one plane, yellow and grey are several equal ones, and the
# usual weights of red, green and blue would leave a ninth of a blue stain.
BRIGHTEST = 3


class ColoredFiles(GreyFiles):
    """A file and a plane of it per channel; a grey file is its own brightest plane.

    An entry tells the names of the files and, below "plane", one of `PLANES` for a
    file that holds several stains, else `BRIGHTEST`.
    """

    @classmethod
    def open(cls, paths, planes):
        """Return the source and the entries of a table of existing files."""
        folder, files = split_paths(paths)
        entries = np.empty(files.shape, [("file", files.dtype), ("plane", np.uint8)])
        entries["file"] = files
        entries["plane"] = planes
        return cls(folder), entries

    def paths(self, entry):
        """Return the names of the files of a sample as they were given."""
        return super().paths(entry["file"])

    def stamp(self, entry):
        """Tell the names, sizes and times of change of the files, and the planes."""
        return repr((super().stamp(entry), entry["plane"].tolist()))

    def _channels(self, entry):
        paths = self.paths(entry)
        composites = {}  # decoded once for all of their channels
        for path, plane in zip(paths, entry["plane"], strict=True):
            pixels = composites[path] if path in composites else decode(path)
            if paths.count(path) > 1:
                composites[path] = pixels
            yield path, _plane_of(pixels, plane, path)


def _plane_of(pixels, plane, path):
    """Return one plane of an image, or the brightest of every pixel."""
    if plane == BRIGHTEST:
        planes = [pixels] if pixels.ndim == 2 else cv2.split(pixels)[:3]  # no alpha
        return functools.reduce(cv2.max, planes)
    if pixels.ndim == 2:
        raise unfit(
            "colour",
            f"{path} is grey, but its name says that its colours are several stains. "
            "Rename the file if it holds one stain only.",
        )
    return cv2.extractChannel(pixels, int(plane))
