"""Pictures that a page carries with it."""

import base64
import contextlib
import io

import cv2
import numpy as np

from sklearn_protloc.plotting import ImagePanelDisplay
from sklearn_protloc.reporting._page import Figure
from sklearn_protloc.utils import import_or_raise

__all__ = ["chart", "heat", "photo", "pyplot", "stains_of"]

DPI = 96  # CSS pixels per inch
# Larger pictures are reduced, so that a page of them stays small.
MOST_SIDE = 384
# Colours in full resolution: they are what tells stains apart.
COLOR_444 = (cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444)
JPEG = [cv2.IMWRITE_JPEG_QUALITY, 85, *COLOR_444]
# Of a map where it is 1, as in LocalizationMapDisplay.
OPACITY = 0.75


def pyplot():
    """Return matplotlib's, or say how to install it."""
    return import_or_raise("matplotlib.pyplot", "A report", extra="plot")


@contextlib.contextmanager
def _unseen_figures():
    """Draw figures that no window shows, and forget them afterwards."""
    plt = pyplot()
    others = plt.get_fignums()
    with plt.ioff():
        try:
            yield plt
        finally:
            for number in set(plt.get_fignums()) - set(others):
                plt.close(number)


def chart(draw, alt, caption=""):
    """Return what a function draws, as SVG.

    Parameters
    ----------
    draw : callable
        Called without arguments; returns a display with `figure_`.
    alt : str
        What is to be seen.
    caption : str, default=""
        Stands below it.

    Returns
    -------
    figure : Figure
        The picture.
    """
    with _unseen_figures():
        figure = draw().figure_
        width, height = figure.get_size_inches() * DPI
        file = io.BytesIO()
        figure.savefig(file, format="svg", metadata={"Date": None})
    source = _data_uri("image/svg+xml", file.getvalue())
    return Figure(source, alt, caption, (round(width), round(height)))


def photo(pixels, alt, caption=""):
    """Return pixels as JPEG, a fifth of the size of PNG.

    Parameters
    ----------
    pixels : ndarray of shape (height, width, 3)
        Red, green and blue from 0 to 1.
    alt : str
        What is to be seen.
    caption : str, default=""
        Stands below it.

    Returns
    -------
    figure : Figure
        The picture.
    """
    pixels = np.round(np.asarray(pixels, dtype=np.float32) * 255).astype(np.uint8)
    height, width = pixels.shape[:2]
    shrink = MOST_SIDE / max(height, width)
    if shrink < 1:
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        pixels = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    _, encoded = cv2.imencode(".jpg", pixels[..., ::-1], JPEG)
    source = _data_uri("image/jpeg", encoded.tobytes())
    return Figure(source, alt, caption, (pixels.shape[1], pixels.shape[0]))


def _data_uri(kind, content):
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"


def stains_of(X, rows, order):
    """Return each image with its stains merged, and its protein in grey.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels, height, width)
        The images.
    rows : list of int
        Which of them.
    order : str
        A letter per channel.

    Returns
    -------
    pixels : list of (merged, grey) ndarrays of shape (height, width, 3)
        Values from 0 to 1.
    """
    shown = (order, "G" if "G" in order else order[0])
    with _unseen_figures():
        display = ImagePanelDisplay.from_images(X[rows], order=order, shown=shown)
        return [
            tuple(_in_color(panel.images[0].get_array()) for panel in panels)
            for panels in display.axes_
        ]


def _in_color(pixels):
    pixels = np.asarray(pixels, dtype=np.float32)
    return pixels if pixels.ndim == 3 else np.repeat(pixels[..., None], 3, axis=2)


def heat(probabilities, grey):
    """Return a map in colour over a picture in grey.

    Parameters
    ----------
    probabilities : ndarray of shape (height, width)
        From 0, clear, over violet and red to 1, light yellow.
    grey : ndarray of shape (height, width, 3)
        From 0 to 1.

    Returns
    -------
    pixels : ndarray of shape (height, width, 3)
        Values from 0 to 1.
    """
    levels = np.round(np.clip(probabilities, 0, 1) * 255).astype(np.uint8)
    color = cv2.applyColorMap(levels, cv2.COLORMAP_INFERNO)[..., ::-1] / 255
    opacity = OPACITY * levels[..., None] / 255
    return opacity * color + (1 - opacity) * grey
