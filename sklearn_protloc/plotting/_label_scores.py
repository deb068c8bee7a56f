"""Scores of labels, and how sure they are, as a picture."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import bootstrap_interval, label_scores
from sklearn_protloc.plotting._named import as_series, named
from sklearn_protloc.plotting._style import (
    COLORS,
    LITERAL,
    MARKERS,
    label_rows,
    legend_above,
    offsets,
    with_counts,
)
from sklearn_protloc.utils import check_method
from sklearn_protloc.utils._label_names import check_label_names

__all__ = ["LabelScoresDisplay"]

# Inches of a row, and of each model in it.
ROW_INCHES, MODEL_INCHES = 0.14, 0.1
NAMES = {"f1": "F1", "precision": "Precision", "recall": "Recall"}


class LabelScoresDisplay:
    """The score of each label with its interval, for one model or several.

    Labels are rows with their number of images in brackets, the most frequent on top.
    A dot is a score, the bar around it its bootstrap interval, and a vertical line the
    mean over labels. Of labels with a handful of images bars are too short: these few
    drawn again show little of what others would. And bars of two models that overlap
    do not show that they are equal: look at the interval of their difference, by
    :func:`~sklearn_protloc.metrics.bootstrap_interval`.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    scores, low, high : DataFrames of shape (n_labels, n_models)
        Scores from 0 to 1 and the ends of their intervals, a column per model. The
        index holds the names of the labels. NaN where a score is not defined.
    n_positive : array-like of shape (n_labels,)
        Number of images with each label.
    score_name : str, default="F1"
        What is drawn.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    errorbars_ : list of matplotlib ErrorbarContainer
        Dots and bars of each model.
    mean_lines_ : list of matplotlib Line2D
        The mean of each model.

    See Also
    --------
    sklearn_protloc.metrics.label_scores : The scores as a table.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn_protloc.plotting import LabelScoresDisplay
    >>> rng = np.random.default_rng(0)
    >>> y = pd.DataFrame(rng.random((90, 2)) < 0.3, columns=["Cytosol", "Nucleoli"])
    >>> models = {"good": y ^ (rng.random((90, 2)) < 0.1), "opposite": ~y}
    >>> display = LabelScoresDisplay.from_predictions(y, models)
    >>> display.scores.round(2)
              good  opposite
    Cytosol   0.85       0.0
    Nucleoli  0.81       0.0
    """

    def __init__(self, *, scores, low, high, n_positive, score_name="F1"):
        self.scores = scores
        self.low = low
        self.high = high
        self.n_positive = n_positive
        self.score_name = score_name

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        metric="f1",
        groups=None,
        random_state=0,
        label_names=None,
        ax=None,
    ):
        """Draw how good the predictions of fitted models are.

        Parameters
        ----------
        estimator : estimator instance or dict
            A fitted multi-label classifier, or a dict from name to classifier.
        X : array-like of shape (n_samples, ...)
            Images, or what else the estimators predict from.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            Their true labels.
        metric : {"f1", "precision", "recall"}, default="f1"
            The score.
        groups : array-like of shape (n_samples,), default=None
            As of :func:`~sklearn_protloc.metrics.bootstrap_interval`.
        random_state : int, RandomState instance or None, default=0
            Draws the resamples; an int, so that a picture does not change when drawn
            again.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else the
            `label_names_` of the first estimator, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : LabelScoresDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and predictions do not fit each other.
        """
        models = as_series(estimator)
        for name, model in models.items():
            check_label_names(model, y, name=repr(name) if name else "the model")
        predictions = {
            name: check_method(model, "predict").predict(X)
            for name, model in models.items()
        }
        return cls.from_predictions(
            named(y, label_names, next(iter(models.values()))),
            predictions,
            metric=metric,
            groups=groups,
            random_state=random_state,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls,
        y_true,
        y_pred,
        *,
        metric="f1",
        groups=None,
        random_state=0,
        label_names=None,
        ax=None,
    ):
        """Draw how good predictions are.

        Parameters
        ----------
        y_true : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            The true labels: 0/1 values.
        y_pred : {array-like, DataFrame, sparse matrix} of shape \
                (n_samples, n_labels), or dict
            The labels predicted, or a dict from the name of a model to those that it
            predicted.
        metric : {"f1", "precision", "recall"}, default="f1"
            The score.
        groups : array-like of shape (n_samples,), default=None
            As of :func:`~sklearn_protloc.metrics.bootstrap_interval`.
        random_state : int, RandomState instance or None, default=0
            Draws the resamples; an int, so that a picture does not change when drawn
            again.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : LabelScoresDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and predictions do not fit each other, or there are more models
            than colours.
        """
        if not isinstance(metric, str) or metric not in NAMES:
            raise ValueError(
                f"Expected metric as {', '.join(map(repr, NAMES))}, got {metric!r}."
            )
        y_true = named(y_true, label_names)
        columns = {}
        for name, predicted in as_series(y_pred).items():
            table = label_scores(y_true, predicted)
            columns[name] = (
                table[metric],
                *bootstrap_interval(
                    y_true,
                    predicted,
                    groups=groups,
                    metric=metric,
                    average=None,
                    random_state=random_state,
                ).confidence_interval,
            )
        scores, low, high = (
            pd.DataFrame({name: ends[k] for name, ends in columns.items()}, table.index)
            for k in range(3)
        )
        counts = table["n_positive"].to_numpy()
        display = cls(
            scores=scores,
            low=low,
            high=high,
            n_positive=counts,
            score_name=NAMES[metric],
        )
        return display.plot(ax=ax)

    def plot(self, ax=None):
        """Draw the rows.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : LabelScoresDisplay
            The display, with its artists.
        """
        order = np.argsort(-np.asarray(self.n_positive), kind="stable")
        rows = with_counts(self.scores.index, self.n_positive)
        n_models = self.scores.shape[1]
        height = ROW_INCHES + MODEL_INCHES * n_models
        ax = label_rows(ax, [rows[k] for k in order], height)
        self.ax_, self.figure_ = ax, ax.figure
        self.errorbars_, self.mean_lines_ = [], []
        places = np.arange(len(order))
        shifts = offsets(n_models, 0.7)
        for k, name in enumerate(self.scores.columns):
            values, low, high = (
                table[name].to_numpy(dtype=float)[order]
                for table in (self.scores, self.low, self.high)
            )
            self._draw_model(k, name, places + shifts[k], values, low, high)
        for place in places[self.scores.iloc[order].isna().all(axis=1)]:
            ax.text(0.01, place, "not defined", color="0.4", size=8, va="center")
        ax.hlines(places[1:] - 0.5, 0, 1, color="0.9", lw=0.6, zorder=0)
        ax.set_xlim(0, 1)
        ax.set_xlabel(f"{self.score_name}, with 95 % interval", **LITERAL)
        ax.set_ylabel("Label (images)")
        legend_above(ax)
        return self

    def _draw_model(self, k, name, places, values, low, high):
        """Draw the dots, bars and the mean of one model."""
        mean = pd.Series(values).mean()
        label = f"{name}, mean {mean:.3f}" if name else f"mean {mean:.3f}"
        style = {"color": COLORS[k], "zorder": 3}
        dots = self.ax_.errorbar(
            values,
            places,
            xerr=np.clip([values - low, high - values], 0, None),
            fmt=MARKERS[k],
            ms=4.5,
            elinewidth=1.5,
            label=label,
            clip_on=False,
            **style,
        )
        self.errorbars_.append(dots)
        self.mean_lines_.append(self.ax_.axvline(mean, color=COLORS[k], lw=1, ls=":"))
