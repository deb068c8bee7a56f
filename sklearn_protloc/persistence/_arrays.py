"""Arrays, tables and random states."""

import io
import math

import numpy as np
import pandas as pd

from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["ARRAYS", "read_array"]

_KINDS = "biufcSUmM"
_GENERATORS = ("MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64")


def _is_array(value, encoder):
    return type(value) in (np.ndarray, np.memmap) and value.dtype.kind in _KINDS


def _encode_array(value, encoder):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asarray(value), allow_pickle=False)
    return {"member": encoder.archive.add("arrays", "npy", file.getvalue())}


def _decode_array(node, decoder):
    return read_array(decoder.archive.read(field(node, "member", str)), _KINDS)


def read_array(content, kinds):
    """Return the array of a .npy file, once its size is seen to be what it claims."""
    file = io.BytesIO(content)
    version = np.lib.format.read_magic(file)
    if version != (1, 0):
        raise ModelFileError(f"an array in it has the version {version}")
    shape, fortran, dtype = np.lib.format.read_array_header_1_0(file)
    if dtype.kind not in kinds or dtype.hasobject:
        raise ModelFileError(f"an array in it has the dtype {dtype}")
    if math.prod(shape) * dtype.itemsize != len(content) - file.tell():
        raise ModelFileError(f"an array in it has not the size that {shape} takes")
    if dtype.itemsize == 0 or min(shape, default=0) < 0:
        raise ModelFileError("an array in it has no size")
    flat = np.frombuffer(content, dtype, offset=file.tell())
    return flat.copy().reshape(shape, order="F" if fortran else "C")


def _is_object_array(value, encoder):
    return type(value) is np.ndarray and value.dtype == object


def _encode_objects(value, encoder):
    return {"shape": list(value.shape), "items": encoder.value(value.ravel().tolist())}


def _decode_objects(node, decoder):
    shape = tuple(field(node, "shape", list))
    items = decoder.value(field(node, "items", list))
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)


def _encode_masked(value, encoder):
    return {
        "data": encoder.value(value.data),
        "mask": encoder.value(np.ma.getmaskarray(value)),
        "fill": encoder.value(value.fill_value),
    }


def _decode_masked(node, decoder):
    data, mask = (decoder.value(field(node, name, dict)) for name in ("data", "mask"))
    if not isinstance(data, np.ndarray):
        raise ModelFileError("a masked array in it has no array")
    return np.ma.MaskedArray(
        data, mask, fill_value=decoder.value(field(node, "fill", object))
    )


def _encode_column(value, encoder):
    """Encode a column or an index."""
    if isinstance(value, pd.RangeIndex):
        return encoder.value(range(value.start, value.stop, value.step))
    if isinstance(value.dtype, np.dtype) and value.dtype.kind in _KINDS:
        return encoder.value(value.to_numpy())
    if value.dtype == object or isinstance(value.dtype, pd.StringDtype):
        return {"dtype": str(value.dtype), "values": encoder.value(value.tolist())}
    raise encoder.refusal(value, f"a table has a column of the dtype {value.dtype}")


def _decode_column(node, decoder):
    if isinstance(node, dict) and "values" in node:
        dtype = field(node, "dtype", str)
        if dtype not in ("object", "str", "string"):
            raise ModelFileError(f"a column in it has the dtype {dtype!r}")
        return pd.array(decoder.value(field(node, "values", list)), dtype=dtype)
    return decoder.value(node)


def _encode_frame(value, encoder):
    if isinstance(value.columns, pd.MultiIndex) or isinstance(
        value.index, pd.MultiIndex
    ):
        raise encoder.refusal(value, "a table has names in several levels")
    return {
        "index": _encode_column(value.index, encoder),
        "index_name": encoder.value(value.index.name),
        "names": _encode_column(value.columns, encoder),
        "names_name": encoder.value(value.columns.name),
        "columns": [
            _encode_column(value.iloc[:, i], encoder) for i in range(value.shape[1])
        ],
    }


def _decode_index(node, field_name, decoder):
    column = _decode_column(field(node, field_name, dict), decoder)
    # early files of format 1 have no names of indices
    return pd.Index(column, name=decoder.value(node.get(f"{field_name}_name")))


def _decode_frame(node, decoder):
    index, names = (_decode_index(node, name, decoder) for name in ("index", "names"))
    columns = [_decode_column(c, decoder) for c in field(node, "columns", list)]
    for column in columns:
        if not hasattr(column, "dtype") or len(column) != len(index):
            raise ModelFileError("a table in it has columns that do not fit")
    frame = pd.DataFrame(dict(enumerate(columns)), index=index)
    frame.columns = names
    return frame


def _encode_series(value, encoder):
    if isinstance(value.index, pd.MultiIndex):
        raise encoder.refusal(value, "a column has names in several levels")
    return {
        "index": _encode_column(value.index, encoder),
        "index_name": encoder.value(value.index.name),
        "column": _encode_column(value, encoder),
        "name": encoder.value(value.name),
    }


def _decode_series(node, decoder):
    index = _decode_index(node, "index", decoder)
    column = _decode_column(field(node, "column", dict), decoder)
    if not hasattr(column, "dtype") or len(column) != len(index):
        raise ModelFileError("a column in it does not fit its index")
    return pd.Series(column, index, name=decoder.value(node.get("name")))


def _encode_state(value, encoder):
    return {"state": encoder.value(value.get_state(legacy=False))}


def _decode_state(node, decoder):
    state = np.random.RandomState(0)
    state.set_state(decoder.value(field(node, "state", dict)))
    return state


def _encode_generator(value, encoder):
    return {"state": encoder.value(value.bit_generator.state)}


def _decode_generator(node, decoder):
    state = decoder.value(field(node, "state", dict))
    if not isinstance(state, dict) or state.get("bit_generator") not in _GENERATORS:
        raise ModelFileError("a random generator in it is unknown")
    bits = getattr(np.random, state["bit_generator"])(0)
    bits.state = state
    return np.random.Generator(bits)


def _of(cls):
    return lambda value, encoder: type(value) is cls


ARRAYS = [
    Kind("array", _is_array, _encode_array, _decode_array, shared=True),
    Kind("objects", _is_object_array, _encode_objects, _decode_objects, shared=True),
    Kind("masked", _of(np.ma.MaskedArray), _encode_masked, _decode_masked, shared=True),
    Kind("table", _of(pd.DataFrame), _encode_frame, _decode_frame, shared=True),
    Kind("series", _of(pd.Series), _encode_series, _decode_series, shared=True),
    Kind(
        "random_state",
        _of(np.random.RandomState),
        _encode_state,
        _decode_state,
        shared=True,
    ),
    Kind(
        "generator",
        _of(np.random.Generator),
        _encode_generator,
        _decode_generator,
        shared=True,
    ),
]
