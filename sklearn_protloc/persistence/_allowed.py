"""Which classes and functions a model file may name.

A file holds names, never code: what is not found here is not built.
"""

import functools
import importlib
import inspect
from collections.abc import Iterable

import numpy as np
import skorch
import torch
from skorch import callbacks as skorch_callbacks
from torch import nn

from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["Allowed"]

# Their exported classes may be named; all is pure that these do without being fitted.
_ROOMS = (
    "augmentation",
    "classifiers",
    "losses",
    "metrics",
    "model_selection",
    "networks",
    "over_sampling",
    "preprocessing",
)
# Their exported functions too, which compute and no more. A file decides what they are
# called with, so that none of another room is: those train, read or write.
_PURE_ROOMS = ("augmentation", "metrics")
# What fitted models are made of without the rooms exporting it.
_OWN_INNER = {
    "sklearn_protloc.model_selection.FoldEnsemble": "_fold_ensemble",
    "sklearn_protloc.model_selection.LogisticMap": "_calibrators",
}
# Those that may be named, but of which no file holds an instance.
_ONLY_NAMES = (
    "builtins",
    "numpy",
    "skorch.dataset",
    "sklearn_protloc.networks",
    "torch.optim",
    "torch.optim.lr_scheduler",
    "torch.utils.data",
)
# Functions of sklearn.metrics that build or look up other ones.
_NO_METRICS = ("check_", "get_", "make_", "pairwise_")
# Those whose predictions read and write memory by indices of the file, without a look
# at them (boosting, neighbours, support vectors, clusters), are left out.
_UNCHECKED = ("GradientBoosting", "HistGradientBoosting")
_PARTS = {
    "imblearn": ("combine", "over_sampling", "pipeline", "under_sampling"),
    "sklearn": (
        "calibration",
        "compose",
        "decomposition",
        "discriminant_analysis",
        "dummy",
        "ensemble",
        "feature_selection",
        "frozen",
        "impute",
        "isotonic",
        "kernel_approximation",
        "linear_model",
        "metrics",
        "model_selection",
        "multiclass",
        "multioutput",
        "naive_bayes",
        "neural_network",
        "pipeline",
        "preprocessing",
        "random_projection",
        "tree",
    ),
}
# What the estimators of scikit-learn are made of without exporting it.
_INNER = (
    ("sklearn.calibration", "_CalibratedClassifier"),
    ("sklearn.calibration", "_SigmoidCalibration"),
    ("sklearn.metrics._scorer", "_CurveScorer"),
    ("sklearn.metrics._scorer", "_PassthroughScorer"),
    ("sklearn.metrics._scorer", "_Scorer"),
    ("sklearn.multiclass", "_ConstantPredictor"),
    ("sklearn.neural_network._stochastic_optimizers", "AdamOptimizer"),
    ("sklearn.neural_network._stochastic_optimizers", "SGDOptimizer"),
    ("skorch.utils", "freeze_parameter"),
    ("skorch.utils", "to_numpy"),
)
# None of those that read or write files when training goes on.
_CALLBACKS = (
    "EarlyStopping",
    "EpochScoring",
    "EpochTimer",
    "Freezer",
    "GradientNormClipping",
    "LRScheduler",
    "PrintLog",
    "ProgressBar",
)
_BUILTINS = (bool, float, int, object, str)


