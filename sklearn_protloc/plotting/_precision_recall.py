"""Precision against recall, a panel per label."""

import numpy as np
from sklearn.metrics import precision_recall_curve

from sklearn_protloc.metrics import label_scores
from sklearn_protloc.plotting._checks import as_thresholds
from sklearn_protloc.plotting._named import named
from sklearn_protloc.plotting._style import COLORS, LITERAL, grid_of_panels, wrapped
from sklearn_protloc.utils import check_indicator, label_probabilities
from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["MultiLabelPrecisionRecallDisplay"]

CURVE, CHOSEN = COLORS[:2]


class MultiLabelPrecisionRecallDisplay:
    """Precision against recall of each label, in a panel of its own.

    The title of a panel tells its average precision, and in brackets the number of
    images with the label. The grey line is the precision of chance, which is the share
    of these images. A dot marks the chosen threshold, unless the label is never
    predicted there.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    precision, recall : lists of n_labels ndarrays
        The curve of each label, from 0 to 1.
    scores : DataFrame of n_labels rows
        With the columns n_positive and average_precision, as of
        :func:`~sklearn_protloc.metrics.label_scores`; the index holds the names of the
        labels. With precision and recall, too, these are marked by dots.
    n_samples : int
        Number of images.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that were divided into panels.
    axes_ : list of n_labels matplotlib Axes
        The panels.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of n_labels matplotlib Line2D
        The curves. Those of labels that do not occur are empty.

    See Also
    --------
    sklearn.metrics.PrecisionRecallDisplay : The curve of a single label.
    ThresholdCurveDisplay : F1 against the threshold.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import pandas as pd
    >>> from sklearn_protloc.plotting import MultiLabelPrecisionRecallDisplay
    >>> y = pd.DataFrame({"Cytosol": [1, 1, 0, 0], "Nucleoli": [0, 1, 0, 1]})
    >>> p = [[0.9, 0.2], [0.6, 0.3], [0.4, 0.6], [0.1, 0.4]]
    >>> display = MultiLabelPrecisionRecallDisplay.from_predictions(y, p)
    >>> print(display.axes_[0].get_title())
    Cytosol
    AP 1.00 (2)
    """

    def __init__(self, *, precision, recall, scores, n_samples):
        self.precision = precision
        self.recall = recall
        self.scores = scores
        self.n_samples = n_samples

    @classmethod
    def from_estimator(cls, estimator, X, y, *, label_names=None, ax=None):
        """Draw the curves of a fitted model.

        Parameters
        ----------
        estimator : estimator instance
            A fitted multi-label classifier with `predict_proba`. If it has
            `thresholds_`, these are marked.
        X : array-like of shape (n_samples, ...)
            Images, or what else the estimator predicts from.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            Their true labels.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else the
            `label_names_` of the estimator, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as the labels need.

        Returns
        -------
        display : MultiLabelPrecisionRecallDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and probabilities do not fit each other.
        """
        n_labels = check_indicator(y)[0].shape[1]
        return cls.from_predictions(
            named(y, label_names, estimator),
            label_probabilities(estimator, X, n_labels),
            thresholds=fitted_attribute(estimator, "thresholds_"),
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls, y_true, y_score, *, thresholds=None, label_names=None, ax=None
    ):
        """Draw the curves of probabilities or other scores.

        Parameters
        ----------
        y_true : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            The true labels: 0/1 values.
        y_score : {array-like, DataFrame} of shape (n_samples, n_labels)
            Higher where a label is likelier.
        thresholds : array-like of shape (n_labels,) or float, default=None
            Thresholds to mark; a label is predicted at or above its own. None marks
            none.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as the labels need.

        Returns
        -------
        display : MultiLabelPrecisionRecallDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and scores do not fit each other.
        """
        y_true = named(y_true, label_names)
        scores = label_scores(y_true, y_score=y_score)
        p = np.asarray(y_score, dtype=np.float64)
        if thresholds is not None:
            decided = p >= as_thresholds(thresholds, p.shape[1])
            marked = label_scores(y_true, decided)[["precision", "recall"]]
            scores[["precision", "recall"]] = marked.to_numpy()
        indicator, _ = check_indicator(y_true)
        curves = [
            precision_recall_curve(*k)[:2] if k[0].any() else (np.empty(0), np.empty(0))
            for k in zip(indicator.T, p.T, strict=True)
        ]
        precision, recall = map(list, zip(*curves, strict=True))
        display = cls(
            precision=precision, recall=recall, scores=scores, n_samples=len(p)
        )
        return display.plot(ax=ax)

    def plot(self, ax=None):
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as the labels need.

        Returns
        -------
        display : MultiLabelPrecisionRecallDisplay
            The display, with its artists.
        """
        self.ax_, self.axes_ = grid_of_panels(
            ax, len(self.scores), xlabel="Recall", ylabel="Precision"
        )
        self.figure_, self.lines_ = self.ax_.figure, []
        for k, panel in enumerate(self.axes_):
            recall, precision = self.recall[k], self.precision[k]
            self.lines_ += panel.step(recall, precision, CURVE, where="post", lw=1.4)
            panel.fill_between(recall, precision, step="post", color=CURVE, alpha=0.15)
            row = self.scores.iloc[k]
            chance = row["n_positive"] / self.n_samples
            panel.axhline(chance, color="0.6", lw=0.8, zorder=0)
            if "recall" in row:
                panel.plot(
                    row["recall"], row["precision"], "o", c=CHOSEN, ms=5, clip_on=False
                )
            n = int(row["n_positive"])
            score = f"AP {row['average_precision']:.2f} ({n:,})" if n else "no positive"
            title = f"{wrapped(self.scores.index[k])}\n{score}"
            panel.set_title(title, fontsize=8, **LITERAL)
        return self
