"""A matrix of labels against labels as colours and numbers."""

import numpy as np

from sklearn_protloc.plotting._style import LITERAL, axes_of_size, text_inches
from sklearn_protloc.utils import import_or_raise

__all__ = ["draw_matrix"]

CELL_INCHES = 0.3
LEAST_INCHES = 2.4
DIGIT_INCHES = 0.075
# Points.
NUMBER_SIZE, NAME_SIZE = 7, 9
# White for zero keeps the few mistakes in sight.
COLORMAP = "Blues"


def draw_matrix(ax, matrix, row_names, label):
    """Draw shares as percentages, or counts as they are.

    Parameters
    ----------
    ax : matplotlib Axes or None
        Axes to draw on. None makes a figure as large as the labels need.
    matrix : DataFrame of shape (n_labels, n_labels)
        Shares from 0 upwards, or counts as integers. NaN is drawn grey.
    row_names : list of str
        Names of the rows; those of the columns are the columns.
    label : str
        What stands at the bar of colours.

    Returns
    -------
    image : matplotlib AxesImage
        The colours.
    texts : ndarray of shape (n_labels, n_labels), dtype object
        The numbers. Shares below half a percent, zeros and NaN have none.
    """
    counted = all(np.issubdtype(dtype, np.integer) for dtype in matrix.dtypes)
    values = matrix.to_numpy(dtype=np.float64) * (1 if counted else 100)
    numbers = [[f"{v:.0f}" if v >= 0.5 else "" for v in row] for row in values]
    digits = max(len(number) for row in numbers for number in row)
    cell = max(CELL_INCHES, digits * DIGIT_INCHES, LEAST_INCHES / len(values))
    side = cell * len(values)
    width = side + text_inches(row_names, NAME_SIZE) + 1.4
    height = side + text_inches(matrix.columns, NAME_SIZE) + 0.8
    ax = axes_of_size(ax, (width, height))
    image = _draw_cells(ax, values, counted)
    places = np.arange(len(values))
    style = {"fontsize": NAME_SIZE, **LITERAL}
    ax.set_xticks(places, list(matrix.columns), rotation=90, **style)
    ax.set_yticks(places, row_names, **style)
    bar = ax.figure.colorbar(image, ax=ax, fraction=0.6 / width, pad=0.02, aspect=40)
    bar.set_label(label)
    bar.outline.set_visible(False)
    return image, _write_numbers(image, values, numbers)


def _draw_cells(ax, values, counted):
    """Draw squares with thin lines between them."""
    colors = import_or_raise("matplotlib.colors", "Plotting", extra="plot")

    # Of counts, the frequent labels would leave the others white.
    top = np.nanmax(values, initial=1) if counted else 100
    image = ax.imshow(
        np.ma.masked_invalid(values),
        cmap=COLORMAP,
        norm=colors.PowerNorm(0.5 if counted else 1, vmin=0, vmax=top),
        aspect="auto",
    )
    ax.set_facecolor("0.85")
    between = np.arange(1, len(values)) - 0.5
    ax.set_xticks(between, minor=True)
    ax.set_yticks(between, minor=True)
    ax.grid(which="minor", color="0.9", lw=0.5)
    ax.tick_params(which="both", length=0)
    ax.spines[:].set_visible(False)
    return image


def _write_numbers(image, values, numbers):
    """Write numbers into the cells, white on what is dark."""
    texts = np.full(values.shape, None, dtype=object)
    for (i, j), value in np.ndenumerate(values):
        if not numbers[i][j]:
            continue
        red, green, blue, _ = image.cmap(image.norm(value))
        dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.5
        texts[i, j] = image.axes.text(
            j,
            i,
            numbers[i][j],
            ha="center",
            va="center",
            fontsize=NUMBER_SIZE,
            color="white" if dark else "black",
            in_layout=False,  # which need not ask for the size of hundreds
        )
    return texts
