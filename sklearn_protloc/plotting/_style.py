"""What the pictures have in common: colours, sizes and panels."""

import textwrap

import numpy as np

from sklearn_protloc.utils import import_or_raise

__all__ = [
    "COLORS",
    "LITERAL",
    "MARKERS",
    "axes_of_size",
    "grid_of_panels",
    "label_rows",
    "legend_above",
    "literal_legend",
    "offsets",
    "panels",
    "percent",
    "text_inches",
    "with_counts",
    "wrapped",
]

# Those of Okabe and Ito, told apart with every kind of colour vision. Black is that of
# texts, and yellow is hardly seen on white.
COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
# For texts with names of users, in which $ is no formula.
LITERAL = {"parse_math": False}
# Shapes tell apart what was printed without colour.
MARKERS = "osD^vP"
# Side of a panel among many, and of one or two.
PANEL_INCHES, FEW_PANELS_INCHES = 1.75, 2.8
PANEL_CHARACTERS = 24
# Mean width of a letter, as a share of the size of the type.
LETTER_WIDTH = 0.56


def axes_of_size(ax, size):
    """Return the axes given, or those of a new figure of (width, height) inches."""
    plt = import_or_raise("matplotlib.pyplot", "Plotting", extra="plot")
    if ax is None:
        _, ax = plt.subplots(figsize=size, layout="constrained")
    return ax


def panels(ax, n_rows, n_cols, **options):
    """Divide axes into panels, and hide the axes themselves.

    Parameters
    ----------
    ax : matplotlib Axes
        Axes of a grid, as `plt.subplots` makes.
    n_rows, n_cols : int
        Number of panels.
    **options : dict
        For the grid (height_ratios, width_ratios) and its axes (sharex, sharey).

    Returns
    -------
    axes : ndarray of shape (n_rows, n_cols), dtype object
        The axes of the panels.
    """
    spec = ax.get_subplotspec()
    if spec is None:
        raise ValueError(
            "Expected axes of a grid, which are divided into panels, such as "
            "plt.subplots() makes, got axes that stand alone."
        )
    ax.set_axis_off()
    shared = {k: options.pop(k) for k in ("sharex", "sharey") if k in options}
    grid = spec.subgridspec(n_rows, n_cols, **options)
    return grid.subplots(squeeze=False, **shared)


def grid_of_panels(ax, n_panels, *, xlabel, ylabel):
    """Return the axes around, and a list of square panels from 0 to 1 in a grid.

    Only panels at the left and at the bottom have numbers and labels.
    """
    n_cols = min(n_panels, max(3, int(np.ceil(np.sqrt(1.2 * n_panels)))))
    n_rows = -(-n_panels // n_cols)
    side = PANEL_INCHES if n_cols > 2 else FEW_PANELS_INCHES
    size = (n_cols * side + 0.6, n_rows * (side + 0.55) + 0.5)
    ax = axes_of_size(ax, size)
    axes = panels(ax, n_rows, n_cols, sharex=True, sharey=True).ravel()
    for panel in axes[n_panels:]:
        panel.remove()
    for k, panel in enumerate(axes[:n_panels]):
        lowest = k + n_cols >= n_panels
        panel.tick_params(labelbottom=lowest, labelsize=8)
        panel.set_xlabel(xlabel if lowest else "", fontsize=8)
        panel.set_ylabel("" if k % n_cols else ylabel, fontsize=8)
        panel.set(xlim=(0, 1), ylim=(0, 1.02), aspect="equal")
        panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        panel.set_yticks([0, 0.5, 1], ["0", "0.5", "1"])
        panel.spines[["right", "top"]].set_visible(False)
    return ax, list(axes[:n_panels])


def text_inches(texts, size=10):
    """Return about how wide the longest text is, in inches, set in that many points."""
    longest = max((len(str(text)) for text in texts), default=0)
    return longest * size * LETTER_WIDTH / 72


def with_counts(names, counts):
    """Return the names with numbers behind them."""
    return [f"{name} ({n:,})" for name, n in zip(names, counts, strict=True)]


def percent(share):
    """Return a share as percentage with one digit, or two where it is small."""
    value = 100 * share
    return f"{value:.1f} %" if value >= 0.1 or value == 0 else f"{value:.2g} %"


def wrapped(name):
    """Return a name in lines that fit over a panel."""
    return textwrap.fill(str(name), PANEL_CHARACTERS)


def label_rows(ax, names, row_inches, *, x_inches=4.2):
    """Return axes with a row per name, the first at the top, at heights 0, 1, ..."""
    size = (x_inches + text_inches(names), 1 + row_inches * len(names))
    ax = axes_of_size(ax, size)
    ax.set_yticks(range(len(names)), names, **LITERAL)
    ax.set_ylim(len(names) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines[["left", "right", "top"]].set_visible(False)
    return ax


def offsets(n_series, row=0.8):
    """Return where in a row the marks of each of several series stand."""
    return row * ((np.arange(n_series) + 0.5) / n_series - 0.5)


def legend_above(ax, **options):
    """Put a legend over the axes, where it covers nothing."""
    return literal_legend(ax, loc="lower left", bbox_to_anchor=(0, 1), **options)


def literal_legend(ax, **options):
    """Put a legend without a frame, in which names stand as they are."""
    legend = ax.legend(frameon=False, **options)
    for text in legend.get_texts():
        text.set_parse_math(False)
    return legend
