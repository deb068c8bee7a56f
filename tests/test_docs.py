"""The user guide runs as printed, and points at what exists."""

import doctest
import importlib
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").glob("*.rst")) + sorted(
    (ROOT / "docs" / "user_guide").glob("*.rst")
)
SOURCES = [*PAGES, *sorted((ROOT / "sklearn_protloc").rglob("*.py"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_of_a_page_run(page):
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(str(page), module_relative=False, optionflags=flags)
    assert result.failed == 0


def test_pages_of_the_guide_stand_in_its_contents():
    guide = ROOT / "docs" / "user_guide"
    contents = re.findall(r"^   (\w+)$", (guide / "index.rst").read_text(), re.M)
    assert sorted(contents) == sorted(
        p.stem for p in guide.glob("*.rst") if p.stem != "index"
    )


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(ROOT)))
def test_references_to_this_package_lead_somewhere(path):
    for address in re.findall(r":\w+:`~?(sklearn_protloc[\w.]+)`", path.read_text()):
        _, room, *names = address.split(".")
        thing = importlib.import_module(f"sklearn_protloc.{room}")
        for name in names:
            assert hasattr(thing, name), f"{address} is not there"
            thing = getattr(thing, name)
