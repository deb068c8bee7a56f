"""The Dice coefficient on a coarse grid, tuned on training data."""

from sklearn_protloc.metrics import f1_from_counts
from sklearn_protloc.model_selection._strategies._f1 import f1

__all__ = ["dice"]

STEP = 0.01


def dice(y, p, **_):
    """Return the threshold of each label with the highest Dice coefficient [1]_.

    The Dice coefficient of decisions is F1. What sets this rule apart is where `y` and
    `p` come from: they are the training samples and the probabilities that the model
    trained on them gives them, so that the thresholds inherit its overfitting.

    Parameters
    ----------
    y : ndarray of shape (n_samples, n_labels)
        0/1 values.
    p : ndarray of shape (n_samples, n_labels), floating
        Values from 0 to 1.
    **_ : dict
        What other rules need.

    Returns
    -------
    thresholds : ndarray of shape (n_labels,), dtype float64
        Multiples of 0.01.

    References
    ----------
    .. [1] K. Liimatainen et al., "Convolutional neural network-based artificial
       intelligence for classification of protein localization patterns",
       Biomolecules 11, 2021.
    """
    return f1(y, p, metric=f1_from_counts, step=STEP)
