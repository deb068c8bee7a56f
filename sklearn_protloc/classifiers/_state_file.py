"""Files that hold the state of a training: data only, whole or not there."""

import hashlib
import io
import pickle
from collections import Counter, OrderedDict
from pathlib import Path

import numpy as np
import torch

from sklearn_protloc.utils import replacing

__all__ = ["DamagedFileError", "pack", "read_state", "unpack", "write_state"]

_MAGIC = b"sklearn-protloc training 1\n"
_ARRAY, _COUNTER = "numpy array", "counter"
_PLAIN = (bool, int, float, str, bytes, type(None))
_DIGEST_BYTES = 32


class DamagedFileError(ValueError):
    """The file is not as it was written."""


def write_state(path, state):
    """Write a state, so that the file is the old or the new one at every moment.

    Parameters
    ----------
    path : pathlib.Path
        Where to; its folder exists.
    state : dict
        Packed by `pack`.

    Raises
    ------
    OSError
        If it cannot be written; the old file is there still.
    """
    buffer = io.BytesIO()
    torch.save(state, buffer)
    payload = buffer.getbuffer()
    try:
        with replacing(path) as file:
            file.write(_MAGIC + _digest(payload))
            file.write(payload)
    except OSError as error:
        raise OSError(
            f"The state of the training could not be written to {path}: "
            f"{error.strerror or error}. Free space there, or give another folder as "
            "checkpoint_dir; what was written before is kept, and the same fit goes "
            "on from it."
        ) from error


def read_state(path):
    """Read a state; tensors come to the CPU, and no code is run.

    Parameters
    ----------
    path : pathlib.Path
        What `write_state` wrote.

    Returns
    -------
    state : dict
        As it was written.

    Raises
    ------
    DamagedFileError
        If the file is not as it was written.
    """
    content = Path(path).read_bytes()
    start = len(_MAGIC) + _DIGEST_BYTES
    payload = memoryview(content)[start:]
    if content[:start] != _MAGIC + _digest(payload):
        raise DamagedFileError(f"{path} is damaged.")
    try:
        return torch.load(io.BytesIO(payload), map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError) as error:
        raise DamagedFileError(f"{path} cannot be read: {error}") from error


def _digest(payload):
    return hashlib.blake2b(payload, digest_size=_DIGEST_BYTES).digest()


def pack(value):
    """Turn a value into what torch reads back without running code.

    Raises
    ------
    TypeError
        With the name of the type of what is neither number, text, array nor tensor, nor
        a list, tuple or dict of these.
    """
    if isinstance(value, np.bool | np.number):
        return value.item()
    if isinstance(value, torch.Tensor):
        return value.detach()
    if isinstance(value, np.ndarray):
        return {_ARRAY: torch.from_numpy(value.copy())}
    if type(value) in _PLAIN:
        return value
    if type(value) is Counter:
        return {_COUNTER: dict(value)}
    if type(value) in (list, tuple):
        return type(value)(pack(item) for item in value)
    if type(value) in (dict, OrderedDict):
        return {pack(key): pack(item) for key, item in value.items()}
    raise TypeError(type(value).__name__)


def unpack(value):
    """Turn what `pack` made back into what it was made of."""
    if type(value) is dict and value.keys() == {_ARRAY}:
        return value[_ARRAY].numpy()
    if type(value) is dict and value.keys() == {_COUNTER}:
        return Counter(value[_COUNTER])
    if type(value) is dict:
        return {key: unpack(item) for key, item in value.items()}
    if type(value) in (list, tuple):
        return type(value)(unpack(item) for item in value)
    return value
