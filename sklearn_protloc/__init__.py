"""Protein localization in fluorescence microscopy images for scikit-learn."""

from importlib.metadata import version

__all__ = ["__version__"]

__version__ = version("sklearn-protloc")
