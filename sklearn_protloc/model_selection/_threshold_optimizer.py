"""The classifier that tunes one decision threshold per label."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import indexable
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.datasets import as_rows
from sklearn_protloc.model_selection._threshold_base import (
    BaseLabelThresholdClassifier,
)
from sklearn_protloc.model_selection._threshold_models import (
    fit_models,
    is_prefit,
)
from sklearn_protloc.model_selection._threshold_parameters import (
    as_metric,
    as_rule,
    check_parameters,
)
from sklearn_protloc.model_selection._threshold_tuning import tune
from sklearn_protloc.utils import (
    as_single_column,
    check_indicator,
    check_same_order,
)

__all__ = ["MultiLabelThresholdOptimizer"]

# What `fit` learns about thresholds only, None for a `y` of one column.
OF_THRESHOLDS = (
    "best_score_",
    "empty_",
    "estimators_",
    "label_names_",
    "oof_f1_",
    "oof_proba_",
    "report_",
    "score_estimate_",
    "thresholds_",
    "thresholds_std_",
    "train_indices_",
)


class MultiLabelThresholdOptimizer(BaseLabelThresholdClassifier):
    """Multi-label classifier that tunes one decision threshold per label.

    The probabilities to tune on come from cross-validation: one clone of the
    estimator per fold predicts the samples held out, all labels at once, and the
    predictions of all folds are pooled. A rule turns them into a threshold per label,
    and the estimator is refitted on all samples. The same rule is applied without each
    fold in turn, at no extra fit, for an honest estimate of the score. Samplers and
    augmentation inside `estimator` only ever see training rows.

    For a `y` of one column (binary or multi-class) no threshold is tuned: the
    estimator is fitted once and answers for itself.

    Parameters
    ----------
    estimator : estimator instance
        Multi-label classifier with `predict_proba` in any of scikit-learn's forms:
        a network, a one-vs-rest classifier, a forest, a pipeline ending in one.
    strategy : {"shrunk", "f1", "plug_in", "auto", "fold_mean", "global", \
            "prevalence", "dice", "least_squares"} or callable, default="shrunk"
        The rule. "f1" takes the highest F1, as in [1]_; "plug_in" the optimum for
        calibrated scores; "shrunk", the best on real data, is the first for frequent
        labels and the second for rare ones; "auto" chooses one of the three by
        cross-fitting. :ref:`threshold_rules` tells them all. A function is called as
        ``strategy(y, p)`` with the 0/1 values and the probabilities to tune on, both
        of shape (n_samples, n_labels), and returns the thresholds, shape (n_labels,).
    metric : "f1" or callable, default="f1"
        What the rules make high, but for "prevalence", "dice" and "least_squares",
        and what `score_estimate_` estimates, as a mean over labels. A function is
        called as ``metric(tp, fp, fn, tn)`` with float64 arrays of equal shape: true
        and false positives and negatives of many labels or thresholds, which may be
        fractions of samples. It returns an array of that shape, higher is better; NaN,
        as of 0/0, counts as 0.
    cv : int, float, cross-validation splitter, iterable of splits, "prefit" or None, \
            default=None
        How to hold samples out. None is 3, since every fold trains a model; an
        integer is the number of unshuffled folds, of :class:`MultilabelStratifiedKFold`
        or, given groups, :class:`MultilabelStratifiedGroupKFold`. A float between 0 and
        1 is the fraction of samples to hold out once, stratified: the model is trained
        on the others, `train_indices_`, and not refitted. Otherwise each sample may be
        held out once at most; if some never are, such as with a single split, the
        thresholds are tuned on the others. With "prefit" nothing is fitted: the
        thresholds are tuned on the samples given to `fit`, which should be new to the
        estimator. For a :class:`~sklearn.frozen.FrozenEstimator`, which is never
        refitted either, None means the same.
    ensemble : bool, default=False
        Whether to keep the models of the folds and average their probabilities, in
        place of refitting one model on all samples.
    step : float or None, default=0.001
        Distance between the candidate thresholds from 0 to 1, from 1e-6 to 1;
        ``1 / step`` must be a whole number. None tries every distinct probability.
        For all rules but "prevalence", "dice" and "least_squares".
    absent_threshold : float, default=0.5
        Threshold of labels that have no positive sample to tune on, above 0. A value
        above 1 never predicts such a label.
    min_positives : int, default=0
        Labels with fewer positive samples to tune on are predicted as often as they
        are present, whatever the strategy: for a few, the best threshold is chance.
    empty : {"allow", "argmax"}, default="allow"
        Whether a sample may be predicted without any label, or gets its most probable
        one then.
    n_jobs : int or None, default=None
        Number of folds fitted at the same time. None means 1 unless in a
        :obj:`joblib.parallel_config` context, -1 means all processors.
    random_state : int, RandomState instance or None, default=None
        Decides which samples are held out if `cv` is a float.

    Attributes
    ----------
    estimator_ : estimator instance
        The estimator fitted on all samples, or on `train_indices_` if `cv` is a
        float; the one given if it was fitted before; the mean of `estimators_` with
        ``ensemble=True``.
    estimators_ : list of estimators or None
        The models of the folds with ``ensemble=True``, else None.
    classes_ : ndarray of shape (n_labels,)
        The column numbers of `y`; for a `y` of one column its classes.
    thresholds_ : ndarray of shape (n_labels,), dtype float64, or None
        A label is predicted where its probability is at or above its threshold. None
        for a `y` of one column, like all attributes below except the last two.
    thresholds_std_ : ndarray of shape (n_labels,), dtype float64
        Standard deviation of the thresholds chosen without each fold in turn: how
        much they owe to single samples.
    score_estimate_ : float
        Cross-fitted macro score: the mean of `metric` over the labels that occur,
        each on the decisions for all held-out samples together, at thresholds chosen
        without the sample's fold. Folds are those of `cv`; where all samples are in
        one, as with "prefit" or a float, five stratified folds. A little low where the
        model refitted on all samples is better than those of the folds.
    best_score_ : float
        The same at `thresholds_`: optimistic, since they were chosen on these samples.
    oof_proba_ : ndarray of shape (n_samples, n_labels)
        The held-out probabilities the thresholds were tuned on; NaN for samples that
        were never held out.
    oof_f1_ : ndarray of shape (n_labels,)
        F1 of each label on `oof_proba_` at its threshold. Optimistic, like
        `best_score_`.
    report_ : DataFrame
        A row per label: `label`, `n_positive` (in the samples tuned on),
        `threshold`, `threshold_std`, `f1_at_half` (F1 at 0.5), `f1` (as `oof_f1_`),
        `f1_cross_fitted` (at thresholds chosen without the sample's fold) and
        `status` ("tuned", "rare" for labels below `min_positives`, "always" for those
        that most samples lack and all are predicted to have, or "absent" for those
        without a positive).
    train_indices_ : ndarray of shape (n_train,) or None
        The rows the model was trained on, ascending, if `cv` is a float, else None.
        The thresholds are tuned on the others.
    empty_ : str
        The value of `empty` when `fit` was called.
    label_names_ : ndarray of shape (n_labels,), dtype object
        Column names of a DataFrame `y`; else the column numbers as strings.
    n_features_in_ : int
        Number of features seen during `fit`, if the estimator tells.
    feature_names_in_ : ndarray of shape (n_features,)
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
    >>> bool(optimizer.score_estimate_ < optimizer.best_score_)
    True
    """

    def __init__(
        self,
        estimator,
        *,
        strategy="shrunk",
        metric="f1",
        cv=None,
        ensemble=False,
        step=0.001,
        absent_threshold=0.5,
        min_positives=0,
        empty="allow",
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.strategy = strategy
        self.metric = metric
        self.cv = cv
        self.ensemble = ensemble
        self.step = step
        self.absent_threshold = absent_threshold
        self.min_positives = min_positives
        self.empty = empty
        self.n_jobs = n_jobs
        self.random_state = random_state

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
        single = as_single_column(y, warn=True)
        target = check_indicator(y) if single is None else None
        X, y = indexable(as_rows(X), y)
        check_same_order(X, y)
        params = self._route(params)
        if single is None:
            self._fit_labels(X, y, *target, params)
        else:
            self._fit_single(X, single, params[0])
        self._tell_features()
        return self

    def _fit_single(self, X, y, fit_params):
        """Fit the estimator to one column, without thresholds."""
        if isinstance(self.cv, str):
            check_is_fitted(self.estimator)
            self.estimator_ = self.estimator
        else:
            self.estimator_ = clone(self.estimator).fit(X, y, **fit_params)
        self.classes_ = self.estimator_.classes_
        for name in OF_THRESHOLDS:
            setattr(self, name, None)

    def _fit_labels(self, X, y, indicator, label_names, params):
        """Predict held-out samples, tune the thresholds on them and refit."""
        models = fit_models(
            self.estimator,
            X,
            y,
            indicator,
            cv=self.cv,
            ensemble=self.ensemble,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
            params=params,
        )
        on_training = self.strategy == "dice" and not is_prefit(self.estimator, self.cv)
        tuned = tune(
            as_rule(self.strategy),
            indicator,
            models.training_probabilities(X) if on_training else models.probabilities,
            models.folds,
            label_names,
            scored=models.probabilities,
            metric=as_metric(self.metric),
            step=self.step,
            absent_threshold=self.absent_threshold,
            min_positives=self.min_positives,
            empty=self.empty,
        )
        self.classes_, self.label_names_ = np.arange(len(label_names)), label_names
        self.estimator_, self.estimators_ = models.final, models.of_folds
        self.oof_proba_ = models.probabilities
        self.train_indices_ = models.train_indices
        self.empty_, self.report_ = self.empty, tuned.report
        self.thresholds_, self.thresholds_std_ = tuned.thresholds, tuned.stds
        self.best_score_, self.score_estimate_ = tuned.best_score, tuned.score_estimate
        self.oof_f1_ = self.report_["f1"].to_numpy(copy=True)
        self._warn_of_labels()
