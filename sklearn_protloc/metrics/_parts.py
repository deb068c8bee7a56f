"""Scores of parts of the samples: by number of labels, by cell line."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics._inputs import read_pair
from sklearn_protloc.metrics._scores import macro_f1_score, micro_f1_score
from sklearn_protloc.utils._groups import unused_name

__all__ = ["accuracy_by_n_labels", "scores_by_group"]

REST = "other"


def accuracy_by_n_labels(y_true, y_pred):
    """Compute how many samples with one label, two labels, ... are right.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.

    Returns
    -------
    table : DataFrame
        A row for each number of true labels that occurs, which is the index `n_labels`.
        Columns: n_samples; share, of all samples; found, the share of its samples whose
        labels were all predicted, whatever else was; and exact, the share of those of
        which nothing else was. The table it follows [1]_ has one column of percentages
        and does not tell which of the two they are.

    Raises
    ------
    ValueError
        If the arguments are no indicator matrices of one shape.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, table 1.

    Examples
    --------
    >>> from sklearn_protloc.metrics import accuracy_by_n_labels
    >>> y_true = [[1, 0], [0, 1], [1, 0], [1, 1]]
    >>> y_pred = [[1, 0], [1, 1], [0, 0], [1, 1]]
    >>> accuracy_by_n_labels(y_true, y_pred).round(2)
              n_samples  share  found  exact
    n_labels
    1                 3   0.75   0.67   0.33
    2                 1   0.25   1.00   1.00
    """
    truth, predicted, _ = read_pair(y_true, y_pred)
    rows = pd.DataFrame(
        {
            "n_labels": truth.sum(axis=1, dtype=np.int64),
            "found": (predicted >= truth).all(axis=1),
            "exact": (predicted == truth).all(axis=1),
        }
    )
    parts = rows.groupby("n_labels")
    table = parts.mean()
    table.insert(0, "n_samples", parts.size())
    table.insert(1, "share", parts.size() / len(truth))
    return table


def scores_by_group(y_true, y_pred, groups, *, n_largest=None, zero_division=np.nan):
    """Score groups of samples apart, such as cell lines.

    Parameters
    ----------
    y_true, y_pred : array-like, DataFrame or sparse matrix of shape \
            (n_samples, n_labels)
        The true labels and those predicted: 0/1 values of any numeric or boolean type.
    groups : array-like of shape (n_samples,)
        The group of each sample, such as its cell line, antibody or plate.
    n_largest : int, default=None
        Number of groups to score alone. The rest is scored together as "other", as the
        figure does [1]_ with 3, or as "other groups" where a group has that name. None
        scores all alone.
    zero_division : {np.nan, 0.0, 1.0}, default=np.nan
        F1 of labels that in a group neither occur nor are predicted. Small groups lack
        many labels: NaN leaves these out.

    Returns
    -------
    table : DataFrame
        A row per group, the largest first and the rest last. Columns: n_samples;
        n_labels, the number of labels that occur; macro_f1, the mean of F1 (which is
        the Dice coefficient) over labels; micro_f1, that of all decisions; and exact,
        the share of samples whose labels are all right. Groups with different labels
        have means of different things: compare macro_f1 only where n_labels are alike.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or a group is missing.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, figure 8.

    Examples
    --------
    >>> from sklearn_protloc.metrics import scores_by_group
    >>> y_true = [[1, 0], [0, 1], [1, 1], [1, 0]]
    >>> y_pred = [[1, 0], [0, 1], [1, 0], [0, 1]]
    >>> cell_lines = ["U-2 OS", "U-2 OS", "U-2 OS", "A-431"]
    >>> scores_by_group(y_true, y_pred, cell_lines).round(2)
            n_samples  n_labels  macro_f1  micro_f1  exact
    group
    U-2 OS          3         2      0.83      0.86   0.67
    A-431           1         1      0.00      0.00   0.00
    """
    truth, predicted, _ = read_pair(y_true, y_pred)
    groups = read_groups(groups, len(truth))
    rest = unused_name(REST, groups)
    groups = _merge_small(groups, n_largest, rest)
    rows = []
    for group, members in groups.groupby(groups, sort=False).indices.items():
        t, p = truth[members], predicted[members]
        rows.append(
            {
                "group": group,
                "n_samples": len(members),
                "n_labels": int(t.any(axis=0).sum()),
                "macro_f1": macro_f1_score(t, p, zero_division=zero_division),
                "micro_f1": micro_f1_score(t, p, zero_division=zero_division),
                "exact": (t == p).all(axis=1).mean(),
            }
        )
    rows.sort(key=lambda row: -row["n_samples"])
    if n_largest is not None:
        rows.sort(key=lambda row: row["group"] == rest)
    return pd.DataFrame(rows).set_index("group")


def read_groups(groups, n_samples):
    """Return groups as a Series with positions as index; none may be missing."""
    groups = np.asarray(groups, dtype=object)
    if groups.shape != (n_samples,):
        got = len(groups) if groups.ndim == 1 else f"shape {groups.shape}"
        raise ValueError(
            f"Expected a group for each of {n_samples} samples, got {got}."
        )
    groups = pd.Series(groups)
    if groups.isna().any():
        raise ValueError(
            f"Expected a group for each sample, got none for {groups.isna().sum()} "
            "(None or NaN). Give them a group of their own, such as 'unknown'."
        )
    return groups


def _merge_small(groups, n_largest, rest):
    """Rename all but the largest groups."""
    if n_largest is None:
        return groups
    if not isinstance(n_largest, int | np.integer) or n_largest < 1:
        raise ValueError(
            f"Expected n_largest as a whole number from 1 or None, got {n_largest!r}."
        )
    largest = groups.value_counts(sort=True).index[:n_largest]
    return groups.where(groups.isin(largest), rest)
