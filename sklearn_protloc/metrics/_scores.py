"""One number for all labels."""

import numpy as np
from scipy.special import xlogy
from sklearn.metrics import average_precision_score, roc_auc_score

from sklearn_protloc.metrics._counts import evaluate_counts, f1_from_counts
from sklearn_protloc.metrics._inputs import (
    check_zero_division,
    read_pair,
    read_probabilities,
    read_scores,
)
from sklearn_protloc.metrics._label_scores import counted_scores, ranked_scores

__all__ = [
    "macro_average_precision_score",
    "macro_f1_score",
    "macro_roc_auc_score",
    "mean_defined",
    "micro_f1_score",
    "multilabel_log_loss",
]

EPS = np.finfo(np.float64).eps


def macro_f1_score(y_true, y_pred, *, zero_division=np.nan):
    """Compute the mean F1 of the labels.

    Every label counts alike, however rare it is. This is the score of the 2018 Kaggle
    challenge. Unlike :func:`sklearn.metrics.f1_score` by default, labels that neither
    occur nor are predicted are left out: otherwise perfect predictions for four labels
    and a fifth that no sample has would score 0.8.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        F1 of labels that neither occur nor are predicted, as in scikit-learn; NaN
        leaves them out. A label that is predicted but never occurs has an F1 of 0.

    Returns
    -------
    score : float
        From 0 to 1; NaN if all labels were left out.

    Raises
    ------
    ValueError
        If the arguments are no indicator matrices of one shape.

    See Also
    --------
    label_scores : F1 and other scores of every label.
    bootstrap_interval : How sure this number is.

    Examples
    --------
    >>> from sklearn_protloc.metrics import macro_f1_score
    >>> macro_f1_score([[1, 0, 0], [1, 1, 0]], [[1, 0, 0], [1, 0, 0]])
    0.5
    """
    check_zero_division(zero_division)
    truth, predicted, _ = read_pair(y_true, y_pred)
    values = counted_scores(f1_from_counts, truth, predicted, zero_division)
    return float(mean_defined(values))


def micro_f1_score(y_true, y_pred, *, zero_division=np.nan):
    """Compute the F1 of all decisions, of whatever label, together.

    Frequent labels decide it. Report it beside :func:`macro_f1_score`, not in its
    place.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        The score if no label occurs or is predicted anywhere.

    Returns
    -------
    score : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the arguments are no indicator matrices of one shape.

    Examples
    --------
    >>> from sklearn_protloc.metrics import micro_f1_score
    >>> micro_f1_score([[1, 0, 0], [1, 1, 0]], [[1, 0, 0], [1, 0, 0]])
    0.8
    """
    check_zero_division(zero_division)
    truth, predicted, _ = read_pair(y_true, y_pred)
    hits, n_predicted, n_positive = (
        a.sum(dtype=np.int64) for a in (truth & predicted, predicted, truth)
    )
    return float(
        evaluate_counts(
            f1_from_counts,
            hits,
            n_predicted,
            n_positive,
            truth.size,
            zero_division=zero_division,
        )
    )


def macro_roc_auc_score(y_true, y_score, *, zero_division=np.nan):
    """Compute the mean area under the ROC curve of the labels.

    It tells how well samples with a label are ranked before those without, and needs
    no thresholds. For rare labels it is high even where most of the first are wrong;
    :func:`macro_average_precision_score` is not.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.
    y_score : array-like or DataFrame of shape (n_samples, n_labels)
        Probabilities, or any numbers that are higher where a label is likelier.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        Value for labels that no sample has, or all have; NaN leaves them out.

    Returns
    -------
    score : float
        From 0 to 1, 0.5 by chance; NaN if all labels were left out.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or scores are not finite.

    Examples
    --------
    >>> from sklearn_protloc.metrics import macro_roc_auc_score
    >>> macro_roc_auc_score([[1, 0], [0, 0], [1, 0]], [[0.9, 0], [0.3, 0], [0.2, 0]])
    0.5
    """
    check_zero_division(zero_division)
    truth, scores, _ = read_scores(y_true, y_score)
    values = ranked_scores(roc_auc_score, truth, scores, zero_division, both=True)
    return float(mean_defined(values))


def macro_average_precision_score(y_true, y_score, *, zero_division=np.nan):
    """Compute the mean average precision of the labels (mAP).

    It sums up precision at every recall and needs no thresholds, which makes it a
    score to search hyper-parameters by.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.
    y_score : array-like or DataFrame of shape (n_samples, n_labels)
        Probabilities, or any numbers that are higher where a label is likelier.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        Value for labels that no sample has; NaN leaves them out.

    Returns
    -------
    score : float
        From 0 to 1, by chance the share of samples that have the label; NaN if all
        labels were left out.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or scores are not finite.

    Examples
    --------
    >>> from sklearn_protloc.metrics import macro_average_precision_score
    >>> macro_average_precision_score([[1, 0], [0, 0]], [[0.3, 0], [0.9, 0]])
    0.5
    """
    check_zero_division(zero_division)
    truth, scores, _ = read_scores(y_true, y_score)
    values = ranked_scores(average_precision_score, truth, scores, zero_division)
    return float(mean_defined(values))


def multilabel_log_loss(y_true, y_proba):
    """Compute the binary cross-entropy, averaged over samples and labels.

    :func:`sklearn.metrics.log_loss` takes a row of labels for one choice among classes
    and looks at the labels present only: probabilities of 0.999 for everything come
    out as nearly perfect. Here labels that are absent count as much as those present.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.
    y_proba : array-like or DataFrame of shape (n_samples, n_labels)
        Probability of each label, from 0 to 1. As in scikit-learn, 0 and 1 are moved
        inwards by the precision of float64, 2e-16: no sample's loss is above 36.

    Returns
    -------
    loss : float
        From 0 upwards, in nats; lower is better.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or probabilities leave [0, 1].

    Examples
    --------
    >>> from sklearn_protloc.metrics import multilabel_log_loss
    >>> round(multilabel_log_loss([[1, 0], [0, 0]], [[0.8, 0.1], [0.3, 0.1]]), 3)
    0.198
    """
    truth, p, _ = read_probabilities(y_true, y_proba)
    p = np.clip(p, EPS, 1 - EPS)
    return float(-(xlogy(truth, p) + xlogy(1 - truth, 1 - p)).mean())


def mean_defined(values):
    """Return the mean of what is not NaN along the last axis, NaN if nothing is."""
    defined = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(defined, values, 0).sum(axis=-1) / defined.sum(axis=-1)
