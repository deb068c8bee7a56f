"""Errors that say what was expected, what came and what to do."""

import math
import numbers

import numpy as np

DTYPES = {"u1", "u2", "f2", "f4", "f8"}


def check_image(image):
    """Check that an image is one that can be changed."""
    if not isinstance(image, np.ndarray):
        raise TypeError(
            "Expected an image as a NumPy array of shape (n_channels, height, width), "
            f"got {type(image).__name__}. Batches of torch are changed by "
            "augment_batch."
        )
    if image.ndim != 3 or 0 in image.shape:
        raise ValueError(
            "Expected one image of shape (n_channels, height, width), got "
            f"{image.shape}. Change the images of a batch one by one; a single "
            "channel has shape (1, height, width)."
        )
    if image.dtype.str[1:] not in DTYPES:
        raise TypeError(
            f"Expected an image of type uint8, uint16 or float, got {image.dtype}. "
            "Convert it first, such as by image.astype(np.float32)."
        )


def check_generator(rng):
    """Check that chance comes from a generator of NumPy."""
    if not isinstance(rng, np.random.Generator):
        raise TypeError(
            "Expected rng as a numpy.random.Generator, such as "
            f"np.random.default_rng(0), got {type(rng).__name__}."
        )


def check_number(name, value, low=-math.inf, high=math.inf):
    """Check that a value is a finite number within bounds, and return it."""
    real = isinstance(value, numbers.Real) and math.isfinite(value)
    if not real or not low <= value <= high:
        raise ValueError(
            f"Expected {name} as a number{_within(low, high)}, got {value!r}."
        )
    return float(value)


def check_range(name, value, low=-math.inf, high=math.inf):
    """Check that a value is two numbers in order within bounds, and return them."""
    try:
        smallest, largest = map(float, value)
    except (TypeError, ValueError):
        smallest = largest = math.nan
    if low <= smallest <= largest <= high and math.isfinite(largest - smallest):
        return smallest, largest
    raise ValueError(
        f"Expected {name} as two numbers (smallest, largest){_within(low, high)}, got "
        f"{value!r}. For one value that never changes, give it twice."
    )


def check_channel_values(name, value, n_channels, low=-math.inf, high=math.inf):
    """Return one number, or one for each channel, as an array."""
    try:
        values = np.atleast_1d(np.asarray(value, dtype=float))
    except (TypeError, ValueError):
        values = np.empty(0)
    if values.shape not in [(1,), (n_channels,)]:
        raise ValueError(
            f"Expected {name} as one number, or one for each of {n_channels} "
            f"channel(s), got {value!r}."
        )
    for one in values:
        check_number(name, one, low, high)
    return values


def check_channels(channels, n_channels):
    """Return the positions of channels as a list of int."""
    try:
        numbered = [int(c) for c in channels if int(c) == c]
    except (TypeError, ValueError):
        numbered = []
    if len(numbered) == 0 or len(numbered) != len(channels):
        raise ValueError(
            "Expected channels as a list of positions, such as [0, 2], got "
            f"{channels!r}."
        )
    if not all(0 <= c < n_channels for c in numbered):
        raise ValueError(
            f"Expected channels from 0 to {n_channels - 1}, as the image has "
            f"{n_channels}, got {channels!r}."
        )
    return numbered


def _within(low, high):
    if math.isfinite(low) and math.isfinite(high):
        return f" from {low:g} to {high:g}"
    return f" of at least {low:g}" if math.isfinite(low) else ""
