"""Images passed through a function of the user's."""

import numpy as np

__all__ = ["augment_image"]


def augment_image(augmenter, image, rng):
    """Pass a copy of an image through an augmenter.

    Parameters
    ----------
    augmenter : callable
        Called as ``augmenter(image, rng)``; may change what it is given in place.
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is.
    rng : numpy.random.Generator
        Where chance comes from.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        The changed image, of the same dtype.

    Raises
    ------
    ValueError
        If the result has another shape or dtype, or holds NaN or infinity where the
        image held none.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import augment_image
    >>> rng = np.random.default_rng(0)
    >>> augment_image(lambda image, rng: image + 1, np.zeros((1, 1, 2)), rng)
    array([[[1., 1.]]])
    """
    changed = np.asarray(augmenter(image.copy(), rng))
    if changed.shape != image.shape or changed.dtype != image.dtype:
        raise ValueError(
            f"The augmenter was given {image.dtype} of shape {image.shape} and "
            f"returned {changed.dtype} of shape {changed.shape}: it must keep both."
        )
    floats = changed.dtype.kind == "f"
    if floats and not np.isfinite(changed).all() and np.isfinite(image).all():
        what = "NaN" if np.isnan(changed).any() else "infinity"
        raise ValueError(
            f"The augmenter made {what} of an image of finite numbers, from "
            f"{image.min():g} to {image.max():g}. Every pixel that it returns must be "
            "a finite number."
        )
    return changed
