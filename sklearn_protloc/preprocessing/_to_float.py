"""Pixels as fractions of full brightness."""

import numpy as np

from sklearn_protloc.preprocessing._image_transformer import ImageTransformer


class ToFloat(ImageTransformer):
    """Scale pixels to [0, 1] as float32.

    Unsigned integers are divided by the largest value of their type: 255 for uint8,
    65535 for uint16. Floats only change their type. What else a step after it needs,
    it does itself: :class:`~sklearn_protloc.classifiers.LocalizationClassifier` takes
    integers as they are, a quarter of the memory, and scales them on the device.

    Attributes
    ----------
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the images of `fit`.
    n_features_in_ : int
        Number of channels.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.preprocessing import ToFloat
    >>> X = np.array([0, 51, 102, 255], np.uint8).reshape(1, 1, 2, 2)
    >>> ToFloat().fit_transform(X)
    array([[[[0. , 0.2],
             [0.4, 1. ]]]], dtype=float32)
    """

    _parameter_constraints = {}

    def _change(self, dtype):
        return _as_fractions if dtype.kind == "u" else _as_float32

    def _changed_dtype(self, dtype):
        return np.dtype(np.float32)


def _as_fractions(image):
    return image / np.float32(np.iinfo(image.dtype).max)


def _as_float32(image):
    return image.astype(np.float32)
