"""The classifier that tunes one decision threshold per label."""

import warnings
from numbers import Integral

import numpy as np
from sklearn import get_config
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import check_cv
from sklearn.utils import indexable
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.model_selection._out_of_fold import out_of_fold_probabilities
from sklearn_protloc.model_selection._split import MultilabelStratifiedKFold
from sklearn_protloc.model_selection._threshold_base import (
    BaseLabelThresholdClassifier,
)
from sklearn_protloc.model_selection._threshold_parameters import check_parameters
from sklearn_protloc.model_selection._threshold_report import threshold_report
from sklearn_protloc.model_selection._threshold_rules import f1_thresholds
from sklearn_protloc.utils import as_single_column, check_indicator, label_probabilities

__all__ = ["MultiLabelThresholdOptimizer"]

# Each fold trains a network; the paper of the method has three folds as well.
DEFAULT_N_SPLITS = 3


class MultiLabelThresholdOptimizer(BaseLabelThresholdClassifier):
    """Multi-label classifier that tunes one decision threshold per label.

    The probabilities to tune on come from cross-validation: one clone of the
    estimator per fold predicts the samples held out, all labels at once, and the
    predictions of all folds are pooled. Each label then gets the threshold with the
    highest F1 on a grid, as in [1]_, and the estimator is refitted on all samples. Of
    equally good thresholds the one nearest to 0.5 is taken, of two the lower one.
    Samplers and augmentation inside `estimator` only ever see training rows.

    For a `y` of one column (binary or multi-class) no threshold is tuned: the
    estimator is fitted once and answers for itself.

    Parameters
    ----------
    estimator : estimator instance
        Multi-label classifier with `predict_proba` in any of scikit-learn's forms:
        a network, a one-vs-rest classifier, a forest, a pipeline ending in one.
    cv : int, cross-validation splitter, iterable of splits, "prefit" or None, \
            default=None
        How to hold samples out. None is 3, since every fold trains a model; an
        integer is the number of folds of an unshuffled
        :class:`MultilabelStratifiedKFold`. Each sample may be held out once at most;
        if some never are, such as with a single split, the thresholds are tuned on
        the others. With "prefit" nothing is fitted: the thresholds are tuned on the
        samples given to `fit`, which should be new to the estimator. For a
        :class:`~sklearn.frozen.FrozenEstimator`, which is never refitted either,
        None means the same.
    step : float or None, default=0.001
        Distance between the candidate thresholds from 0 to 1, from 1e-6 to 1;
        ``1 / step`` must be a whole number. None tries every distinct probability.
    absent_threshold : float, default=0.5
        Threshold of labels that have no positive sample to tune on, above 0. A value
        above 1 never predicts such a label.
    n_jobs : int or None, default=None
        Number of folds fitted at the same time. None means 1 unless in a
        :obj:`joblib.parallel_config` context, -1 means all processors.

    Attributes
    ----------
    estimator_ : estimator instance
        The estimator fitted on all samples, or the one given if it was fitted before.
    classes_ : ndarray of shape (n_labels,)
        The column numbers of `y`; for a `y` of one column its classes.
    thresholds_ : ndarray of shape (n_labels,), dtype float64, or None
        A label is predicted where its probability is at or above its threshold. None
        for a `y` of one column, like all attributes below except the last two.
    oof_proba_ : ndarray of shape (n_samples, n_labels) or None
        The held-out probabilities the thresholds were tuned on; NaN for samples that
        were never held out.
    oof_f1_ : ndarray of shape (n_labels,) or None
        F1 of each label on `oof_proba_` at its threshold. Optimistic, because the
        thresholds were chosen on the same numbers:
        ``cross_val_score(optimizer, X, y, cv=cv)`` is the honest one.
    report_ : DataFrame or None
        A row per label: `label`, `n_positive` (in the samples tuned on),
        `threshold`, `f1_at_half` (F1 at 0.5), `f1` and `status` ("tuned", or
        "absent" for labels without a positive).
    label_names_ : ndarray of shape (n_labels,), dtype object, or None
        Column names of a DataFrame `y`; else the column numbers as strings.
    n_features_in_ : int
        Number of features seen during `fit`, if the estimator tells.
    feature_names_in_ : ndarray of shape (n_features_in_,)
        Names of features seen during `fit`, if the estimator tells.

    See Also
    --------
    MultilabelStratifiedKFold : The folds.
    sklearn.model_selection.TunedThresholdClassifierCV : The same for binary targets.

    References
    ----------
    .. [1] M. Madeira, M. T. Parreira, "Protein localization from high-resolution
       microscopy using deep neural networks", section 3.1.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.multiclass import OneVsRestClassifier
    >>> from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> model = OneVsRestClassifier(LogisticRegression(max_iter=1000))
    >>> optimizer = MultiLabelThresholdOptimizer(model, cv=3, step=0.01).fit(X, y)
    >>> optimizer.thresholds_
    array([...])
    >>> optimizer.predict(X).shape
    (100, 3)
    """

    def __init__(
        self, estimator, *, cv=None, step=0.001, absent_threshold=0.5, n_jobs=None
    ):
        self.estimator = estimator
        self.cv = cv
        self.step = step
        self.absent_threshold = absent_threshold
        self.n_jobs = n_jobs

    def fit(self, X, y, **params):
        """Tune the thresholds and fit the estimator on all samples.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples: anything with a length that can be indexed by rows, such as
            an image collection. It is never copied into memory as a whole.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels) \
                or array-like of shape (n_samples,)
            0/1 values, a column per label; or one column of classes.
        **params : dict
            `groups` for the splitter, and parameters of the estimator's `fit`, cut
            to the training rows where they have one entry per sample. If metadata
            routing is enabled, each goes to who requested it.

        Returns
        -------
        self : MultiLabelThresholdOptimizer
            The fitted optimizer.

        Raises
        ------
        ValueError
            If a parameter, `y` or what the estimator predicts is not as described.
        """
        check_parameters(self)
        if y is None:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is "
                "None."
            )
        X, y = indexable(X, y)
        fit_params, split_params = self._route(params)
        single = as_single_column(y, warn=True)
        if single is None:
            self._fit_labels(X, y, fit_params, split_params)
        else:
            self._fit_single(X, single, fit_params)
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))
        return self

    def _route(self, params):
        """Return the parameters of the estimator's fit and of the splitter's split."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            return routed["estimator"]["fit"], routed["splitter"]["split"]
        fit_params = dict(params)
        groups = fit_params.pop("groups", None)
        return fit_params, {} if groups is None else {"groups": groups}

    def _fit_single(self, X, y, fit_params):
        """Fit the estimator to one column, without thresholds."""
        if isinstance(self.cv, str):
            check_is_fitted(self.estimator)
            self.estimator_ = self.estimator
        else:
            self.estimator_ = clone(self.estimator).fit(X, y, **fit_params)
        self.classes_ = self.estimator_.classes_
        self.thresholds_ = self.oof_proba_ = self.oof_f1_ = self.report_ = None
        self.label_names_ = None

    def _fit_labels(self, X, y, fit_params, split_params):
        """Predict held-out samples, tune the thresholds on them and refit."""
        indicator, self.label_names_ = check_indicator(y)
        n_labels = indicator.shape[1]
        frozen = isinstance(self.estimator, FrozenEstimator)
        if isinstance(self.cv, str) or (frozen and self.cv is None):
            check_is_fitted(self.estimator)
            self.estimator_ = self.estimator
            self.oof_proba_ = label_probabilities(self.estimator, X, n_labels)
        else:
            splits = list(self._splitter().split(X, indicator, **split_params))
            self.oof_proba_ = out_of_fold_probabilities(
                self.estimator,
                X,
                y,
                splits=splits,
                n_labels=n_labels,
                fit_params=fit_params,
                n_jobs=self.n_jobs,
            )
            self.estimator_ = clone(self.estimator).fit(X, y, **fit_params)
        self.classes_ = np.arange(n_labels)
        self._tune(indicator)

    def _splitter(self):
        """Return the splitter that `cv` stands for."""
        cv = DEFAULT_N_SPLITS if self.cv is None else self.cv
        if isinstance(cv, Integral):
            return MultilabelStratifiedKFold(cv)
        return check_cv(cv)

    def _tune(self, indicator):
        """Choose the thresholds on the held-out samples and report on them."""
        held_out = ~np.isnan(self.oof_proba_).any(axis=1)
        present, probabilities = indicator[held_out], self.oof_proba_[held_out]
        self.thresholds_ = f1_thresholds(
            present,
            probabilities,
            step=self.step,
            absent_threshold=self.absent_threshold,
        )
        self.report_ = threshold_report(
            self.label_names_, present, probabilities, self.thresholds_
        )
        self.oof_f1_ = self.report_["f1"].to_numpy(copy=True)
        absent = self.report_.loc[self.report_["status"] == "absent", "label"]
        if len(absent):
            warnings.warn(
                "No positive sample to tune on for the labels: "
                f"{', '.join(absent)}. Their threshold is "
                f"absent_threshold={self.absent_threshold}.",
                UserWarning,
                stacklevel=4,
            )

    def get_metadata_routing(self):
        """Return who gets which parameter of `fit`.

        Returns
        -------
        routing : MetadataRouter
            The estimator's requests for `fit` and those of `cv` for `split`.
        """
        return (
            MetadataRouter(owner=self)
            .add(
                estimator=self.estimator,
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
            .add(
                splitter=self.cv,
                method_mapping=MethodMapping().add(caller="fit", callee="split"),
            )
        )
