"""The `protloc` command: the roof of the house, which nothing imports."""

from sklearn_protloc._cli._main import main

__all__ = ["main"]
