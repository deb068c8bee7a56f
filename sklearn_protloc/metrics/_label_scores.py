"""All scores of every label in one table."""

import numpy as np
import pandas as pd
from sklearn.metrics import average_precision_score, roc_auc_score

from sklearn_protloc.metrics._counts import COUNT_METRICS, evaluate_counts
from sklearn_protloc.metrics._inputs import (
    check_columns,
    check_zero_division,
    read_labels,
    read_pair,
    read_scores,
)

__all__ = ["counted_scores", "label_scores", "ranked_scores"]


def label_scores(y_true, y_pred=None, y_score=None, *, zero_division=np.nan):
    """Score every label.

    Means over labels are the means of the columns, ``label_scores(...).mean()``. Labels
    without a value (NaN) are left out of them.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.
    y_pred : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels), \
            default=None
        The labels predicted, as `y_true`.
    y_score : array-like or DataFrame of shape (n_samples, n_labels), default=None
        Probabilities, or any numbers that are higher where a label is likelier.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        The value where a score is 0/0, as in scikit-learn: precision where a label was
        never predicted, recall and average precision where it never occurs, F1 where
        both, ROC AUC where it never or always occurs. By default no value is made up.
        A label that was predicted but never occurs has an F1 of 0 in any case, because
        those predictions are wrong.

    Returns
    -------
    scores : DataFrame of n_labels rows
        The column n_positive, number of samples that have the label; given `y_pred`
        also n_predicted, f1, precision and recall; given `y_score` also roc_auc and
        average_precision. Scores are from 0 to 1. The index holds the column names of
        the first argument that has some, else the column numbers as strings.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or there is nothing to score.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_protloc.metrics import label_scores
    >>> y = pd.DataFrame({"Cytosol": [1, 1, 0], "Rods & rings": [0, 0, 0]})
    >>> y_score = [[0.9, 0.2], [0.3, 0.1], [0.4, 0.0]]
    >>> scores = label_scores(y, [[1, 0], [0, 0], [0, 0]], y_score)
    >>> scores[["n_positive", "f1", "recall", "average_precision"]].round(2)
                  n_positive    f1  recall  average_precision
    Cytosol                2  0.67     0.5               0.83
    Rods & rings           0   NaN     NaN                NaN
    """
    check_zero_division(zero_division)
    if y_pred is None and y_score is None:
        raise ValueError("Expected y_pred or y_score, or both, to score, got neither.")
    truth, names = read_labels(y_true, "y_true")
    columns = {"n_positive": truth.sum(axis=0, dtype=np.int64)}
    if y_pred is not None:
        truth, predicted, names = read_pair(y_true, y_pred)
        columns["n_predicted"] = predicted.sum(axis=0, dtype=np.int64)
        columns |= {
            name: counted_scores(metric, truth, predicted, zero_division)
            for name, metric in COUNT_METRICS.items()
        }
    if y_score is not None:
        truth, scores, of_scores = read_scores(y_true, y_score)
        names = names if hasattr(y_pred, "columns") else of_scores
        check_columns(y_pred, y_score, "y_pred", "y_score")
        columns["roc_auc"] = ranked_scores(
            roc_auc_score, truth, scores, zero_division, both=True
        )
        columns["average_precision"] = ranked_scores(
            average_precision_score, truth, scores, zero_division
        )
    return pd.DataFrame(columns, index=names)


def counted_scores(metric, truth, predicted, zero_division):
    """Return a metric of counts for each label."""
    hits, n_predicted, n_positive = (
        a.sum(axis=0, dtype=np.int64) for a in (truth & predicted, predicted, truth)
    )
    return evaluate_counts(
        metric, hits, n_predicted, n_positive, len(truth), zero_division=zero_division
    )


def ranked_scores(metric, truth, scores, zero_division, *, both=False):
    """Return scikit-learn's metric of an order for each label where it is defined.

    It needs samples with the label, and if `both` samples without it.
    """
    defined = truth.any(axis=0) & ~(both & truth.all(axis=0))
    values = np.full(len(defined), zero_division, dtype=np.float64)
    for k in np.flatnonzero(defined):
        values[k] = metric(truth[:, k], scores[:, k])
    return values
