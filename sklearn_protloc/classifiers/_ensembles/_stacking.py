"""A classifier per label on top of several models."""

from numbers import Integral

import numpy as np
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.classifiers._ensembles._base import BaseLabelEnsemble
from sklearn_protloc.classifiers._ensembles._held_out import (
    check_cv_parameter,
    held_out_probabilities,
)
from sklearn_protloc.utils import label_probabilities, to_logits

__all__ = ["MultiLabelStackingClassifier"]

# Probabilities nearer to 0 and 1 count alike: forests give exact zeros, whose logits
# would outweigh all others.
EDGE = 0.001


class MultiLabelStackingClassifier(BaseLabelEnsemble):
    """Multi-label classifier that learns, label by label, whom to trust.

    scikit-learn's :class:`~sklearn.ensemble.StackingClassifier` for indicator targets,
    which it refuses. The logits that the estimators give for a label are the features
    of a small classifier of that label, as in [1]_ and [2]_. It is trained on samples
    that were held out from the estimators, never on what they say of samples that
    they know; then the estimators are fitted to all samples.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        Multi-label classifiers with `predict_proba`, and their names. A
        :class:`~sklearn.frozen.FrozenEstimator` is not trained again; the samples
        given to `fit` should be new to it.
    final_estimator : estimator instance, default=None
        Classifier with `predict_proba`, cloned for each label and fitted to a matrix
        of shape (n_samples, n_estimators). None is
        ``LogisticRegression(C=0.1)``, whose strong penalty keeps weights of models
        that are alike together.
    cv : int, cross-validation splitter, iterable of splits, "prefit" or None, \
            default=None
        How to hold samples out. None is 3, since every fold trains all estimators; an
        integer is the number of unshuffled folds with like shares of every label, which
        keep groups together if there are any. Each sample may be held out once at most;
        if some never are, the final estimators are fitted to the others. With
        "prefit" the estimators are used as they are, and the samples given to `fit`
        should be new to them.
    min_positives : int, default=20
        Labels with fewer samples that have them, or do not, get the mean probability of
        the estimators: for a few, weights would be chance.
    n_jobs : int or None, default=None
        Number of fits at the same time.

    Attributes
    ----------
    estimators_ : list of estimators
        The estimators fitted to all samples.
    named_estimators_ : sklearn.utils.Bunch
        The same by name.
    final_estimators_ : list of n_labels estimators or None
        The classifier of each label; None where it gets the mean.
    oof_proba_ : ndarray of shape (n_estimators, n_samples, n_labels)
        The held-out probabilities; NaN for samples that were never held out.
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
    GreedyEnsembleClassifier : One weight per estimator, of all labels.
    SoftVotingClassifier : The mean, with nothing to learn.
    sklearn.ensemble.StackingClassifier : The same for one column of classes.

    References
    ----------
    .. [1] D. H. Wolpert, "Stacked generalization", Neural Networks 5, 1992.
    .. [2] K. M. Ting, I. H. Witten, "Issues in stacked generalization", Journal of
       Artificial Intelligence Research 10, 1999.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.classifiers import MultiLabelStackingClassifier
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> stack = MultiLabelStackingClassifier([
    ...     ("forest", RandomForestClassifier(10, random_state=0)),
    ...     ("neighbors", KNeighborsClassifier()),
    ... ]).fit(X, y)
    >>> stack.final_estimators_[0].coef_.shape
    (1, 2)
    >>> stack.predict_proba(X).shape
    (100, 3)
    """

    _of_one_column = "sklearn.ensemble.StackingClassifier"

    def __init__(
        self,
        estimators,
        final_estimator=None,
        *,
        cv=None,
        min_positives=20,
        n_jobs=None,
    ):
        self.estimators = estimators
        self.final_estimator = final_estimator
        self.cv = cv
        self.min_positives = min_positives
        self.n_jobs = n_jobs

    def fit(self, X, y, **params):
        """Fit the classifiers of labels on held-out samples, and the estimators.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Training samples in the form that every estimator takes. Never copied into
            memory as a whole.
        y : array-like of shape (n_samples, n_labels)
            0/1 indicator matrix.
        **params : dict
            `groups` for the splitter, and parameters of the estimators' `fit`, cut to
            the training rows where they have one entry per sample. If metadata routing
            is enabled, each goes to who requested it. The final estimators get none.

        Returns
        -------
        self : MultiLabelStackingClassifier
            The fitted ensemble.

        Raises
        ------
        ValueError
            If a parameter or `y` is not as described, or estimators do not share
            their labels.
        TypeError
            If an estimator has no `predict_proba`.
        """
        self._check_parameters()
        X, y, indicator, label_names = self._read(X, y)
        fit_params, split_params = self._route(params)
        oof, folds = held_out_probabilities(
            self, X, y, indicator, fit_params, split_params
        )
        known = folds >= 0
        logits = to_logits(oof[:, known], edge=EDGE)
        final = [
            self._fit_final(logits[:, :, k].T, indicator[known, k])
            for k in range(len(label_names))
        ]
        self._fit_members(list(self._members()), X, y, label_names, fit_params)
        self.final_estimators_, self.oof_proba_ = final, oof
        return self

    def predict_proba(self, X):
        """Compute the probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_labels), dtype float64
            Of the final estimators, in [0, 1].
        """
        check_is_fitted(self)
        n_labels = len(self.classes_)
        each = np.array([label_probabilities(e, X, n_labels) for e in self.estimators_])
        logits, proba = to_logits(each, edge=EDGE), each.mean(axis=0)
        for k, final in enumerate(self.final_estimators_):
            if final is not None:
                proba[:, k] = final.predict_proba(logits[:, :, k].T)[:, 1]
        return proba

    def _fit_final(self, logits, y):
        """Return the classifier of one label, or None where it has too few samples."""
        n_positive = np.count_nonzero(y)
        # Both classes are needed, even with min_positives=0.
        if min(n_positive, len(y) - n_positive) < max(self.min_positives, 1):
            return None
        if self.final_estimator is None:
            return LogisticRegression(C=0.1, max_iter=1000).fit(logits, y)
        return clone(self.final_estimator).fit(logits, y)

    def _check_parameters(self):
        check_cv_parameter(self.cv)
        self._check_estimators()
        final = self.final_estimator
        if final is not None and not hasattr(final, "predict_proba"):
            raise TypeError(
                "Expected final_estimator with the method predict_proba, got "
                f"{type(final).__name__}, which has none."
            )
        if not isinstance(self.min_positives, Integral) or self.min_positives < 0:
            raise ValueError(
                "Expected min_positives as a whole number from 0 upwards, got "
                f"{self.min_positives!r}."
            )
