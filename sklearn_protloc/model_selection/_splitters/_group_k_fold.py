"""Cross-validation folds for multi-label targets that keep groups together."""

import numpy as np
from sklearn.model_selection import StratifiedGroupKFold

from sklearn_protloc.model_selection._splitters._checks import as_indicator
from sklearn_protloc.utils import group_codes, stratified_folds

__all__ = ["MultilabelStratifiedGroupKFold"]


class MultilabelStratifiedGroupKFold(StratifiedGroupKFold):
    """Stratified K-fold cross-validation for multi-label targets with groups.

    No group, such as the images of one antibody, is ever divided: it is tested as a
    whole, on a model that has seen none of it. Within this bound every fold gets its
    share of every label and of the samples as well as groups allow: a label that is in
    three groups cannot be in five folds, and one with most of its samples in one group
    cannot be even.

    Groups with equal numbers of samples of every label are interchangeable, and dealt
    evenly. The others are dealt one by one, those with the rarest label first, to the
    fold that lacks their labels most. Then groups are swapped and moved between folds
    as long as that brings labels and fold sizes closer to their shares, by chi-squared.

    Parameters
    ----------
    n_splits : int, default=5
        Number of folds, at least 2 and at most the number of groups.
    shuffle : bool, default=False
        Whether to deal interchangeable groups in random order, or as they come.
    random_state : int, RandomState instance or None, default=None
        Decides the random order; only allowed with ``shuffle=True``.

    See Also
    --------
    MultilabelStratifiedKFold : Folds that may divide groups, with labels more even.
    leakage_report : What a division of groups is worth to a model that only remembers.
    sklearn.model_selection.GroupKFold : Folds of groups that are blind to labels.

    Notes
    -----
    A `y` of one column is stratified by its classes.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.model_selection import MultilabelStratifiedGroupKFold
    >>> y = np.repeat([[1, 0], [1, 0], [0, 1], [0, 1], [1, 1], [1, 1]], 2, axis=0)
    >>> antibodies = np.repeat(["a", "b", "c", "d", "e", "f"], 2)
    >>> folds = MultilabelStratifiedGroupKFold(n_splits=2)
    >>> for train, test in folds.split(np.zeros(12), y, antibodies):
    ...     print(np.unique(antibodies[test]), y[test].sum(axis=0))
    ['a' 'c' 'e'] [4 4]
    ['b' 'd' 'f'] [4 4]
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
        groups : array-like of shape (n_samples,)
            The group of each sample, named or numbered.

        Yields
        ------
        train : ndarray of shape (n_train,)
            The rows of the training set.
        test : ndarray of shape (n_test,)
            The rows of the test set.

        Raises
        ------
        ValueError
            If there are no groups, or more folds than groups, or `y` is not a 0/1
            indicator.
        """
        indicator = as_indicator(X, y)
        codes = group_codes(groups, len(indicator))
        n_groups = codes.max() + 1
        if self.n_splits > n_groups:
            raise ValueError(
                f"Cannot have number of splits n_splits={self.n_splits} greater than "
                f"the number of groups: {n_groups}."
            )
        folds = stratified_folds(
            indicator,
            self.n_splits,
            groups=codes,
            shuffle=self.shuffle,
            random_state=self.random_state,
        )
        for fold in range(self.n_splits):
            yield np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
