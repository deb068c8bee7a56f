"""Estimators, and other objects that are a class and its attributes."""

import inspect

from sklearn.base import BaseEstimator
from sklearn.tree._tree import Tree

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["OBJECTS", "attributes_of", "check_names"]

# Of scikit-learn's callbacks, which hold threads and windows of the running program.
_RUNNING = (
    "_callback_fit_ctx",
    "_parent_callback_ctx",
    "_skl_callbacks",
    "_skl_callbacks_to_teardown",
)


def _is_object(value, encoder):
    cls = type(value)
    return encoder.allowed.name_of(cls) is not None and not isinstance(value, type)


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
    return {n: v for n, v in (state or {}).items() if n not in _RUNNING}


def attributes_of(state, encoder):
    """Encode attributes, each at its place."""
    return {name: encoder.named(item, f".{name}") for name, item in state.items()}


def _decode_object(node, decoder):
    cls = decoder.allowed.find(field(node, "class", str))
    if not inspect.isclass(cls) or issubclass(cls, type | BaseException):
        raise ModelFileError(f"it holds an object of {cls!r}, which is no class")
    state = {n: decoder.value(v) for n, v in field(node, "state", dict).items()}
    if not decoder.allowed.trusts(cls):
        check_names(cls, state)
        state = _with_parameters(cls, state)
    built = cls.__new__(cls)
    if hasattr(cls, "__setstate__"):
        built.__setstate__(state)
    else:
        vars(built).update(state)
    _check_tree(built)
    return built


def check_names(cls, state):
    """Refuse attributes that stand where a class has methods."""
    for name in state:
        own = inspect.getattr_static(cls, name, None)
        behaves = callable(own) or isinstance(own, property | classmethod)
        if not name.isidentifier() or name.startswith("__") or behaves:
            raise ModelFileError(f"an object in it has an attribute {name!r}")


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
