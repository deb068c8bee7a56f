"""What the model is, and what it was made with."""

import inspect
import platform
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_protloc.reporting._formats import count, seconds
from sklearn_protloc.reporting._inside import (
    inside,
    mean_epoch_seconds,
    n_parameters,
)
from sklearn_protloc.reporting._page import Section, Table, Text

__all__ = ["configuration_section", "readable"]

PACKAGES = (
    "sklearn-protloc",
    "scikit-learn",
    "skorch",
    "torch",
    "numpy",
    "pandas",
    "opencv-python-headless",
)
MOST_LETTERS = 200
# Steps of a pipeline and members of an ensemble; more are alike.
MOST_ESTIMATORS = 6


def configuration_section(e):
    """Return the section on parameters and versions."""
    # The net inside a classifier has its parameters from there.
    estimators = [
        part
        for part in inside(e.model)
        if isinstance(part, BaseEstimator)
        and (part is e.model or not hasattr(part, "module_"))
    ]
    shown = estimators[:MOST_ESTIMATORS]
    blocks = [block for part in shown for block in _parameters(part)]
    left = len(estimators) - len(shown)
    if left:
        blocks.append(Text(f"{left} more estimators inside are not listed."))
    blocks = [*_learnt(e.model), *blocks, _versions()]
    return Section("Configuration", "configuration", blocks)


def _learnt(model):
    """Return a table of what is known of the training of a network."""
    size = n_parameters(model)
    if size is None:
        return []
    rows = [["Parameters of networks", count(size)]]
    for title, name in (
        ("Epochs", "n_iter_"),
        ("Best epoch", "best_iter_"),
        ("Shape of training images", "image_shape_"),
    ):
        values = [getattr(part, name, None) for part in inside(model)]
        texts = dict.fromkeys(readable(v) for v in values if v is not None)
        if texts:
            rows.append([title, "; ".join(texts)])
    rows.append(["Seconds per epoch", seconds(mean_epoch_seconds(model))])
    return [Table("What was trained", ["What", "Value"], rows)]


def _parameters(estimator):
    """Return what is known of the parameters of one estimator."""
    kind = type(estimator)
    defaults = {
        name: readable(parameter.default)
        for name, parameter in inspect.signature(kind.__init__).parameters.items()
    }
    params = estimator.get_params(deep=False)
    texts = {name: readable(value) for name, value in params.items()}
    changed = {name: text for name, text in texts.items() if defaults.get(name) != text}
    rest = [f"{name}={text}" for name, text in texts.items() if name not in changed]
    title = f"{kind.__name__} ({kind.__module__.split('._')[0]})"
    blocks = []
    if changed:
        rows = [list(item) for item in changed.items()]
        blocks.append(Table(f"{title}: what was set", ["Parameter", "Value"], rows))
    if rest:
        blocks.append(Text(f"{title}, at their defaults: {', '.join(rest)}."))
    return blocks


def readable(value):
    """Return a parameter as a short text without addresses of memory."""
    if isinstance(value, dict):
        items = ", ".join(f"{readable(k)}: {readable(v)}" for k, v in value.items())
        text = f"{{{items}}}"
    elif isinstance(value, list | tuple):
        text = f"({', '.join(map(readable, value))})"
    elif isinstance(value, BaseEstimator) and hasattr(value, "fit"):
        text = type(value).__name__  # has a table of its own
    elif isinstance(value, np.ndarray) and value.size > 30:
        text = f"array of shape {value.shape}"
    elif isinstance(value, str):
        text = repr(value)
    elif callable(value) and hasattr(value, "__name__"):
        text = value.__name__
    elif type(value).__repr__ is object.__repr__:
        text = f"{type(value).__name__} object"
    else:
        text = " ".join(repr(value).split())
    return text if len(text) <= MOST_LETTERS else f"{text[:MOST_LETTERS]} ..."


def _versions():
    """Return the table of what this runs on."""
    rows = [["Python", platform.python_version()]]
    for name in PACKAGES:
        try:
            rows.append([name, version(name)])
        except PackageNotFoundError:  # another build under another name
            rows.append([name, "unknown"])
    return Table("Versions that made this report", ["Package", "Version"], rows)
