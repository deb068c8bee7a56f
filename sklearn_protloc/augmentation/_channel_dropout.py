"""Images with a stain missing."""

import numpy as np

from sklearn_protloc.augmentation._checks import check_channels, check_image
from sklearn_protloc.augmentation._opencv import change
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import Levels

__all__ = ["RandomChannelDropout", "channel_dropout"]


def channel_dropout(image, channels):
    """Blacken channels.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    channels : list of int
        Positions of the channels to set to 0.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype.

    Raises
    ------
    ValueError
        If there is no such channel.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import channel_dropout
    >>> channel_dropout(np.array([[[1, 2]], [[3, 4]]], dtype=np.uint8), [1])
    array([[[1, 2]],
           [[0, 0]]], dtype=uint8)
    """
    check_image(image)
    return change(image, _drop(check_channels(channels, len(image)), len(image)))


class RandomChannelDropout(RandomChange):
    """Blacken one channel, so that a network learns to do without any single one.

    Parameters
    ----------
    channels : list of int or None, default=None
        Positions of the channels of which one is blackened, each as likely. None takes
        all; to spare the protein, whose place is asked for, name the other stains, such
        as ``[0, 2, 3]``.
    p : float in [0, 1], default=0.5
        The chance that an image is changed. Half of the images stay complete, as those
        to predict are.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomChannelDropout
    >>> image = np.ones((4, 1, 1), dtype=np.uint8)
    >>> drop = RandomChannelDropout(channels=[0, 2, 3], p=1)
    >>> drop(image, np.random.default_rng(0)).ravel()
    array([1, 1, 1, 0], dtype=uint8)
    """

    def __init__(self, channels=None, p=0.5):
        self.channels = channels
        self.p = p

    def _check_values(self, shape):
        if self.channels is not None:
            check_channels(self.channels, shape[0])
        elif shape[0] == 1:
            raise ValueError(
                "Expected images of two channels or more, of which one can be dropped, "
                "got one channel: leave RandomChannelDropout out."
            )

    def _draw(self, shape, rng):
        channels = range(shape[0]) if self.channels is None else self.channels
        return _drop([channels[rng.integers(len(channels))]], shape[0])


def _drop(channels, n_channels):
    gains = np.ones(n_channels)
    gains[channels] = 0
    return [Levels(gains, np.zeros(1))]
