"""Deep networks as scikit-learn classifiers."""

from sklearn_protloc.classifiers._localization_classifier import LocalizationClassifier
from sklearn_protloc.classifiers._lr_range_test import lr_range_test
from sklearn_protloc.classifiers._recipes import get_recipe_names
from sklearn_protloc.classifiers._soft_voting import SoftVotingClassifier

__all__ = [
    "LocalizationClassifier",
    "SoftVotingClassifier",
    "get_recipe_names",
    "lr_range_test",
]
