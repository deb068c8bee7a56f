"""What ensembles of multi-label classifiers have in common."""

from itertools import combinations

import numpy as np
from sklearn import get_config
from sklearn.base import ClassifierMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GroupKFold
from sklearn.utils import Bunch, get_tags, indexable
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.metaestimators import _BaseComposition
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.datasets import as_rows
from sklearn_protloc.utils import (
    LabelScoreMixin,
    check_label_columns,
    check_same_order,
    to_logits,
)
from sklearn_protloc.utils._fitted import fitted_attribute
from sklearn_protloc.utils._killed_workers import explaining_killed_workers
from sklearn_protloc.utils._label_names import check_names_alike

__all__ = ["BaseLabelClassifier", "BaseLabelEnsemble", "routed_splitter"]


class BaseLabelClassifier(LabelScoreMixin, ClassifierMixin):
    """Multi-label classifier made of others, `_members()`, some on folds of `cv`."""

    def predict(self, X):
        """Find the labels of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples, n_labels), dtype int
            1 where the probability is at least one half, else 0.
        """
        return (self.predict_proba(X) >= 0.5).astype(int)

    def decision_function(self, X):
        """Compute the log-odds of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.

        Returns
        -------
        logits : ndarray of shape (n_samples, n_labels), dtype float64
            Logits of `predict_proba`, from -36 to 36.
        """
        return to_logits(self.predict_proba(X))

    def get_metadata_routing(self):
        """Return who asked for which parameter of `fit`.

        Returns
        -------
        routing : MetadataRouter
            The requests of every estimator, and those of `cv` where there is one: a
            number of folds takes groups if there are any.
        """
        router = MetadataRouter(owner=self).add(
            **self._members(),
            method_mapping=MethodMapping().add(caller="fit", callee="fit"),
        )
        if hasattr(self, "cv"):
            router.add(
                splitter=routed_splitter(self.cv),
                method_mapping=MethodMapping().add(caller="fit", callee="split"),
            )
        return router

    def _route(self, params):
        """Return parameters of each estimator's `fit` by its name, and of `split`."""
        names = list(self._members())
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            split_params = routed["splitter"]["split"] if hasattr(self, "cv") else {}
            return {name: routed[name]["fit"] for name in names}, split_params
        fit_params, groups = dict(params), None
        if hasattr(self, "cv"):
            groups = fit_params.pop("groups", None)
        split_params = {} if groups is None else {"groups": groups}
        return dict.fromkeys(names, fit_params), split_params

    def _read(self, X, y):
        """Return X, y, y as 0/1 values and its names, if they fit each other."""
        target = check_label_columns(y, estimator=self, instead=self._of_one_column)
        X, y = indexable(as_rows(X), y)
        check_same_order(X, y)
        return X, y, *target

    def _tell(self, label_names, estimator):
        """Keep what labels are called and what an estimator knows of columns of X."""
        self.classes_, self.label_names_ = np.arange(len(label_names)), label_names
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(estimator, name):
                setattr(self, name, getattr(estimator, name))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # whatever the estimators take
        try:
            tags.input_tags.sparse = all(
                get_tags(estimator).input_tags.sparse
                for estimator in self._members().values()
            )
        except Exception:  # parameters that are no estimators, which `fit` will refuse
            tags.input_tags.sparse = False
        tags.classifier_tags.multi_label = True
        tags.classifier_tags.multi_class = False
        return tags


class BaseLabelEnsemble(BaseLabelClassifier, _BaseComposition):
    """Multi-label classifier made of named `estimators`."""

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
        self : estimator instance
            The ensemble.
        """
        self._set_params("estimators", **params)
        return self

    def _check_estimators(self):
        """Raise where `estimators` are not as documented."""
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
                raise TypeError(
                    f"Expected estimator {name!r} with the method predict_proba, got "
                    f"{type(estimator).__name__}, which has none."
                )
            if isinstance(estimator, FrozenEstimator) or self._is_prefit():
                check_is_fitted(estimator)

    def _members(self):
        return dict(self.estimators)

    def _is_prefit(self):
        """Return whether no estimator is to be fitted."""
        return isinstance(getattr(self, "cv", None), str)

    def _fit_members(self, names, X, y, label_names, fit_params):
        """Fit the estimators of these names that are not fitted, and keep them."""
        members = self._members()
        with explaining_killed_workers(self.n_jobs):
            fitted = Parallel(n_jobs=self.n_jobs)(
                delayed(_fit)(members[name], X, y, fit_params[name], self._is_prefit())
                for name in names
            )
        named = dict(zip(names, fitted, strict=True))
        check_same_labels(named, label_names)
        self.estimators_, self.named_estimators_ = fitted, Bunch(**named)
        self._tell(label_names, fitted[0])


def routed_splitter(cv):
    """Return what to ask for the parameters of `split`: a number takes groups."""
    return cv if hasattr(cv, "get_metadata_routing") else GroupKFold()


def check_same_labels(estimators, label_names):
    """Refuse to combine columns that mean different labels.

    Parameters
    ----------
    estimators : dict
        Fitted estimators by name.
    label_names : ndarray of shape (n_labels,)
        What `y` calls them.
    """
    known = {"y": label_names}
    for name, estimator in estimators.items():
        known[f"estimator {name!r}"] = fitted_attribute(estimator, "label_names_")
    known = {who: names for who, names in known.items() if names is not None}
    for (who, names), (other, others) in combinations(known.items(), 2):
        check_names_alike(names, others, who, other)


def _fit(estimator, X, y, fit_params, prefit):
    if prefit or isinstance(estimator, FrozenEstimator):
        return estimator
    return clone(estimator).fit(X, y, **fit_params)
