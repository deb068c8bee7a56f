"""Image files whose names end in the colours of the stains they show."""

import os
import re
from pathlib import Path

import numpy as np

from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._sources import BRIGHTEST, PLANES, ColoredFiles
from sklearn_protloc.utils import as_path

COLORS = {"R": "red", "G": "green", "B": "blue", "Y": "yellow"}

_NAME = re.compile(
    r"(.+?)((?:_(?:red|green|blue|yellow))+)\.(?i:png|jpe?g|tiff?)", re.DOTALL
)


def colors_of(channels):
    """Return the colours of channels, given as letters of RGBY."""
    letters = list(channels) if isinstance(channels, str) else []
    if not letters or len(set(letters)) < len(letters) or set(letters) - set(COLORS):
        raise ValueError(
            "Expected channels as different letters of RGBY in the wanted order, such "
            f"as 'RGBY' or 'G', got {channels!r}."
        )
    return [COLORS[letter] for letter in letters]


class ColorFolder:
    """The image files of a folder by image and colour.

    Files lie in the folder, or one folder deeper if that is named by a number, as
    those of antibodies are; ``4109/24_H11_1_red.jpg`` belongs to the image
    ``4109_24_H11_1``.

    Parameters
    ----------
    folder : str or path object
        Where the files are.
    colors : list of str
        The wanted colours, in the order of the channels.
    """

    def __init__(self, folder, colors):
        self._folder = as_path(folder, "images_dir")
        if not self._folder.is_dir():
            raise ValueError(f"Folder of images not found: {folder}.")
        self._single = {color: {} for color in colors}
        self._composite = {color: {} for color in colors}
        for name in _names_in(self._folder):
            match = _NAME.fullmatch(name)
            if match:
                self._add(name, match[1].replace("/", "_", 1), match[2][1:].split("_"))
        self._found = set().union(*self._single.values(), *self._composite.values())
        if not self._found:
            raise ValueError(
                f"No images in {folder}: expected files named <Id>_{colors[0]}.png "
                "(or .jpg, .tif)."
            )

    def _add(self, name, image, colors):
        """Take a file that holds a wanted colour which can be told from others."""
        if len(colors) > 1 and "yellow" in colors:
            return  # yellow is red and green together
        files = self._single if len(colors) == 1 else self._composite
        for color in colors:
            other = files[color].setdefault(image, name) if color in files else name
            if other != name:
                raise ValueError(
                    f"Two files show {image} in {color}: {self._folder / other} and "
                    f"{self._folder / name}. Keep one of them."
                )

    def __contains__(self, image):
        return image in self._found

    def images(self):
        """Return the names of all images, sorted."""
        return np.array(sorted(self._found), dtype=object)

    def collect(self, names, ids, image_size):
        """Return the collection of the images of these names."""
        files = np.empty((len(names), len(self._single)), dtype=object)
        planes = np.empty(files.shape, np.uint8)
        for k, (color, single) in enumerate(self._single.items()):
            composite = self._composite[color]
            files[:, k] = [single.get(i) or composite.get(i) for i in names]
            plane = PLANES.get(color, BRIGHTEST)
            planes[:, k] = [BRIGHTEST if i in single else plane for i in names]
        missing = np.argwhere(np.equal(files, None))
        if len(missing):
            raise self._not_found(names[missing[0][0]], missing)
        opened = ColoredFiles.open(os.path.join(self._folder, "") + files, planes)
        return ImageCollection._of(opened, ids, image_size)

    def _not_found(self, image, missing):
        """Return the error for files that are missing, (row, channel) each."""
        colors = list(self._single)
        example = next(
            name
            for files in [*self._single.values(), *self._composite.values()]
            for name in files.values()
        )
        if "/" in example:
            image = image.replace("_", "/", 1)
        file = f"{image}_{colors[missing[0][1]]}{Path(example).suffix}"
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        return ValueError(
            f"Image file not found: {self._folder / file}{more}. Every image needs the "
            f"channels {', '.join(colors)}; pass channels=... for fewer."
        )


def _names_in(folder):
    """Yield the names of the files below a folder, with "/" as the separator."""
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_file():
                yield entry.name
            elif entry.name.isdecimal() and entry.is_dir():
                with os.scandir(entry.path) as deeper:
                    yield from (f"{entry.name}/{e.name}" for e in deeper if e.is_file())
