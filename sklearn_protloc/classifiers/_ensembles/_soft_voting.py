"""The mean probability of several models."""

import numpy as np
from sklearn.frozen import FrozenEstimator
from sklearn.utils import _safe_indexing
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.classifiers._ensembles._base import BaseLabelEnsemble
from sklearn_protloc.utils import average_probabilities, label_probabilities

__all__ = ["SoftVotingClassifier"]


class SoftVotingClassifier(BaseLabelEnsemble):
    """Multi-label classifier that averages the probabilities of several.

    scikit-learn's :class:`~sklearn.ensemble.VotingClassifier` for indicator targets,
    which it refuses. Models trained before, such as those of the folds of a
    cross-validation, join as :class:`~sklearn.frozen.FrozenEstimator` and are not
    trained again.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        Multi-label classifiers with `predict_proba`, and their names.
    weights : array-like of shape (n_estimators,) or (n_estimators, n_labels), \
            default=None
        Weight of each estimator in the mean, from 0 upwards, for all labels or each;
        None counts all alike.
    n_jobs : int, default=None
        Number of estimators fitted at the same time.

    Attributes
    ----------
    estimators_ : list of estimators
        The fitted estimators.
    named_estimators_ : sklearn.utils.Bunch
        The same by name.
    classes_ : ndarray of shape (n_labels,)
        Column numbers of `y`.
    label_names_ : ndarray of shape (n_labels,), dtype object
        Columns of `y` where it was a DataFrame; else the numbers as strings.
    n_features_in_ : int
        Number of features seen during `fit`, if the first estimator tells.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of features seen during `fit`, if the first estimator tells.

    See Also
    --------
    CrossFitClassifier : The mean of one model's clones over folds.
    GreedyEnsembleClassifier : Weights learnt on held-out samples.
    MultiLabelStackingClassifier : A classifier on top, for each label.
    sklearn.ensemble.VotingClassifier : The same for one column of classes.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.frozen import FrozenEstimator
    >>> from sklearn.model_selection import cross_validate
    >>> from sklearn_protloc.classifiers import SoftVotingClassifier
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> forest = RandomForestClassifier(10, random_state=0)
    >>> folds = cross_validate(forest, X, y, cv=3, return_estimator=True)["estimator"]
    >>> ensemble = SoftVotingClassifier(
    ...     [(f"fold{i}", FrozenEstimator(model)) for i, model in enumerate(folds)]
    ... ).fit(X, y)
    >>> ensemble.predict_proba(X).shape
    (100, 3)
    """

    _of_one_column = "sklearn.ensemble.VotingClassifier(voting='soft')"

    def __init__(self, estimators, *, weights=None, n_jobs=None):
        self.estimators = estimators
        self.weights = weights
        self.n_jobs = n_jobs

    def fit(self, X, y, **fit_params):
        """Fit every estimator that is not frozen.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Training samples in the form that every estimator takes.
        y : array-like of shape (n_samples, n_labels)
            0/1 indicator matrix.
        **fit_params : dict
            Passed on to the `fit` of every estimator that is not frozen; with metadata
            routing enabled, of those that asked for it.

        Returns
        -------
        self : SoftVotingClassifier
            The fitted ensemble.

        Raises
        ------
        ValueError
            If a parameter or `y` is not as described, or estimators do not share
            their labels.
        TypeError
            If an estimator has no `predict_proba`.
        """
        self._check_estimators()
        X, y, _, label_names = self._read(X, y)
        self._check_weights(len(label_names))
        for _, estimator in self.estimators:
            if isinstance(estimator, FrozenEstimator):  # one sample tells its labels
                label_probabilities(estimator, _safe_indexing(X, [0]), len(label_names))
        fit_params, _ = self._route(fit_params)
        self._fit_members(list(self._members()), X, y, label_names, fit_params)
        return self

    def predict_proba(self, X):
        """Compute the mean probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_labels), dtype float64
            Weighted means, in [0, 1].
        """
        check_is_fitted(self)
        return average_probabilities(
            self.estimators_, X, len(self.classes_), weights=self.weights
        )

    def _check_weights(self, n_labels):
        if self.weights is None:
            return
        weights = np.asarray(self.weights, dtype=float)
        n_estimators = len(self.estimators)
        if weights.shape not in ((n_estimators,), (n_estimators, n_labels)):
            raise ValueError(
                f"Expected one weight for each of {n_estimators} estimators, or one "
                f"for each of them and of {n_labels} labels, got shape {weights.shape}."
            )
        totals = weights.sum(axis=0)
        if not (weights >= 0).all() or not ((totals > 0) & np.isfinite(totals)).all():
            raise ValueError(
                "Expected finite weights from 0 upwards, one of them above 0 for every "
                f"label, got {weights.tolist()}."
            )
