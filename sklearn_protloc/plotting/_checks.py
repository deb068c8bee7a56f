"""Whether images, labels and probabilities to draw belong together."""

from sklearn_protloc.plotting._composite import check_order

__all__ = ["check_number", "check_together"]


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
