"""Decoded images in one memory-mapped file."""

import contextlib
import io
import os

import joblib
import numpy as np
from rich.progress import track
from sklearn.utils import gen_batches

from sklearn_protloc.datasets._cache_journal import Journal
from sklearn_protloc.utils import as_path

try:
    import fcntl
except ImportError:  # Windows has no such locks
    fcntl = None

# What lies between two notes in the journal, and at most in memory.
_BLOCK_BYTES = 2**26


def cached_array(collection, path, *, n_jobs, progress):
    """Return the images of a collection mapped from a file, written if needed."""
    path = as_path(path)
    _check_cacheable(collection, path)
    journal = Journal(collection, path)
    if not path.exists():
        with _only_writer(journal.path):
            if not path.exists():  # else another process has just completed it
                _write(collection, path, journal, n_jobs, progress)
    if journal.n_done() < len(collection):
        raise ValueError(
            f"{path} exists, but {journal.path} does not tell what is in it. Delete "
            "the file, or choose another name."
        )
    return np.load(path, mmap_mode="r")


def _check_cacheable(collection, path):
    if path.suffix != ".npy":
        raise ValueError(f"Expected the name of a cache to end in .npy, got {path}.")
    if not path.parent.is_dir():
        raise ValueError(
            f"The folder of the cache, {path.parent}, does not exist. Create it, or "
            "choose another."
        )
    if not len(collection):
        raise ValueError("The collection holds no images to cache.")
    if collection.dtype not in (np.uint8, np.uint16):
        raise ValueError(
            f"A cache holds uint8 or uint16 pixels, got {collection.dtype}. Cache the "
            "images as the microscope wrote them, and convert them when they are read."
        )


def _write(collection, path, journal, n_jobs, progress):
    """Decode what is missing, in blocks: first the pixels, then the note of them."""
    partial = path.with_name(path.name + ".part")
    header = _npy_header(collection)
    row_bytes = collection.dtype.itemsize * int(np.prod(collection.shape[1:]))
    n_written = 0
    if partial.exists():
        n_written = max(0, (partial.stat().st_size - len(header)) // row_bytes)
    n_done = min(n_written, journal.n_done()) if n_written else 0
    if n_done == 0:
        partial.write_bytes(header)
    rows = range(n_done, len(collection))
    blocks = list(gen_batches(len(rows), max(1, _BLOCK_BYTES // row_bytes)))
    read = joblib.delayed(collection.__getitem__)
    with (
        open(partial, "r+b") as pixels,
        joblib.Parallel(n_jobs, backend="threading") as parallel,
    ):
        pixels.seek(len(header) + n_done * row_bytes)
        journal.keep(n_done)
        for block in track(blocks, "Decoding", disable=not progress):
            stamps = [journal.stamp(i) for i in rows[block]]  # not newer than the read
            for image in parallel(read(i) for i in rows[block]):
                pixels.write(np.ascontiguousarray(image))
            pixels.flush()
            os.fsync(pixels.fileno())
            journal.append(stamps)
    os.replace(partial, path)


def _npy_header(collection):
    header = io.BytesIO()
    np.lib.format.write_array_header_2_0(
        header,
        {
            "descr": np.lib.format.dtype_to_descr(collection.dtype),
            "fortran_order": False,
            "shape": collection.shape,
        },
    )
    return header.getvalue()


@contextlib.contextmanager
def _only_writer(path):
    """Hold a lock that ends with the process, however it ends."""
    with open(path, "ab") as file:
        if fcntl is not None:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise RuntimeError(
                    f"Another process is writing this cache (it holds {path}). Wait "
                    "until it is done and call cache again."
                ) from error
        yield
