"""From what became of each model in each fold to a comparison."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import label_scores
from sklearn_protloc.reporting._comparison import Comparison
from sklearn_protloc.reporting._scores import (
    SCORES,
    all_scores,
    differences,
    intervals,
    score_folds,
)

__all__ = ["as_comparison"]


def as_comparison(
    y_true, splits, results, errors, *, groups, reference, error_score, random_state
):
    """Pool the held-out predictions of all folds and score them.

    Parameters
    ----------
    y_true : DataFrame of shape (n_samples, n_labels)
        The labels as 0 and 1.
    splits : list of (train, test) arrays of row numbers
        The folds.
    results : dict from str to list of HeldOut
        What became of each model in each fold.
    errors : dict from str to str
        Of models that failed.
    groups, reference, error_score, random_state : object
        As of `compare`.

    Returns
    -------
    comparison : Comparison
        The result.
    """
    whole = [name for name in results if name not in errors]
    tested = np.sort(np.concatenate([test for _, test in splits]))
    shape = y_true.shape
    predicted = {
        name: _pooled([fold.predicted for fold in results[name]], splits, shape, -1)
        for name in whole
    }
    scores = {
        name: _pooled([fold.scores for fold in results[name]], splits, shape, np.nan)
        for name in whole
        if results[name][0].scores is not None
    }
    pooled = _Pooled(
        y_true.iloc[tested],
        {name: values[tested] for name, values in predicted.items()},
        {name: values[tested] for name, values in scores.items()},
        None if groups is None else np.asarray(groups, dtype=object)[tested],
        random_state,
    )
    reference = pooled.best() if reference is None else reference
    fold_scores = score_folds(y_true.to_numpy(), splits, results, error_score)
    table = pooled.table(reference).reindex(list(results))
    return Comparison(
        table=_with_folds(table, fold_scores, results, errors),
        fold_scores=fold_scores,
        label_f1=pooled.label_f1(),
        reference=reference,
        errors=errors,
        splits=splits,
        y_true=y_true,
        groups=groups,
        oof_pred=predicted,
        oof_proba={n: p for n, p in scores.items() if results[n][0].are_probabilities},
    )


def _pooled(blocks, splits, shape, missing):
    """Put what was predicted for each test side in its rows."""
    pooled = np.full(shape, missing, dtype=blocks[0].dtype)
    for block, (_, test) in zip(blocks, splits, strict=True):
        pooled[test] = block
    return pooled


class _Pooled:
    """Held-out predictions of all models for the samples tested."""

    def __init__(self, y_true, predicted, scores, groups, random_state):
        self.y_true = y_true
        self.predicted = predicted
        self.scores = scores
        self.groups = groups
        self.random_state = random_state

    def label_f1(self):
        """Return F1 of every label, a column per model."""
        return pd.DataFrame(
            {
                name: label_scores(self.y_true, predicted)["f1"]
                for name, predicted in self.predicted.items()
            }
        )

    def best(self):
        """Return the name of the model with the highest macro F1, else of the first."""
        means = self.label_f1().mean()
        return means.fillna(-1).idxmax()

    def table(self, reference):
        """Return the scores of all samples together, a row per model."""
        rows = {}
        how = (self.groups, self.random_state)
        for name, predicted in self.predicted.items():
            row = all_scores(self.y_true, predicted, self.scores.get(name))
            row |= intervals(self.y_true, predicted, *how)
            other = self.predicted.get(reference)
            if name != reference and other is not None:
                row |= differences(self.y_true, predicted, other, *how)
            rows[name] = row
        columns = ["difference", "difference_low", "difference_high"]
        columns += ["p_value", "p_method"]
        table = pd.DataFrame.from_dict(rows, orient="index")
        return table.reindex(
            columns=[*table.columns.difference(columns, False), *columns]
        )


def _with_folds(table, fold_scores, results, errors):
    """Add means over the folds, sizes and times to the table of all samples."""
    folds = fold_scores.groupby(level="model", sort=False)
    for name in SCORES:
        table[f"{name}_mean"] = folds[name].mean()
        table[f"{name}_std"] = folds[name].std()
    sizes = {
        name: next((f.n_parameters for f in folds if f.n_parameters), np.nan)
        for name, folds in results.items()
    }
    table["n_parameters"] = pd.Series(sizes, dtype=float)
    for name in ("fit_time", "epoch_time"):
        table[name] = folds[name].mean()
    table["error"] = pd.Series(errors, dtype=object)
    return table.rename_axis("model")
