"""Opening a model file."""

import os
import re
from importlib.metadata import version

from sklearn_protloc.persistence._allowed import Allowed
from sklearn_protloc.persistence._archive import ArchiveReader, parse_json
from sklearn_protloc.persistence._codec import Decoder
from sklearn_protloc.persistence._errors import ModelFileError
from sklearn_protloc.persistence._kinds import KINDS
from sklearn_protloc.utils import as_path

__all__ = ["load_model"]

_VERSION = re.compile(r"[0-9][0-9A-Za-z.+]{0,30}")


def load_model(path, *, trusted=()):
    """Open a model that :func:`save_model` wrote.

    Nothing in the file is run: only classes of this library, scikit-learn,
    imbalanced-learn, torch and skorch that are on a list are built, and those that you
    trust. Predictions on a CPU are those of the saved model, bit for bit, with the same
    versions of the libraries.

    Parameters
    ----------
    path : str or path-like
        The file.
    trusted : list of classes and functions, default=()
        Your own that the file names, by their names: networks, losses, augmenters,
        samplers or metrics. Their code is run.

    Returns
    -------
    model : object
        What was saved, with its networks on the CPU; they predict on a GPU where
        `device` says so. Folders to write to, `checkpoint_dir` of classifiers and
        `memory` of pipelines, are None.

    Raises
    ------
    ModelFileError
        If the file is damaged, not a model, of a newer format, or holds what is not on
        the list; a kind of ValueError.
    OSError
        If the file is not there or cannot be read.

    See Also
    --------
    save_model : Writes the file.

    Notes
    -----
    Weights are read only once their sizes are seen to be those of the network, so that
    opening takes about twice the memory of the file, and no more than some 400 MB for
    settings.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_protloc.persistence import load_model, save_model
    >>> from sklearn_protloc.preprocessing import Resize
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(Resize(64), Path(folder) / "resize.protloc")
    ...     load_model(Path(folder) / "resize.protloc")
    Resize(image_size=64)
    """
    allowed = Allowed(trusted)
    path = as_path(path)
    if not path.exists():
        raise FileNotFoundError(f"There is no model file {path}.")
    if path.is_dir():
        raise ModelFileError(f"{path} cannot be opened as a model: it is a folder.")
    with open(path, "rb") as file:
        try:
            return _read(file, allowed)
        except ImportError:
            raise
        # Whatever building raises, the file is at fault: it says what to build.
        except Exception as error:
            raise ModelFileError(
                f"{os.fspath(path)} cannot be opened as a model: {_why(error)}."
            ) from error


def _read(file, allowed):
    archive = ArchiveReader(file)
    try:
        config = parse_json(archive.read("config.json"))
        model = Decoder(KINDS, allowed, archive).model(config)
        archive.check_all_read()
    except ImportError:
        raise
    except Exception as error:
        why = f"{_why(error)}{_written_by(archive.manifest)}"
        raise ModelFileError(why) from error
    return model


def _why(error):
    known = isinstance(error, ModelFileError)
    return str(error) if known else f"{type(error).__name__}: {error}"


def _written_by(manifest):
    """Tell which version of the library says that it wrote the file, if another."""
    versions = manifest.get("versions")
    came = versions.get("sklearn-protloc") if isinstance(versions, dict) else None
    here = version("sklearn-protloc")
    if came == here or not isinstance(came, str) or not _VERSION.fullmatch(came):
        return ""
    return f". sklearn-protloc {came} wrote it, which may open it; this is {here}"
