"""The README's code runs as printed, and its commands are those of the check."""

import re
from pathlib import Path

import pytest

from sklearn_protloc._cli._parser import make_parser

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_python_blocks_run_one_after_the_other():
    names = {}
    for block in blocks("python"):
        exec(compile(block, "README.md", "exec"), names)
    assert names["best"].predict(names["cells"].data).shape == (60, 3)
    assert names["best"].thresholds_.shape == (3,)


@pytest.mark.parametrize("command", re.findall(r"^protloc .*$", README, re.MULTILINE))
def test_protloc_commands_can_be_read(command):
    make_parser().parse_args(command.split()[1:])


def test_check_runs_the_readme_commands():
    check = (ROOT / ".ci" / "run").read_text()
    commands = [c for block in blocks("console") for c in block.splitlines()]
    installs = [command for command in commands if command.startswith("pip")]
    assert len(installs) == 2
    for command in installs:
        assert re.search(rf"^run '{re.escape(command)}'$", check, re.MULTILINE)


def test_every_room_stands_in_the_table():
    rooms = {
        p.parent.name for p in (ROOT / "sklearn_protloc").glob("[!_]*/__init__.py")
    }
    assert set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE)) == rooms
