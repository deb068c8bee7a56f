"""Targets as a network sees them: one 0/1 column per output."""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import column_or_1d

from sklearn_protloc.utils import check_indicator


@dataclass(frozen=True)
class EncodedTarget:
    """A target read once in `fit`.

    `kind` is "multilabel", "binary" or "multiclass"; `indicator` has one float32
    column per network output (one column for binary targets).
    """

    kind: str
    indicator: np.ndarray
    classes: np.ndarray
    label_names: np.ndarray


def encode_target(y):
    """Read an indicator matrix, or a column of two or more classes."""
    if y is None:
        raise ValueError(
            "LocalizationClassifier requires y to be passed, but the target y is None."
        )
    if _has_label_columns(y):
        indicator, names = check_indicator(y)
        if indicator.shape[1] == 0:
            raise ValueError("Expected y with a column per label, got 0 columns.")
        classes = np.arange(indicator.shape[1])
        return EncodedTarget("multilabel", indicator.astype(np.float32), classes, names)
    return _encode_classes(column_or_1d(y, warn=True))


def _has_label_columns(y):
    """Whether y has one column per label, or lists of labels in place of columns."""
    if sparse.issparse(y):
        return True
    try:
        values = np.asarray(y)
    except ValueError:  # lists of different lengths
        return True
    if values.ndim == 1:
        return values.size > 0 and isinstance(values[0], list | tuple | set)
    return values.ndim > 1 and values.shape[1] != 1


def _encode_classes(y):
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        raise ValueError("Input y contains NaN or infinity; drop those rows.")
    check_classification_targets(y)
    classes, codes = np.unique(y, return_inverse=True)
    if len(classes) < 2:
        raise ValueError(
            f"y holds one class only ({classes.tolist()}): at least two are needed."
        )
    names = np.asarray([str(c) for c in classes], dtype=object)
    if len(classes) == 2:
        indicator = codes[:, np.newaxis]
    else:
        indicator = codes[:, np.newaxis] == np.arange(len(classes))
    kind = "binary" if len(classes) == 2 else "multiclass"
    return EncodedTarget(kind, indicator.astype(np.float32), classes, names)


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
            stacklevel=3,
        )
