"""The score of a search against a hyper-parameter."""

from collections.abc import Mapping
from numbers import Real

import numpy as np
import pandas as pd
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.plotting._style import (
    COLORS,
    LITERAL,
    MARKERS,
    axes_of_size,
    literal_legend,
)

__all__ = ["SearchCurveDisplay"]

# Values that differ by this factor or more are drawn on a logarithmic scale.
WIDE_RANGE = 10


class SearchCurveDisplay:
    """The score of a search over a hyper-parameter [1]_.

    Small dots are the settings tried. Where several share a value, because other
    parameters were searched, too, the line goes through the best of them: it tells how
    good the value can be. Bars are the standard deviation of that setting over folds.

    Make it by `from_estimator` or `from_cv_results`.

    Parameters
    ----------
    results : DataFrame
        A row per setting with the columns "value", "line" (name of the line that it
        belongs to), "score" and "std".
    param : str
        Name of the parameter.
    score_name : str, default="score"
        Name of the score.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes drawn on.
    figure_ : matplotlib Figure
        Their figure.
    errorbars_ : list of matplotlib ErrorbarContainer
        The lines.

    See Also
    --------
    sklearn.model_selection.ValidationCurveDisplay : Fits models for a single parameter.

    References
    ----------
    .. [1] M. Madeira and M. T. Parreira, "Protein Localization from High-Resolution
       Microscopy using Deep Neural Networks", figure 4.1.

    Examples
    --------
    >>> import matplotlib
    >>> matplotlib.use("agg")
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.model_selection import GridSearchCV
    >>> from sklearn_protloc.plotting import SearchCurveDisplay
    >>> X, y = make_classification(random_state=0)
    >>> search = GridSearchCV(LogisticRegression(), {"C": [0.01, 0.1, 1]}).fit(X, y)
    >>> display = SearchCurveDisplay.from_estimator(search, "C")
    >>> display.ax_.get_xscale()
    'log'
    """

    def __init__(self, *, results, param, score_name="score"):
        self.results = results
        self.param = param
        self.score_name = score_name

    @classmethod
    def from_estimator(cls, search, param, *, by=None, metric="score", ax=None):
        """Draw what a search found.

        Parameters
        ----------
        search : estimator instance
            A fitted :class:`~sklearn.model_selection.GridSearchCV` or another with
            `cv_results_`.
        param : str
            Name of the parameter, such as "classify__dropout".
        by : str, default=None
            Another one, with a line for each of its values. None draws one line.
        metric : str, default="score"
            Which of several scores.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : SearchCurveDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If parameter or score are not among the results.
        """
        check_is_fitted(search, "cv_results_")
        results = search.cv_results_
        return cls.from_cv_results(results, param, by=by, metric=metric, ax=ax)

    @classmethod
    def from_cv_results(cls, cv_results, param, *, by=None, metric="score", ax=None):
        """Draw results of a search.

        Parameters
        ----------
        cv_results : dict or DataFrame
            `cv_results_` of a search, or a table of it.
        param : str
            Name of the parameter, such as "classify__dropout".
        by : str, default=None
            Another one, with a line for each of its values. None draws one line.
        metric : str, default="score"
            Which of several scores.
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : SearchCurveDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If parameter or score are not among the results, or all fits failed.
        """
        values = _column(cv_results, "param_", param)
        lines = [""] * len(values)
        if by is not None:
            others = _column(cv_results, "param_", by)
            lines = [f"{by} = {_text(other)}" for other in others]
        table = pd.DataFrame(
            {
                "value": pd.Series(list(values), dtype=object),
                "line": lines,
                "score": np.asarray(_column(cv_results, "mean_test_", metric), float),
                "std": np.asarray(_column(cv_results, "std_test_", metric), float),
            }
        )
        # A search over several grids leaves parameters of the others out.
        undefined = [v is np.ma.masked or v != v for v in table["value"]]
        absent = np.array(undefined) | table["score"].isna()
        if absent.all():
            raise ValueError(
                f"Expected a score for at least one value of {param!r}, but all fits "
                "failed: their scores are NaN."
            )
        name = metric.replace("_", " ")
        return cls(results=table[~absent], param=param, score_name=name).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the lines.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure.

        Returns
        -------
        display : SearchCurveDisplay
            The display, with its artists.
        """
        table = self.results.copy()
        texts = dict.fromkeys(_text(value) for value in table["value"])
        numbers = all(map(_is_number, table["value"]))
        table["x"] = (
            table["value"].astype(float)
            if numbers
            else table["value"].map(_text).map(list(texts).index)
        )
        self.ax_ = ax = axes_of_size(ax, (6.4, 4.2))
        self.figure_, self.errorbars_ = ax.figure, []
        for k, (name, line) in enumerate(table.groupby("line", sort=False)):
            color = COLORS[k % len(COLORS)]
            ax.plot(line["x"], line["score"], ".", color=color, ms=4, alpha=0.5)
            best = line.loc[line.groupby("x")["score"].idxmax()]
            style = {"color": color, "marker": MARKERS[k % len(MARKERS)], "label": name}
            self.errorbars_.append(
                ax.errorbar(
                    best["x"], best["score"], best["std"], ms=5, lw=1.3, **style
                )
            )
        if numbers:
            _scale(ax, table["x"])
        else:
            ax.set_xticks(range(len(texts)), list(texts), **LITERAL)
        ax.set_xlabel(self.param, **LITERAL)
        ax.set_ylabel(f"Mean {self.score_name} over folds", **LITERAL)
        ax.spines[["right", "top"]].set_visible(False)
        if table["line"].any():
            literal_legend(ax, loc="upper left", bbox_to_anchor=(1, 1))
        return self


def _column(cv_results, prefix, name):
    """Return a column of the results of a search, or name those that there are."""
    if not isinstance(cv_results, Mapping | pd.DataFrame):
        raise TypeError(
            "Expected cv_results as a dict or DataFrame of results of a search, got "
            f"{type(cv_results).__name__}."
        )
    if not isinstance(name, str) or prefix + name not in cv_results:
        known = [k.removeprefix(prefix) for k in cv_results if k.startswith(prefix)]
        what = "a parameter" if prefix == "param_" else "a metric"
        raise ValueError(
            f"Expected {what} that was searched, one of "
            f"{', '.join(map(repr, known))}, got {name!r}."
        )
    return cv_results[prefix + name]


def _is_number(value):
    """Whether a value of a parameter has a place on an axis."""
    return isinstance(value, Real) and not isinstance(value, bool | np.bool_)


def _text(value):
    """Return a value of a parameter in short."""
    if _is_number(value):
        return f"{value:g}"
    return getattr(value, "__name__", str(value))


def _scale(ax, numbers):
    """Set a logarithmic scale where numbers are far apart."""
    low, high = numbers.min(), numbers.max()
    if low > 0 and high >= WIDE_RANGE * low:
        ax.set_xscale("log")
