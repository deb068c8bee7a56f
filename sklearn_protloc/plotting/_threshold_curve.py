"""F1 against the decision threshold, a row per label."""

import numpy as np
from sklearn.metrics import f1_score, precision_recall_curve
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.plotting._checks import as_thresholds
from sklearn_protloc.plotting._named import as_names
from sklearn_protloc.plotting._style import LITERAL
from sklearn_protloc.utils import (
    as_numbers,
    check_indicator,
    import_or_raise,
)
from sklearn_protloc.utils._label_names import check_label_names

__all__ = ["ThresholdCurveDisplay"]

GRID = np.arange(1001) / 1000
# Blue and vermilion are told apart with every kind of colour vision.
CURVE_COLOR, CHOSEN_COLOR = "#0072B2", "#D55E00"
# Heights are shares of a row, so that a curve of F1 1 does not touch the next row.
ROW_HEIGHT, ROW_INCHES = 0.82, 0.34


class ThresholdCurveDisplay:
    """F1 of each label against its decision threshold.

    Each label is a row with its curve: the base line is F1 0, the next grey line F1 1.
    A dot marks the chosen threshold, a bar around it how much the choice varies from
    fold to fold, and its F1 stands on the right with the number of positives. A broad
    hill forgives a threshold that is a little off; a jagged one has few positives.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        Ascending, from 0 to 1.
    f1 : ndarray of shape (n_labels, n_thresholds)
        F1 of each label when predicting at or above each threshold.
    n_positive : ndarray of shape (n_labels,)
        Number of positives of each label.
    label_names : array-like of shape (n_labels,)
        Names of the rows.
    chosen : array-like of shape (n_labels,), default=None
        The threshold of each label. None draws no dots.
    chosen_f1 : array-like of shape (n_labels,), default=None
        F1 at the chosen thresholds; needed with `chosen`.
    chosen_std : array-like of shape (n_labels,), default=None
        Standard deviation of the thresholds over folds. None draws no bars.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : list of matplotlib Line2D
        A curve per label, from the first to the last.
    chosen_ : matplotlib ErrorbarContainer or None
        Dots and bars.

    See Also
    --------
    sklearn_protloc.model_selection.MultiLabelThresholdOptimizer : Chooses thresholds.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from sklearn_protloc.plotting import ThresholdCurveDisplay
    >>> y = np.array([[1, 0], [1, 1], [0, 1], [0, 0]])
    >>> p = np.array([[0.9, 0.2], [0.6, 0.3], [0.4, 0.6], [0.1, 0.4]])
    >>> display = ThresholdCurveDisplay.from_predictions(y, p, thresholds=[0.5, 0.25])
    >>> display.f1.max(axis=1)
    array([1. , 0.8])
    """

    def __init__(
        self,
        *,
        thresholds,
        f1,
        n_positive,
        label_names,
        chosen=None,
        chosen_f1=None,
        chosen_std=None,
    ):
        self.thresholds = thresholds
        self.f1 = f1
        self.n_positive = n_positive
        self.label_names = label_names
        self.chosen = chosen
        self.chosen_f1 = chosen_f1
        self.chosen_std = chosen_std

    @classmethod
    def from_estimator(cls, optimizer, y, *, ax=None):
        """Draw what a fitted threshold optimizer chose from.

        Parameters
        ----------
        optimizer : MultiLabelThresholdOptimizer
            Fitted on several labels. The curves are those of its held-out
            probabilities `oof_proba_`.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            The labels that it was fitted on, which it does not keep.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : ThresholdCurveDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the optimizer was fitted on a `y` of one column, or `y` has another
            shape.
        """
        check_is_fitted(optimizer)
        if optimizer.thresholds_ is None:
            raise ValueError(
                "Expected an optimizer fitted on a column of y per label, but this one "
                "was fitted on one column and has no thresholds to show."
            )
        indicator, _ = check_indicator(y)
        check_label_names(optimizer, y, name="the optimizer")
        _check_shapes(indicator, optimizer.oof_proba_)
        held_out = ~np.isnan(optimizer.oof_proba_).any(axis=1)
        return cls.from_predictions(
            indicator[held_out],
            optimizer.oof_proba_[held_out],
            thresholds=optimizer.thresholds_,
            thresholds_std=optimizer.thresholds_std_,
            label_names=optimizer.label_names_,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls, y, p, *, thresholds=None, thresholds_std=None, label_names=None, ax=None
    ):
        """Draw the curves of labels and probabilities.

        Parameters
        ----------
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            0/1 values.
        p : array-like of shape (n_samples, n_labels)
            Probabilities from 0 to 1.
        thresholds : array-like of shape (n_labels,), default=None
            Chosen thresholds to mark. None marks none.
        thresholds_std : array-like of shape (n_labels,), default=None
            Their standard deviation over folds. None draws no bars.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else numbers.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : ThresholdCurveDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If shapes do not match, or a probability is NaN or not from 0 to 1.
        """
        indicator, names = check_indicator(y)
        p = as_numbers(p, "p")
        _check_shapes(indicator, p)
        if not ((p >= 0) & (p <= 1)).all():
            raise ValueError("Expected p as probabilities from 0 to 1, without NaN.")
        chosen_f1 = None
        if thresholds is not None:
            thresholds = as_thresholds(thresholds, indicator.shape[1])
            decided = p >= thresholds
            chosen_f1 = f1_score(indicator, decided, average=None, zero_division=0)
        if label_names is not None:
            names = as_names(label_names, p.shape[1])
        curves = [_f1_on_grid(*k) for k in zip(indicator.T, p.T, strict=True)]
        display = cls(
            thresholds=GRID,
            f1=np.array(curves),
            n_positive=indicator.sum(axis=0, dtype=np.int64),
            label_names=names,
            chosen=thresholds,
            chosen_f1=chosen_f1,
            chosen_std=thresholds_std,
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
        display : ThresholdCurveDisplay
            The display, with its artists.
        """
        plt = import_or_raise("matplotlib.pyplot", "Plotting", extra="plot")

        n_labels = len(self.f1)
        if ax is None:
            size = (6.4, 1.1 + ROW_INCHES * n_labels)
            _, ax = plt.subplots(figsize=size, layout="constrained")
        bases = np.arange(n_labels)[::-1]
        self.ax_, self.figure_ = ax, ax.figure
        self.lines_ = []
        for base, curve in zip(bases, self.f1, strict=True):
            top = base + ROW_HEIGHT * curve
            ax.fill_between(self.thresholds, base, top, color=CURVE_COLOR, alpha=0.25)
            self.lines_ += ax.plot(self.thresholds, top, color=CURVE_COLOR, lw=1)
        ax.hlines([*bases, *(bases + ROW_HEIGHT)], 0, 1, color="0.85", lw=0.6, zorder=0)
        ax.set(xlim=(0, 1), ylim=(-0.25, n_labels), xlabel="Threshold")
        ax.set_yticks(bases + ROW_HEIGHT / 2, self.label_names, **LITERAL)
        ax.tick_params(axis="y", length=0)
        ax.spines[["left", "right", "top"]].set_visible(False)
        self.chosen_ = None if self.chosen is None else self._plot_chosen(bases)
        return self

    def _plot_chosen(self, bases):
        """Mark the thresholds on the curves and write their F1 on the right."""
        right = self.ax_.twinx()
        right.set_ylim(self.ax_.get_ylim())
        texts = [
            f"{f1:.2f} ({n})" if n else "no positive"
            for f1, n in zip(self.chosen_f1, self.n_positive, strict=True)
        ]
        right.set_yticks(bases + ROW_HEIGHT / 2, texts)
        right.tick_params(axis="y", length=0)
        right.spines[["left", "right", "top"]].set_visible(False)
        right.set_ylabel("F1 at the dot (number of positives)")
        dots = self.ax_.errorbar(
            self.chosen,
            bases + ROW_HEIGHT * self.chosen_f1,
            xerr=self.chosen_std,
            fmt="o",
            ms=4,
            color=CHOSEN_COLOR,
            elinewidth=1.5,
            label="chosen threshold"
            if self.chosen_std is None
            else "chosen threshold ± standard deviation over folds",
        )
        self.ax_.legend(loc="lower right", bbox_to_anchor=(1, 1), frameon=False)
        return dots


def _check_shapes(indicator, p):
    """Raise unless there is a probability for each label of each sample."""
    if 0 in p.shape or indicator.shape != p.shape:
        raise ValueError(
            "Expected a probability for each label of each sample, got y of shape "
            f"{indicator.shape} and probabilities of shape {p.shape}."
        )


def _f1_on_grid(present, scores):
    """Return F1 at the thresholds of the grid."""
    if not present.any():
        return np.zeros(len(GRID))
    precision, recall, thresholds = precision_recall_curve(present, scores)
    both = precision + recall
    f1 = 2 * precision * recall / np.where(both > 0, both, 1)
    # Decisions at a threshold are those at the next higher score.
    return f1[np.searchsorted(thresholds, GRID)]
