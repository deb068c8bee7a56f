"""Change of the size of an image with any number of channels."""

from numbers import Integral

import cv2
import numpy as np

__all__ = ["check_image_size", "resize_image"]

_INTERPOLATIONS = {
    "area": cv2.INTER_AREA,
    # The pixel nearest to the centre; plain INTER_NEAREST takes an upper left one.
    "nearest": cv2.INTER_NEAREST_EXACT,
    "linear": cv2.INTER_LINEAR,
}
_RESIZABLE = (np.uint8, np.uint16, np.float32, np.float64)


def check_image_size(image_size, interpolation="area"):
    """Check the size and the way of resizing that a user asked for.

    Parameters
    ----------
    image_size : int or tuple of 2 int
        Side of a square, or (height, width), in pixels, at least 1.
    interpolation : {"area", "nearest", "linear"}, default="area"
        How pixels are computed, see :func:`resize_image`.

    Returns
    -------
    size : tuple of 2 int
        (height, width).

    Raises
    ------
    ValueError
        If a side is below 1, or the interpolation has another name.
    TypeError
        If `image_size` is of another type.

    Examples
    --------
    >>> from sklearn_protloc.utils import check_image_size
    >>> check_image_size(256)
    (256, 256)
    """
    if not isinstance(interpolation, str) or interpolation not in _INTERPOLATIONS:
        raise ValueError(
            "Expected interpolation as one of 'area', 'nearest' and 'linear', got "
            f"{interpolation!r}."
        )
    size = (image_size, image_size) if np.ndim(image_size) == 0 else tuple(image_size)
    if len(size) != 2 or any(
        not isinstance(side, Integral) or isinstance(side, bool) for side in size
    ):
        raise TypeError(
            "Expected image_size as an int or as (height, width) in pixels, got "
            f"{image_size!r}."
        )
    if min(size) < 1:
        raise ValueError(f"Expected image_size of at least 1, got {image_size!r}.")
    return int(size[0]), int(size[1])


def resize_image(image, size, interpolation="area"):
    """Resize every channel of an image.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        Pixels as uint8, uint16, float32 or float64.
    size : int or tuple of 2 int
        New side of a square, or (height, width), in pixels.
    interpolation : {"area", "nearest", "linear"}, default="area"
        "area" averages all pixels that fall into a new one: the default, because it
        loses no light, averages noise away and lets no fine texture turn into a
        coarse one. "nearest" takes the pixel nearest to the centre of the new one,
        "linear" mixes the four nearest; both skip pixels when images shrink to less
        than half. When images grow, "area" repeats pixels.

    Returns
    -------
    image : ndarray of shape (n_channels, new_height, new_width)
        The resized image, of the same dtype; the same object if it had that size.

    Raises
    ------
    TypeError
        If it is no such image, or the pixels are of another type.
    ValueError
        If the size or the interpolation is none.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import resize_image
    >>> resize_image(np.array([[[0, 4], [8, 12]]], np.uint8), (1, 1))
    array([[[6]]], dtype=uint8)
    """
    size = check_image_size(size, interpolation)
    if not isinstance(image, np.ndarray) or image.ndim != 3 or 0 in image.shape:
        raise TypeError(
            "Expected an image as an ndarray of shape (n_channels, height, width), got "
            f"{type(image).__name__} of shape {np.shape(image)}."
        )
    if image.shape[1:] == size:
        return image
    if image.dtype not in _RESIZABLE:
        raise TypeError(
            "Expected images as uint8, uint16, float32 or float64 to resize, got "
            f"{image.dtype}. Convert them first, as in X.astype('float32')."
        )
    how = _INTERPOLATIONS[interpolation]
    resized = np.empty((len(image), *size), image.dtype)
    for channel, out in zip(image, resized, strict=True):
        cv2.resize(channel, size[::-1], dst=out, interpolation=how)
    return resized
