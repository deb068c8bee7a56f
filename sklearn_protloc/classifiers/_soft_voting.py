"""Several models that share labels, answering as one."""

import numpy as np
from sklearn import get_config
from sklearn.base import ClassifierMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import Bunch
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sklearn_protloc.utils import check_indicator, label_probabilities

__all__ = ["SoftVotingClassifier"]


class SoftVotingClassifier(ClassifierMixin, _BaseComposition):
    """Multi-label classifier that averages the probabilities of several.

    scikit-learn's :class:`~sklearn.ensemble.VotingClassifier` for indicator targets,
    which it refuses. Models trained before, such as those of the folds of a
    cross-validation, join as :class:`~sklearn.frozen.FrozenEstimator` and are not
    trained again.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        Multi-label classifiers with `predict_proba`, and their names.
    weights : array-like of shape (n_estimators,), default=None
        Weight of each estimator in the mean, from 0 upwards; None counts all alike.
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

    See Also
    --------
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

    def __init__(self, estimators, *, weights=None, n_jobs=None):
        self.estimators = estimators
        self.weights = weights
        self.n_jobs = n_jobs

    def get_params(self, deep=True):
        """Return the parameters, those of the estimators too.

        Parameters
        ----------
        deep : bool, default=True
            Whether to add ``<name>__<parameter>`` for every estimator.

        Returns
        -------
        params : dict
            Values by name.
        """
        return self._get_params("estimators", deep=deep)

    def set_params(self, **params):
        """Set parameters, or replace an estimator by its name.

        Parameters
        ----------
        **params : dict
            Values by name, as in `get_params`.

        Returns
        -------
        self : SoftVotingClassifier
            The ensemble.
        """
        self._set_params("estimators", **params)
        return self

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
            If a parameter or `y` is not as described, or two estimators know their
            labels by different names.
        TypeError
            If an estimator has no `predict_proba`.
        """
        self._check_estimators()
        indicator, label_names = check_indicator(y)
        if indicator.shape[1] < 2:
            raise ValueError(
                "Expected y with two label columns or more, got one: use "
                "sklearn.ensemble.VotingClassifier(voting='soft') for one column."
            )
        check_consistent_length(X, indicator)
        self._check_weights()
        routed = self._route(fit_params)
        fitted = Parallel(n_jobs=self.n_jobs)(
            delayed(_fit)(estimator, X, y, routed[name])
            for name, estimator in self.estimators
        )
        names = [name for name, _ in self.estimators]
        _check_same_labels(names, fitted)
        self.estimators_ = fitted
        self.named_estimators_ = Bunch(**dict(zip(names, fitted, strict=True)))
        self.classes_ = np.arange(indicator.shape[1])
        self.label_names_ = label_names
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
        n_labels = len(self.classes_)
        each = [label_probabilities(e, X, n_labels) for e in self.estimators_]
        return np.average(each, axis=0, weights=self.weights)

    def predict(self, X):
        """Find the labels of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples, n_labels), dtype int
            1 where the mean probability is at least one half, else 0.
        """
        return (self.predict_proba(X) >= 0.5).astype(int)

    def get_metadata_routing(self):
        """Return which estimator asked for which parameter of `fit`.

        Returns
        -------
        routing : MetadataRouter
            The requests of every estimator.
        """
        return MetadataRouter(owner=self).add(
            **dict(self.estimators),
            method_mapping=MethodMapping().add(caller="fit", callee="fit"),
        )

    def _route(self, fit_params):
        """Return the parameters of each estimator's `fit` by its name."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **fit_params)
            return {name: routed[name].fit for name, _ in self.estimators}
        return {name: fit_params for name, _ in self.estimators}

    def _check_estimators(self):
        if not self.estimators or not all(
            isinstance(item, tuple) and len(item) == 2 for item in self.estimators
        ):
            raise ValueError(
                "Expected estimators as a list of (name, estimator) tuples with at "
                f"least one, got {self.estimators!r}."
            )
        self._validate_names([name for name, _ in self.estimators])
        for name, estimator in self.estimators:
            if not hasattr(estimator, "predict_proba"):
                raise TypeError(f"Estimator {name!r} has no predict_proba to average.")

    def _check_weights(self):
        if self.weights is None:
            return
        weights = np.asarray(self.weights, dtype=float)
        if weights.shape != (len(self.estimators),):
            raise ValueError(
                f"Expected one weight for each of {len(self.estimators)} estimators, "
                f"got shape {weights.shape}."
            )
        if not (weights >= 0).all() or not 0 < weights.sum() < np.inf:
            raise ValueError(
                "Expected finite weights from 0 upwards, one of them above 0, got "
                f"{weights.tolist()}."
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # whatever the estimators take
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.multi_class = False
        return tags


def _fit(estimator, X, y, fit_params):
    if isinstance(estimator, FrozenEstimator):
        check_is_fitted(estimator)
        return estimator
    return clone(estimator).fit(X, y, **fit_params)


def _check_same_labels(names, fitted):
    """Refuse to average columns that mean different labels."""
    known = {
        name: list(estimator.label_names_)
        for name, estimator in zip(names, fitted, strict=True)
        if getattr(estimator, "label_names_", None) is not None
    }
    first = next(iter(known), None)
    for name, labels in known.items():
        if labels != known[first]:
            raise ValueError(
                f"Estimators {first!r} and {name!r} were trained on different labels: "
                f"{known[first]} and {labels}."
            )
