"""The loss against the learning rate."""

import numpy as np

from sklearn_protloc.plotting._style import COLORS, axes_of_size, legend_above

__all__ = ["LearningRateDisplay"]

# Part of the fall of the loss that is shown above its beginning.
HEADROOM = 0.6


class LearningRateDisplay:
    """The loss while the learning rate rises, and the rate suggested.

    The suggestion is where the smoothed loss falls steepest; where it has turned up
    again, rates are too high. Losses far above the first are cut off, as they would
    press the rest flat.

    Make it by `from_range_test`.

    Parameters
    ----------
    lrs, losses, smoothed : ndarrays of shape (n_steps,)
        Rates, the loss of the batch at each, and losses without noise.
    suggestion : float or None, default=None
        The rate to mark. None marks none.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    line_ : matplotlib Line2D
        The smoothed losses.
    suggestion_line_ : matplotlib Line2D or None
        The mark.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> import numpy as np
    >>> from sklearn.utils import Bunch
    >>> from sklearn_protloc.plotting import LearningRateDisplay
    >>> lrs = np.geomspace(1e-5, 1, 6)  # in place of a result of lr_range_test
    >>> losses = np.array([0.7, 0.69, 0.6, 0.4, 0.3, 2.0])
    >>> result = Bunch(lrs=lrs, losses=losses, smoothed=losses, suggestion=1e-2)
    >>> LearningRateDisplay.from_range_test(result).ax_.get_xscale()
    'log'
    """

    def __init__(self, *, lrs, losses, smoothed, suggestion=None):
        self.lrs = lrs
        self.losses = losses
        self.smoothed = smoothed
        self.suggestion = suggestion

    @classmethod
    def from_range_test(cls, result, *, ax=None):
        """Draw the result of a range test.

        Parameters
        ----------
        result : Bunch
            As :func:`~sklearn_protloc.classifiers.lr_range_test` returns it.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : LearningRateDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If the result lacks something.
        """
        names = ("lrs", "losses", "smoothed", "suggestion")
        missing = [name for name in names if not hasattr(result, name)]
        if missing:
            raise ValueError(
                "Expected the result of lr_range_test, got something without "
                f"{', '.join(missing)}."
            )
        return cls(**{name: getattr(result, name) for name in names}).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the losses.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : LearningRateDisplay
            The display, with its artists.
        """
        self.ax_ = ax = axes_of_size(ax, (6.4, 4))
        self.figure_ = ax.figure
        ax.plot(self.lrs, self.losses, ".", color="0.6", ms=4, label="loss of a batch")
        self.line_, *_ = ax.plot(self.lrs, self.smoothed, COLORS[0], label="smoothed")
        self.suggestion_line_ = None
        if self.suggestion is not None:
            self.suggestion_line_ = ax.axvline(
                self.suggestion,
                color=COLORS[1],
                ls="--",
                label=f"steepest fall: {self.suggestion:.2g}",
            )
        begin, least = self.smoothed[0], np.min(self.smoothed)
        fall = begin - least
        if fall > 0:
            ax.set_ylim(least - 0.15 * fall, begin + HEADROOM * fall)
        ax.set_xscale("log")
        ax.set(xlabel="Learning rate", ylabel="Loss")
        ax.spines[["right", "top"]].set_visible(False)
        legend_above(ax, ncols=3)
        return self
