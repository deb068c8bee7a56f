"""Names of many files, kept in few bytes."""

import os

import numpy as np

from sklearn_protloc.datasets._sources._source import Source


class Files(Source):
    """Samples in files; an entry is the names of its files below a common folder.

    Parameters
    ----------
    folder : str
        What all file names begin with, up to a separator.
    """

    def __init__(self, folder):
        self.folder = folder

    @classmethod
    def open(cls, paths, **options):
        """Return the source and the entries of a table of existing files."""
        folder, names = split_paths(paths)
        return cls(folder, **options), names

    def paths(self, entry):
        """Return the names of the files of a sample as they were given."""
        return [self.folder + os.fsdecode(name) for name in entry]

    def name(self, entry):
        """Return the name of the first file."""
        return self.paths(entry)[0]

    def stamp(self, entry):
        """Tell the names, sizes and times of change of the files."""
        facts = []
        for path in self.paths(entry):
            stat = os.stat(path)
            facts.append((os.path.abspath(path), stat.st_size, stat.st_mtime_ns))
        return repr(facts)


def check_paths(paths, must_exist=True):
    """Return file names as an object array of str, of existing files if need be."""
    try:
        table = np.array(paths, dtype=object)
        paths = np.array([os.fspath(path) for path in table.flat], dtype=object)
    except (TypeError, ValueError):  # not file names, or rows of different lengths
        table = np.empty(0)
    if table.ndim != 2 or not table.size:
        raise ValueError(
            "Expected paths as a table of file names of shape (n_samples, n_channels) "
            "with at least one sample, each row listing one file per channel."
        )
    missing = [path for path in paths if must_exist and not os.path.isfile(path)]
    if missing:
        more = f" (and {len(missing) - 1} more)" if len(missing) > 1 else ""
        raise ValueError(f"Image file not found: {missing[0]}{more}.")
    return paths.reshape(table.shape)


def split_paths(paths):
    """Return the folder that all paths share, and their names in it as bytes.

    One block of bytes is a quarter of Python's strings in size, and shared by worker
    processes instead of copied into each.
    """
    # Not commonpath, which would spell the names otherwise than the user did.
    folder = os.path.commonprefix(list(paths.flat))  # noqa: RUF071
    folder = folder[: folder.rfind(os.sep) + 1]
    names = [os.fsencode(path[len(folder) :]) for path in paths.flat]
    return folder, np.array(names).reshape(paths.shape)
