"""Splitters for multi-label targets."""

from sklearn_protloc.model_selection._splitters._checks import as_indicator
from sklearn_protloc.model_selection._splitters._group_k_fold import (
    MultilabelStratifiedGroupKFold,
)
from sklearn_protloc.model_selection._splitters._k_fold import MultilabelStratifiedKFold
from sklearn_protloc.model_selection._splitters._shuffle_split import (
    MultilabelStratifiedShuffleSplit,
)

__all__ = [
    "MultilabelStratifiedGroupKFold",
    "MultilabelStratifiedKFold",
    "MultilabelStratifiedShuffleSplit",
    "as_indicator",
]
