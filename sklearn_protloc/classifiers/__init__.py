"""Deep networks as scikit-learn classifiers, and ensembles."""

from sklearn_protloc.classifiers._ensembles._cross_fit import CrossFitClassifier
from sklearn_protloc.classifiers._ensembles._greedy import GreedyEnsembleClassifier
from sklearn_protloc.classifiers._ensembles._soft_voting import SoftVotingClassifier
from sklearn_protloc.classifiers._ensembles._stacking import (
    MultiLabelStackingClassifier,
)
from sklearn_protloc.classifiers._localization_classifier import LocalizationClassifier
from sklearn_protloc.classifiers._lr_range_test import lr_range_test
from sklearn_protloc.classifiers._recipes import get_recipe_names

__all__ = [
    "CrossFitClassifier",
    "GreedyEnsembleClassifier",
    "LocalizationClassifier",
    "MultiLabelStackingClassifier",
    "SoftVotingClassifier",
    "get_recipe_names",
    "lr_range_test",
]
