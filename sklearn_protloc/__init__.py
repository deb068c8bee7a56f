"""Protein localization in fluorescence microscopy images, as scikit-learn estimators."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("sklearn-protloc")
