"""Targets as a network sees them: one 0/1 column per output."""

import re
import sys
import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import check_classification_targets

from sklearn_protloc.utils import as_single_column, check_indicator

_LIBRARIES = ("sklearn.", "sklearn_protloc.", "imblearn.", "joblib.")


@dataclass(frozen=True)
class EncodedTarget:
    """A target read once in `fit`.

    `kind` is "multilabel", "binary" or "multiclass"; `indicator` has one float32
    column per network output (one column for binary targets); `column` is a target
    of one column as it came.
    """

    kind: str
    indicator: np.ndarray
    classes: np.ndarray
    label_names: np.ndarray
    column: np.ndarray | None = None


def encode_target(y):
    """Read an indicator matrix, or a column of two or more classes."""
    if y is None:
        raise ValueError(
            "LocalizationClassifier requires y to be passed, but the target y is None."
        )
    column = as_single_column(y, warn=True)
    if column is None:
        indicator, names = check_indicator(y)
        if indicator.shape[1] == 0:
            raise ValueError("Expected y with a column per label, got 0 columns.")
        classes = np.arange(indicator.shape[1])
        return EncodedTarget("multilabel", indicator.astype(np.float32), classes, names)
    return _encode_classes(column)


def _encode_classes(y):
    infinite = y.dtype.kind == "f" and np.isinf(y).any()
    if infinite or pd.isna(y).any():
        raise ValueError("Input y contains NaN or infinity; drop those rows.")
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"y holds one class only ({classes.tolist()}): at least two are needed."
        )
    names = np.asarray([str(c) for c in classes], dtype=object)
    _warn_of_lists(names)
    if len(classes) == 2:
        indicator = codes[:, np.newaxis]
    else:
        indicator = codes[:, np.newaxis] == np.arange(len(classes))
    kind = "binary" if len(classes) == 2 else "multiclass"
    return EncodedTarget(kind, indicator.astype(np.float32), classes, names, y)


def _warn_of_lists(names):
    """Warn of texts that list labels, each of which would be a class of its own."""
    lists = [name for name in names if re.search(r"[;|]|\d[ ,]+\d", name)]
    if lists:
        warnings.warn(
            f"y is one column of classes, and {lists[0]!r} is taken for one of them. "
            "If it lists several labels, split the texts and use "
            "sklearn.preprocessing.MultiLabelBinarizer, or let load_hpa or "
            "load_image_table read the table.",
            UserWarning,
            stacklevel=level_of_user(),
        )


def warn_of_absent_labels(target):
    """Tell which labels the network cannot learn."""
    if target.kind != "multilabel":
        return
    absent = target.label_names[~target.indicator.any(axis=0)]
    if len(absent):
        warnings.warn(
            f"No training image has the label(s) {', '.join(absent)}: the network "
            "learns that they never occur.",
            UserWarning,
            stacklevel=level_of_user(),
        )


def level_of_user():
    """Count the calls up to the line outside the libraries that fit one another."""
    frame, level = sys._getframe(1), 1
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(_LIBRARIES):
        frame, level = frame.f_back, level + 1
    return level
