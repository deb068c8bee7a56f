"""Whether probabilities mean what they say."""

from numbers import Integral

import numpy as np
import pandas as pd

from sklearn_protloc.metrics._inputs import read_probabilities

__all__ = ["expected_calibration_error", "reliability_curve"]


def reliability_curve(y_true, y_proba, *, n_bins=10):
    """Compare predicted probabilities with how often labels occur.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.
    y_proba : array-like or DataFrame of shape (n_samples, n_labels)
        Probability of each label, from 0 to 1.
    n_bins : int, default=10
        Number of bins of equal width from 0 to 1 into which probabilities are put; a
        bin contains its upper end.

    Returns
    -------
    curve : DataFrame
        A row for each label and bin that holds probabilities, its index. Columns:
        mean_predicted, the mean probability; fraction_positive, the share of samples
        that have the label, equal to it if probabilities are calibrated; and n_samples.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or probabilities leave [0, 1].

    See Also
    --------
    sklearn.calibration.calibration_curve : The same for a single label.

    Examples
    --------
    >>> from sklearn_protloc.metrics import reliability_curve
    >>> reliability_curve([[1], [0], [1], [1]], [[0.2], [0.4], [0.7], [0.9]], n_bins=2)
               mean_predicted  fraction_positive  n_samples
    label bin
    0     0               0.3                0.5          2
          1               0.8                1.0          2
    """
    n, predicted, positive, names = _bins(y_true, y_proba, n_bins)
    label, which = np.nonzero(n)
    return pd.DataFrame(
        {
            "mean_predicted": predicted[n > 0] / n[n > 0],
            "fraction_positive": positive[n > 0] / n[n > 0],
            "n_samples": n[n > 0],
        },
        index=pd.MultiIndex.from_arrays([names[label], which], names=["label", "bin"]),
    )


def expected_calibration_error(y_true, y_proba, *, n_bins=10, average="macro"):
    """Compute how far probabilities are from how often labels occur.

    The absolute differences between both columns of :func:`reliability_curve`, averaged
    over samples [1]_. Noise makes it positive for calibrated probabilities, too, the
    more the fewer samples there are in a bin.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.
    y_proba : array-like or DataFrame of shape (n_samples, n_labels)
        Probability of each label, from 0 to 1.
    n_bins : int, default=10
        Number of bins of equal width from 0 to 1.
    average : {"macro", None}, default="macro"
        Mean over the labels, or a value for each.

    Returns
    -------
    error : float or Series of n_labels values
        From 0 to 1; lower is better.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or probabilities leave [0, 1].

    References
    ----------
    .. [1] M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated
       probabilities using Bayesian binning", AAAI 2015.

    Examples
    --------
    >>> from sklearn_protloc.metrics import expected_calibration_error
    >>> y_true, y_proba = [[1], [0], [1], [1]], [[0.2], [0.4], [0.7], [0.9]]
    >>> round(expected_calibration_error(y_true, y_proba, n_bins=2), 3)
    0.2
    """
    if average not in ("macro", None):
        raise ValueError(f"Expected average as 'macro' or None, got {average!r}.")
    n, predicted, positive, names = _bins(y_true, y_proba, n_bins)
    errors = np.abs(predicted - positive).sum(axis=1) / n.sum(axis=1)
    return float(errors.mean()) if average else pd.Series(errors, index=names)


def _bins(y_true, y_proba, n_bins):
    """Return number, sum of probabilities and of positives per label and bin; names."""
    if not isinstance(n_bins, Integral) or n_bins < 1:
        raise ValueError(f"Expected n_bins as a whole number from 1, got {n_bins!r}.")
    truth, p, names = read_probabilities(y_true, y_proba)
    bins = np.searchsorted(np.linspace(0, 1, n_bins + 1)[1:-1], p)
    bins += n_bins * np.arange(p.shape[1])
    sums = [
        np.bincount(bins.ravel(), weights, minlength=n_bins * p.shape[1])
        for weights in (None, p.ravel(), truth.ravel())
    ]
    return *(s.reshape(-1, n_bins) for s in sums), names
