"""Scoring the predictions of all folds at once."""

import numpy as np

from sklearn_protloc.metrics._inputs import read_labels
from sklearn_protloc.metrics._scores import macro_f1_score
from sklearn_protloc.utils import as_numbers

__all__ = ["pooled_oof_score"]


def pooled_oof_score(y_true, y_pred, *, score=macro_f1_score):
    """Score out-of-fold predictions of all folds together.

    The mean of the scores of the folds depends on their number: in small folds rare
    labels have one positive or none, and F1 is not linear. One score of all held-out
    predictions is comparable across numbers of folds, and with a score on a test set.

    Parameters
    ----------
    y_true : list of array-likes of shape (n_samples_of_fold, n_labels)
        The true labels of each fold's held-out samples: 0/1 values of any numeric or
        boolean type.
    y_pred : list of array-likes of shape (n_samples_of_fold, n_labels)
        The predictions for the same samples, by the model that had not seen them:
        labels, or probabilities for a `score` of probabilities.
    score : callable, default=macro_f1_score
        ``score(y_true, y_pred)`` of arrays, such as
        :func:`macro_average_precision_score`.

    Returns
    -------
    score : float
        What `score` returned for the samples of all folds. The order of the folds is of
        no matter.

    Raises
    ------
    ValueError
        If there are no folds, or the folds of both do not have the same shapes.

    See Also
    --------
    sklearn.model_selection.cross_val_predict : Out-of-fold predictions in one array,
        in the order of the samples; they need no pooling.

    Examples
    --------
    >>> from sklearn_protloc.metrics import macro_f1_score, pooled_oof_score
    >>> y_true = [[[1, 0], [1, 1]], [[0, 1], [1, 0]]]
    >>> y_pred = [[[1, 0], [0, 0]], [[0, 1], [1, 0]]]
    >>> round(pooled_oof_score(y_true, y_pred), 3)
    0.733
    >>> folds = zip(y_true, y_pred)
    >>> round(sum(macro_f1_score(t, p) for t, p in folds) / 2, 3)  # the mean of folds
    0.667
    """
    for name, folds in (("y_true", y_true), ("y_pred", y_pred)):
        if not hasattr(folds, "__len__"):
            raise TypeError(
                f"Expected {name} as a list with an array per fold, got "
                f"{type(folds).__name__}."
            )
    if len(y_true) == 0 or len(y_true) != len(y_pred):
        raise ValueError(
            "Expected y_true and y_pred as lists with an array per fold, got "
            f"{len(y_true)} and {len(y_pred)} folds."
        )
    pairs = [
        _read_fold(number, *fold)
        for number, fold in enumerate(zip(y_true, y_pred, strict=True))
    ]
    n_labels = {truth.shape[1] for truth, _ in pairs}
    if len(n_labels) > 1:
        raise ValueError(
            f"Expected folds of the same labels, got {sorted(n_labels)} of them."
        )
    return score(*map(np.concatenate, zip(*pairs, strict=True)))


def _read_fold(number, y_true, y_pred):
    """Return the labels and predictions of one fold as arrays of one shape."""
    truth, _ = read_labels(y_true, f"y_true[{number}]")
    predicted = as_numbers(y_pred, f"y_pred[{number}]")
    if predicted.shape != truth.shape:
        raise ValueError(
            f"Expected y_pred[{number}] with the shape of y_true[{number}], "
            f"{truth.shape}, got {predicted.shape}."
        )
    return truth, predicted
