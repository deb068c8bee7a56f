"""Channels of zero mean and unit variance."""

from functools import partial

import cv2
import numpy as np
from sklearn.utils._param_validation import StrOptions

from sklearn_protloc.preprocessing._image_transformer import (
    ImageTransformer,
    each_image,
)


class ChannelStandardizer(ImageTransformer):
    """Give every channel zero mean and unit variance.

    Parameters
    ----------
    per : {"image", "dataset"}, default="image"
        Where mean and variance come from. "image": each channel of each image has its
        own, which removes differences in staining and exposure: the default. [1]_
        standardised too, but does not tell over what. "dataset": each channel has the
        mean and variance over all pixels of all images of `fit`, which keeps how
        bright an image is against the others.

    Attributes
    ----------
    mean_ : ndarray of shape (n_channels,), dtype float64, or None
        Mean of each channel over the images of `fit`. None per image.
    var_ : ndarray of shape (n_channels,), dtype float64, or None
        Variance of each channel over the images of `fit`. None per image.
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the images of `fit`.
    n_features_in_ : int
        Number of channels.

    Notes
    -----
    The result is float32. A channel of one brightness becomes 0. Mean and variance are
    computed in float64 while the images are read once, one at a time: those of each
    image about its own mean, then merged, so that nothing cancels.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 2.

    Examples
    --------
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.preprocessing import ChannelStandardizer
    >>> X = make_cells(5, image_size=32, random_state=0).data
    >>> Z = ChannelStandardizer(per="dataset").fit_transform(X)
    >>> Z.dtype, Z[:, 1].std().round(4)
    (dtype('float32'), np.float32(1.0))
    """

    _parameter_constraints = {"per": [StrOptions({"image", "dataset"})]}

    def __init__(self, per="image"):
        self.per = per

    def _learn(self, X):
        self.mean_ = self.var_ = None
        if self.per == "dataset":
            self.mean_, self.var_ = _merged_moments(each_image(X))

    def _change(self, dtype):
        return partial(_standardize, mean=self.mean_, var=self.var_)

    def _changed_dtype(self, dtype):
        return np.float32

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.transformer_tags.preserves_dtype = [np.float32]
        return tags


def _moments(image):
    """Return mean and variance of each channel, about the mean."""
    if image.dtype in (np.uint8, np.uint16):  # OpenCV's sums of these are exact
        moments = [cv2.meanStdDev(channel) for channel in image]
        mean, deviation = np.array(moments).reshape(len(image), 2).T
        return mean, deviation**2
    mean = image.mean(axis=(1, 2), dtype=np.float64)
    return mean, np.square(image - mean[:, None, None]).mean(axis=(1, 2))


def _merged_moments(images):
    """Return mean and variance of each channel over images of one size.

    T. F. Chan, G. H. Golub and R. J. LeVeque, The American Statistician 37, 1983.
    """
    for n_before, image in enumerate(images):
        image_mean, image_var = _moments(image)
        if n_before == 0:
            mean, var = image_mean, image_var
            continue
        share = 1 / (n_before + 1)
        away = image_mean - mean
        mean = mean + share * away
        var = var + share * (image_var - var) + share * (1 - share) * away**2
    return mean, var


def _standardize(image, mean, var):
    """Return the image as float32, each channel shifted and scaled."""
    if mean is None:
        mean, var = _moments(image)
    # A mean is only known to its last digits: less than those is no contrast.
    flat = var <= (4 * np.finfo(np.float64).eps * mean) ** 2
    scale = np.where(flat, 1, np.sqrt(var))
    # 8 and 16 bits are exact in float32; other types keep their digits until the end.
    exact = image.dtype in (np.uint8, np.uint16)
    changed = image.astype(np.float32 if exact else np.float64)
    changed -= mean[:, None, None]
    changed /= scale[:, None, None]
    return changed.astype(np.float32, copy=False)
