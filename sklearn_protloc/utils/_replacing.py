"""Output files that are whole or not there."""

import contextlib
import os
import uuid

from sklearn_protloc.utils._paths import as_path

__all__ = ["replacing"]


@contextlib.contextmanager
def replacing(path):
    """Give a file to write, which takes the place of `path` once all went well.

    It is opened at once, so that a folder that cannot be written to is known before
    hours of training. After an error `path` is as it was; after a loss of power it is
    the old file or the new one, whole. A process that is killed amid writing leaves a
    file ``.protloc-*.part`` beside it.

    Parameters
    ----------
    path : str or path object
        The file to write.

    Yields
    ------
    file : binary file
        What to write to.

    Raises
    ------
    ValueError
        If `path` is a folder or device, or in no folder.
    OSError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_protloc.utils import replacing
    >>> path = Path(tempfile.mkdtemp()) / "labels.txt"
    >>> with replacing(path) as file:
    ...     _ = file.write(b"Nucleus")
    >>> path.read_text()
    'Nucleus'
    """
    path = as_path(path).resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        raise ValueError(f"Expected a file to write, got a folder or device: {path}.")
    if not path.parent.is_dir():
        raise ValueError(f"Folder of the output not found: {path.parent}.")
    partial = path.with_name(f".protloc-{uuid.uuid4().hex}.part")
    try:
        with open(partial, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(partial, path)
        _sync_folder(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def _sync_folder(folder):
    """Write down the new name, where the system has a way to."""
    if hasattr(os, "O_DIRECTORY"):
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
