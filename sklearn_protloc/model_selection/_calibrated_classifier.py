"""The classifier whose probabilities mean what they say."""

import numpy as np
from sklearn.utils import indexable
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.datasets import as_rows
from sklearn_protloc.model_selection._calibrators import (
    METHODS,
    check_sample_weight,
    fit_calibrator,
)
from sklearn_protloc.model_selection._cross_fitting import BaseCrossFittingClassifier
from sklearn_protloc.model_selection._threshold_models import fit_models
from sklearn_protloc.model_selection._threshold_parameters import (
    check_estimator_and_cv,
    check_min_positives,
)
from sklearn_protloc.utils import (
    check_label_columns,
    check_same_order,
    label_probabilities,
    to_logits,
)

__all__ = ["MultiLabelCalibratedClassifier"]


class MultiLabelCalibratedClassifier(BaseCrossFittingClassifier):
    """Multi-label classifier with calibrated probabilities.

    Of the images that get a probability of 0.7 for a location, 70 % should have it.
    Networks are surer than that, forests less sure, and weighted losses and
    over-sampling shift all probabilities. Here a map per label is learnt from
    probabilities for samples held out from the estimator, which then is fitted to all
    samples. Maps never fall, so that samples keep their order.

    scikit-learn's :class:`~sklearn.calibration.CalibratedClassifierCV` for indicator
    targets, which it refuses, with ``ensemble=False``.

    Parameters
    ----------
    estimator : estimator instance
        Multi-label classifier with `predict_proba` in any of scikit-learn's forms.
    method : {"beta", "sigmoid", "isotonic", "temperature"}, default="beta"
        The map: "sigmoid" is a line in the logit, as in [1]_; "beta" has a slope for
        each end of the scale, as in [2]_, and contains the former; "temperature" only
        multiplies the logit, as in [3]_; "isotonic" is any that never falls, as
        in [4]_: it wants hundreds of positive samples, and makes ties and exact zeros.
        Maps are those of greatest likelihood, "sigmoid" and "beta" of targets a little
        within 0 and 1, as in [1]_.
    per_label : bool, default=True
        Whether each label has its own map, or all have one: the map of all labels
        pooled, such as the one temperature of [3]_.
    min_positives : int, default=20
        Labels with fewer samples that have them, or do not, get the map of all labels
        pooled: numbers learnt from a few samples say more about these than about new
        ones (:ref:`calibration`).
    cv : int, float, cross-validation splitter, iterable of splits, "prefit" or None, \
            default=None
        How to hold samples out, as in :class:`MultiLabelThresholdOptimizer`: None is 3;
        an integer is the number of unshuffled stratified folds, which keep groups
        together if there are any; a float is the fraction to hold out once, without
        which the estimator is trained. With "prefit", and for a
        :class:`~sklearn.frozen.FrozenEstimator` with None, nothing is fitted but the
        maps, and the samples given to `fit` should be new to the estimator.
    n_jobs : int or None, default=None
        Number of folds fitted at the same time.
    random_state : int, RandomState instance or None, default=None
        Decides which samples are held out if `cv` is a float.

    Attributes
    ----------
    estimator_ : estimator instance
        The estimator fitted to all samples, or to `train_indices_`, or as it was given.
    calibrators_ : list of n_labels objects
        The map of each label, with a method `predict` from probabilities to calibrated
        ones, both of shape (n_samples,).
    pooled_ : ndarray of shape (n_labels,), dtype bool
        Whether a label has the map of all labels pooled.
    oof_proba_ : ndarray of shape (n_samples, n_labels)
        The held-out probabilities that maps were learnt from, not calibrated; NaN for
        samples that were never held out.
    train_indices_ : ndarray of shape (n_train,) or None
        The rows the estimator was trained on, if `cv` is a float, else None.
    classes_ : ndarray of shape (n_labels,)
        Column numbers of `y`.
    label_names_ : ndarray of shape (n_labels,), dtype object
        Columns of `y` where it was a DataFrame; else the numbers as strings.
    n_features_in_ : int
        Number of features seen during `fit`, if the estimator tells.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of features seen during `fit`, if the estimator tells.

    See Also
    --------
    MultiLabelThresholdOptimizer : Decisions, which need no calibration before.
    sklearn_protloc.metrics.reliability_curve : Whether probabilities are calibrated.
    sklearn.calibration.CalibratedClassifierCV : The same for one column of classes.

    References
    ----------
    .. [1] J. Platt, "Probabilistic outputs for support vector machines", Advances in
       Large Margin Classifiers, 1999, section 2.
    .. [2] M. Kull, T. Silva Filho, P. Flach, "Beta calibration", AISTATS 2017.
    .. [3] C. Guo, G. Pleiss, Y. Sun, K. Q. Weinberger, "On calibration of modern neural
       networks", ICML 2017, section 4.2.
    .. [4] B. Zadrozny, C. Elkan, "Transforming classifier scores into accurate
       multiclass probability estimates", KDD 2002.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.multiclass import OneVsRestClassifier
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn_protloc.metrics import multilabel_log_loss
    >>> from sklearn_protloc.model_selection import MultiLabelCalibratedClassifier
    >>> X, y = make_multilabel_classification(600, n_classes=3, random_state=0)
    >>> sure = OneVsRestClassifier(GaussianNB()).fit(X[:300], y[:300])
    >>> calibrated = MultiLabelCalibratedClassifier(sure).fit(X[:300], y[:300])
    >>> round(multilabel_log_loss(y[300:], sure.predict_proba(X[300:])), 2)
    0.56
    >>> round(multilabel_log_loss(y[300:], calibrated.predict_proba(X[300:])), 2)
    0.44
    """

    def __init__(
        self,
        estimator,
        *,
        method="beta",
        per_label=True,
        min_positives=20,
        cv=None,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.method = method
        self.per_label = per_label
        self.min_positives = min_positives
        self.cv = cv
        self.n_jobs = n_jobs
        self.random_state = random_state

    def fit(self, X, y, sample_weight=None, **params):
        """Learn the maps on held-out samples, and fit the estimator to all.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples. Never copied into memory as a whole.
        y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels)
            0/1 values, two columns or more.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), \
                default=None
            Weights for the maps, from 0 upwards, passed to the estimator's `fit` too.
        **params : dict
            `groups` for the splitter, and other parameters of the estimator's `fit`.
            They and weights are cut to the training rows where they have one entry per
            sample. If metadata routing is enabled, each goes to who requested it.

        Returns
        -------
        self : MultiLabelCalibratedClassifier
            The fitted classifier.

        Raises
        ------
        ValueError
            If a parameter, `y` or what the estimator predicts is not as described.
        TypeError
            If the estimator has no `predict_proba`.
        """
        self._check_parameters()
        indicator, label_names = check_label_columns(
            y, estimator=self, instead="sklearn.calibration.CalibratedClassifierCV"
        )
        X, y = indexable(as_rows(X), y)
        check_same_order(X, y)
        weights = check_sample_weight(sample_weight, indicator.shape)
        if weights is not None:
            params["sample_weight"] = sample_weight
        models = fit_models(
            self.estimator,
            X,
            y,
            indicator,
            cv=self.cv,
            ensemble=False,
            n_jobs=self.n_jobs,
            random_state=self.random_state,
            params=self._route(params),
        )
        held_out = models.folds >= 0
        p, truth = models.probabilities[held_out], indicator[held_out]
        weights = None if weights is None else weights[held_out]
        self.calibrators_, self.pooled_ = self._fit_calibrators(p, truth, weights)
        self.estimator_, self.train_indices_ = models.final, models.train_indices
        self.oof_proba_ = models.probabilities
        self.classes_, self.label_names_ = np.arange(len(label_names)), label_names
        self._tell_features()
        return self

    def get_metadata_routing(self):
        """Return who gets which parameter of `fit`.

        Returns
        -------
        routing : MetadataRouter
            The estimator's requests for `fit`, those of `cv` for `split`, and own ones
            for weights.
        """
        return super().get_metadata_routing().add_self_request(self)

    def predict_proba(self, X):
        """Compute the calibrated probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_labels), dtype float64
            Values in [0, 1].
        """
        check_is_fitted(self)
        proba = label_probabilities(self.estimator_, X, len(self.classes_))
        for k, calibrator in enumerate(self.calibrators_):
            proba[:, k] = calibrator.predict(proba[:, k])
        return proba

    def decision_function(self, X):
        """Compute the calibrated log-odds of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        logits : ndarray of shape (n_samples, n_labels), dtype float64
            Logits of `predict_proba`, from -36 to 36.
        """
        return to_logits(self.predict_proba(X))

    def predict(self, X):
        """Predict the labels of each sample.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            The samples.

        Returns
        -------
        y : ndarray of shape (n_samples, n_labels), dtype int
            1 where the calibrated probability is at least one half, else 0.
        """
        return (self.predict_proba(X) >= 0.5).astype(int)

    def _fit_calibrators(self, p, y, weights):
        """Return the map of each label, and whether it is that of all labels."""
        counted = np.ones(y.shape) if weights is None else weights > 0
        n_positive = np.count_nonzero(counted * y, axis=0)
        rarer = np.minimum(n_positive, np.count_nonzero(counted * (1 - y), axis=0))
        # A map of one kind of sample alone would say nothing, even if asked for.
        pooled = (rarer < max(self.min_positives, 1)) | (not self.per_label)

        def of(column):  # or of all columns
            w = None if weights is None else weights[:, column].ravel()
            return fit_calibrator(
                self.method, p[:, column].ravel(), y[:, column].ravel(), w
            )

        of_all = of(slice(None)) if pooled.any() else None
        calibrators = [of_all if pooled[k] else of(k) for k in range(y.shape[1])]
        return calibrators, pooled

    def _check_parameters(self):
        check_estimator_and_cv(self.estimator, self.cv)
        check_min_positives(self.min_positives)
        if not isinstance(self.method, str) or self.method not in METHODS:
            raise ValueError(
                f"Expected method as one of {', '.join(map(repr, METHODS))}, got "
                f"{self.method!r}."
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_class = False
        return tags
