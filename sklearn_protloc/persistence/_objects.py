"""Estimators, and other objects that are a class and its attributes."""

import functools
import inspect

from sklearn.base import BaseEstimator
from sklearn.linear_model._stochastic_gradient import BaseSGD
from sklearn.metrics._scorer import _CurveScorer
from sklearn.model_selection._search import BaseSearchCV
from sklearn.tree._tree import Tree
from skorch.callbacks import EarlyStopping, PrintLog
from torch import nn

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["OBJECTS", "attributes_of", "check_names"]

# Of scikit-learn's callbacks, which hold threads and windows of the running program;
# and what each fit of SGDClassifier and TunedThresholdClassifierCV makes anew.
_LEFT_OUT = {
    "_callback_fit_ctx": object,
    "_parent_callback_ctx": object,
    "_skl_callbacks": object,
    "_skl_callbacks_to_teardown": object,
    "_loss_function_": BaseSGD,
    "_metadata_request": _CurveScorer,
}
# The one function that writes and that callbacks of skorch have for a default.
_PRINTING = (EarlyStopping, PrintLog)
# Places to write to when training goes on: whoever opens the file chooses theirs.
_FOLDERS = ("checkpoint_dir", "memory")
# What estimators call of others by its name in an attribute.
_METHODS = (
    "auto",
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
)
_METHOD_NAMES = (
    "_response_method",
    "chain_method",
    "chain_method_",
    "response_method",
    "stack_method",
    "stack_method_",
)


def _is_object(value, encoder):
    return encoder.allowed.builds(type(value))


def _encode_object(value, encoder):
    return {
        "class": encoder.allowed.name_of(type(value)),
        "state": attributes_of(_state_of(value, encoder), encoder),
    }


def _state_of(value, encoder):
    cls = type(value)
    plain = object.__reduce__, object.__reduce_ex__
    state = value.__getstate__()
    if (cls.__reduce__, cls.__reduce_ex__) != plain or not isinstance(
        state, dict | None
    ):
        raise encoder.refusal(value, f"{cls.__name__} is more than its attributes")
    if not encoder.allowed.trusts(cls):
        state = _without_folders(state or {})
        if _searched_folder(cls, state):
            raise encoder.refusal(value, f"it searches {_searched_folder(cls, state)}")
    return _kept(cls, state or {})


def _kept(cls, state):
    prints = issubclass(cls, _PRINTING)
    return {
        name: item
        for name, item in state.items()
        if not issubclass(cls, _LEFT_OUT.get(name, ()))
        and not (prints and name == "sink" and item is print)
    }


def _without_folders(state):
    return {n: None if _is_folder(n) else v for n, v in state.items()}


def _is_folder(name):
    return name.rpartition("__")[2] in _FOLDERS


def _searched_folder(cls, state):
    """Return a parameter of a search that is a folder to write to, if there is one."""
    if not issubclass(cls, BaseSearchCV):
        return None
    grids = [state.get("param_grid"), state.get("param_distributions")]
    flat = [g for grid in grids for g in (grid if isinstance(grid, list) else [grid])]
    names = [str(name) for grid in flat if isinstance(grid, dict) for name in grid]
    return next((name for name in names if _is_folder(name)), None)


def attributes_of(state, encoder):
    """Encode attributes, each at its place."""
    return {name: encoder.named(item, f".{name}") for name, item in state.items()}


def _decode_object(node, decoder):
    cls = decoder.allowed.find(field(node, "class", str))
    if not decoder.allowed.builds(cls) or issubclass(cls, nn.Module):
        raise ModelFileError(f"it holds an object of {cls!r}, which may only be named")
    state = {n: decoder.value(v) for n, v in field(node, "state", dict).items()}
    if not decoder.allowed.trusts(cls):
        check_names(cls, state)
        _check_calls(cls, state)
        state = _kept(cls, _without_folders(state))
        state = _with_parameters(cls, state)
    if issubclass(cls, _PRINTING):
        state.setdefault("sink", print)
    built = cls.__new__(cls)
    if hasattr(cls, "__setstate__"):
        built.__setstate__(state)
    else:
        vars(built).update(state)
    _check_tree(built)
    return built


def check_names(cls, state):
    """Refuse attributes that stand where a class has methods, or its own secrets."""
    for name in state:
        own = inspect.getattr_static(cls, name, cls)
        # methods that are there only sometimes are descriptors; a private text or None
        # may be what the class calls, or writes into a page as it is
        behaves = own is not cls and not isinstance(own, functools.cached_property)
        behaves &= (
            callable(own)
            or hasattr(own, "__get__")
            or (name.startswith("_") and isinstance(own, str | None))
        )
        if not name.isidentifier() or name.startswith("__") or behaves:
            raise ModelFileError(f"an object in it has an attribute {name!r}")


def _check_calls(cls, state):
    """Refuse names of methods other than those that predict, and searched folders."""
    for name in state.keys() & set(_METHOD_NAMES):
        named = state[name] if isinstance(state[name], list | tuple) else [state[name]]
        if not all(method is None or method in _METHODS for method in named):
            raise ModelFileError(f"an object in it calls a method {named!r}")
    if _searched_folder(cls, state):
        raise ModelFileError(f"it searches {_searched_folder(cls, state)!r}")


def _with_parameters(cls, state):
    """Add parameters that are newer than the file, and refuse those of newer files."""
    if not issubclass(cls, BaseEstimator) or not cls.__module__.startswith(
        "sklearn_protloc."
    ):
        return state
    signature = inspect.signature(cls).parameters
    unknown = [
        name
        for name in state
        if name not in signature and not name.startswith("_") and name[-1:] != "_"
    ]
    if unknown:
        raise ModelFileError(
            f"its {cls.__name__} has a parameter {unknown[0]!r}, which this version of "
            "sklearn-protloc does not know. Update sklearn-protloc"
        )
    missing = [name for name in signature if name not in state]
    if any(signature[n].default is inspect.Parameter.empty for n in missing):
        raise ModelFileError(f"its {cls.__name__} lacks the parameter {missing[0]!r}")
    return {**{name: signature[name].default for name in missing}, **state}


def _check_tree(built):
    """Refuse a tree that looks at features which its estimator does not check for."""
    tree = vars(built).get("tree_")
    if isinstance(tree, Tree) and tree.n_features != vars(built).get("n_features_in_"):
        raise ModelFileError("a tree in it does not fit its number of features")


OBJECTS = [
    Kind("object", _is_object, _encode_object, _decode_object, shared=True),
]
