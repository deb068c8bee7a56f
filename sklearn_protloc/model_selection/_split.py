"""Cross-validation folds for multi-label targets."""

import warnings

import numpy as np
from sklearn.model_selection import StratifiedKFold
from sklearn.utils import check_consistent_length

from sklearn_protloc.utils import as_single_column, check_indicator, stratified_folds

__all__ = ["MultilabelStratifiedKFold"]


class MultilabelStratifiedKFold(StratifiedKFold):
    """Stratified K-fold cross-validation for multi-label targets.

    Every fold gets its share of every label, the rare ones first, and fold sizes
    differ by at most one. A drop-in for the `cv` of any scikit-learn tool, where an
    integer would mean unstratified folds for a multi-label `y`. For a `y` of one
    column it is :class:`~sklearn.model_selection.StratifiedKFold`.

    Samples with equal label sets are dealt evenly, as a group; the rest follows the
    rule of iterative stratification [1]_, after which samples are swapped
    between folds as long as a label is a whole sample off its share.

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
    [3 5] [1 1]
    [1 4] [2 2]
    """

    def split(self, X, y, groups=None):
        """Generate indices to split the samples into training and test sets.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
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
        single = as_single_column(y)
        if single is not None:
            yield from super().split(X, single, groups)
            return
        if groups is not None:
            warnings.warn(
                f"The groups parameter is ignored by {type(self).__name__}.",
                UserWarning,
                stacklevel=2,
            )
        indicator, _ = check_indicator(y)
        check_consistent_length(X, indicator)
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
