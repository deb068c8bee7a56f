"""Samples in an array: in memory, memory-mapped, or a chunked store such as zarr."""

import hashlib
import mmap
import os

import numpy as np

from sklearn_protloc.datasets._sources._source import Source

# As much of a memory map is left in this process's account before it is let go.
_MAPPED_BYTES = 2**24


class ArrayRows(Source):
    """Rows of an array; an entry is a row number.

    Parameters
    ----------
    array : array-like of shape (n_samples, n_channels, height, width)
        Pixels, never copied.
    """

    def __init__(self, array):
        # Indexing a memory map takes ten times as long as indexing a view of it.
        is_map = isinstance(array, np.memmap)
        self.array = array.view(np.ndarray) if is_map else array
        self._n_mapped_bytes = 0
        # not of what may be changed through the map, which files tell late
        self.stamps_tell = bool(_file_of(array)) and _root_of(array).mode == "r"

    @property
    def kind(self):
        """The kind of array."""
        if _file_of(self.array):
            return f"memory map {os.path.basename(_file_of(self.array))}"
        if isinstance(self.array, np.ndarray):
            return "in memory"
        return f"{type(self.array).__module__.partition('.')[0]} array"

    def read(self, entry):
        """Return a view of the row, read-only; a copy where there are no views."""
        image = np.asarray(self.array[int(entry)]).view()
        image.flags.writeable = False
        self._let_go(image.nbytes)
        return image

    def _let_go(self, n_bytes):
        """Keep the pages of a memory map from adding up to the whole file.

        What was read stays in the cache of the operating system, and images still in
        use are mapped again when they are touched.
        """
        self._n_mapped_bytes += n_bytes
        if self._n_mapped_bytes > _MAPPED_BYTES:
            self._n_mapped_bytes = 0
            if _file_of(self.array) and hasattr(mmap, "MADV_DONTNEED"):
                _root_of(self.array).base.madvise(mmap.MADV_DONTNEED)

    def name(self, entry):
        """Return the number of the row."""
        return f"Row {entry} of the array"

    def stamp(self, entry):
        """Tell the file of a memory map, the name of a store, or what the row holds."""
        file = _file_of(self.array)
        if file:
            stat = os.stat(file)
            place = _layout(self.array)
            return repr((file, stat.st_size, stat.st_mtime_ns, place, int(entry)))
        if hasattr(self.array, "store_path"):  # zarr, whose chunks are many files
            return repr((str(self.array.store_path), int(entry)))
        row = np.ascontiguousarray(self.array[int(entry)])
        return hashlib.blake2b(row, digest_size=16).hexdigest()

    def __getstate__(self):
        """Leave the pixels of a memory map in its file."""
        if _file_of(self.array):
            return {"layout": _layout(self.array), "stamps_tell": self.stamps_tell}
        return {"array": self.array}

    def __setstate__(self, state):
        self._n_mapped_bytes = 0
        # arrays in memory may come as maps of files that joblib makes for a while
        self.stamps_tell = state.get("stamps_tell", False)
        if "layout" in state:
            self.array = _map_again(**state["layout"])
        else:
            self.array = state["array"]


def _root_of(array):
    """Return the memory map that an array is a view of, or None."""
    root = None
    while isinstance(array, np.ndarray):
        root = array if isinstance(array, np.memmap) else root
        array = array.base
    return root


def _file_of(array):
    """Return the name of the file that a memory map reads, or None."""
    root = _root_of(array)
    if root is None or root.filename is None or root.mode == "c":
        return None  # changes to a copy-on-write map are in memory only
    return str(root.filename)


def _layout(array):
    """Tell where in its file the pixels of a memory map lie."""
    root = _root_of(array)
    start = array.__array_interface__["data"][0] - root.__array_interface__["data"][0]
    return {
        "filename": _file_of(array),
        "offset": start + root.offset,
        "shape": array.shape,
        "strides": array.strides,
        "dtype": array.dtype.str,
    }


def _map_again(filename, offset, shape, strides, dtype):
    """Map a file into memory and return the pixels at the same place in it."""
    try:
        file = np.memmap(filename, np.uint8, mode="r")
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"The images were in the file {filename}, which is not there any more."
        ) from error
    return np.ndarray(shape, dtype, buffer=file, offset=offset, strides=strides)
