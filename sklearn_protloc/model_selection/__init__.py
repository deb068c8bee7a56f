"""Folds and decision thresholds for multi-label targets."""

from sklearn_protloc.model_selection._split import MultilabelStratifiedKFold
from sklearn_protloc.model_selection._threshold_optimizer import (
    MultiLabelThresholdOptimizer,
)

__all__ = ["MultiLabelThresholdOptimizer", "MultilabelStratifiedKFold"]
