"""How unequal labels are, and how unequal those that occur together."""

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.over_sampling._label_sets import label_sets
from sklearn_protloc.utils import check_indicator

__all__ = ["concurrence", "imbalance_ratios", "imbalance_report", "minority_labels"]


def imbalance_report(y):
    """Measure how unequal the labels of a multi-label target are.

    A label's imbalance ratio is how many times more often the most frequent label
    occurs [1]_. Resampling helps where ratios are high and differ. It helps less where
    rare labels share their samples with frequent ones: copies of such samples make
    both more frequent. SCUMBLE measures that [2]_.

    Parameters
    ----------
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        0/1 values of any numeric or boolean type.

    Returns
    -------
    report : :class:`~sklearn.utils.Bunch`
        With the attributes

        labels : DataFrame of n_labels rows
            For each label `count`, the number of its samples; `ir`, its imbalance
            ratio (IRLbl), from 1 upwards; `scumble`, the mean of SCUMBLE over its
            samples, in [0, 1). A label that does not occur has NaN for both.
        mean_ir : float
            Mean of the ratios of the labels that occur (MeanIR).
        max_ir : float
            The highest of these ratios.
        cvir : float
            Their standard deviation divided by their mean (CVIR).
        scumble : float
            Mean over all samples of 1 minus the geometric mean of the ratios of a
            sample's labels divided by their arithmetic mean, in [0, 1): 0 if only
            labels of like frequency occur together. Samples of no label count as 0.
        cardinality : float
            Mean number of labels per sample.
        n_label_sets : int
            Number of different rows of `y`.

        Ratios of a `y` without any label are NaN.

    Raises
    ------
    ValueError
        If `y` is not a 0/1 indicator matrix.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "Addressing
       imbalance in multilabel classification: Measures and random resampling
       algorithms", Neurocomputing 163, 2015.
    .. [2] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "Concurrence among
       imbalanced labels and its influence on multilabel resampling algorithms", HAIS
       2014.

    Examples
    --------
    >>> import pandas as pd
    >>> from sklearn_protloc.over_sampling import imbalance_report
    >>> y = pd.DataFrame({"Cytosol": [1, 1, 1, 1], "Rods & rings": [0, 0, 0, 1]})
    >>> report = imbalance_report(y)
    >>> report.labels
                  count   ir  scumble
    Cytosol           4  1.0     0.05
    Rods & rings      1  4.0     0.20
    >>> report.mean_ir, round(report.scumble, 3)
    (2.5, 0.05)
    """
    Y, names = check_indicator(y)
    ratios = imbalance_ratios(Y)
    mixed = concurrence(Y, ratios)
    counts = Y.sum(axis=0, dtype=np.int64)
    of_labels = np.divide(
        mixed @ Y, counts, out=np.full(len(counts), np.nan), where=counts > 0
    )
    present = ratios[counts > 0]
    mean = _mean(present)
    return Bunch(
        labels=pd.DataFrame(
            {"count": counts, "ir": ratios, "scumble": of_labels}, index=names
        ),
        mean_ir=mean,
        max_ir=float(present.max(initial=-np.inf)) if len(present) else np.nan,
        cvir=float(present.std(ddof=1) / mean) if len(present) > 1 else 0.0,
        scumble=_mean(mixed),
        cardinality=float(counts.sum() / max(len(Y), 1)),
        n_label_sets=len(label_sets(Y)[2]),
    )


def imbalance_ratios(Y):
    """Return how much rarer each label is than the most frequent one; NaN if absent."""
    counts = Y.sum(axis=0, dtype=float)
    counts[counts == 0] = np.nan
    return counts.max(initial=0, where=~np.isnan(counts)) / counts


def minority_labels(ratios):
    """Return the columns of the labels that are rarer than the mean ratio, and it."""
    mean = _mean(ratios[~np.isnan(ratios)])
    return np.flatnonzero(ratios > mean), mean


def concurrence(Y, ratios):
    """Return for each sample how unequal the ratios of its labels are (SCUMBLE)."""
    ratios = np.where(np.isnan(ratios), 1, ratios)  # of labels that no sample has
    n_labels = Y.sum(axis=1, dtype=np.int64)
    several = n_labels > 1
    mixed = np.zeros(len(Y))
    active, n_active = Y[several].astype(float), n_labels[several]
    geometric = np.exp(active @ np.log(ratios) / n_active)
    arithmetic = active @ ratios / n_active
    # rounding must not make equal ratios unequal
    mixed[several] = np.clip(1 - geometric / arithmetic, 0, None).round(12)
    return mixed


def _mean(values):
    return float(values.mean()) if len(values) else np.nan
