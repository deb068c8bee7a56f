"""Writing a model to a file."""

import platform
import zipfile
from importlib.metadata import version

from sklearn_protloc.persistence._allowed import Allowed
from sklearn_protloc.persistence._archive import ArchiveWriter
from sklearn_protloc.persistence._codec import Encoder
from sklearn_protloc.persistence._kinds import KINDS
from sklearn_protloc.utils import replacing

__all__ = ["save_model", "write_model"]

_PACKAGES = ("sklearn-protloc", "scikit-learn", "skorch", "torch", "numpy")


def save_model(model, path, *, trusted=()):
    """Write a model to a file that runs no code when it is opened.

    The file is a zip of settings as JSON, weights of networks as safetensors and other
    arrays as .npy, with a checksum each. It takes the place of an older one only once
    it is complete. Models trained on a GPU are written for any computer.

    Parameters
    ----------
    model : estimator, or dict, list or tuple with estimators
        Fitted or not: classifiers, samplers and transformers of this library, and
        pipelines, searches, forests and linear models of scikit-learn and
        imbalanced-learn. A dict may hold numbers, strings and arrays too: what else a
        prediction needs to know.
    path : str or path-like
        The file to write.
    trusted : list of classes and functions, default=()
        Your own networks, losses, augmenters, samplers or metrics that the model uses.
        The file holds their names and attributes, not their code, so that
        :func:`load_model` needs them as well.

    Raises
    ------
    ValueError
        If the model holds what is neither part of a library nor trusted, if its network
        was rebuilt by hand, or if `path` is a folder or in no folder.
    OSError
        If the file cannot be written; what was there before stays.

    See Also
    --------
    load_model : Opens the file.
    export_onnx : The network alone, for other programs.

    Notes
    -----
    Gradient boosting, nearest neighbours, support vector machines and clusters of
    scikit-learn are refused: their predictions follow indices of the file without a
    look at them. Callbacks of scikit-learn, such as progress bars, are left out.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.networks import TinyNet
    >>> from sklearn_protloc.persistence import load_model, save_model
    >>> cells = make_cells(20, image_size=32, random_state=0)
    >>> model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    >>> model = model.fit(cells.data, cells.target)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save_model(model, Path(folder) / "cells.protloc")
    ...     again = load_model(Path(folder) / "cells.protloc")
    >>> bool((again.predict_proba(cells.data) == model.predict_proba(cells.data)).all())
    True
    """
    with replacing(path) as file:
        write_model(model, file, trusted)


def write_model(model, file, trusted=()):
    """Write a model to an open binary file."""
    versions = {name: version(name) for name in _PACKAGES}
    versions["python"] = platform.python_version()
    with zipfile.ZipFile(file, "w") as archive:
        writer = ArchiveWriter(archive, {"versions": versions})
        encoder = Encoder(KINDS, Allowed(trusted), writer)
        value = encoder.value(model)
        writer.finish({"objects": encoder.objects, "model": value})
