"""Deep networks as scikit-learn classifiers."""

from sklearn_protloc.classifiers._localization_classifier import LocalizationClassifier

__all__ = ["LocalizationClassifier"]
