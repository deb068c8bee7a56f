"""Cross-validation folds for multi-label targets."""

import numpy as np
from sklearn.model_selection import StratifiedKFold

from sklearn_protloc.model_selection._splitters._checks import (
    check_labels,
    warn_of_groups,
)
from sklearn_protloc.utils import stratified_folds

__all__ = ["MultilabelStratifiedKFold"]


class MultilabelStratifiedKFold(StratifiedKFold):
    """Stratified K-fold cross-validation for multi-label targets.

    Every fold gets its share of every label, the rare ones first, and fold sizes
    differ by at most one. A drop-in for the `cv` of any scikit-learn tool, where an
    integer would mean unstratified folds for a multi-label `y`. For a `y` of one
    column it is :class:`~sklearn.model_selection.StratifiedKFold`.

    Samples with equal label sets are dealt evenly; the rest follows the rule of
    iterative stratification [1]_. After that samples are swapped between folds as far
    as it helps: while a label is a whole sample off its share, and while a fold has
    none of a label with `n_splits` positives or more.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2 and at most ``n_samples``.
    shuffle : bool, default=False
        If False, samples with equal label sets are dealt in their order, so that
        neighbours tend to share a fold, which leaks less when neighbours come from
        the same plate or antibody. If True, they are dealt in random order.
    random_state : int, RandomState instance or None, default=None
        Decides the random order; only allowed with ``shuffle=True``.

    See Also
    --------
    MultilabelStratifiedGroupKFold : Folds that keep groups together.
    MultilabelStratifiedShuffleSplit : Random divisions of any size.
    MultiLabelThresholdOptimizer : Tunes thresholds on such folds.
    sklearn.model_selection.StratifiedKFold : The same for one column of classes.

    References
    ----------
    .. [1] K. Sechidis, G. Tsoumakas, I. Vlahavas, "On the stratification of
       multi-label data", ECML PKDD 2011, section 4.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.model_selection import MultilabelStratifiedKFold
    >>> y = np.array([[1, 0], [1, 1], [0, 1], [1, 0], [1, 1], [0, 1]])
    >>> folds = MultilabelStratifiedKFold(n_splits=3)
    >>> for train, test in folds.split(np.zeros(6), y):
    ...     print(test, y[test].sum(axis=0))
    [0 2] [1 1]
    [1 5] [1 2]
    [3 4] [2 1]
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
            Ignored, with a warning: these folds do not keep groups together.

        Yields
        ------
        train : ndarray of shape (n_train,)
            The rows of the training set.
        test : ndarray of shape (n_test,)
            The rows of the test set.

        Raises
        ------
        ValueError
            If there are more folds than samples, or `y` is not a 0/1 indicator.
        """
        warn_of_groups(self, groups)
        indicator, classes = check_labels(X, y)
        if indicator is None:
            yield from super().split(classes, classes)
            return
        if self.n_splits > len(indicator):
            raise ValueError(
                f"Cannot have number of splits n_splits={self.n_splits} greater "
                f"than the number of samples: n_samples={len(indicator)}."
            )
        folds = stratified_folds(
            indicator,
            self.n_splits,
            shuffle=self.shuffle,
            random_state=self.random_state,
        )
        for fold in range(self.n_splits):
            yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
