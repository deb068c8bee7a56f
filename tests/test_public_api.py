"""Every public name has one address, and a place in the documentation."""

import ast
import importlib
import pkgutil
import re
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "sklearn_protloc"
ROOMS = [m.name for m in pkgutil.iter_modules([str(PACKAGE)]) if m.name[0] != "_"]


def public_names(room):
    return importlib.import_module(f"sklearn_protloc.{room}").__all__


def names_bound(tree):
    """Yield the names that a module defines or imports at its top level."""
    for node in tree.body:
        if isinstance(node, ast.ImportFrom | ast.Import):
            yield from (alias.asname or alias.name for alias in node.names)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Assign):
            yield from (t.id for t in node.targets if isinstance(t, ast.Name))


def test_there_are_rooms():
    assert {"classifiers", "datasets", "model_selection", "networks"} <= set(ROOMS)


@pytest.mark.parametrize("room", ROOMS)
def test_all_lists_the_public_names_of_the_room_sorted(room):
    names = public_names(room)
    assert all(isinstance(name, str) for name in names)
    assert names == sorted(names)
    if (PACKAGE / room).is_dir():
        tree = ast.parse((PACKAGE / room / "__init__.py").read_text())
        bound = [name for name in names_bound(tree) if not name.startswith("_")]
        assert sorted(bound) == names


@pytest.mark.parametrize("room", ROOMS)
def test_files_of_a_room_are_private(room):
    files = (PACKAGE / room).glob("*.py")
    assert [path.name for path in files if not path.name.startswith("_")] == []


def test_every_name_has_one_address():
    times = Counter(name for room in ROOMS for name in public_names(room))
    assert [name for name, n in times.items() if n > 1] == []


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_stands_in_the_reference(room):
    reference = (ROOT / "docs" / "api.rst").read_text()
    listed = re.findall(rf"^ +{room}\.(\w+)$", reference, re.MULTILINE)
    assert sorted(listed) == public_names(room)


def test_the_reference_lists_nothing_else():
    reference = (ROOT / "docs" / "api.rst").read_text()
    listed = re.findall(r"^ +(\w+)\.\w+$", reference, re.MULTILINE)
    assert set(listed) == set(ROOMS)


def test_the_package_tells_its_version():
    import sklearn_protloc

    assert sklearn_protloc.__all__ == ["__version__"]
    assert re.match(r"\d+\.\d+", sklearn_protloc.__version__)
