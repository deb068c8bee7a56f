"""Probabilities of single images beside their thresholds."""

import numpy as np
from sklearn.utils.validation import _num_samples

from sklearn_protloc.datasets import as_rows
from sklearn_protloc.plotting._checks import as_thresholds, check_number, check_together
from sklearn_protloc.plotting._composite import composite, without_reticulum
from sklearn_protloc.plotting._named import as_names, names_for
from sklearn_protloc.plotting._style import (
    COLORS,
    LITERAL,
    axes_of_size,
    panels,
    text_inches,
)
from sklearn_protloc.utils import (
    as_numbers,
    check_image_data,
    check_indicator,
    check_method,
    import_or_raise,
    label_probabilities,
    read_image,
)
from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["ConfidenceDisplay"]

MOST_IMAGES = 12
# Inches of a row, of a column and of the rest of the figure.
ROW_INCHES, COLUMN_INCHES, REST_INCHES = 0.2, 1.8, 0.9
# Of the legend, which is wider than the column of a single image.
LEGEND_INCHES, LEAST_INCHES = 0.45, 3.2
NAME_SIZE = 9
PREDICTED, REJECTED, ANNOTATED = COLORS[0], COLORS[5], "#FFEFC2"
AT_HALF = 0.5


class ConfidenceDisplay:
    """The probability of each label of some images, beside its threshold.

    A column is an image, if given with the picture of it on top. The bars are its
    probabilities [1]_: dark where they reach the threshold, which is a black line, and
    the label is predicted; light otherwise. Annotated labels are shaded. So a light bar
    on shade is a label missed, and a dark one without shade a false one.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    probabilities : ndarray of shape (n_images, n_labels)
        From 0 to 1.
    thresholds : ndarray of shape (n_labels,)
        A label is predicted at or above its own.
    label_names : array-like of shape (n_labels,)
        Names of the labels.
    y : ndarray of shape (n_images, n_labels), default=None
        The labels annotated. None shades none.
    images : array-like of shape (n_images, n_channels, height, width), default=None
        The images. None draws bars only.
    order : str, default="RGBY"
        What the channels are: see :class:`ImagePanelDisplay`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that were divided into panels.
    axes_ : ndarray of shape (1 or 2, n_images), dtype object
        The panels: bars in the last row, images in the one above.
    figure_ : matplotlib Figure
        Their figure.
    bars_ : list of n_images matplotlib BarContainer
        The bars.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, figures 5 and 6.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.plotting import ConfidenceDisplay
    >>> cells = make_cells(2, image_size=32, labels=3, random_state=0, as_frame=True)
    >>> p = [[0.9, 0.2, 0.1], [0.6, 0.3, 0.8]]
    >>> display = ConfidenceDisplay.from_predictions(
    ...     cells.target, p, thresholds=[0.5, 0.3, 0.4], images=cells.data
    ... )
    >>> display.axes_.shape
    (2, 2)
    """

    def __init__(
        self,
        *,
        probabilities,
        thresholds,
        label_names,
        y=None,
        images=None,
        order="RGBY",
    ):
        self.probabilities = probabilities
        self.thresholds = thresholds
        self.label_names = label_names
        self.y = y
        self.images = images
        self.order = order

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y=None,
        *,
        order="RGBY",
        label_names=None,
        ax=None,
    ):
        """Draw what a fitted model makes of images.

        Parameters
        ----------
        estimator : estimator instance
            A fitted multi-label classifier with `predict_proba`. Its `thresholds_` are
            drawn, or one half if it has none.
        X : array-like of shape (n_images, ...)
            At most twelve images, or what else the estimator predicts from. What has
            four dimensions is drawn.
        y : {array-like, DataFrame, sparse matrix} of shape (n_images, n_labels), \
                default=None
            Their annotated labels.
        order : str, default="RGBY"
            A letter per channel: see :class:`ImagePanelDisplay`.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else the
            `label_names_` of the estimator, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : ConfidenceDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are too many images, or labels and probabilities do not fit.
        """
        check_method(estimator, "predict_proba")
        X = as_rows(X)
        check_number(_num_samples(X), MOST_IMAGES)
        if y is None:
            n_labels = len(estimator.classes_)
        else:
            n_labels = check_indicator(y)[0].shape[1]
        thresholds = fitted_attribute(estimator, "thresholds_")
        return cls.from_predictions(
            y,
            label_probabilities(estimator, X, n_labels),
            thresholds=AT_HALF if thresholds is None else thresholds,
            images=X if np.ndim(X) == 4 else None,
            order=order,
            label_names=names_for(y, label_names, estimator),
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        y,
        p,
        *,
        thresholds=AT_HALF,
        images=None,
        order="RGBY",
        label_names=None,
        ax=None,
    ):
        """Draw probabilities of images.

        Parameters
        ----------
        y : {array-like, DataFrame, sparse matrix} of shape (n_images, n_labels) or None
            The annotated labels: 0/1 values. None shades none.
        p : {array-like, DataFrame} of shape (n_images, n_labels)
            Probabilities from 0 to 1 of at most twelve images.
        thresholds : array-like of shape (n_labels,) or float, default=0.5
            A label is predicted at or above its own.
        images : array-like of shape (n_images, n_channels, height, width), \
                default=None
            The images to draw, such as an
            :class:`~sklearn_protloc.datasets.ImageCollection`. None draws none.
        order : str, default="RGBY"
            A letter per channel: see :class:`ImagePanelDisplay`.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : ConfidenceDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are too many images, or the arguments do not fit each other.
        """
        names = names_for(p if y is None else y, label_names, None)
        values = as_numbers(p, "p")
        annotated = None if y is None else check_indicator(y)[0]
        images = None if images is None else check_image_data(images)
        check_together(values, annotated, images, order)
        check_number(len(values), MOST_IMAGES)
        n_labels = values.shape[1]
        display = cls(
            probabilities=values,
            thresholds=as_thresholds(thresholds, n_labels),
            label_names=range(n_labels) if names is None else as_names(names, n_labels),
            y=annotated,
            images=images,
            order=order,
        )
        return display.plot(ax=ax)

    def plot(self, ax=None):
        """Draw images and bars.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : ConfidenceDisplay
            The display, with its artists.
        """
        n_images, n_labels = self.probabilities.shape
        heights = [LEGEND_INCHES, n_labels * ROW_INCHES]
        if self.images is not None:
            heights.insert(1, COLUMN_INCHES)
        names = [str(name) for name in self.label_names]
        width = max(n_images * COLUMN_INCHES, LEAST_INCHES)
        size = (width + text_inches(names, NAME_SIZE), sum(heights) + REST_INCHES)
        self.ax_ = axes_of_size(ax, size)
        self.figure_ = self.ax_.figure
        axes = panels(self.ax_, len(heights), n_images, height_ratios=heights)
        for panel in axes[:-1].ravel():
            panel.set_axis_off()
        self._explain(axes[0, 0])
        self.axes_ = axes[1:]
        if self.images is not None:
            shown = without_reticulum(self.order)
            for k, panel in enumerate(self.axes_[0]):
                image = read_image(self.images, k)
                panel.imshow(composite(image, self.order, shown=shown))
        self.bars_ = [self._draw_bars(k) for k in range(n_images)]
        self.axes_[-1, 0].set_yticks(
            range(n_labels), names, fontsize=NAME_SIZE, **LITERAL
        )
        return self

    def _draw_bars(self, k):
        """Draw the bars of one image."""
        panel, p = self.axes_[-1, k], self.probabilities[k]
        places = np.arange(len(p))
        if self.y is not None:
            for place in places[self.y[k] == 1]:
                panel.axhspan(place - 0.5, place + 0.5, color=ANNOTATED, zorder=0)
        colors = np.where(p >= self.thresholds, PREDICTED, REJECTED)
        bars = panel.barh(places, p, height=0.6, color=colors)
        panel.vlines(
            self.thresholds, places - 0.42, places + 0.42, color="black", lw=1.4
        )
        panel.hlines(places[1:] - 0.5, 0, 1, color="0.93", lw=0.6, zorder=0)
        panel.set(xlim=(0, 1), ylim=(len(p) - 0.5, -0.5), xlabel="Probability")
        panel.set_xticks([0, 0.5, 1], ["0", "0.5", "1"])
        panel.set_yticks([])
        panel.tick_params(axis="y", length=0)
        panel.spines[["right", "top"]].set_visible(False)
        return bars

    def _explain(self, panel):
        """Put a legend into a panel, and over those on its right."""
        patches = import_or_raise("matplotlib.patches", "Plotting", extra="plot")
        lines = import_or_raise("matplotlib.lines", "Plotting", extra="plot")

        handles = [
            patches.Patch(color=PREDICTED, label="predicted"),
            patches.Patch(color=REJECTED, label="not predicted"),
            lines.Line2D([], [], color="black", lw=1.4, label="threshold"),
        ]
        if self.y is not None:
            handles.append(patches.Patch(color=ANNOTATED, label="annotated"))
        legend = panel.legend(
            handles=handles, loc="center left", ncols=2, frameon=False, fontsize=9
        )
        legend.set_in_layout(False)
