"""How many labels images have, and how many of these are right, as a picture."""

import numpy as np

from sklearn_protloc.metrics import accuracy_by_n_labels
from sklearn_protloc.plotting._named import named
from sklearn_protloc.plotting._style import axes_of_size, legend_above, percent
from sklearn_protloc.utils import check_method

__all__ = ["LabelsPerImageDisplay"]

BAR_INCHES = 0.95
# Blue: all right, sky blue: all found and others, too; grey: some missed.
PARTS = (
    ("#0072B2", "all labels right"),
    ("#56B4E9", "all found, and others named, too"),
    ("0.85", "some missed"),
)
OVER_BAR = {"ha": "center", "va": "bottom", "size": 9, "textcoords": "offset points"}


class LabelsPerImageDisplay:
    """How many images have one label, two, ..., and how many of them are right.

    Over a bar stand its number of images and its share of all. Given predictions, bars
    are divided into images with all labels right, those with all labels found but
    others predicted, too, and the rest [1]_.

    Make it by `from_estimator`, `from_predictions` or `from_labels`.

    Parameters
    ----------
    table : DataFrame
        As :func:`~sklearn_protloc.metrics.accuracy_by_n_labels` returns it.
    predicted : bool, default=True
        Whether to divide the bars. False draws numbers of images only.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    bars_ : list of matplotlib BarContainer
        The parts of the bars, the lowest first.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, table 1.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from sklearn_protloc.plotting import LabelsPerImageDisplay
    >>> y = [[1, 0, 0], [0, 1, 0], [1, 0, 1], [0, 0, 1]]
    >>> display = LabelsPerImageDisplay.from_labels(y)
    >>> [text.get_text().split() for text in display.ax_.texts]
    [['3', '75.0', '%'], ['1', '25.0', '%']]
    """

    def __init__(self, *, table, predicted=True):
        self.table = table
        self.predicted = predicted

    @classmethod
    def from_estimator(cls, estimator, X, y, *, ax=None):
        """Draw how many images a fitted model gets right.

        Parameters
        ----------
        estimator : estimator instance
            A fitted multi-label classifier.
        X : array-like of shape (n_samples, ...)
            Images, or what else the estimator predicts from.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            Their true labels.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : LabelsPerImageDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and predictions do not fit each other.
        """
        y = named(y, None, estimator)
        return cls.from_predictions(
            y, check_method(estimator, "predict").predict(X), ax=ax
        )

    @classmethod
    def from_predictions(cls, y_true, y_pred, *, ax=None):
        """Draw how many images are right.

        Parameters
        ----------
        y_true, y_pred : {array-like, DataFrame, sparse matrix} of shape \
                (n_samples, n_labels)
            The true labels and those predicted: 0/1 values.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : LabelsPerImageDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and predictions do not fit each other.
        """
        return cls(table=accuracy_by_n_labels(y_true, y_pred)).plot(ax=ax)

    @classmethod
    def from_labels(cls, y, *, ax=None):
        """Draw how many labels images have.

        Parameters
        ----------
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            0/1 values.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : LabelsPerImageDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If `y` is no indicator matrix.
        """
        return cls(table=accuracy_by_n_labels(y, y), predicted=False).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : LabelsPerImageDisplay
            The display, with its artists.
        """
        table = self.table
        ax = axes_of_size(ax, (max(4.0, 0.9 + BAR_INCHES * len(table)), 4))
        self.ax_, self.figure_, self.bars_ = ax, ax.figure, []
        total = table["n_samples"].to_numpy()
        ends = [total * table["exact"], total * table["found"], total]
        places, base = np.arange(len(table)), np.zeros(len(table))
        for (color, label), end in zip(PARTS, ends, strict=True):
            height = np.asarray(end) - base
            self.bars_.append(
                ax.bar(places, height, 0.7, bottom=base, color=color, label=label)
            )
            base = base + height
        for place, n, share in zip(places, total, table["share"], strict=True):
            text = f"{n:,}\n{percent(share)}"
            ax.annotate(text, (place, n), (0, 2), **OVER_BAR)
        ax.set_xticks(places, table.index)
        ax.set(xlabel="Labels of an image", ylabel="Images")
        ax.set_ylim(0, total.max() * 1.15)
        ax.spines[["right", "top"]].set_visible(False)
        if self.predicted:
            legend_above(ax)
        return self
