"""Random resampling by label sets and by labels."""

from numbers import Real

import numpy as np
from sklearn.utils._param_validation import Interval

from sklearn_protloc.over_sampling._base import MultiLabelSampler, Resampled
from sklearn_protloc.over_sampling._imbalance import imbalance_ratios, minority_labels
from sklearn_protloc.over_sampling._label_sets import label_sets


class RatioSampler(MultiLabelSampler):
    """Base of samplers that are told how many samples to add or to leave out."""

    _parameter_constraints = {
        "sampling_ratio": [Interval(Real, 0, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(self, sampling_ratio=0.25, *, random_state=None):
        self.sampling_ratio = sampling_ratio
        self.random_state = random_state


class LPRandomOverSampler(RatioSampler):
    """Copy samples with rare label sets (LP-ROS).

    Every set of labels that occurs is taken for a class, as label powerset
    classifiers do. Sets rarer than the mean get copies of their samples, at most up to
    the mean [1]_.

    Parameters
    ----------
    sampling_ratio : float, default=0.25
        How many copies to make at most, as a share of the samples, from 0 upwards: the
        percentage P of [1]_ divided by 100. The default is that of the examples of the
        authors' R package mldr.resampling.
    random_state : int, RandomState instance or None, default=None
        Decides which samples are copied.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_samples_new,)
        The sample of `X` that each row is, or is a copy of.
    is_augmented_ : ndarray of shape (n_samples_new,), dtype bool
        Whether a row is a copy.
    report_ : DataFrame of n_labels rows
        `before` and `after`, how many samples had and have each label.
    n_features_in_ : int
        Number of channels, or of columns of a table.

    See Also
    --------
    MLRandomOverSampler : Looks at labels one by one.

    Notes
    -----
    The rare sets share the copies evenly; what larger ones do not take, because they
    reach the mean, is left to smaller ones. The mean is rounded down. Where most sets
    occur once, the mean is low and little is copied.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "Addressing
       imbalance in multilabel classification: Measures and random resampling
       algorithms", Neurocomputing 163, 2015, LP-ROS.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.over_sampling import LPRandomOverSampler
    >>> X = np.arange(8).reshape(8, 1)
    >>> y = np.array([[1, 0]] * 6 + [[1, 1]] + [[0, 1]])
    >>> X_new, y_new = LPRandomOverSampler(0.25, random_state=0).fit_resample(X, y)
    >>> y_new[8:]
    array([[0, 1],
           [1, 1]])
    """

    def _fit_resample(self, X, Y, names, rng):
        _, set_of, sizes = label_sets(Y)
        rare = np.flatnonzero(sizes * len(sizes) < len(Y))
        rare = rare[np.argsort(-sizes[rare], kind="stable")]
        left = int(self.sampling_ratio * len(Y))
        rows = [np.arange(len(Y))]
        for done, label_set in enumerate(rare):
            room = len(Y) // len(sizes) - sizes[label_set]
            n_copies = min(room, left // (len(rare) - done))
            rows.append(rng.choice(np.flatnonzero(set_of == label_set), n_copies))
            left -= n_copies
        return Resampled(np.concatenate(rows))


class MLRandomOverSampler(RatioSampler):
    """Copy samples with rare labels (ML-ROS).

    Labels whose imbalance ratio exceeds the mean ratio get copies in turn, of random
    samples that have them. A label drops out when its ratio is down to the mean that
    there was at the beginning [1]_.

    Parameters
    ----------
    sampling_ratio : float, default=0.25
        How many copies to make at most, as a share of the samples, from 0 upwards: the
        percentage P of [1]_ divided by 100. The default is that of the examples of the
        authors' R package mldr.resampling.
    random_state : int, RandomState instance or None, default=None
        Decides which samples are copied.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_samples_new,)
        The sample of `X` that each row is, or is a copy of.
    is_augmented_ : ndarray of shape (n_samples_new,), dtype bool
        Whether a row is a copy.
    report_ : DataFrame of n_labels rows
        `before` and `after`, how many samples had and have each label.
    n_features_in_ : int
        Number of channels, or of columns of a table.

    See Also
    --------
    RareLabelOverSampler : Copies until every label occurs a given number of times.
    imbalance_report : The imbalance ratios.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "Addressing
       imbalance in multilabel classification: Measures and random resampling
       algorithms", Neurocomputing 163, 2015, ML-ROS.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.over_sampling import MLRandomOverSampler
    >>> X = np.arange(8).reshape(8, 1)
    >>> y = np.array([[1, 0]] * 6 + [[0, 1]] * 2)
    >>> X_new, y_new = MLRandomOverSampler(0.5, random_state=0).fit_resample(X, y)
    >>> y_new[8:]
    array([[0, 1]])
    """

    def _fit_resample(self, X, Y, names, rng):
        labels, mean = minority_labels(imbalance_ratios(Y))
        samples = {label: np.flatnonzero(Y[:, label]) for label in labels}
        counts = Y.sum(axis=0, dtype=np.int64)
        copies = []
        for _ in range(int(self.sampling_ratio * len(Y))):
            if not samples:
                break
            label = next(iter(samples))
            candidates = samples.pop(label)
            copies.append(candidates[rng.randint(len(candidates))])
            counts += Y[copies[-1]]
            if counts.max() / counts[label] > mean:
                samples[label] = candidates  # its turn comes again, after the others
        return Resampled(np.append(np.arange(len(Y)), np.array(copies, dtype=np.intp)))


class MLRandomUnderSampler(RatioSampler):
    """Leave out samples that have frequent labels only (ML-RUS).

    Labels whose imbalance ratio is below the mean ratio lose samples in turn, at
    random. A label drops out when its ratio is up to the mean that there was at the
    beginning [1]_. Samples that also have a rarer label are kept, as in the authors' R
    package mldr.resampling.

    Parameters
    ----------
    sampling_ratio : float, default=0.25
        How many samples to leave out at most, as a share of all, from 0 upwards: the
        percentage P of [1]_ divided by 100. The default is that of the examples of the
        authors' R package mldr.resampling.
    random_state : int, RandomState instance or None, default=None
        Decides which samples are left out.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_samples_new,)
        The samples of `X` that are kept, in ascending order.
    is_augmented_ : ndarray of shape (n_samples_new,), dtype bool
        Whether a row is a copy: none is.
    report_ : DataFrame of n_labels rows
        `before` and `after`, how many samples had and have each label.
    n_features_in_ : int
        Number of channels, or of columns of a table.

    See Also
    --------
    MLRandomOverSampler : Copies samples that have rare labels.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "Addressing
       imbalance in multilabel classification: Measures and random resampling
       algorithms", Neurocomputing 163, 2015, ML-RUS.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.over_sampling import MLRandomUnderSampler
    >>> X = np.arange(8).reshape(8, 1)
    >>> y = np.array([[1, 0]] * 6 + [[1, 1]] * 2)
    >>> X_new, y_new = MLRandomUnderSampler(0.5, random_state=0).fit_resample(X, y)
    >>> y_new
    array([[1, 0],
           [1, 0],
           [1, 1],
           [1, 1]])
    """

    def _fit_resample(self, X, Y, names, rng):
        ratios = imbalance_ratios(Y)
        _, mean = minority_labels(ratios)
        frequent = ratios < mean
        spare = ~(Y > 0)[:, ~frequent].any(axis=1)
        samples = {
            label: rng.permutation(np.flatnonzero(spare & (Y[:, label] > 0))).tolist()
            for label in np.flatnonzero(frequent)
        }
        counts = Y.sum(axis=0, dtype=np.int64)
        kept = np.ones(len(Y), dtype=bool)
        to_leave_out = int(self.sampling_ratio * len(Y))
        while to_leave_out and samples:
            label = next(iter(samples))
            candidates = samples.pop(label)
            while candidates and not kept[candidates[-1]]:
                candidates.pop()  # left out in the turn of another label
            if not candidates:
                continue
            row = candidates.pop()
            kept[row] = False
            to_leave_out -= 1
            counts -= Y[row]
            if counts.max() < mean * counts[label]:
                samples[label] = candidates  # its turn comes again, after the others
        return Resampled(np.flatnonzero(kept))
