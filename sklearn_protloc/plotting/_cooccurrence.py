"""Which labels occur together, as a picture."""

import numpy as np

from sklearn_protloc.metrics import label_cooccurrence
from sklearn_protloc.plotting._matrix import draw_matrix
from sklearn_protloc.plotting._named import named
from sklearn_protloc.plotting._style import with_counts

__all__ = ["CooccurrenceDisplay"]


class CooccurrenceDisplay:
    """How many of the images with one label have another, too.

    A row is a label, with its number of images in brackets; the columns tell how many
    of these have the label of the column, too [1]_. Rows of rare labels are sums of few
    images.

    Make it by `from_labels`.

    Parameters
    ----------
    matrix : DataFrame of shape (n_labels, n_labels)
        As :func:`~sklearn_protloc.metrics.label_cooccurrence` returns it.
    n_positive : array-like of shape (n_labels,)
        Number of images with each label.

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

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, figure 7.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from sklearn_protloc.plotting import CooccurrenceDisplay
    >>> y = pd.DataFrame({"Cytosol": [1, 1, 1, 1], "Rods & rings": [0, 0, 0, 1]})
    >>> display = CooccurrenceDisplay.from_labels(y)
    >>> display.text_[0, 1].get_text()  # percent of the images with cytosol
    '25'
    """

    def __init__(self, *, matrix, n_positive):
        self.matrix = matrix
        self.n_positive = n_positive

    @classmethod
    def from_labels(cls, y, *, normalize=True, label_names=None, ax=None):
        """Draw which labels occur together.

        Parameters
        ----------
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            0/1 values.
        normalize : bool, default=True
            Whether to show shares of the images of the row, or numbers of images.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as large as the labels need.

        Returns
        -------
        display : CooccurrenceDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If `y` is no indicator matrix.
        """
        y = named(y, label_names)
        counts = label_cooccurrence(y, normalize=False)
        matrix = label_cooccurrence(y) if normalize else counts
        return cls(matrix=matrix, n_positive=np.diag(counts)).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as large as the labels need.

        Returns
        -------
        display : CooccurrenceDisplay
            The display, with its artists.
        """
        counted = self.matrix.iloc[:, 0].dtype.kind == "i"
        self.im_, self.text_ = draw_matrix(
            ax,
            self.matrix,
            with_counts(self.matrix.index, self.n_positive),
            "Images" if counted else "% of the images of the row",
        )
        self.ax_, self.figure_ = self.im_.axes, self.im_.axes.figure
        self.ax_.set(xlabel="... have this label, too", ylabel="Images with this label")
        return self
