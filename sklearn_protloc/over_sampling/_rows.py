"""Rows of tables, images and labels, in the form that they came in."""

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.utils import _safe_indexing

from sklearn_protloc.datasets import as_lazy
from sklearn_protloc.utils import (
    as_numbers,
    as_single_column,
    check_image_data,
    check_indicator,
)


def check_samples(X):
    """Check that `X` is a table or images, and return it so that rows can be taken."""
    if sparse.issparse(X):
        X = X.tocsr()
    elif isinstance(X, list | tuple) and len(X) and np.ndim(X[0]) == 1:
        X = np.asarray(X)
    elif len(getattr(X, "shape", ())) != 2:
        return check_image_data(X)
    if X.shape[0] == 0:
        raise ValueError(
            f"Found array with 0 sample(s) (shape={tuple(X.shape)}) while a minimum of "
            "1 is required."
        )
    return X


def is_table(X):
    """Tell checked feature vectors from checked images."""
    return len(X.shape) == 2


def in_memory(X):
    """Tell arrays whose rows may be copied from what is read row by row."""
    return isinstance(X, np.ndarray) and not isinstance(X, np.memmap)


def check_labels(y, n_samples):
    """Return `y` so that rows can be taken, as an indicator, and names of labels."""
    if as_single_column(y) is not None and np.ndim(y) == 1:
        raise ValueError(
            f"Expected y of shape (n_samples, n_labels), got {len(y)} classes in one "
            "column. Give a column of 0 and 1 per label, or use the samplers of "
            "imblearn, such as imblearn.over_sampling.RandomOverSampler."
        )
    indicator, names = check_indicator(y)
    if len(indicator) != n_samples:
        raise ValueError(
            f"X has {n_samples} samples and y has {len(indicator)} rows: give the "
            "labels of every sample."
        )
    if sparse.issparse(y):
        y = y.tocsr()
    elif not isinstance(y, pd.DataFrame):
        y = np.asarray(y)
    return y, indicator, names


def check_weights(sample_weight, n_samples):
    """Check that there is a weight for each sample."""
    weights = as_numbers(sample_weight, "sample_weight")
    if weights.shape != (n_samples,):
        n_weights = len(weights) if weights.ndim == 1 else f"shape {weights.shape}"
        raise ValueError(
            f"X has {n_samples} samples and sample_weight {n_weights} "
            "values: give the weight of every sample before resampling."
        )
    if not (np.isfinite(weights) & (weights >= 0)).all():
        raise ValueError(
            "Expected sample_weight as finite numbers from 0 upwards, got others in "
            f"{(~(np.isfinite(weights) & (weights >= 0))).sum()} rows."
        )


def take_rows(values, rows):
    """Return rows of a table, of images or of labels; lazy images stay lazy."""
    if is_table(values) or in_memory(values):
        return _safe_indexing(values, rows)
    return as_lazy(values)[rows]


def like(original, values, rows):
    """Return values made from these rows of `original`, in its form."""
    if isinstance(original, pd.DataFrame):
        return pd.DataFrame(
            values, index=original.index[rows], columns=original.columns
        )
    if sparse.issparse(original):
        return type(original)(values)
    return np.asarray(values) if in_memory(original) else values
