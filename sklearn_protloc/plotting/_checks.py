"""Whether images, labels and probabilities to draw belong together."""

import numpy as np

from sklearn_protloc.plotting._composite import check_order
from sklearn_protloc.utils import as_numbers

__all__ = ["as_thresholds", "check_number", "check_together"]


def as_thresholds(thresholds, n_labels):
    """Return a threshold for each label, of one for all or one for each."""
    values = as_numbers(thresholds, "thresholds")
    if values.shape not in [(), (n_labels,)] or np.isnan(values).any():
        raise ValueError(
            f"Expected thresholds as one number, or one for each of {n_labels} labels, "
            f"without NaN, got {values.tolist()}."
        )
    return np.broadcast_to(values, n_labels)


def check_number(n_images, most):
    """Raise if there are more images than a picture should hold, or none."""
    if not 1 <= n_images <= most:
        raise ValueError(
            f"Expected 1 to {most} images, which fit into a picture, got {n_images}. "
            "Choose some, such as the first six, [:6]."
        )


def check_together(p, annotated, images, order):
    """Raise unless probabilities, labels and images are of the same images."""
    if p.ndim != 2 or not ((p >= 0) & (p <= 1)).all():
        raise ValueError(
            "Expected p as probabilities from 0 to 1 without NaN, of shape "
            f"(n_images, n_labels), got shape {p.shape}."
        )
    if annotated is not None and annotated.shape != p.shape:
        raise ValueError(
            "Expected a probability for each label of each image, got y of shape "
            f"{annotated.shape} and p of shape {p.shape}."
        )
    if images is not None:
        if len(images) != len(p):
            raise ValueError(
                f"Expected an image for each of {len(p)} rows of p, got {len(images)}."
            )
        check_order(order, images.shape[1:])
