"""Numbers, containers and names."""

import functools
import math
import os
import pathlib
import types

import numpy as np
import torch
from sklearn.utils import Bunch

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["PLAIN"]

_SCALARS = {np.dtype(code).name: np.dtype(code).type for code in "?bBhHiIlLefdU"}
_SCALARS |= {
    "longlong": np.longlong,
    "ulonglong": np.ulonglong,
}  # of their own on Linux
_PARTS = ("real", "imag")  # of complex numbers
# Those of which no number of JSON tells all.
_ARRAY_SCALARS = (
    np.complex64 | np.complex128 | np.datetime64 | np.timedelta64 | np.bytes_
)


def _is(*types):
    return lambda value, encoder: type(value) in types


def _encode_list(value, encoder):
    return [encoder.named(item, f"[{i}]") for i, item in enumerate(value)]


def _items(value, encoder):
    return {"items": _encode_list(value, encoder)}


def _decode_items(cls):
    return lambda node, decoder: cls(decoder.value(field(node, "items", list)))


def _has_names(value, encoder):
    return type(value) in (dict, Bunch) and all(type(key) is str for key in value)


def _encode_names(value, encoder):
    return {
        "bunch": type(value) is Bunch,
        "items": {k: encoder.named(v, f"[{k!r}]") for k, v in value.items()},
    }


def _decode_names(node, decoder):
    items = field(node, "items", dict)
    cls = Bunch if field(node, "bunch", bool) else dict
    # not cls(**items), as a name may be "self"
    built = cls()
    built.update({name: decoder.value(item) for name, item in items.items()})
    return built


def _encode_dict(value, encoder):
    return {"items": [_encode_list(pair, encoder) for pair in value.items()]}


def _encode_float(value, encoder):
    value = float(value)
    return value if math.isfinite(value) else {"value": repr(value)}


def _decode_float(node, decoder):
    text = field(node, "value", str)
    if text not in ("nan", "inf", "-inf"):
        raise ModelFileError(f"a number in it is {text!r}")
    return float(text)


def _is_scalar(value, encoder):
    return isinstance(value, np.generic) and type(value) in _SCALARS.values()


def _encode_scalar(value, encoder):
    name = next(n for n, scalar in _SCALARS.items() if type(value) is scalar)
    return {"dtype": name, "value": encoder.value(value.item())}


def _decode_scalar(node, decoder):
    dtype = field(node, "dtype", str)
    if dtype not in _SCALARS:
        raise ModelFileError(f"a number in it has the dtype {dtype!r}")
    return _SCALARS[dtype](decoder.value(field(node, "value", object)))


def _is_array_scalar(value, encoder):
    return isinstance(value, _ARRAY_SCALARS)


def _decode_array_scalar(node, decoder):
    array = decoder.value(field(node, "array", dict))
    if not isinstance(array, np.ndarray) or array.ndim:
        raise ModelFileError("a number in it is none")
    return array[()]


def _decode_complex(node, decoder):
    return complex(*(decoder.value(field(node, part, object)) for part in _PARTS))


def _is_named(value, encoder):
    named = isinstance(value, type | np.ufunc) or hasattr(value, "__qualname__")
    return named and encoder.allowed.name_of(value) is not None


def _is_code(value):
    functions = type | np.ufunc | types.FunctionType | functools.partial
    return isinstance(value, functions)


def _encode_partial(value, encoder):
    return {
        "function": encoder.named(value.func, ".func"),
        "args": encoder.named(value.args, ".args"),
        "options": encoder.named(value.keywords, ".keywords"),
    }


def _decode_partial(node, decoder):
    names = ("function", "args", "options")
    function, args, options = (decoder.value(field(node, n, dict)) for n in names)
    if not _is_code(function):
        raise ModelFileError(f"it holds options of {function!r}, which is no function")
    return functools.partial(function, *args, **options)


def _encode_ends(value, encoder):
    return {"ends": [encoder.value(e) for e in (value.start, value.stop, value.step)]}


def _decode_ends(cls):
    return lambda node, decoder: cls(*decoder.value(field(node, "ends", list)))


def _encode_path(value, encoder):
    return {"path": os.fspath(value)}


PLAIN = [
    Kind("list", _is(list), _encode_list, None),
    Kind("float", _is(float), _encode_float, _decode_float),
    Kind("names", _has_names, _encode_names, _decode_names),
    Kind("dict", _is(dict), _encode_dict, _decode_items(dict)),
    Kind("tuple", _is(tuple), _items, _decode_items(tuple)),
    Kind("set", _is(set), _items, _decode_items(set)),
    Kind("frozenset", _is(frozenset), _items, _decode_items(frozenset)),
    Kind("slice", _is(slice), _encode_ends, _decode_ends(slice)),
    Kind("range", _is(range), _encode_ends, _decode_ends(range)),
    Kind("scalar", _is_scalar, _encode_scalar, _decode_scalar),
    Kind(
        "array_scalar",
        _is_array_scalar,
        lambda value, encoder: {"array": encoder.value(np.asarray(value))},
        _decode_array_scalar,
    ),
    Kind(
        "complex",
        _is(complex),
        lambda value, encoder: {n: encoder.value(getattr(value, n)) for n in _PARTS},
        _decode_complex,
    ),
    Kind(
        "bytes",
        _is(bytes),
        lambda value, encoder: {"hex": value.hex()},
        lambda node, decoder: bytes.fromhex(field(node, "hex", str)),
    ),
    Kind(
        "path",
        lambda value, encoder: isinstance(value, pathlib.PurePath),
        _encode_path,
        lambda node, decoder: pathlib.Path(field(node, "path", str)),
    ),
    Kind(
        "dtype",
        lambda value, encoder: isinstance(value, np.dtype) and value.kind in "biuf",
        lambda value, encoder: {"dtype": value.str},
        lambda node, decoder: np.dtype(field(node, "dtype", str)),
    ),
    Kind(
        "device",
        _is(torch.device),
        lambda value, encoder: {"device": str(value)},
        lambda node, decoder: torch.device(field(node, "device", str)),
    ),
    Kind("partial", _is(functools.partial), _encode_partial, _decode_partial),
    Kind(
        "name",
        _is_named,
        lambda value, encoder: {"name": encoder.allowed.name_of(value)},
        lambda node, decoder: decoder.allowed.find(field(node, "name", str)),
    ),
]
