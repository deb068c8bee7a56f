"""Which labels are taken for which, and which occur together."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics._inputs import read_labels, read_pair

__all__ = ["label_cooccurrence", "localization_confusion_matrix"]

NORMALIZE = ("true", "row", None)


def localization_confusion_matrix(y_true, y_pred, *, normalize="true"):
    """Count which labels were predicted in place of those missed.

    With several labels per sample nobody knows which wrong label was meant for which
    missed one. Here every true label that was not found is charged to all labels that
    were predicted falsely for the same sample [1]_. For samples with one label and one
    prediction this is the usual confusion matrix.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.
    normalize : {"true", "row", None}, default="true"
        What the counts of a row are divided by. "true" is the number of samples that
        have the label, so that the diagonal is the share of them in which it was
        found. A missed label is charged to every false positive of its sample, or to
        none if there are none: the rest of the row may sum up to more or less than what
        was missed. "row" is the sum of the row. Its diagonal does not know of missed
        labels for which nothing was predicted. None leaves counts.

    Returns
    -------
    matrix : DataFrame of shape (n_labels, n_labels)
        Rows are true labels, columns those predicted; the diagonal holds labels found.
        Counts are integers. Rows of labels that do not occur are NaN if normalized.
        The mean of the diagonal, ``np.nanmean(np.diag(matrix))``, is what the paper
        calls overall accuracy.

    Raises
    ------
    ValueError
        If the arguments are no indicator matrices of one shape.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, figure 4. It does not say
       what rows are divided by: "The diagonal shows percentage of correctly
       classified samples".

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from sklearn_protloc.metrics import localization_confusion_matrix
    >>> y_true = pd.DataFrame({"Cytosol": [1, 1], "Nucleoli": [0, 1], "Golgi": [0, 0]})
    >>> y_pred = [[1, 0, 0], [1, 0, 1]]  # of the second, Golgi in place of nucleoli
    >>> matrix = localization_confusion_matrix(y_true, y_pred)
    >>> matrix
              Cytosol  Nucleoli  Golgi
    Cytosol       1.0       0.0    0.0
    Nucleoli      0.0       0.0    1.0
    Golgi         NaN       NaN    NaN
    >>> np.nanmean(np.diag(matrix))
    np.float64(0.5)
    """
    if normalize not in NORMALIZE:
        raise ValueError(
            f"Expected normalize as 'true', 'row' or None, got {normalize!r}."
        )
    truth, predicted, names = read_pair(y_true, y_pred)
    # float64 counts exactly, and only floats are multiplied by fast routines.
    truth, predicted = truth.astype(np.float64), predicted.astype(np.float64)
    missed, false = truth * (1 - predicted), predicted * (1 - truth)
    counts = missed.T @ false + np.diag((truth * predicted).sum(axis=0))
    if normalize is None:
        return pd.DataFrame(counts.astype(np.int64), index=names, columns=names)
    totals = truth.sum(axis=0) if normalize == "true" else counts.sum(axis=1)
    return pd.DataFrame(_divide(counts, totals), index=names, columns=names)


def label_cooccurrence(y, *, normalize=True):
    """Count how often labels occur together.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        0/1 values of any numeric or boolean type.
    normalize : bool, default=True
        Whether to divide each row by the number of samples that have its label [1]_.

    Returns
    -------
    matrix : DataFrame of shape (n_labels, n_labels)
        Of the samples that have the label of the row, the share (from 0 to 1) or the
        number of those that have that of the column, too. Shares of labels that do not
        occur are NaN.

    Raises
    ------
    ValueError
        If `y` is no indicator matrix.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, figure 7.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_protloc.metrics import label_cooccurrence
    >>> y = pd.DataFrame({"Cytosol": [1, 1, 1, 1], "Rods & rings": [0, 0, 0, 1]})
    >>> label_cooccurrence(y)
                  Cytosol  Rods & rings
    Cytosol           1.0          0.25
    Rods & rings      1.0          1.00
    """
    labels, names = read_labels(y, "y")
    labels = labels.astype(np.float64)
    counts = labels.T @ labels
    if not normalize:
        return pd.DataFrame(counts.astype(np.int64), index=names, columns=names)
    return pd.DataFrame(_divide(counts, np.diag(counts)), index=names, columns=names)


def _divide(counts, totals):
    """Divide rows by totals, to NaN where a total is 0."""
    return counts / np.where(totals == 0, np.nan, totals)[:, None]
