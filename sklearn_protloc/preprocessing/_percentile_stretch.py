"""Brightness spread over the whole range of a pixel."""

from functools import partial
from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from sklearn_protloc.preprocessing._image_transformer import ImageTransformer


class PercentileStretch(ImageTransformer):
    """Stretch the brightness of every channel of every image between two percentiles.

    Pixels at or below the lower percentile become 0, those at or above the upper one
    the largest value of the type, or 1 for floats. A few hot pixels thus do not decide
    how bright the others are. A channel of one brightness becomes 0.

    Parameters
    ----------
    low, high : float, default=0.1 and 99.9
        Percentiles, from 0 to 100, `low` below `high`. The defaults are those of the
        software of [1]_.

    Attributes
    ----------
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the images of `fit`.
    n_features_in_ : int
        Number of channels.

    References
    ----------
    .. [1] O. Z. Kraus et al., "Automated analysis of high-content microscopy data with
       deep learning", Molecular Systems Biology 13, 2017 (DeepLoc).

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.preprocessing import PercentileStretch
    >>> X = np.array([20, 30, 40, 60], np.uint8).reshape(1, 1, 2, 2)
    >>> PercentileStretch(low=0, high=100).fit_transform(X)
    array([[[[  0,  64],
             [128, 255]]]], dtype=uint8)
    """

    _parameter_constraints = {
        "low": [Interval(Real, 0, 100, closed="left")],
        "high": [Interval(Real, 0, 100, closed="right")],
    }

    def __init__(self, *, low=0.1, high=99.9):
        self.low = low
        self.high = high

    def _learn(self, X):
        if self.low >= self.high:
            raise ValueError(
                f"Expected low below high, got low={self.low} and high={self.high}."
            )

    def _change(self, dtype):
        by_level = dtype.kind == "u" and dtype.itemsize <= 2
        how = _stretch_levels if by_level else _stretch_values
        return partial(_stretch, percentiles=(self.low, self.high), how=how)


def _stretch(image, percentiles, how):
    return np.stack([how(channel, percentiles) for channel in image])


def _stretch_levels(channel, percentiles):
    """Stretch through a table of all levels: nothing is sorted, each level is one sum.

    The percentiles are those of NumPy, between the two nearest ranks.
    """
    n_levels = np.iinfo(channel.dtype).max + 1
    n_up_to = np.cumsum(np.bincount(channel.ravel(), minlength=n_levels))
    ranks = np.array(percentiles) / 100 * (channel.size - 1)
    below = np.searchsorted(n_up_to, np.floor(ranks), side="right")
    above = np.searchsorted(n_up_to, np.ceil(ranks), side="right")
    ends = below + ranks % 1 * (above - below)
    table = _between(np.arange(n_levels), *ends, channel.dtype)
    return table[channel]


def _stretch_values(channel, percentiles):
    """Stretch pixels of any type."""
    if channel.dtype.kind == "b":
        return _stretch_levels(channel.view(np.uint8), percentiles).astype(bool)
    return _between(channel, *np.percentile(channel, percentiles), channel.dtype)


def _between(values, low, high, dtype):
    """Map `low` and what is below to 0, `high` and what is above to the largest."""
    if low == high:
        shares = np.where(values > high, 1.0, 0.0)
    else:
        shares = np.clip((values - low) / (high - low), 0, 1)
    if dtype.kind == "f":
        return shares.astype(dtype)
    most = np.iinfo(dtype).max
    largest = float(most)
    if largest > most:  # 64-bit integers, whose largest no float is
        largest = np.nextafter(largest, 0)
    return np.rint(shares * largest).astype(dtype)
