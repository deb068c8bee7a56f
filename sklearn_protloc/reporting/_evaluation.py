"""What a model says of images, and all that is known of them."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from sklearn.utils.validation import _num_samples, check_is_fitted

from sklearn_protloc.datasets import as_rows
from sklearn_protloc.reporting._held_out import predictions, rank_scores
from sklearn_protloc.utils import check_indicator, check_same_order, group_codes
from sklearn_protloc.utils._fitted import fitted_attribute
from sklearn_protloc.utils._groups import check_same_groups, unused_name
from sklearn_protloc.utils._label_names import check_label_names, check_names_alike

__all__ = ["Evaluation", "Training", "evaluate", "image_shape"]

MISSING = "not given"


@dataclass
class Training:
    """What is known of the images that the model was trained on."""

    X: object  # images, or None
    y: np.ndarray | None  # (n_train, n_labels)
    groups: np.ndarray | None


@dataclass
class Evaluation:
    """Predictions of a model for images, and all that is known of these."""

    model: object
    X: object
    y_true: pd.DataFrame  # 0 and 1
    predicted: np.ndarray  # 0 and 1
    scores: np.ndarray | None  # higher is likelier
    proba: np.ndarray | None
    groups: np.ndarray | None
    metadata: pd.DataFrame | None
    order: str | None
    ids: list  # a str per image
    training: Training

    @property
    def has_images(self):
        """Whether X are images and not a table."""
        return image_shape(self.X) is not None


def evaluate(model, X, y, *, groups, metadata, order, training):
    """Have a model predict, once everything was checked.

    Parameters
    ----------
    model, X, y, groups, metadata, order : object
        As of `report`.
    training : tuple of X_train, y_train and groups_train
        As of `report`.

    Returns
    -------
    evaluation : Evaluation
        What the sections of a report are made from.
    """
    check_is_fitted(model)
    X = as_rows(X)
    indicator, names = check_indicator(y)
    _check_number(X, indicator)
    check_same_order(X, y)
    names = _label_names(model, y, names)
    if groups is not None:
        groups = np.asarray(groups, dtype=object).ravel()
        if group_codes(groups, len(indicator)).max() == 0:
            raise ValueError("Expected two or more groups, got one.")
    metadata = _check_metadata(metadata, len(indicator))
    training = _check_training(training, names, groups)
    scores, are_probabilities = rank_scores(model, X, len(names))
    ids = _ids(X, y, len(indicator))
    return Evaluation(
        model=model,
        X=X,
        y_true=pd.DataFrame(indicator, columns=names),
        predicted=predictions(model, X, len(names)),
        scores=scores,
        proba=scores if are_probabilities else None,
        groups=groups,
        metadata=metadata,
        order=order,
        ids=ids,
        training=training,
    )


def image_shape(X):
    """Return (n_channels, height, width), or None if these are no images."""
    shape = tuple(getattr(X, "shape", ()))
    return shape[1:] if len(shape) == 4 else None


def _check_number(X, indicator):
    n_samples = _num_samples(X)
    if n_samples != len(indicator):
        raise ValueError(
            f"Expected labels for each of {n_samples} images, got {len(indicator)} "
            "rows of y."
        )
    if n_samples < 2:
        raise ValueError("Expected two or more images, got one: it tells no scores.")


def _label_names(model, y, names):
    """Return names of `y` or of the model, and refuse other columns than its own."""
    learnt = fitted_attribute(model, "label_names_")
    if learnt is None or len(learnt) != len(names):
        return names
    learnt = [str(name) for name in learnt]
    if not hasattr(y, "columns"):
        return learnt
    check_label_names(model, y)
    return names


def _ids(X, y, n_samples):
    """Return what each image is called, a number where nothing else is known."""
    ids = getattr(X, "ids", None)
    if ids is None and getattr(getattr(y, "index", None), "inferred_type", "") == (
        "string"
    ):
        ids = y.index
    if ids is None:
        return [f"Row {row}" for row in range(n_samples)]
    return [str(name) for name in ids]


def _check_metadata(metadata, n_samples):
    """Return a table with a row per image and texts in place of what is missing."""
    if metadata is None:
        return None
    metadata = pd.DataFrame(metadata).reset_index(drop=True)
    if len(metadata) != n_samples:
        raise ValueError(
            f"Expected metadata with a row for each of {n_samples} images, got "
            f"{len(metadata)} rows."
        )
    known = metadata.loc[:, metadata.notna().any()].astype(object)
    # Not "unknown", which is a value that tables have.
    return known.apply(lambda c: c.where(c.notna(), unused_name(MISSING, c.dropna())))


def _check_training(training, names, groups):
    """Return what is known of the training images."""
    X, y, train_groups = training
    if y is None:
        if X is not None or train_groups is not None:
            raise ValueError(
                "Expected y_train with X_train or groups_train, got none. It tells "
                "what copying the labels of training images is worth."
            )
        return Training(None, None, None)
    y, train_names = check_indicator(y)
    if y.shape[1] != len(names):
        raise ValueError(
            f"Expected y_train with the {len(names)} labels of y, got {y.shape[1]}."
        )
    check_names_alike(train_names, names, "y_train", "y")
    if X is not None and _num_samples(X) != len(y):
        raise ValueError(
            f"Expected X_train with an image for each of {len(y)} rows of y_train, got "
            f"{_num_samples(X)}."
        )
    if train_groups is not None:
        if groups is None:
            raise ValueError("Expected groups with groups_train, got none.")
        group_codes(train_groups, len(y))
        check_same_groups(train_groups, groups, "groups_train", "groups")
        train_groups = np.asarray(train_groups, dtype=object).ravel()
    return Training(X, y, train_groups)
