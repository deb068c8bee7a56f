"""Blur and noise."""

import numpy as np

from sklearn_protloc.augmentation._checks import (
    check_generator,
    check_image,
    check_number,
    check_range,
)
from sklearn_protloc.augmentation._opencv import change
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import Blur, Levels, noise_bank

__all__ = [
    "RandomGaussianBlur",
    "RandomGaussianNoise",
    "gaussian_blur",
    "gaussian_noise",
]

_SIGMA, _STD = (0, 100), (0, 1)
_NO_BLUR = 0.1  # below, the neighbours of a pixel weigh less than 1e-21


def gaussian_blur(image, sigma):
    """Blur an image, as one out of focus is.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    sigma : float in [0, 100]
        Standard deviation of the Gaussian, in pixels. Below 0.1 nothing changes.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype. Pixels at the border are taken to go on
        beyond it.

    Raises
    ------
    ValueError
        If sigma is out of its bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import gaussian_blur
    >>> gaussian_blur(np.array([[[0, 0, 100, 0, 0]]], dtype=np.uint8), 0.5)
    array([[[ 0, 11, 79, 11,  0]]], dtype=uint8)
    """
    check_image(image)
    return change(image, _blur(check_number("sigma", sigma, *_SIGMA)))


def gaussian_noise(image, std, rng, *, per_channel=True):
    """Add Gaussian noise, as that of a camera.

    The noise is taken from a random place of four million values drawn in advance from
    a fixed seed, so that `rng` decides everything. They are normal in steps of 1/32 of
    their deviation and reach to four deviations.

    Parameters
    ----------
    image : ndarray of shape (n_channels, height, width)
        The image, which is left as it is: uint8, uint16 or float.
    std : float in [0, 1]
        Standard deviation of the noise. 1 is the whole range of unsigned pixels, and 1
        for floats, whatever their values.
    rng : numpy.random.Generator
        Where chance comes from.
    per_channel : bool, default=True
        Whether every channel has noise of its own, as different exposures do; else the
        same is added to all channels of a pixel.

    Returns
    -------
    image : ndarray of shape (n_channels, height, width)
        A changed copy, of the same dtype. Unsigned pixels are rounded, and clipped to
        their range; floats are not.

    Raises
    ------
    ValueError
        If std is out of its bounds.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import gaussian_noise
    >>> image = np.full((1, 256, 256), 0.5)
    >>> noisy = gaussian_noise(image, 0.1, np.random.default_rng(0))
    >>> print(f"{noisy.mean():.2f} {noisy.std():.2f}")
    0.50 0.10
    """
    check_image(image)
    check_generator(rng)
    std = check_number("std", std, *_STD)
    return change(image, [_noise(std, per_channel, image.shape, rng)])


class RandomGaussianBlur(RandomChange):
    """Blur an image at random.

    Parameters
    ----------
    sigma : (float, float), default=(0.0, 0.5)
        Standard deviation of the Gaussian in pixels, from 0 to 100, drawn uniformly.
        Up to half a pixel, that of the GapNet variant (see `gapnet_variant`), is hardly
        seen.
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomGaussianBlur
    >>> image = np.array([[[0, 0, 100, 0, 0]]], dtype=np.uint8)
    >>> RandomGaussianBlur(sigma=(0.5, 2))(image, np.random.default_rng(0))
    array([[[11, 22, 27, 22, 11]]], dtype=uint8)
    """

    def __init__(self, sigma=(0.0, 0.5), p=1.0):
        self.sigma = sigma
        self.p = p

    def _check_values(self, shape):
        check_range("sigma", self.sigma, *_SIGMA)

    def _draw(self, shape, rng):
        return _blur(rng.uniform(*self.sigma))


class RandomGaussianNoise(RandomChange):
    """Add Gaussian noise of random strength.

    Parameters
    ----------
    std : (float, float), default=(0.0, 0.05)
        Standard deviation of the noise, from 0 to 1, drawn uniformly; 1 is the whole
        range of unsigned pixels, and 1 for floats. The default is that of the GapNet
        variant (see `gapnet_variant`).
    per_channel : float in [0, 1], default=0.5
        The chance that every channel has noise of its own, rather than all the same.
    p : float in [0, 1], default=1.0
        The chance that an image is changed.

    See Also
    --------
    gaussian_noise : Where the noise comes from.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import RandomGaussianNoise
    >>> image = np.full((2, 1, 1), 100, dtype=np.uint8)
    >>> same = RandomGaussianNoise(std=(0.1, 0.1), per_channel=0)
    >>> red, green = same(image, np.random.default_rng(0))
    >>> red == green
    array([[ True]])
    """

    def __init__(self, std=(0.0, 0.05), per_channel=0.5, p=1.0):
        self.std = std
        self.per_channel = per_channel
        self.p = p

    def _check_values(self, shape):
        check_range("std", self.std, *_STD)
        check_number("per_channel", self.per_channel, 0, 1)

    def _draw(self, shape, rng):
        per_channel = rng.random() < self.per_channel
        return [_noise(rng.uniform(*self.std), per_channel, shape, rng)]


def _blur(sigma):
    return [Blur(sigma)] if sigma >= _NO_BLUR else []


def _noise(std, per_channel, shape, rng):
    n_pixels = shape[1] * shape[2]
    n_starts = len(noise_bank(n_pixels)) - n_pixels
    starts = rng.integers(n_starts, size=shape[0] if per_channel else 1)
    return Levels(np.ones(1), np.zeros(1), std, starts)
