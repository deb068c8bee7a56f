"""What the thresholds were tuned on, label by label."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import f1_from_counts
from sklearn_protloc.model_selection._count_metrics import label_scores

__all__ = ["threshold_report"]


def threshold_report(label_names, y, decisions, thresholds, stds, min_positives):
    """Tabulate the thresholds beside the F1 they reach.

    Parameters
    ----------
    label_names : array-like of shape (n_labels,)
        Names of the labels.
    y : ndarray of shape (n_samples, n_labels)
        0/1 values of the samples scored.
    decisions : dict
        Name of a column to the decisions on these samples, of the shape of `y`, whose
        F1 it holds; or None for NaN. "f1" are those at the thresholds.
    thresholds, stds : ndarrays of shape (n_labels,), dtype float64
        The thresholds, and how much they vary from fold to fold.
    min_positives : int
        Labels with fewer positives are called rare.

    Returns
    -------
    report : DataFrame
        The columns `label`, `n_positive`, `threshold`, `threshold_std`, those of
        `decisions` and `status`: "absent", "always", "rare" or "tuned".
    """
    n_positive = y.sum(axis=0, dtype=np.int64)
    always = decisions["f1"].all(axis=0) & (2 * n_positive < len(y))
    status = np.where(n_positive < min_positives, "rare", "tuned")
    status = np.where(always, "always", status)
    return pd.DataFrame(
        {
            "label": label_names,
            "n_positive": n_positive,
            "threshold": thresholds,
            "threshold_std": stds,
            **{
                name: np.nan
                if decided is None
                else label_scores(f1_from_counts, y, decided)
                for name, decided in decisions.items()
            },
            "status": np.where(n_positive == 0, "absent", status),
        }
    )
