"""Whether probabilities mean what they say, as a picture."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from sklearn_protloc.metrics import expected_calibration_error, reliability_curve
from sklearn_protloc.plotting._named import named
from sklearn_protloc.plotting._style import COLORS, LITERAL, grid_of_panels, wrapped
from sklearn_protloc.utils import check_indicator, label_probabilities

__all__ = ["ReliabilityDisplay"]

AVERAGES = ("micro", None)
POOLED = "All labels"


class ReliabilityDisplay:
    """How often labels occur against the probabilities given to them.

    Dots on the diagonal are calibrated; below it, probabilities are too high. A dot is
    a bin of probabilities, its bar the 95 % interval of the share (Wilson's), which is
    long where a bin holds few images. The title tells the expected calibration error
    (ECE), and in brackets the number of positives.

    Make it by `from_estimator` or `from_predictions`.

    Parameters
    ----------
    curve : DataFrame
        As :func:`~sklearn_protloc.metrics.reliability_curve` returns it.
    errors : Series of n_labels values
        Expected calibration error of each label, whose names are the index.
    n_positive : array-like of shape (n_labels,)
        Number of positives.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes that were divided into panels.
    axes_ : list of n_labels matplotlib Axes
        The panels.
    figure_ : matplotlib Figure
        Their figure.
    errorbars_ : list of n_labels matplotlib ErrorbarContainer
        Dots and bars.

    See Also
    --------
    sklearn.calibration.CalibrationDisplay : The curve of a single label.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from sklearn_protloc.plotting import ReliabilityDisplay
    >>> y_true, y_proba = [[1], [0], [1], [1]], [[0.2], [0.4], [0.7], [0.9]]
    >>> display = ReliabilityDisplay.from_predictions(y_true, y_proba, n_bins=2)
    >>> print(display.axes_[0].get_title())
    All labels
    ECE 0.200 (3)
    """

    def __init__(self, *, curve, errors, n_positive):
        self.curve = curve
        self.errors = errors
        self.n_positive = n_positive

    @classmethod
    def from_estimator(
        cls,
        estimator,
        X,
        y,
        *,
        n_bins=10,
        average="micro",
        label_names=None,
        ax=None,
    ):
        """Draw whether probabilities of a fitted model are calibrated.

        Parameters
        ----------
        estimator : estimator instance
            A fitted multi-label classifier with `predict_proba`.
        X : array-like of shape (n_samples, ...)
            Images, or what else the estimator predicts from.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            Their true labels.
        n_bins : int, default=10
            Number of bins of equal width from 0 to 1.
        average : {"micro", None}, default="micro"
            One panel for the decisions on all labels together, or a panel per label.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame `y`, else the
            `label_names_` of the estimator, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as the labels need.

        Returns
        -------
        display : ReliabilityDisplay
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
            n_bins=n_bins,
            average=average,
            ax=ax,
        )

    @classmethod
    def from_predictions(
        cls, y_true, y_proba, *, n_bins=10, average="micro", label_names=None, ax=None
    ):
        """Draw whether probabilities are calibrated.

        Parameters
        ----------
        y_true : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            The true labels: 0/1 values.
        y_proba : {array-like, DataFrame} of shape (n_samples, n_labels)
            Probabilities from 0 to 1.
        n_bins : int, default=10
            Number of bins of equal width from 0 to 1.
        average : {"micro", None}, default="micro"
            One panel for the decisions on all labels together, or a panel per label.
            Rare labels have few images with a high probability, and long bars.
        label_names : array-like of shape (n_labels,), default=None
            Names of the labels. None takes those of a DataFrame, else numbers.
        ax : matplotlib Axes, default=None
            Axes to divide into panels. None makes a figure as large as the labels need.

        Returns
        -------
        display : ReliabilityDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If labels and probabilities do not fit each other.
        """
        if average not in AVERAGES:
            raise ValueError(f"Expected average as 'micro' or None, got {average!r}.")
        y_true = named(y_true, label_names)
        # Reads and checks both, whatever is drawn of them.
        errors = expected_calibration_error(
            y_true, y_proba, n_bins=n_bins, average=None
        )
        indicator, _ = check_indicator(y_true)
        if average == "micro":
            indicator = indicator.reshape(-1, 1)
            y_true = pd.DataFrame(indicator, columns=[POOLED])
            y_proba = np.asarray(y_proba, dtype=np.float64).reshape(-1, 1)
            errors = expected_calibration_error(
                y_true, y_proba, n_bins=n_bins, average=None
            )
        display = cls(
            curve=reliability_curve(y_true, y_proba, n_bins=n_bins),
            errors=errors,
            n_positive=indicator.sum(axis=0, dtype=np.int64),
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
        display : ReliabilityDisplay
            The display, with its artists.
        """
        self.ax_, self.axes_ = grid_of_panels(
            ax,
            len(self.errors),
            xlabel="Mean probability",
            ylabel="Share with the label",
        )
        self.figure_, self.errorbars_ = self.ax_.figure, []
        labels = self.curve.index.get_level_values("label")
        for k, (panel, name) in enumerate(
            zip(self.axes_, self.errors.index, strict=True)
        ):
            bins = self.curve[labels == name]
            share = bins["fraction_positive"].to_numpy()
            low, high = _wilson_intervals(share, bins["n_samples"].to_numpy())
            panel.plot([0, 1], [0, 1], color="0.6", lw=0.8, zorder=0)
            panel.plot(bins["mean_predicted"], share, COLORS[0], lw=1, alpha=0.35)
            self.errorbars_.append(
                panel.errorbar(
                    bins["mean_predicted"],
                    share,
                    yerr=np.clip([share - low, high - share], 0, None),
                    fmt="o",
                    ms=3.5,
                    elinewidth=1,
                    color=COLORS[0],
                    clip_on=False,
                )
            )
            error = f"ECE {self.errors.iloc[k]:.3f} ({self.n_positive[k]:,})"
            panel.set_title(f"{wrapped(name)}\n{error}", fontsize=8, **LITERAL)
        return self


def _wilson_intervals(shares, totals):
    """Return the ends of the 95 % interval of each share of a number of images."""
    intervals = [
        binomtest(round(share * n), n).proportion_ci(method="wilson")
        for share, n in zip(shares, totals.tolist(), strict=True)
    ]
    return np.array(intervals).T
