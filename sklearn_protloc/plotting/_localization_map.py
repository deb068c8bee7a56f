"""Where each label is, over the image."""

from collections.abc import Iterable

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.plotting._composite import (
    check_order,
    composite,
    without_reticulum,
)
from sklearn_protloc.plotting._named import as_names
from sklearn_protloc.plotting._style import LITERAL, axes_of_size, panels, wrapped
from sklearn_protloc.utils import as_numbers, check_image_data
from sklearn_protloc.utils._fitted import fitted_attribute
from sklearn_protloc.utils._maps_inside import classifier_inside, maps_inside

__all__ = ["LocalizationMapDisplay"]

MOST_COLUMNS = 4
SIDE_INCHES, LINE_INCHES, SCALE_INCHES = 2.4, 0.2, 0.9
TITLE_SIZE = 10
# From dark violet to light yellow, in order with every kind of colour vision and in
# grey; the image below is dimmed, so that both ends differ from its colours.
COLORMAP, OPACITY, DIMMED = "inferno", 0.6, 0.6
MASK_COLOR = "#56B4E9"


class LocalizationMapDisplay:
    """Maps of where labels are, laid over the image.

    Each label is a panel: the stains of the image in their colours, dimmed, and over
    them the map, the brighter and the more opaque the more it speaks for the label. The
    reticulum is left out, as its yellow would hide red and green.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    maps : ndarray of shape (n_labels, height, width)
        Where each label is, in [0, 1].
    image : ndarray of shape (n_channels, height, width)
        The image.
    label_names : array-like of shape (n_labels,)
        Names of the panels.
    order : str, default="RGBY"
        A letter per channel: R for microtubules, drawn red, G for the protein, green, B
        for the nucleus, blue, and Y for the endoplasmic reticulum.
    probabilities : array-like of shape (n_labels,), default=None
        How probable it is that the image has the label. None writes none.
    masks : array-like of shape (n_labels, height, width), default=None
        Where each label is in truth, to be outlined. None outlines nothing.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that were divided into panels.
    axes_ : ndarray of shape (n_labels,), dtype object
        The panels.
    figure_ : matplotlib Figure
        Their figure.
    images_ : list of matplotlib AxesImage
        The maps, from the first label to the last.
    contours_ : list of matplotlib QuadContourSet
        The outlines of the masks.

    See Also
    --------
    sklearn_protloc.classifiers.LocalizationClassifier.predict_maps : Computes maps.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from sklearn_protloc.plotting import LocalizationMapDisplay
    >>> image, maps = np.random.default_rng(0).random((2, 4, 32, 32))
    >>> display = LocalizationMapDisplay.from_predictions(
    ...     maps[:2], image, label_names=["Cytosol", "Nucleoli"]
    ... )
    >>> [ax.get_title() for ax in display.axes_]
    ['Cytosol', 'Nucleoli']
    """

    def __init__(
        self,
        *,
        maps,
        image,
        label_names,
        order="RGBY",
        probabilities=None,
        masks=None,
    ):
        self.maps = maps
        self.image = image
        self.label_names = label_names
        self.order = order
        self.probabilities = probabilities
        self.masks = masks

    @classmethod
    def from_estimator(
        cls,
        model,
        image,
        *,
        labels=None,
        masks=None,
        n_shifts=1,
        order="RGBY",
        ax=None,
    ):
        """Draw the maps that a fitted classifier computes of an image.

        Parameters
        ----------
        model : LocalizationClassifier
            Fitted; or a pipeline, a search, a threshold optimizer or a calibrated
            classifier with one inside. Behind transformers, its maps are resized to the
            image.
        image : array-like of shape (n_channels, height, width)
            Image like those of `fit`.
        labels : sequence of str or int, default=None
            Names or numbers of the labels to draw. None draws those with a probability
            of at least one half, or the `thresholds_` of the model, or the most
            probable one.
        masks : array-like of shape (n_labels, height, width), default=None
            Where each label that the model knows is in truth. None outlines nothing.
        n_shifts : int >= 1, default=1
            How many times finer the maps are to be, as for `predict_maps`.
        order : str, default="RGBY"
            A letter per channel: R for microtubules, G for the protein, B for the
            nucleus, Y for the endoplasmic reticulum.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : LocalizationMapDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the image is not like those of `fit`, a label is unknown, or letters do
            not fit the channels.
        TypeError
            If there is no single LocalizationClassifier inside the model.
        """
        check_is_fitted(model)
        _, classifier = classifier_inside(model)
        names = list(classifier.label_names_)
        image = np.asarray(image)
        proba = model.predict_proba(image[np.newaxis])[0]
        if labels is None:
            thresholds = fitted_attribute(model, "thresholds_")
            labels = np.flatnonzero(
                proba >= (0.5 if thresholds is None else thresholds)
            )
            labels = labels if len(labels) else [proba.argmax()]
        one = isinstance(labels, str) or not isinstance(labels, Iterable)
        labels = [labels] if one else list(labels)
        maps = maps_inside(model, image[np.newaxis], labels=labels, n_shifts=n_shifts)
        shown = [names.index(k) if k in names else int(k) for k in labels]
        return cls.from_predictions(
            maps[0],
            image,
            label_names=[names[k] for k in shown],
            probabilities=proba[shown],
            masks=None if masks is None else np.asarray(masks)[shown],
            order=order,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        maps,
        image,
        *,
        label_names=None,
        probabilities=None,
        masks=None,
        order="RGBY",
        ax=None,
    ):
        """Draw maps that were computed before.

        Parameters
        ----------
        maps : array-like of shape (n_labels, height, width)
            Where each label is, in [0, 1].
        image : array-like of shape (n_channels, height, width)
            The image.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes numbers.
        probabilities : array-like of shape (n_labels,), default=None
            How probable it is that the image has the label. None writes none.
        masks : array-like of shape (n_labels, height, width), default=None
            Where each label is in truth. None outlines nothing.
        order : str, default="RGBY"
            A letter per channel: R for microtubules, G for the protein, B for the
            nucleus, Y for the endoplasmic reticulum.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : LocalizationMapDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If shapes do not match, a value of a map is NaN or not in [0, 1], or letters
            do not fit the channels.
        """
        maps, image = as_numbers(maps, "maps"), np.asarray(image)
        check_image_data(image[np.newaxis])
        if probabilities is not None:
            probabilities = as_numbers(probabilities, "probabilities")
        if label_names is not None:
            label_names = as_names(label_names)
        check_order(order, image.shape)
        _check_shapes(maps, image, label_names, probabilities, masks)
        if label_names is None:
            label_names = [str(k) for k in range(len(maps))]
        display = cls(
            maps=maps,
            image=image,
            label_names=label_names,
            order=order,
            probabilities=probabilities,
            masks=masks,
        )
        return display.plot(ax=ax)

    def plot(self, ax=None):
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as it needs.

        Returns
        -------
        display : LocalizationMapDisplay
            The display, with its artists.
        """
        titles = [self._title(k) for k in range(len(self.maps))]
        n_lines = max(title.count("\n") + 1 for title in titles)
        n_cols = min(len(titles), MOST_COLUMNS)
        n_rows = -(-len(titles) // n_cols)
        row_inches = SIDE_INCHES + 0.1 + LINE_INCHES * n_lines
        size = (n_cols * SIDE_INCHES + SCALE_INCHES, n_rows * row_inches)
        self.ax_ = axes_of_size(ax, size)
        self.figure_ = self.ax_.figure
        grid = panels(self.ax_, n_rows, n_cols).ravel()
        for panel in grid[len(titles) :]:
            panel.remove()
        self.axes_ = grid[: len(titles)]
        picture = composite(self.image, self.order, shown=without_reticulum(self.order))
        self.images_, self.contours_ = [], []
        for k, panel in enumerate(self.axes_):
            panel.imshow(DIMMED * picture)
            self._plot_map(panel, k)
            panel.set_title(titles[k], fontsize=TITLE_SIZE, **LITERAL)
            panel.set_axis_off()
        self.figure_.colorbar(self.images_[0], ax=list(self.axes_), shrink=0.8)
        return self

    def _plot_map(self, panel, k):
        """Lay the map over the image, and outline the mask."""
        values = np.asarray(self.maps[k], dtype=np.float64)
        opacity = OPACITY * values
        overlay = panel.imshow(values, cmap=COLORMAP, vmin=0, vmax=1, alpha=opacity)
        self.images_.append(overlay)
        if self.masks is not None and np.ptp(np.asarray(self.masks[k], dtype=int)):
            mask = np.asarray(self.masks[k], dtype=np.float64)
            lines = panel.contour(mask, levels=[0.5], colors=MASK_COLOR, linewidths=0.8)
            self.contours_.append(lines)

    def _title(self, k):
        name = wrapped(self.label_names[k])
        if self.probabilities is None:
            return name
        return f"{name}\nprobability {self.probabilities[k]:.2f}"


def _check_shapes(maps, image, label_names, probabilities, masks):
    """Raise unless there is all of each label, at the size of the image."""
    if maps.ndim != 3 or not len(maps) or maps.shape[1:] != image.shape[1:]:
        raise ValueError(
            "Expected maps of shape (n_labels, height, width), of the size of the "
            f"image, got {maps.shape} for an image of shape {image.shape}."
        )
    if not ((maps >= 0) & (maps <= 1)).all():
        raise ValueError("Expected maps in [0, 1], without NaN.")
    given = {"label_names": label_names, "probabilities": probabilities}
    for name, values in given.items():
        if values is not None and np.shape(values) != (len(maps),):
            shape = np.shape(values)
            got = shape[0] if len(shape) == 1 else f"shape {shape}"
            raise ValueError(
                f"Expected one of {name} for each of {len(maps)} maps, got {got}."
            )
    if probabilities is not None and not np.isfinite(probabilities).all():
        raise ValueError("Expected finite probabilities, got NaN or infinity.")
    if masks is not None and np.shape(masks) != maps.shape:
        raise ValueError(
            f"Expected masks like the maps, of shape {maps.shape}, got "
            f"{np.shape(masks)}."
        )
