"""The floors of the house and the walls between libraries, read from the imports."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "sklearn_protloc"
ROOF = 4
FLOORS = {
    "utils": 0,
    "networks": 1,
    "losses": 1,
    "augmentation": 1,
    "metrics": 1,
    "datasets": 1,
    "classifiers": 2,
    "over_sampling": 2,
    "model_selection": 2,
    "preprocessing": 2,
    "plotting": 2,
    "persistence": 3,
    "reporting": 3,
    "_cli": ROOF,
    "__main__": ROOF + 1,
    "__init__": ROOF + 1,
}
# Rooms that may import a library, and those that may inside functions only. The roof
# may import everything.
LIBRARIES = {
    "torch": ({"networks", "losses", "classifiers", "persistence"}, {"augmentation"}),
    "skorch": ({"classifiers", "persistence"}, set()),
    "imblearn": ({"over_sampling"}, set()),
    "matplotlib": (set(), {"plotting"}),
}
FILES = sorted(PACKAGE.rglob("*.py"))


def room_of(path):
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports_of(source):
    """List (module or name imported, relative level, whether inside a function)."""
    tree = ast.parse(source)
    functions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    inside = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, functions)
        for node in ast.walk(function)
    }
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [(alias.name, 0, id(node) in inside) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [node.module] if node.module else []
            if node.module == "sklearn_protloc":
                names = [f"sklearn_protloc.{alias.name}" for alias in node.names]
            found += [(name, node.level, id(node) in inside) for name in names or [""]]
    return found


def broken_rules(room, source):
    """List what the imports of a file in a room do against the rules."""
    broken = []
    for name, level, in_function in imports_of(source):
        library, *rest = name.split(".")
        if level:
            broken.append(f"relative import of {name or '.'}")
        elif library == "sklearn_protloc":
            other = rest[0] if rest and not rest[0].startswith("__version") else room
            if other != room and FLOORS[other] >= FLOORS[room]:
                broken.append(f"{room} imports {other}, which is not below it")
        elif library in LIBRARIES and FLOORS[room] < ROOF:
            anywhere, in_functions = LIBRARIES[library]
            if room not in anywhere and not (in_function and room in in_functions):
                broken.append(f"{room} imports {library}")
    return broken


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(PACKAGE)))
def test_imports_keep_to_floors_and_walls(path):
    assert broken_rules(room_of(path), path.read_text()) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("utils", "from sklearn_protloc.networks import GapNetPL"),
        ("datasets", "from sklearn_protloc import networks"),
        ("networks", "import sklearn_protloc.losses"),
        ("classifiers", "from sklearn_protloc._cli import main"),
        ("networks", "from . import losses"),
        ("networks", "from ._gapnet_pl import GapNetPL"),
        ("utils", "def f():\n    from sklearn_protloc.datasets import load_hpa"),
        ("datasets", "def f():\n    import torch.nn"),
        ("augmentation", "import torch"),
        ("model_selection", "from torch import nn"),
        ("networks", "from skorch import NeuralNet"),
        ("classifiers", "import imblearn.pipeline"),
        ("plotting", "import matplotlib.pyplot as plt"),
        ("metrics", "def f():\n    import matplotlib"),
    ],
)
def test_rules_are_seen_to_be_broken(room, source):
    assert len(broken_rules(room, source)) == 1


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("classifiers", "from sklearn_protloc import __version__"),
        ("classifiers", "from sklearn_protloc.networks import GapNetPL"),
        ("networks", "from sklearn_protloc.networks._gapnet_pl import GapNetPL"),
        ("augmentation", "def f():\n    import torch"),
        ("plotting", "class A:\n    def plot(self):\n        import matplotlib"),
        ("_cli", "import torch, skorch"),
    ],
)
def test_what_is_allowed_is_let_through(room, source):
    assert broken_rules(room, source) == []


WITHOUT_TORCH = {
    "augmentation",
    "datasets",
    "metrics",
    "model_selection",
    "over_sampling",
    "utils",
}


@pytest.mark.parametrize("room", sorted(WITHOUT_TORCH & set(map(room_of, FILES))))
def test_rooms_without_torch_do_not_import_it(room):
    code = (
        f"import sys, sklearn_protloc.{room}\n"
        "assert not {'torch', 'skorch', 'matplotlib'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
