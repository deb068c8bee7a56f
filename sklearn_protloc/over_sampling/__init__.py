"""Resampling of data with several labels per sample, in the manner of imblearn."""

from sklearn_protloc.over_sampling._class_aware_sampler import ClassAwareSampler
from sklearn_protloc.over_sampling._imbalance import imbalance_report
from sklearn_protloc.over_sampling._mlsmote import MLSMOTE
from sklearn_protloc.over_sampling._random_samplers import (
    LPRandomOverSampler,
    MLRandomOverSampler,
    MLRandomUnderSampler,
)
from sklearn_protloc.over_sampling._rare_label_over_sampler import RareLabelOverSampler
from sklearn_protloc.over_sampling._remedial import REMEDIAL

__all__ = [  # noqa: RUF022 - in capitals, yet no constants
    "ClassAwareSampler",
    "LPRandomOverSampler",
    "MLRandomOverSampler",
    "MLRandomUnderSampler",
    "MLSMOTE",
    "REMEDIAL",
    "RareLabelOverSampler",
    "imbalance_report",
]
