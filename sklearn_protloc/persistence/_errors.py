"""What is wrong with a model file."""

__all__ = ["ModelFileError"]


class ModelFileError(ValueError):
    """A model file that is damaged, foreign, or not to be opened.

    Raised by :func:`load_model` for any file that :func:`save_model` did not write just
    so. Nothing of such a file was run, and nothing of it is left in memory.

    See Also
    --------
    load_model : Opens model files.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_protloc.persistence import ModelFileError, load_model
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "notes.txt"
    ...     size = path.write_text("not a model")
    ...     try:
    ...         load_model(path)
    ...     except ModelFileError as error:
    ...         print(str(error).replace(str(path), "notes.txt"))
    notes.txt cannot be opened as a model: it is no zip file. ...
    """
