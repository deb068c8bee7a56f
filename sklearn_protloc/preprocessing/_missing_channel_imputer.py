"""Channels in which nothing was recorded."""

from functools import partial

import numpy as np
from sklearn.utils._param_validation import StrOptions

from sklearn_protloc.preprocessing._image_transformer import (
    ImageTransformer,
    each_image,
)


class MissingChannelImputer(ImageTransformer):
    """Fill in channels that are blank, or refuse them.

    A channel is blank if all its pixels are alike, whatever their value: a stain that
    was not applied, or a file that was never written.

    Parameters
    ----------
    strategy : {"zero", "mean", "raise"}, default="zero"
        "zero" makes blank channels black, whatever their value was: the default, as it
        adds nothing to the image. "mean" puts the mean image of that channel, over the
        images of `fit` where it is not blank. "raise" refuses blank channels, in `fit`
        before any training, and later when an image is read.

    Attributes
    ----------
    mean_channels_ : ndarray of shape (n_channels, height, width), or None
        What blank channels become, in the type of the images; None unless `strategy`
        is "mean".
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the images of `fit`.
    n_features_in_ : int
        Number of channels.

    Examples
    --------
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.preprocessing import MissingChannelImputer
    >>> X = make_cells(3, image_size=32, random_state=0).data
    >>> X[1, 3] = 255  # the reticulum was not stained
    >>> MissingChannelImputer().fit_transform(X)[1, 3].max()
    np.uint8(0)
    """

    _parameter_constraints = {"strategy": [StrOptions({"zero", "mean", "raise"})]}

    def __init__(self, strategy="zero"):
        self.strategy = strategy

    def _learn(self, X):
        self.mean_channels_ = None
        if self.strategy == "raise":
            for i, image in enumerate(each_image(X)):
                _refuse_blank(image, f"Image {i}: ")
        elif self.strategy == "mean":
            self.mean_channels_ = _mean_channels(X)

    def _change(self, dtype):
        if self.strategy == "raise":
            return _refuse_blank
        return partial(_fill, filling=self.mean_channels_)


def _is_blank(image):
    """Tell for each channel whether all its pixels are alike."""
    return image.min(axis=(1, 2)) == image.max(axis=(1, 2))


def _refuse_blank(image, where=""):
    blank = np.flatnonzero(_is_blank(image))
    if len(blank):
        raise ValueError(
            f"{where}channel {blank[0]} is blank: all its pixels are "
            f"{image[blank[0], 0, 0]}. Drop the image, or fill the channel with "
            "strategy='zero' or 'mean'."
        )
    return image


def _mean_channels(X):
    """Return the mean of each channel over the images where it is not blank."""
    total = np.zeros(X.shape[1:])
    n_seen = np.zeros(X.shape[1], dtype=int)
    for image in each_image(X):
        seen = ~_is_blank(image)
        total[seen] += image[seen]
        n_seen += seen
    if not n_seen.all():
        raise ValueError(
            f"Channel {np.argmin(n_seen)} is blank in all images, so there is no mean "
            "to fill it with. Leave it out by ChannelSelector, or use strategy='zero'."
        )
    mean = total / n_seen[:, None, None]
    return (mean if X.dtype.kind == "f" else np.rint(mean)).astype(X.dtype)


def _fill(image, filling):
    """Return the image with its blank channels replaced."""
    blank = _is_blank(image)
    if not blank.any():
        return image
    image = image.copy()
    image[blank] = 0 if filling is None else filling[blank]
    return image
