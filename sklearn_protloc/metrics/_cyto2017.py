"""The score of the CYTO 2017 image analysis challenge."""

import numpy as np

from sklearn_protloc.metrics._counts import f1_from_counts
from sklearn_protloc.metrics._inputs import read_pair
from sklearn_protloc.metrics._label_scores import counted_scores

__all__ = ["cyto2017_score"]


def cyto2017_score(y_true, y_pred):
    """Compute the score of the CYTO 2017 image analysis challenge.

    The challenge averaged F1 over the labels that a team had *predicted* at least once
    [1]_. A rare label that is never predicted costs nothing, where it counts as 0 in
    :func:`macro_f1_score`; the published 0.507 of the winners is comparable with this
    score only. A label that is predicted but never occurs counts as 0 in both.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.

    Returns
    -------
    score : float
        From 0 to 1, and 0 if nothing is predicted.

    Raises
    ------
    ValueError
        If the arguments are no indicator matrices of one shape.

    References
    ----------
    .. [1] The challenge's repository, github.com/CellProfiling/cyto-challenge,
       solution_checker.py, which ranked submissions without a list of labels.

    Examples
    --------
    >>> from sklearn_protloc.metrics import cyto2017_score, macro_f1_score
    >>> y_true, y_pred = [[1, 0], [1, 1]], [[1, 0], [1, 0]]
    >>> cyto2017_score(y_true, y_pred), macro_f1_score(y_true, y_pred)
    (1.0, 0.5)
    """
    truth, predicted, _ = read_pair(y_true, y_pred)
    tried = predicted.any(axis=0)
    f1 = counted_scores(f1_from_counts, truth, predicted, np.nan)
    return float(f1[tried].mean()) if tried.any() else 0.0
