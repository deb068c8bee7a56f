"""numpydoc's checks over every public object."""

import importlib
import inspect

import pytest
from numpydoc.validate import validate

from tests.test_public_api import ROOMS, public_names

# Code of numpydoc's check: why it is not asked for.
IGNORED = {
    "ES01": "a summary line that says it all needs no extended summary",
    "SA01": "See Also is for names that readers confuse or need next",
    "EX01": "methods are shown at work in the example of their class",
    "RT02": "a single return value is named, as scikit-learn does",
}


def documented_objects():
    """Yield the address of every public class, method and function."""
    for room in ROOMS:
        for name in public_names(room):
            address = f"sklearn_protloc.{room}.{name}"
            thing = getattr(importlib.import_module(f"sklearn_protloc.{room}"), name)
            if not callable(thing):
                continue
            yield address
            if inspect.isclass(thing):
                yield from (f"{address}.{m}" for m in own_methods(thing))


def own_methods(cls):
    """Yield the public methods and properties that a class defines itself."""
    for name, member in vars(cls).items():
        if not name.startswith("_") and (
            callable(member) or isinstance(member, property)
        ):
            yield name


ADDRESSES = list(documented_objects())


@pytest.mark.parametrize("address", ADDRESSES)
def test_docstring(address):
    errors = validate(address)["errors"]
    assert [(c, text) for c, text in errors if c not in IGNORED] == []


@pytest.mark.parametrize("address", [a for a in ADDRESSES if a.count(".") == 2])
def test_classes_and_functions_carry_an_example(address):
    errors = dict(validate(address)["errors"])
    assert "EX01" not in errors, errors["EX01"]
