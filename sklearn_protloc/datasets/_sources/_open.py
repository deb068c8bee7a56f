"""From what a user has to a source and its entries, one per sample."""

import os
from pathlib import Path

import numpy as np

from sklearn_protloc.datasets._sources._array_rows import ArrayRows
from sklearn_protloc.datasets._sources._colored_files import BRIGHTEST, ColoredFiles
from sklearn_protloc.datasets._sources._files import check_paths
from sklearn_protloc.datasets._sources._grey_files import GreyFiles
from sklearn_protloc.datasets._sources._multichannel_files import (
    MultichannelFiles,
    check_axes,
)
from sklearn_protloc.utils import check_image_data, import_or_raise

_EXPECTED_ARRAY = (
    "Expected a .npy file or the folder of a zarr array. Image files such as TIFF and "
    "PNG are opened by ImageCollection(paths), ImageCollection.from_table or "
    "ImageCollection.from_folder."
)


def open_files(paths, axes, colored, *, must_exist=True):
    """Return the source and the entries of a table of file names."""
    if axes is None and colored:
        return ColoredFiles.open(check_paths(paths, must_exist), BRIGHTEST)
    if axes is None:
        return GreyFiles.open(check_paths(paths, must_exist))
    check_axes(axes)
    if colored:
        raise ValueError(
            f"Expected either colored=True or axes, got both (axes={axes!r}): a file "
            "shows one stain in colour, or holds all channels of a sample."
        )
    table = np.array(paths, dtype=object)
    table = check_paths(table[:, np.newaxis] if table.ndim == 1 else table, must_exist)
    if table.shape[1] > 1:
        raise ValueError(
            f"Expected one file per sample with axes={axes!r}, got {table.shape[1]} "
            "columns of files. Leave axes out if every file is one grey channel."
        )
    return MultichannelFiles.open(table, axes=axes)


def open_array(array, *, ensure_all_finite=True):
    """Return the source and the row numbers of an array, or of the path of one."""
    if isinstance(array, str | os.PathLike):
        array = _open_store(Path(array))
    array = check_image_data(array, ensure_all_finite=ensure_all_finite)
    n_samples = array.shape[0]  # zarr has no len()
    rows = np.arange(n_samples, dtype=np.min_scalar_type(n_samples))
    return ArrayRows(array), rows


def _open_store(path):
    """Open a .npy file or a zarr array without reading its pixels."""
    if not path.exists():
        raise ValueError(f"Array not found: {path} does not exist.")
    if path.suffix == ".npy":
        return _map_npy(path)
    if path.is_file():
        raise ValueError(f"{path} is not an array. {_EXPECTED_ARRAY}")
    zarr = import_or_raise("zarr", f"Opening {path}", extra="zarr")
    try:
        opened = zarr.open(path, mode="r")
    except Exception as error:  # zarr has errors of many types
        raise ValueError(f"{path} is not a zarr array. {_EXPECTED_ARRAY}") from error
    if isinstance(opened, zarr.Group):
        arrays = sorted(name for name, _ in opened.arrays())
        raise ValueError(
            f"{path} is a zarr group, expected an array. Pass the path of one of the "
            f"arrays in it: {', '.join(arrays) or 'there are none'}."
        )
    return opened


def _map_npy(path):
    try:
        return np.load(path, mmap_mode="r")
    except (ValueError, EOFError) as error:
        raise ValueError(
            f"{path} is not a readable array of numbers: it may be damaged."
        ) from error
