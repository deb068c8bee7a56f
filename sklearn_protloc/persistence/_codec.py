"""From objects to nodes of JSON and back.

A value in the file is null, true, false, a number, a string, a list, or a node: an
object whose "kind" tells what it stands for. Things with an identity, such as
estimators and arrays, stand in one list of nodes, each after those that it needs, and
are referred to by their place in it. So equal references stay equal, nothing can
contain itself, and building needs no recursion from one to the next.
"""

import reprlib
import sys
from collections.abc import Callable
from contextlib import contextmanager
from typing import NamedTuple

from sklearn_protloc.persistence._errors import ModelFileError

__all__ = ["Decoder", "Encoder", "Kind", "field"]

_MAX_DEPTH = 64  # of lists and dicts within each other
_NOT_OF_USERS = {"numpy", "pandas", "scipy", *sys.stdlib_module_names}
_AS_THEY_ARE = (type(None), bool, int, str)


class Kind(NamedTuple):
    """One kind of node.

    `fits(value, encoder)` tells whether a value is of the kind, `encode(value,
    encoder)` returns the fields of the node, `decode(node, decoder)` builds the value;
    `shared` is whether it has an identity to keep.
    """

    name: str
    fits: Callable
    encode: Callable
    decode: Callable
    shared: bool = False


class Encoder:
    """Turns objects into nodes, and writes what is large as members.

    Parameters
    ----------
    kinds : list of Kind
        The first that fits is taken.
    allowed : Allowed
        The classes and functions that may be named.
    archive : ArchiveWriter
        Where members go.
    """

    def __init__(self, kinds, allowed, archive):
        self._kinds = kinds
        self.allowed = allowed
        self.archive = archive
        self.objects = []
        self._known = {}  # id: place, and the object itself, whose id stays its own
        self._place = ["model"]

    def value(self, value):
        """Return the JSON of a value."""
        if type(value) in _AS_THEY_ARE:
            return value
        if id(value) in self._known:
            return self._referred(value)
        kind = next((k for k in self._kinds if k.fits(value, self)), None)
        if kind is None:
            raise self.refusal(value)
        node = kind.encode(value, self)
        if isinstance(node, dict):
            node = {"kind": kind.name, **node}
        if not kind.shared:
            return node
        self.objects.append(node)
        self._known[id(value)] = len(self.objects) - 1, value
        return self._referred(value)

    def _referred(self, value):
        return {"kind": "ref", "to": self._known[id(value)][0]}

    @contextmanager
    def inside(self, place):
        """Remember where in the model a value stands, for messages."""
        self._place.append(place)
        if len(self._place) > _MAX_DEPTH:
            raise ValueError(
                f"{''.join(self._place[:4])}... holds itself, or lists within lists "
                "without end: no file can hold that."
            )
        yield
        self._place.pop()

    def named(self, value, place):
        """Return the JSON of a value at a place such as ".augmenter"."""
        with self.inside(place):
            return self.value(value)

    def refusal(self, value, why=None):
        """Return the error of a value that cannot be saved."""
        cls = value if isinstance(value, type) else type(value)
        name = f"{cls.__module__}.{cls.__qualname__}"
        if not isinstance(value, type) and hasattr(value, "__qualname__"):
            name = f"{value.__module__}.{value.__qualname__}"
        if name.partition(".")[0] in _NOT_OF_USERS:
            kind = f" of the dtype {value.dtype}" if hasattr(value, "dtype") else ""
            why = why or f"no file can hold a {name}{kind}"
        why = why or (
            f"{name} is not part of the library, and a file holds no code. If it is "
            "yours, name it on both sides: save_model(model, path, trusted=["
            f"{name.rpartition('.')[2]}]) and load_model(path, trusted=...)"
        )
        return ValueError(f"Cannot save {''.join(self._place)}: {why}.")


class Decoder:
    """Builds objects of nodes.

    Parameters
    ----------
    kinds : list of Kind
        Those that there are.
    allowed : Allowed
        The classes and functions that may be named.
    archive : ArchiveReader
        Where members are.
    """

    def __init__(self, kinds, allowed, archive):
        self._kinds = {kind.name: kind for kind in kinds}
        self.allowed = allowed
        self.archive = archive
        self._built = []
        self._depth = 0

    def model(self, config):
        """Build all objects of a configuration, and return the outermost value."""
        for node in field(config, "objects", list):
            self._built.append(self.value(node))
        return self.value(field(config, "model", object))

    def value(self, value):
        """Build the value of JSON."""
        if not isinstance(value, dict | list):
            return value
        self._depth += 1
        if self._depth > _MAX_DEPTH:
            raise ModelFileError(f"it is nested more than {_MAX_DEPTH} deep")
        built = self._node(value)
        self._depth -= 1
        return built

    def _node(self, node):
        if isinstance(node, list):
            return [self.value(item) for item in node]
        name = field(node, "kind", str)
        if name == "ref":
            place = field(node, "to", int)
            if not 0 <= place < len(self._built):
                raise ModelFileError(f"it refers to an object {place} not there yet")
            return self._built[place]
        if name not in self._kinds:
            raise ModelFileError(f"it holds a {name!r}, which is unknown")
        return self._kinds[name].decode(node, self)


def field(node, name, kind):
    """Return a field of a node, which has to be there and of a type."""
    if not isinstance(node, dict) or name not in node:
        raise ModelFileError(f"a part of it lacks {name!r}")
    value = node[name]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ModelFileError(f"{name!r} in it is {reprlib.repr(value)}")
    return value