class Allowed:
    """The classes and functions of the libraries, and those that a user trusts.

    Parameters
    ----------
    trusted : iterable of classes and functions
        The user's own.
    """

    def __init__(self, trusted=()):
        self._trusted = {}
        if isinstance(trusted, str) or not isinstance(trusted, Iterable):
            raise TypeError(
                f"Expected trusted as a list of classes and functions, got {trusted!r}."
            )
        for thing in trusted:
            if not (inspect.isclass(thing) or inspect.isfunction(thing)):
                raise TypeError(
                    "Expected trusted as a list of classes and functions, got "
                    f"{thing!r} in it. Give the class itself, such as [MyNetwork]."
                )
            if thing.__name__ == "<lambda>":
                raise ValueError(
                    "Expected trusted functions to have a name, got a lambda: define "
                    "it with def."
                )
            self._trusted[thing.__qualname__] = thing

    def name_of(self, thing):
        """Return the name in a file of a class or function, None if it has none."""
        if thing in self._trusted.values():
            return f"{thing.__module__}.{thing.__qualname__}"
        if thing in _fixed().inverse:
            return _fixed().inverse[thing]
        module = getattr(thing, "__module__", None) or ""
        root, _, part = module.partition(".")
        room = f"{root}.{part.partition('.')[0]}"
        address = f"{room}.{getattr(thing, '__qualname__', '')}"
        return address if _find(address) is thing else None

    def find(self, address):
        """Return the class or function of a name, or refuse it."""
        if not isinstance(address, str):
            raise ModelFileError(f"a name is {address!r}")
        thing = _fixed().get(address) or _find(address)
        if thing is None:
            # by its own name alone: a class of a notebook moves into a module later
            own = [n for n in self._trusted if f".{address}".endswith(f".{n}")]
            thing = self._trusted[own[0]] if own else None
        if thing is None:
            name = address.rpartition(".")[2]
            raise ModelFileError(
                f"it holds {address!r}, which is not part of the library. If you know "
                "where the file comes from, give your own class or function by that "
                f"name: load_model(path, trusted=[{name}])"
            )
        return thing

    def builds(self, thing):
        """Whether a file may hold an instance, as it may of a class of the user's."""
        if not inspect.isclass(thing) or self.trusts(thing):
            return inspect.isclass(thing)
        name = self.name_of(thing)
        return name is not None and name.rpartition(".")[0] not in _ONLY_NAMES

    def trusts(self, thing):
        """Whether a class or function is one of the user's own."""
        return thing in self._trusted.values()


class _Fixed(dict):
    """Things by name, and names by thing."""

    @functools.cached_property
    def inverse(self):
        return {thing: name for name, thing in self.items()}


@functools.cache
def _fixed():
    """Return what is known by name beforehand."""
    optimizers = [
        thing
        for thing in vars(torch.optim).values()
        if inspect.isclass(thing) and issubclass(thing, torch.optim.Optimizer)
    ]
    schedules = [
        getattr(torch.optim.lr_scheduler, n) for n in torch.optim.lr_scheduler.__all__
    ]
    layers = [
        getattr(nn, name)
        for module in (nn.modules.loss, nn.modules.activation)
        for name in module.__all__
    ]
    groups = {
        "builtins": _BUILTINS,
        "numpy": {np.dtype(code).type for code in "?bBhHiIlLqQefdFD"},
        "torch.optim": optimizers,
        "torch.optim.lr_scheduler": schedules,
        "torch.nn": layers,
        "skorch.callbacks": [getattr(skorch_callbacks, n) for n in _CALLBACKS],
        "skorch.dataset": [skorch.dataset.Dataset],
        "torch.utils.data": [torch.utils.data.DataLoader],
    }
    known = {
        f"{module}.{thing.__name__}": thing
        for module, things in groups.items()
        for thing in things
    }
    known |= {f"numpy.{u.__name__}": u for u in vars(np).values() if _is_ufunc(u)}
    for module, name in _INNER:
        known[f"{module}.{name}"] = getattr(importlib.import_module(module), name)
    return _Fixed(known)


def _is_ufunc(thing):
    return isinstance(thing, np.ufunc) and getattr(np, thing.__name__, None) is thing


@functools.cache
def _find(address):
    """Return a class or function of this library or scikit-learn's, or None."""
    module, _, name = address.rpartition(".")
    root, _, part = module.partition(".")
    if part in _PARTS.get(root, ()):
        return _exported(importlib.import_module(module), name)
    if root == "sklearn_protloc" and part in _ROOMS:
        return _of_room(part, name)
    return None


def _exported(module, name):
    """Return an estimator, splitter or metric that a module exports, or None."""
    exported = getattr(module, "__all__", None) or dir(module)
    if name not in exported or name.startswith(("_", *_UNCHECKED)):
        return None
    thing = getattr(module, name)
    if inspect.isclass(thing):
        return thing if hasattr(thing, "fit") or hasattr(thing, "split") else None
    is_metric = module.__name__ == "sklearn.metrics" and inspect.isfunction(thing)
    return thing if is_metric and not name.startswith(_NO_METRICS) else None


def _of_room(room, name):
    """Return a class, or a function of a pure room, that a room exports, or None."""
    home = f"sklearn_protloc.{room}"
    if f"{home}.{name}" in _OWN_INNER:
        inner = _OWN_INNER[f"{home}.{name}"]
        return getattr(importlib.import_module(f"{home}.{inner}"), name)
    module = importlib.import_module(home)
    if name not in module.__all__:
        return None
    thing = getattr(module, name)
    is_pure = room in _PURE_ROOMS and inspect.isfunction(thing)
    return thing if inspect.isclass(thing) or is_pure else None
