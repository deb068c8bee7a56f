"""Models beside each other, and one model in full."""

from sklearn_protloc.reporting._compare import compare
from sklearn_protloc.reporting._comparison import Comparison
from sklearn_protloc.reporting._report import report

__all__ = ["Comparison", "compare", "report"]
