"""The sections of a report, each made from an evaluation."""

from sklearn_protloc.reporting._sections._configuration import configuration_section
from sklearn_protloc.reporting._sections._data import data_section
from sklearn_protloc.reporting._sections._groups import groups_section
from sklearn_protloc.reporting._sections._images import images_section
from sklearn_protloc.reporting._sections._leakage import leakage_section
from sklearn_protloc.reporting._sections._scores import (
    calibration_section,
    confusion_section,
    labels_section,
    overall,
)

__all__ = [
    "calibration_section",
    "configuration_section",
    "confusion_section",
    "data_section",
    "groups_section",
    "images_section",
    "labels_section",
    "leakage_section",
    "overall",
]
