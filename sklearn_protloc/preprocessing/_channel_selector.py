"""Some channels of the images."""

from functools import partial
from numbers import Integral

import numpy as np

from sklearn_protloc.preprocessing._image_transformer import ImageTransformer


class ChannelSelector(ImageTransformer):
    """Keep some of the channels, in the wanted order.

    Parameters
    ----------
    channels : str or list of int, default="G"
        Channels to keep: letters of `order`, or positions from 0. The default is the
        protein alone. [1]_ compares "G", "GBR" and "GBRY".
    order : str, default="RGBY"
        The letter of every channel of `X`. The default is that of
        :func:`~sklearn_protloc.datasets.load_hpa`: R for microtubules, G for the
        protein, B for the nucleus, Y for the endoplasmic reticulum. Not used where
        `channels` are positions.

    Attributes
    ----------
    channels_ : ndarray of shape (n_selected,), dtype int
        Positions of the channels that are kept.
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the images of `fit`.
    n_features_in_ : int
        Number of channels before the selection.

    References
    ----------
    .. [1] P. C. Mylavarapu, "Classification of Subcellular Protein Localizations",
       Stanford CS230 project report.

    Examples
    --------
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.preprocessing import ChannelSelector
    >>> X = make_cells(2, image_size=32, random_state=0).data
    >>> ChannelSelector("GBR").fit_transform(X).shape
    (2, 3, 32, 32)
    """

    _parameter_constraints = {"channels": [str, "array-like"], "order": [str]}

    def __init__(self, channels="G", *, order="RGBY"):
        self.channels = channels
        self.order = order

    def _learn(self, X):
        n_channels = X.shape[1]
        if isinstance(self.channels, str):
            self.channels_ = self._by_letter(n_channels)
            return
        channels = list(self.channels)
        if not channels or not all(
            isinstance(c, Integral) and 0 <= c < n_channels for c in channels
        ):
            raise ValueError(
                f"Expected channels as letters or as positions from 0 to "
                f"{n_channels - 1}, got {self.channels!r}."
            )
        self.channels_ = np.array(channels, dtype=int)

    def _by_letter(self, n_channels):
        """Return the positions of letters."""
        if len(self.order) != n_channels:
            raise ValueError(
                f"order={self.order!r} names {len(self.order)} channels, but the "
                f"images have {n_channels}. Give one letter per channel of X, or "
                "choose channels by position, such as channels=[0]."
            )
        if not self.channels or set(self.channels) - set(self.order):
            raise ValueError(
                f"Expected channels as letters of order={self.order!r}, got "
                f"{self.channels!r}."
            )
        return np.array([self.order.index(letter) for letter in self.channels])

    def _change(self, dtype):
        return partial(_select, channels=self.channels_)

    def _changed_shape(self, image_shape):
        return (len(self.channels_), *image_shape[1:])


def _select(image, channels):
    return image[channels]
