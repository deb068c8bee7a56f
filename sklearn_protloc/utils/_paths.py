"""Paths in every form users write them."""

import os
from pathlib import Path

__all__ = ["as_path"]


def as_path(path, name="path"):
    """Return a path that a user gave.

    Parameters
    ----------
    path : str or path object
        Of a file or folder, which need not be there.
    name : str, default="path"
        What errors call it.

    Returns
    -------
    path : pathlib.Path
        The same place.

    Raises
    ------
    TypeError
        If it is no path.
    ValueError
        If no file can have this name.

    Examples
    --------
    >>> from sklearn_protloc.utils import as_path
    >>> as_path("images/1.tif").name
    '1.tif'
    """
    if not isinstance(path, str | os.PathLike):
        raise TypeError(
            f"Expected {name} as a str or path object, got {type(path).__name__}."
        )
    if str(path) == "" or "\0" in str(path):
        raise ValueError(
            f"Expected {name} as the name of a file or folder, got {path!r}."
        )
    return Path(path)
