"""Folds and decision thresholds for multi-label targets."""

from sklearn_protloc.model_selection._split import MultilabelStratifiedKFold

__all__ = ["MultilabelStratifiedKFold"]
