"""What the thresholds were tuned on, label by label."""

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

__all__ = ["threshold_report"]


def threshold_report(label_names, indicator, probabilities, thresholds):
    """Tabulate the thresholds beside the F1 they reach.

    Parameters
    ----------
    label_names : array-like of shape (n_labels,)
        Names of the labels.
    indicator : ndarray of shape (n_samples, n_labels)
        0/1 values of the samples tuned on.
    probabilities : ndarray of shape (n_samples, n_labels), dtype float64
        Their held-out probabilities.
    thresholds : ndarray of shape (n_labels,), dtype float64
        The thresholds chosen on them.

    Returns
    -------
    report : DataFrame
        The columns `label`, `n_positive`, `threshold`, `f1_at_half`, `f1` and
        `status`, which is "absent" for labels without a positive, else "tuned".
    """
    n_positive = indicator.sum(axis=0, dtype=np.int64)
    return pd.DataFrame(
        {
            "label": label_names,
            "n_positive": n_positive,
            "threshold": thresholds,
            "f1_at_half": _f1(indicator, probabilities >= 0.5),
            "f1": _f1(indicator, probabilities >= thresholds),
            "status": np.where(n_positive > 0, "tuned", "absent"),
        }
    )


def _f1(indicator, predicted):
    """Return F1 per label, 0 for a label neither present nor predicted."""
    return f1_score(indicator, predicted, average=None, zero_division=0)
