"""How often labels occur, as a picture."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import label_cooccurrence
from sklearn_protloc.plotting._named import as_series, named
from sklearn_protloc.plotting._style import (
    COLORS,
    label_rows,
    legend_above,
    offsets,
    percent,
)

__all__ = ["LabelFrequencyDisplay"]

# Inches of a row, and of each bar in it.
ROW_INCHES, BAR_INCHES = 0.06, 0.17
# Where bars begin, as zero has no place on a logarithmic scale, and the part of the
# width that the longest of them takes, which leaves room for its number.
LEAST, LONGEST = 0.7, 0.7


class LabelFrequencyDisplay:
    """How many images have each label, the most frequent on top.

    The scale is logarithmic: some locations are a thousand times as frequent as others.
    Several sets of images, such as the sides of a fold, or before and after
    over-sampling, are drawn as bars side by side. Behind a bar stand the number of
    images and its share of all.

    Make it by `from_labels`.

    Parameters
    ----------
    n_positive : DataFrame of shape (n_labels, n_sets)
        Number of images with each label, a column per set. The index holds the names
        of the labels.
    n_samples : array-like of shape (n_sets,)
        Number of images of each set.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    bars_ : list of matplotlib BarContainer
        The bars of each set.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from sklearn_protloc.plotting import LabelFrequencyDisplay
    >>> y = pd.DataFrame({"Rods & rings": [0, 0, 0, 1], "Cytosol": [1, 1, 1, 0]})
    >>> display = LabelFrequencyDisplay.from_labels(y)
    >>> [text.get_text() for text in display.ax_.get_yticklabels()]
    ['Cytosol', 'Rods & rings']
    """

    def __init__(self, *, n_positive, n_samples):
        self.n_positive = n_positive
        self.n_samples = n_samples

    @classmethod
    def from_labels(cls, y, *, label_names=None, ax=None):
        """Draw how often labels occur.

        Parameters
        ----------
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels), \
                or dict
            0/1 values, or a dict from the name of a set to its values, in the same
            order of labels.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : LabelFrequencyDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If `y` is no indicator matrix, or sets have different labels.
        """
        counts, n_samples = {}, []
        for name, labels in as_series(y).items():
            table = label_cooccurrence(named(labels, label_names), normalize=False)
            counts[name] = pd.Series(np.diag(table), index=table.index)
            n_samples.append(np.shape(labels)[0])
        first = next(iter(counts.values()))
        if not all(first.index.equals(other.index) for other in counts.values()):
            raise ValueError(
                "Expected sets with the same labels in the same order, got others."
            )
        return cls(n_positive=pd.DataFrame(counts), n_samples=n_samples).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : LabelFrequencyDisplay
            The display, with its artists.
        """
        table = self.n_positive
        order = np.argsort(-table.iloc[:, 0].to_numpy(), kind="stable")
        table = table.iloc[order]
        n_sets = table.shape[1]
        ax = label_rows(ax, list(table.index), ROW_INCHES + BAR_INCHES * n_sets)
        self.ax_, self.figure_, self.bars_ = ax, ax.figure, []
        ax.set_xscale("log")
        most = max(table.to_numpy().max(), 1)
        ax.set_xlim(LEAST, LEAST * (most / LEAST) ** (1 / LONGEST))
        places = np.arange(len(table))
        for k, shift in enumerate(offsets(n_sets)):
            counts, total = table.iloc[:, k].to_numpy(), self.n_samples[k]
            bars = ax.barh(
                places + shift,
                counts,
                height=0.72 / n_sets,
                color=COLORS[k],
                label=f"{table.columns[k]}, {total:,} images".removeprefix(", "),
            )
            for place, n in zip(places + shift, counts, strict=True):
                text = f" {n:,} ({percent(n / total)})"
                ax.text(max(n, LEAST), place, text, va="center", size=8)
            self.bars_.append(bars)
        ax.set_xlabel("Images with the label")
        legend_above(ax)
        return self
