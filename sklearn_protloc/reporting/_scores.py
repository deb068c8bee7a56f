"""Scores of several models: in each fold, of all folds together, and beside another."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import (
    bootstrap_interval,
    label_scores,
    macro_average_precision_score,
    macro_f1_score,
    macro_roc_auc_score,
    micro_f1_score,
    wilcoxon_test,
)
from sklearn_protloc.metrics._significance import DECIMALS

# More labels would take long; with them the normal distribution is as good.
MOST_EXACT = 50

__all__ = ["SCORES", "all_scores", "differences", "intervals", "score_folds"]

# Of labels, and of scores that rank samples.
_OF_LABELS = {"macro_f1": macro_f1_score, "micro_f1": micro_f1_score}
_OF_RANKS = {
    "macro_average_precision": macro_average_precision_score,
    "macro_roc_auc": macro_roc_auc_score,
}
SCORES = (*_OF_LABELS, "exact", *_OF_RANKS)


def all_scores(truth, predicted, scores):
    """Return every score of one model by name, NaN for ranks without `scores`."""
    found = {name: score(truth, predicted) for name, score in _OF_LABELS.items()}
    found["exact"] = float((np.asarray(truth) == predicted).all(axis=1).mean())
    for name, score in _OF_RANKS.items():
        found[name] = np.nan if scores is None else score(truth, scores)
    return found


def score_folds(truth, splits, results, error_score):
    """Return a DataFrame with a row per model and fold, named by both."""
    rows = {}
    for name, folds in results.items():
        for k, ((_, test), fold) in enumerate(zip(splits, folds, strict=True)):
            if fold.error:
                found = dict.fromkeys(SCORES, error_score)
            else:
                found = all_scores(truth[test], fold.predicted, fold.scores)
            times = {"fit_time": fold.fit_time, "epoch_time": fold.epoch_time}
            rows[name, k] = {"n_test": len(test)} | found | times
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.index = pd.MultiIndex.from_tuples(rows, names=["model", "fold"])
    return table


def intervals(y_true, predicted, groups, random_state):
    """Return the ends of the intervals of both F1 of one model."""
    ends = {}
    for average in ("macro", "micro"):
        low, high = bootstrap_interval(
            y_true,
            predicted,
            groups=groups,
            average=average,
            random_state=random_state,
        ).confidence_interval
        ends |= {f"{average}_f1_low": low, f"{average}_f1_high": high}
    return ends


def differences(y_true, predicted, other, groups, random_state):
    """Return how far the macro F1 of a model is above another's, and how surely."""
    result = bootstrap_interval(
        y_true, predicted, other, groups=groups, random_state=random_state
    )
    return {
        "difference": result.estimate,
        "difference_low": result.confidence_interval.low,
        "difference_high": result.confidence_interval.high,
    } | _wilcoxon(y_true, predicted, other)


def _wilcoxon(y_true, predicted, other):
    """Return the p-value of the two-sided test on F1 of labels, and how it was had."""
    f1, others = (label_scores(y_true, values)["f1"] for values in (predicted, other))
    sizes = (f1 - others).round(DECIMALS).abs()
    differ = sizes > 0  # the test leaves equal labels out, and those without a value
    if not differ.any():
        return {"p_value": 1.0, "p_method": "exact"}
    exact = sizes[differ].is_unique and differ.sum() <= MOST_EXACT
    method = "exact" if exact else "asymptotic"
    test = wilcoxon_test(
        f1[differ], others[differ], alternative="two-sided", method=method
    )
    return {"p_value": float(test.pvalue), "p_method": method}
