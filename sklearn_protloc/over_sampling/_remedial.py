"""Samples divided into one with the rare and one with the frequent labels."""

import numpy as np

from sklearn_protloc.over_sampling._base import MultiLabelSampler, Resampled
from sklearn_protloc.over_sampling._imbalance import (
    concurrence,
    imbalance_ratios,
    minority_labels,
)


class REMEDIAL(MultiLabelSampler):
    """Part rare labels from the frequent ones they occur with (REMEDIAL).

    A sample whose labels differ more in frequency than is usual, that is whose SCUMBLE
    exceeds the mean, is kept with its rare labels and repeated with its frequent ones.
    Rare are labels whose imbalance ratio exceeds the mean ratio [1]_.

    The method denies labels that are there: a sample and its repetition contradict
    each other. It is meant for a classifier that would otherwise learn the frequent
    label alone, and for a sampler after it, whose copies then inflate nothing else.
    Compare by cross-validation before trusting it.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_samples_new,)
        The sample of `X` that each row is, or repeats.
    is_augmented_ : ndarray of shape (n_samples_new,), dtype bool
        Whether a row is a repetition.
    report_ : DataFrame of n_labels rows
        `before` and `after`, how many samples had and have each label: the same.
    n_features_in_ : int
        Number of channels, or of columns of a table.

    See Also
    --------
    imbalance_report : SCUMBLE and the imbalance ratios.

    Notes
    -----
    Samples whose labels are all rare, or all frequent, are left as they are. By the
    letter of [1]_ they are repeated too where their SCUMBLE is high, and one of both is
    left without any label.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "Resampling
       multilabel datasets by decoupling highly imbalanced labels", HAIS 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.over_sampling import REMEDIAL
    >>> X = np.arange(5).reshape(5, 1)
    >>> y = np.array([[1, 0]] * 4 + [[1, 1]])
    >>> X_new, y_new = REMEDIAL().fit_resample(X, y)
    >>> X_new[4:].ravel(), y_new[4:]
    (array([4, 4]), array([[0, 1],
           [1, 0]]))
    """

    _parameter_constraints = {}

    def _fit_resample(self, X, Y, names, rng):
        ratios = imbalance_ratios(Y)
        rare = np.isin(np.arange(Y.shape[1]), minority_labels(ratios)[0])
        mixed = concurrence(Y, ratios)
        divided = np.flatnonzero(
            (mixed > mixed.mean()) & Y[:, rare].any(axis=1) & Y[:, ~rare].any(axis=1)
        )
        with_rare = Y.copy()
        with_rare[np.ix_(divided, ~rare)] = 0
        return Resampled(
            np.append(np.arange(len(Y)), divided),
            labels=np.concatenate([with_rare, Y[divided] * ~rare]),
        )
