"""Which labels are taken for which, as a picture."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import label_cooccurrence, localization_confusion_matrix
from sklearn_protloc.plotting._matrix import draw_matrix
from sklearn_protloc.plotting._named import named
from sklearn_protloc.plotting._style import with_counts
from sklearn_protloc.utils import check_method

__all__ = ["LocalizationConfusionDisplay"]

BAR_LABELS = {
    "true": "% of the images with the true label",
    "row": "% of the row",
    None: "Images",
}


class LocalizationConfusionDisplay:
    """Labels found, and labels predicted in place of those missed.

    A row is a true label, with its number of images in brackets. The diagonal tells in
    how many of them it was found, the other columns what was falsely predicted where it
    was missed [1]_. The title is the mean of the diagonal.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    matrix : DataFrame of shape (n_labels, n_labels)
        As :func:`~sklearn_protloc.metrics.localization_confusion_matrix` returns it.
    n_positive : array-like of shape (n_labels,)
        Number of images with each label.
    normalize : {"true", "row", None}, default="true"
        What the rows of the matrix were divided by.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    im_ : matplotlib AxesImage
        The colours.
    text_ : ndarray of shape (n_labels, n_labels), dtype object
        The numbers in the cells: percentages, or counts if not normalized. Shares below
        half a percent have None.

    See Also
    --------
    CooccurrenceDisplay : Labels that often occur together are easily confused.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, figure 4.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from sklearn_protloc.plotting import LocalizationConfusionDisplay
    >>> y_true = pd.DataFrame({"Cytosol": [1, 1], "Nucleoli": [0, 1], "Golgi": [0, 0]})
    >>> y_pred = [[1, 0, 0], [1, 0, 1]]
    >>> display = LocalizationConfusionDisplay.from_predictions(y_true, y_pred)
    >>> display.text_[1, 2].get_text()  # nucleoli were taken for Golgi
    '100'
    """

    def __init__(self, *, matrix, n_positive, normalize="true"):
        self.matrix = matrix
        self.n_positive = n_positive
        self.normalize = normalize

    @classmethod
    def from_estimator(
        cls, estimator, X, y, *, normalize="true", label_names=None, ax=None
    ):
        """Draw what a fitted model takes for what.

        Parameters
        ----------
        estimator : estimator instance
            A fitted multi-label classifier.
        X : array-like of shape (n_samples, ...)
            Images, or what else the estimator predicts from.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            Their true labels.
        normalize : {"true", "row", None}, default="true"
            As of :func:`~sklearn_protloc.metrics.localization_confusion_matrix`.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else the
            `label_names_` of the estimator, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as large as the labels need.

        Returns
        -------
        display : LocalizationConfusionDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and predictions do not fit each other.
        """
        return cls.from_predictions(
            named(y, label_names, estimator),
            check_method(estimator, "predict").predict(X),
            normalize=normalize,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls, y_true, y_pred, *, normalize="true", label_names=None, ax=None
    ):
        """Draw which labels were predicted in place of which.

        Parameters
        ----------
        y_true, y_pred : {array-like, DataFrame, sparse matrix} of shape \
                (n_samples, n_labels)
            The true labels and those predicted: 0/1 values.
        normalize : {"true", "row", None}, default="true"
            As of :func:`~sklearn_protloc.metrics.localization_confusion_matrix`.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as large as the labels need.

        Returns
        -------
        display : LocalizationConfusionDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and predictions do not fit each other.
        """
        y_true = named(y_true, label_names)
        matrix = localization_confusion_matrix(y_true, y_pred, normalize=normalize)
        n_positive = np.diag(label_cooccurrence(y_true, normalize=False))
        display = cls(matrix=matrix, n_positive=n_positive, normalize=normalize)
        return display.plot(ax=ax)

    def plot(self, ax=None):
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as large as the labels need.

        Returns
        -------
        display : LocalizationConfusionDisplay
            The display, with its artists.
        """
        self.im_, self.text_ = draw_matrix(
            ax,
            self.matrix,
            with_counts(self.matrix.index, self.n_positive),
            BAR_LABELS[self.normalize],
        )
        self.ax_, self.figure_ = self.im_.axes, self.im_.axes.figure
        self.ax_.set(xlabel="Predicted label", ylabel="True label (images)")
        if self.normalize is not None:
            mean = pd.Series(np.diag(self.matrix)).mean()
            self.ax_.set_title(f"Mean of the diagonal: {mean:.3f}", fontsize=11)
        return self
