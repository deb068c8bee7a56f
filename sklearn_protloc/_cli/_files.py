"""Output files that are whole or not there."""

import contextlib
import os
from pathlib import Path

__all__ = ["replacing"]


@contextlib.contextmanager
def replacing(path):
    """Give a file to write, which takes the place of `path` once all went well.

    It is opened at once, so that a folder that cannot be written to is known before
    hours of training. After an error `path` is as it was.
    """
    path = Path(path).resolve()  # a link stays a link
    if path.exists() and not path.is_file():
        raise ValueError(f"Expected a file to write, got a folder or device: {path}.")
    if not path.parent.is_dir():
        raise ValueError(f"Folder of the output not found: {path.parent}.")
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with open(partial, "wb") as file:
            yield file
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
