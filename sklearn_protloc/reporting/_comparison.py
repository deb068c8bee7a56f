"""What a comparison of models found."""

import html
from dataclasses import dataclass

import pandas as pd

from sklearn_protloc.plotting import LabelScoresDisplay
from sklearn_protloc.reporting._formats import between, count, number, seconds, signed

__all__ = ["Comparison"]


@dataclass(frozen=True, repr=False)
class Comparison:
    """Result of :func:`compare`, which prints as a table.

    Parameters
    ----------
    table : DataFrame
        As `to_frame` returns it.
    fold_scores : DataFrame
        A row per model and fold, which are the index. Columns: n_test; the scores, as
        in `to_frame`; fit_time and epoch_time in seconds.
    label_f1 : DataFrame of shape (n_labels, n_models)
        F1 of every label for the held-out predictions of all folds together.
    reference : str
        Name of the model that the others are compared with.
    errors : dict
        What went wrong, by name of the model, where one failed.
    splits : list of (train, test) arrays of row numbers
        The folds, the same for all models.
    y_true : DataFrame of shape (n_samples, n_labels)
        The labels as 0 and 1.
    groups : array-like of shape (n_samples,) or None
        The group of each sample.
    oof_pred : dict from str to ndarray of shape (n_samples, n_labels), dtype int8
        Labels predicted for held-out samples by each model that did not fail; -1 for
        samples that are in no test side.
    oof_proba : dict from str to ndarray of shape (n_samples, n_labels), dtype float64
        Probabilities of held-out samples by each model that tells them; NaN for
        samples that are in no test side.

    See Also
    --------
    compare : Makes it.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.reporting import compare
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> models = {f"{k} neighbours": KNeighborsClassifier(k) for k in (1, 9)}
    >>> comparison = compare(models, X, y, cv=3)
    >>> comparison.reference
    '9 neighbours'
    >>> comparison.oof_proba["1 neighbours"].shape
    (100, 3)
    """

    table: pd.DataFrame
    fold_scores: pd.DataFrame
    label_f1: pd.DataFrame
    reference: str
    errors: dict
    splits: list
    y_true: pd.DataFrame
    groups: object
    oof_pred: dict
    oof_proba: dict

    def to_frame(self):
        """Return all numbers of each model.

        Returns
        -------
        table : DataFrame
            A row per model, whose name is the index. Columns: macro_f1, micro_f1, exact
            (the share of samples with all labels right), macro_average_precision and
            macro_roc_auc of the held-out predictions of all folds together; with
            ``_low`` and ``_high``, the 95 % bootstrap interval of either F1; with
            ``_mean`` and ``_std``, mean and standard deviation over the folds.
            difference, how far macro_f1 is above that of the reference over the labels
            that have an F1 for both, with its interval; p_value, of Wilcoxon's
            two-sided test of the same over the labels, not corrected for the number of
            models; p_method, "exact", or "asymptotic" where labels differ by the same
            amount or are more than 50. n_parameters of networks; fit_time
            and epoch_time, mean seconds of a fit and of an epoch; error, why a model
            failed. NaN is what cannot be told.
        """
        return self.table.copy()

    def to_markdown(self):
        """Return the table as Markdown, rounded.

        Returns
        -------
        text : str
            The table, and below it how the numbers were made.
        """
        table = self._formatted().map(_escaped)
        rows = [list(table.columns), ["---"] + ["---:"] * (table.shape[1] - 1)]
        rows += table.to_numpy().tolist()
        lines = [f"| {' | '.join(row)} |" for row in rows]
        return "\n".join([*lines, "", *map(_escaped, self._notes())]) + "\n"

    def plot(self, ax=None):
        """Draw F1 of each label with its interval, for the models that did not fail.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on. None makes a figure as high as the labels need.

        Returns
        -------
        display : LabelScoresDisplay
            The display, drawn.

        Raises
        ------
        ValueError
            If there are more models than colours, which are six.
        """
        tested = self._tested()
        groups = self.groups
        return LabelScoresDisplay.from_predictions(
            self.y_true[tested],
            {name: values[tested] for name, values in self.oof_pred.items()},
            groups=None if groups is None else pd.Series(list(groups))[tested],
            ax=ax,
        )

    def __repr__(self):
        return "\n".join([self._formatted().to_string(index=False), *self._notes()])

    def _tested(self):
        """Return which samples are in a test side."""
        return next(iter(self.oof_pred.values()))[:, 0] >= 0

    def _formatted(self):
        """Return the table as texts, its best columns only."""
        rows = [
            {
                "Model": row.Index,
                "Macro F1": between(row.macro_f1, row.macro_f1_low, row.macro_f1_high),
                "Over folds": _spread(row.macro_f1_mean, row.macro_f1_std),
                "Difference": DASH_REFERENCE
                if row.Index == self.reference
                else between(
                    row.difference, row.difference_low, row.difference_high, signed
                ),
                "p": _p_value(row.p_value, row.p_method),
                "Macro AP": number(row.macro_average_precision),
                "Macro AUC": number(row.macro_roc_auc),
                "Micro F1": number(row.micro_f1),
                "All right": number(row.exact),
                "Parameters": count(row.n_parameters),
                "s/epoch": seconds(row.epoch_time),
                "s/fit": seconds(row.fit_time),
            }
            for row in self.table.itertuples()
        ]
        return pd.DataFrame(rows)

    def _notes(self):
        """Return lines that say how the numbers were made."""
        drawn = "samples" if self.groups is None else "groups"
        notes = [
            f"{self._tested().sum():,} held-out samples of {len(self.splits)} folds, "
            f"pooled. In brackets: 95 % bootstrap intervals over {drawn}. Difference: "
            f"macro F1 above {self.reference!r}; p: Wilcoxon's two-sided test of it "
            f"over the labels, exact or, after {ABOUT}, by the normal distribution. It "
            "takes labels for independent, which labels of the same images are not. "
            "Neither intervals nor p know how much another training would change."
        ]
        return notes + [f"{name!r} failed in {e}" for name, e in self.errors.items()]


DASH_REFERENCE = "(reference)"
ABOUT = "\N{ALMOST EQUAL TO}"


def _spread(mean, deviation):
    """Return a mean over folds with its standard deviation."""
    return f"{number(mean)} ± {number(deviation)}"


def _p_value(value, method):
    """Return a p-value, marked where it is not exact."""
    return f"{ABOUT if method == 'asymptotic' else ''}{number(value)}"


def _escaped(text):
    """Return a text that Markdown shows as it is, in a cell or below."""
    text = str(text).replace("\\", "\\\\").replace("|", "\\|")
    return " ".join(html.escape(text, quote=False).split())
