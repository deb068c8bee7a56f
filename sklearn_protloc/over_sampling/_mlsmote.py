"""Synthetic samples between neighbours that share a rare label."""

import warnings
from numbers import Integral

import numpy as np
from sklearn.neighbors import NearestNeighbors
from sklearn.utils import check_array
from sklearn.utils._param_validation import Interval, StrOptions

from sklearn_protloc.over_sampling._base import MultiLabelSampler, Resampled
from sklearn_protloc.over_sampling._imbalance import imbalance_ratios, minority_labels
from sklearn_protloc.over_sampling._rows import is_table
from sklearn_protloc.utils import as_numbers


class MLSMOTE(MultiLabelSampler):
    """Make samples between neighbours that share a rare label (MLSMOTE).

    For each label whose imbalance ratio exceeds the mean ratio, every sample that has
    it gets a synthetic companion: its features lie between those of the sample and of
    one of its nearest neighbours with that label, and the labels are those that most
    of them have [1]_. For tables of numbers; the mean of two images is not an image.

    Parameters
    ----------
    k_neighbors : int, default=5
        Number of neighbours, at least 1; fewer where a label has fewer samples. The
        default is that of [1]_.
    label_generation : {"ranking", "union", "intersection"}, default="ranking"
        Labels of a synthetic sample: those of more than half of the sample and its
        neighbours, of any of them, or of all. "ranking" is the authors' choice after
        comparison.
    random_state : int, RandomState instance or None, default=None
        Decides which neighbour is taken, and the place in between.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_samples_new,)
        The sample of `X` that each row is, or was made from.
    is_augmented_ : ndarray of shape (n_samples_new,), dtype bool
        Whether a row is synthetic.
    report_ : DataFrame of n_labels rows
        `before` and `after`, how many samples had and have each label.
    n_features_in_ : int
        Number of columns of the table.

    Warns
    -----
    UserWarning
        If a rare label has one sample only, which has no neighbours to go to.

    See Also
    --------
    RareLabelOverSampler : Copies images, changed by an augmenter.
    imblearn.over_sampling.SMOTE : The same for one column of classes.

    Notes
    -----
    All columns are taken for numbers; scale them first, since neighbours are found by
    Euclidean distance. The place between two samples is drawn for each column anew.
    Synthetic samples are made from those of `X` only, not from each other, as in the
    authors' R package mldr.resampling. Whole numbers become floats.

    References
    ----------
    .. [1] F. Charte, A. J. Rivera, M. J. del Jesus and F. Herrera, "MLSMOTE:
       Approaching imbalanced multilabel learning through synthetic instance
       generation", Knowledge-Based Systems 89, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.over_sampling import MLSMOTE
    >>> X = np.arange(8.0).reshape(8, 1)
    >>> y = np.array([[1, 0]] * 6 + [[1, 1]] * 2)
    >>> X_new, y_new = MLSMOTE(random_state=0).fit_resample(X, y)
    >>> X_new[8:].round(2)
    array([[6.55],
           [6.28]])
    >>> y_new[8:]
    array([[1, 1],
           [1, 1]])
    """

    _parameter_constraints = {
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
        "label_generation": [StrOptions({"ranking", "union", "intersection"})],
        "random_state": ["random_state"],
    }

    def __init__(self, k_neighbors=5, *, label_generation="ranking", random_state=None):
        self.k_neighbors = k_neighbors
        self.label_generation = label_generation
        self.random_state = random_state

    def _fit_resample(self, X, Y, names, rng):
        if not is_table(X):
            raise ValueError(
                "MLSMOTE expects a table of shape (n_samples, n_features), got images "
                f"of shape {tuple(X.shape)}. Use RareLabelOverSampler with an "
                "augmenter, or compute features first."
            )
        as_numbers(X, "X")
        X = check_array(X, dtype=[np.float64, np.float32], input_name="X")
        rows, features, labels = [np.arange(len(X))], [X], [Y]
        for label in minority_labels(imbalance_ratios(Y))[0]:
            bag = np.flatnonzero(Y[:, label])
            if len(bag) == 1:
                warnings.warn(
                    f"Label {names[label]!r} has one sample only, without neighbours "
                    "to make others from: nothing is added for it.",
                    UserWarning,
                    stacklevel=4,
                )
                continue
            made, votes = self._between_neighbours(X[bag], Y[bag], rng)
            rows.append(bag)
            features.append(made)
            labels.append(votes)
        return Resampled(
            np.concatenate(rows), np.concatenate(features), np.concatenate(labels)
        )

    def _between_neighbours(self, X, Y, rng):
        """Make a companion for each sample of one label."""
        k = min(self.k_neighbors, len(X) - 1)
        search = NearestNeighbors(n_neighbors=k).fit(X)
        neighbours = search.kneighbors(return_distance=False)
        other = neighbours[np.arange(len(X)), rng.randint(k, size=len(X))]
        place = rng.uniform(size=X.shape).astype(X.dtype)
        votes = Y + Y[neighbours].sum(axis=1)
        needed = {"ranking": (k + 1) // 2 + 1, "union": 1, "intersection": k + 1}
        made = X + place * (X[other] - X)
        return made, (votes >= needed[self.label_generation]).astype(Y.dtype)
