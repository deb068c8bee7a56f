"""Folds, decision thresholds and calibration for multi-label targets."""

from sklearn_protloc.model_selection._calibrated_classifier import (
    MultiLabelCalibratedClassifier,
)
from sklearn_protloc.model_selection._dask_client import dask_client
from sklearn_protloc.model_selection._leakage import leakage_report
from sklearn_protloc.model_selection._splitters import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
)
from sklearn_protloc.model_selection._threshold_optimizer import (
    MultiLabelThresholdOptimizer,
)

__all__ = [
    "MultiLabelCalibratedClassifier",
    "MultiLabelThresholdOptimizer",
    "MultilabelStratifiedGroupKFold",
    "MultilabelStratifiedKFold",
    "MultilabelStratifiedShuffleSplit",
    "dask_client",
    "leakage_report",
]
