"""Losses, scores and learning rates of a training, epoch by epoch."""

from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils import check_scalar
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.plotting._style import (
    COLORS,
    MARKERS,
    axes_of_size,
    literal_legend,
    panels,
)
from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["TrainingHistoryDisplay"]

PANEL_INCHES, WIDTH_INCHES = 1.9, 6.4
KINDS = ("Loss", "Score", "Learning rate")
# What an epoch also tells, and no picture needs.
NOT_DRAWN = ("epoch", "dur", "batches")
# Epochs up to which each has a mark of its own.
FEW_EPOCHS = 30


class TrainingHistoryDisplay:
    """Losses of a training, and its scores and learning rate if there are any.

    Each kind has a panel, all over the same epochs. A vertical line marks the epoch
    that was best on held-out images. A loss of held-out images that rises while that of
    training falls tells of overfitting.

    Make it by `from_estimator` or `from_history`.

    Parameters
    ----------
    history : DataFrame of shape (n_epochs, n_columns)
        A column for each number of an epoch, whose names tell what they are: ending in
        "loss", "lr", else a score.
    best_iter : int, default=None
        Epoch to mark, counted from 1. None marks none.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that were divided into panels.
    axes_ : list of matplotlib Axes
        The panels from top to bottom.
    figure_ : matplotlib Figure
        Their figure.
    lines_ : dict from str to matplotlib Line2D
        The line of each column.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from sklearn_protloc.plotting import TrainingHistoryDisplay
    >>> history = [{"train_loss": 0.7, "lr": 1e-2}, {"train_loss": 0.5, "lr": 1e-3}]
    >>> display = TrainingHistoryDisplay.from_history(history)
    >>> [ax.get_ylabel() for ax in display.axes_]
    ['Loss', 'Learning rate']
    """

    def __init__(self, *, history, best_iter=None):
        self.history = history
        self.best_iter = best_iter

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw how a fitted model was trained.

        Parameters
        ----------
        estimator : estimator instance
            A fitted :class:`~sklearn_protloc.classifiers.LocalizationClassifier`, or a
            pipeline or search that ends with one.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as high as they need.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the estimator keeps no history.
        """
        check_is_fitted(estimator)
        history = fitted_attribute(estimator, "history_")
        if history is None:
            raise ValueError(
                "Expected an estimator with history_, such as a fitted "
                f"LocalizationClassifier, got {type(estimator).__name__}."
            )
        best = fitted_attribute(estimator, "best_iter_")
        return cls.from_history(history, best_iter=best, ax=ax)

    @classmethod
    def from_history(cls, history, *, best_iter=None, ax=None):
        """Draw the history of a training.

        Parameters
        ----------
        history : list of dicts or DataFrame
            Numbers of each epoch, such as `history_` of
            :class:`~sklearn_protloc.classifiers.LocalizationClassifier`, or that of
            skorch.
        best_iter : int, default=None
            Epoch to mark, counted from 1. None marks none.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as high as they need.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there is no epoch, or no number to draw.
        """
        rows = history.to_dict("records") if hasattr(history, "columns") else history
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            raise TypeError(
                "Expected history as a list with a dict for each epoch, or a "
                f"DataFrame, got {type(history).__name__}."
            )
        table = pd.DataFrame([_numbers(row) for row in rows], dtype=np.float64)
        if table.empty:
            raise ValueError(
                "Expected a history with at least one epoch and a loss, got none."
            )
        if best_iter is not None:
            check_scalar(best_iter, "best_iter", Integral, min_val=1)
        # Watched as a score by default.
        losses = [table[c] for c in table if c.endswith("loss")]
        if any(table.get("valid_score", table.index).equals(loss) for loss in losses):
            table = table.drop(columns="valid_score")
        return cls(history=table, best_iter=best_iter).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the panels.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as high as they need.

        Returns
        -------
        display : TrainingHistoryDisplay
            The display, with its artists.
        """
        kinds = {}
        for name in self.history:
            kinds.setdefault(_kind(name), []).append(name)
        kinds = {kind: kinds[kind] for kind in KINDS if kind in kinds}
        height = 0.5 + PANEL_INCHES * len(kinds)
        self.ax_ = axes_of_size(ax, (WIDTH_INCHES, height))
        self.figure_ = self.ax_.figure
        self.axes_ = list(panels(self.ax_, len(kinds), 1, sharex=True)[:, 0])
        self.lines_ = {}
        for panel, (kind, names) in zip(self.axes_, kinds.items(), strict=True):
            self._draw_panel(panel, kind, names)
        last = self.axes_[-1]
        last.set_xlabel("Epoch")
        last.xaxis.get_major_locator().set_params(integer=True)
        return self

    def _draw_panel(self, panel, kind, names):
        """Draw the columns of one kind."""
        epochs = np.arange(1, len(self.history) + 1)
        for k, name in enumerate(names):
            self.lines_[name], *_ = panel.plot(
                epochs,
                self.history[name],
                color=COLORS[k % len(COLORS)],
                marker=MARKERS[k % len(MARKERS)] if len(epochs) <= FEW_EPOCHS else "",
                ms=3.5,
                lw=1.3,
                label=name,
            )
        if self.best_iter is not None:
            # Explained once, in the first panel.
            label = "best epoch" if panel is self.axes_[0] else None
            panel.axvline(self.best_iter, color="0.4", lw=1, ls="--", label=label)
        panel.set_ylabel(kind)
        if kind == KINDS[-1]:
            panel.set_yscale("log")
        panel.spines[["right", "top"]].set_visible(False)
        # Beside the lines, which fill every corner in one training or another.
        literal_legend(panel, loc="upper left", bbox_to_anchor=(1, 1))


def _kind(name):
    """Return what a column of a history is about."""
    if name.endswith("loss"):
        return KINDS[0]
    return KINDS[2] if name == "lr" or name.endswith("_lr") else KINDS[1]


def _numbers(row):
    """Return what can be drawn of an epoch."""
    return {
        name: value
        for name, value in row.items()
        if isinstance(value, Real)
        and not isinstance(value, bool | np.bool_)
        and name not in NOT_DRAWN
        and not name.endswith("_batch_count")
    }
