"""Random stratified divisions of multi-label samples."""

from math import isfinite
from numbers import Integral, Real

import numpy as np
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.model_selection._split import _validate_shuffle_split
from sklearn.utils import check_random_state, check_scalar

from sklearn_protloc.model_selection._splitters._checks import (
    check_labels,
    warn_of_groups,
)
from sklearn_protloc.utils import stratified_parts

__all__ = ["MultilabelStratifiedShuffleSplit"]


class MultilabelStratifiedShuffleSplit(StratifiedShuffleSplit):
    """Stratified random divisions into training and test for multi-label targets.

    Test and training set get their share of every label, the rare ones first, as by
    :class:`MultilabelStratifiedKFold`. Other than folds, the test sets of two divisions
    may share samples. For a `y` of one column it is
    :class:`~sklearn.model_selection.StratifiedShuffleSplit`.

    Parameters
    ----------
    n_splits : int, default=10
        Number of divisions.
    test_size : float or int, default=None
        Part of the samples to test, between 0 and 1, rounded up; or their number. If
        None, all that are not trained on, or a tenth if `train_size` is None as well.
    train_size : float or int, default=None
        Part of the samples to train on, between 0 and 1, rounded down; or their number.
        If None, all that are not tested.
    random_state : int, RandomState instance or None, default=None
        Decides which samples with equal label sets go where.

    See Also
    --------
    MultilabelStratifiedKFold : Folds, in which each sample is tested once.
    sklearn.model_selection.StratifiedShuffleSplit : The same for one column of classes.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.model_selection import MultilabelStratifiedShuffleSplit
    >>> y = np.repeat([[1, 0], [1, 1], [0, 1]], 4, axis=0)
    >>> splitter = MultilabelStratifiedShuffleSplit(
    ...     n_splits=2, test_size=3, train_size=6, random_state=0
    ... )
    >>> for train, test in splitter.split(np.zeros(12), y):
    ...     print(y[train].sum(axis=0), y[test].sum(axis=0))
    [4 4] [2 2]
    [4 4] [2 2]
    """

    def split(self, X, y, groups=None):
        """Generate indices to split the samples into training and test sets.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...), or None
            The samples. Only their number is read.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels) \
                or array-like of shape (n_samples,)
            0/1 values of any numeric or boolean type, or one column of classes.
        groups : object, default=None
            Ignored, with a warning: groups are not kept together.

        Yields
        ------
        train : ndarray of shape (n_train,)
            The rows of the training set, ascending for a `y` of several columns.
        test : ndarray of shape (n_test,)
            The rows of the test set, likewise.

        Raises
        ------
        ValueError
            If the sizes do not fit the samples, or `y` is not a 0/1 indicator.
        """
        self._check_parameters()
        warn_of_groups(self, groups)
        indicator, classes = check_labels(X, y)
        if indicator is None:
            yield from super().split(classes, classes)
            return
        n_train, n_test = _validate_shuffle_split(
            len(indicator),
            self.test_size,
            self.train_size,
            default_test_size=self._default_test_size,
        )
        sizes = n_train, n_test, len(indicator) - n_train - n_test
        rng = check_random_state(self.random_state)
        for _ in range(self.n_splits):
            parts = stratified_parts(indicator, sizes, rng)
            yield np.flatnonzero(parts == 0), np.flatnonzero(parts == 1)

    def _check_parameters(self):
        """Raise for what scikit-learn would stumble over."""
        check_scalar(self.n_splits, "n_splits", Integral, min_val=1)
        for name in ("test_size", "train_size"):
            size = getattr(self, name)
            if size is not None and not (isinstance(size, Real) and isfinite(size)):
                raise ValueError(
                    f"Expected {name} as a share or number of samples, got {size!r}."
                )
