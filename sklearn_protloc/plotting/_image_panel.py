"""Images, stain by stain and merged."""

import math

import numpy as np

from sklearn_protloc.plotting._checks import check_number
from sklearn_protloc.plotting._composite import (
    STAINS,
    check_order,
    composite,
    stretched,
    without_reticulum,
)
from sklearn_protloc.plotting._named import named
from sklearn_protloc.plotting._style import LITERAL, axes_of_size, panels, wrapped
from sklearn_protloc.utils import check_image_data, check_indicator, read_image

__all__ = ["ImagePanelDisplay"]

MOST_IMAGES = 48
SIDE_INCHES, LINE_INCHES = 1.9, 0.17
COLUMNS = 4
TITLE_SIZE = 9


class ImagePanelDisplay:
    """Images in colour, and each of their stains in grey.

    A row is an image: its stains merged in the colours that they usually have, with the
    names of its labels on top, and each stain by itself. The reticulum is not merged,
    as its yellow would hide red and green. Every stain is stretched to
    its own contrast, so brightness cannot be compared between images. Red and green are
    not told apart with every kind of colour vision; the grey panels are.

    Make it by `from_images`.

    Parameters
    ----------
    images : array-like of shape (n_images, n_channels, height, width)
        The images, read one by one when drawn.
    order : str, default="RGBY"
        A letter per channel: R for microtubules, drawn red, G for the protein, green, B
        for the nucleus, blue, and Y for the endoplasmic reticulum, yellow.
    shown : tuple of str, default=None
        A panel for each: several letters are merged, one alone is grey. None merges
        all but the reticulum, and then shows each.
    titles : list of n_images str, default=None
        Stand over the images.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that were divided into panels.
    axes_ : ndarray of shape (n_images, n_shown), dtype object
        The panels.
    figure_ : matplotlib Figure
        Their figure.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.plotting import ImagePanelDisplay
    >>> cells = make_cells(3, image_size=32, labels=3, random_state=0, as_frame=True)
    >>> display = ImagePanelDisplay.from_images(cells.data, cells.target)
    >>> display.axes_.shape
    (3, 5)
    """

    def __init__(self, *, images, order="RGBY", shown=None, titles=None):
        self.images = images
        self.order = order
        self.shown = shown
        self.titles = titles

    @classmethod
    def from_images(
        cls, X, y=None, *, order="RGBY", shown=None, label_names=None, ax=None
    ):
        """Draw images and name their labels.

        Parameters
        ----------
        X : array-like of shape (n_images, n_channels, height, width)
            At most 48 images of any type, such as an
            :class:`~sklearn_protloc.datasets.ImageCollection`.
        y : {array-like, DataFrame, sparse matrix} of shape (n_images, n_labels), \
                default=None
            Their labels, to stand over them.
        order : str, default="RGBY"
            A letter per channel: R for microtubules, G for the protein, B for the
            nucleus, Y for the endoplasmic reticulum.
        shown : tuple of str, default=None
            A panel for each: several letters are merged, one alone is grey. With a
            single one, such as ``("RGB",)``, images stand side by side. None merges all
            but the reticulum, and then shows each.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : ImagePanelDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are too many images, labels do not fit them, or letters do not fit
            the channels.
        """
        X = check_image_data(X)
        check_order(order, X.shape[1:])
        check_number(len(X), MOST_IMAGES)
        listed = shown is None or (
            isinstance(shown, tuple | list) and all(isinstance(s, str) for s in shown)
        )
        if not listed or set("".join(shown or ())) - set(order):
            raise ValueError(
                f"Expected shown as a tuple of texts made of letters of {order!r}, "
                f"such as ({order[:3]!r}, {order[0]!r}), got {shown!r}."
            )
        titles = None if y is None else _names_of_labels(named(y, label_names), len(X))
        return cls(images=X, order=order, shown=shown, titles=titles).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : ImagePanelDisplay
            The display, with its artists.
        """
        shown = self.shown
        if shown is None:
            shown = dict.fromkeys([without_reticulum(self.order), *self.order])
        n_images = len(self.images)
        n_cols = min(n_images, COLUMNS) if len(shown) == 1 else len(shown)
        n_rows = math.ceil(n_images * len(shown) / n_cols)
        titles = [""] * n_images if self.titles is None else self.titles
        n_lines = max(title.count("\n") + 1 for title in titles)
        row_inches = SIDE_INCHES + 0.1 + LINE_INCHES * (n_lines if any(titles) else 0)
        size = (n_cols * SIDE_INCHES, n_rows * row_inches + 2 * LINE_INCHES)
        self.ax_ = axes_of_size(ax, size)
        self.figure_ = self.ax_.figure
        grid = panels(self.ax_, n_rows, n_cols)
        for panel in grid.ravel():
            panel.set_axis_off()
        self.axes_ = grid.ravel()[: n_images * len(shown)].reshape(n_images, -1)
        for k, row in enumerate(self.axes_):
            image = read_image(self.images, k)
            for panel, letters in zip(row, shown, strict=True):
                _draw(panel, image, self.order, letters)
            row[0].set_title(titles[k], fontsize=TITLE_SIZE, **LITERAL)
            if k == 0 and len(shown) > 1:
                self._name_stains(row, shown)
        return self

    def _name_stains(self, row, shown):
        """Write over the grey panels of the first row what they show."""
        for panel, letters in zip(row, shown, strict=True):
            if len(letters) == 1:
                panel.set_title(STAINS[letters], fontsize=TITLE_SIZE)


def _draw(panel, image, order, letters):
    """Draw stains merged, or a single one in grey."""
    if len(letters) > 1:
        panel.imshow(composite(image, order, shown=letters))
    else:
        channel = stretched(image[order.index(letters)])
        panel.imshow(channel, cmap="gray", vmin=0, vmax=1)


def _names_of_labels(y, n_images):
    """Return the names of the labels of each image, in lines."""
    indicator, names = check_indicator(y)
    if len(indicator) != n_images:
        raise ValueError(
            f"Expected labels for each of {n_images} images, got {len(indicator)} rows."
        )
    return [
        "\n".join(wrapped(name) for name in names[row == 1]) or "no label"
        for row in np.asarray(indicator)
    ]
