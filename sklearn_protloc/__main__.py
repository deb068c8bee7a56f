"""Run the `protloc` command as ``python -m sklearn_protloc``."""

import sys

from sklearn_protloc._cli import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
