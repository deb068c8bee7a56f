"""Class and sample weights as one factor per element of the loss."""

import numpy as np
from sklearn.utils.class_weight import compute_sample_weight

from sklearn_protloc.utils import as_numbers


def loss_weights(target, class_weight, sample_weight):
    """Combine both kinds of weight.

    "balanced" weighs a present label by absent over present images, and leaves it at 1
    where no image or every image has the label.

    Returns
    -------
    weights : ndarray of shape (n_samples, n_outputs), dtype float32, or None
        None where every element counts alike.
    """
    weights = np.ones_like(target.indicator)
    if class_weight is not None and target.kind == "multilabel":
        positive = _positive_weights(class_weight, target)
        weights += (positive - 1) * target.indicator
    elif class_weight is not None:
        weights *= _class_weights(class_weight, target.column)
    if sample_weight is not None:
        weights *= _check_sample_weight(sample_weight, weights.shape, target.kind)
    if not weights.any():
        raise ValueError(
            "Every sample has zero weight: give at least one sample a positive "
            "sample_weight and its class a positive class_weight."
        )
    if (weights == weights.flat[0]).all():
        return None
    return weights.astype(np.float32)


def _class_weights(class_weight, column):
    """How much each sample counts for its class, in a column."""
    if not isinstance(class_weight, str | dict):
        raise ValueError(
            "Expected class_weight of a single column of classes as 'balanced' or a "
            f"dict with the weight of each class, got {class_weight!r}."
        )
    return compute_sample_weight(class_weight, column)[:, np.newaxis]


def _positive_weights(class_weight, target):
    """How much a present label counts against an absent one, per label."""
    names, n_labels = target.label_names, target.indicator.shape[1]
    if isinstance(class_weight, str):
        n_present = target.indicator.sum(axis=0, dtype=float)
        n_absent = len(target.indicator) - n_present
        # a label that no image has, or every one, has nothing to be balanced with
        both = (n_present > 0) & (n_absent > 0)
        return np.divide(n_absent, n_present, out=np.ones(n_labels), where=both)
    if isinstance(class_weight, dict):
        unknown = set(class_weight) - set(range(n_labels)) - set(names)
        if unknown:
            raise ValueError(
                f"class_weight names unknown labels {sorted(unknown, key=str)}; "
                f"expected column numbers 0 to {n_labels - 1} or the names "
                f"{names.tolist()}."
            )
        class_weight = [
            class_weight.get(k, class_weight.get(name, 1.0))
            for k, name in enumerate(names)
        ]
    weights = as_numbers(class_weight, "class_weight")
    if weights.shape != (n_labels,):
        raise ValueError(
            f"Expected class_weight with one value for each of {n_labels} labels, got "
            f"shape {weights.shape}."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all()):
        raise ValueError("Expected class_weight of finite values from 0 upwards.")
    return weights


def _check_sample_weight(sample_weight, shape, kind):
    """Weights of mean 1, so that the learning rate keeps its meaning."""
    weights = as_numbers(sample_weight, "sample_weight")
    allowed = [shape[:1]] + ([shape] if kind == "multilabel" else [])
    if weights.shape not in allowed:
        raise ValueError(
            f"sample_weight.shape == {weights.shape}, expected "
            f"{' or '.join(map(str, allowed))}: one weight for each of the "
            f"{shape[0]} samples in X. If a sampler added samples, weights must be "
            "made after it."
        )
    if not np.isfinite(weights).all():
        raise ValueError("Input sample_weight contains NaN or infinity.")
    if (weights < 0).any():
        raise ValueError("Negative values in data passed to `sample_weight`.")
    if weights.any():
        weights = weights / weights.mean()
    return weights[:, np.newaxis] if weights.ndim == 1 else weights
