"""Ensembles whose weights are found step by step on held-out samples."""

from numbers import Integral

import numpy as np
import pandas as pd
from sklearn.utils.parallel import Parallel, delayed
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.classifiers._ensembles._base import BaseLabelEnsemble
from sklearn_protloc.classifiers._ensembles._held_out import (
    check_cv_parameter,
    held_out_probabilities,
)
from sklearn_protloc.metrics import macro_average_precision_score
from sklearn_protloc.utils import average_probabilities, fold_splits

__all__ = ["GreedyEnsembleClassifier"]

# Folds to choose on where `cv` gives fewer than two, as with fitted estimators.
N_SELECTION_FOLDS = 5


class GreedyEnsembleClassifier(BaseLabelEnsemble):
    """Multi-label classifier that averages the models that go well together.

    Ensemble selection [1]_: the model that makes the score of the mean highest is
    added, again and again, and may be added more than once; how often it was is its
    weight. The score is that of probabilities for samples held out from the models.
    Such a search finds what is good by chance, too, the more models it may choose from:
    so it is made without each fold in turn and scored on that fold, and the weights
    are the mean over these searches. Models without weight are not fitted again.

    Parameters
    ----------
    estimators : list of (str, estimator) tuples
        Multi-label classifiers with `predict_proba`, and their names. A
        :class:`~sklearn.frozen.FrozenEstimator` is not trained again; the samples
        given to `fit` should be new to it.
    score_func : callable, default=macro_average_precision_score
        What the search makes high: ``score_func(y_true, y_proba)`` gets 0/1 values and
        probabilities, both of shape (n_samples, n_labels), and returns a number,
        higher is better. The default needs no thresholds.
    n_iter : int, default=20
        Number of models added in each search.
    cv : int, cross-validation splitter, iterable of splits, "prefit" or None, \
            default=None
        How to hold samples out. None is 3, since every fold trains all estimators; an
        integer is the number of unshuffled folds with like shares of every label, which
        keep groups together if there are any. Each sample may be held out once at most;
        if some never are, weights are found on the others. With "prefit" the estimators
        are used as they are, and the samples given to `fit` should be new to them.
    n_jobs : int or None, default=None
        Number of fits and of searches at the same time.

    Attributes
    ----------
    weights_ : ndarray of shape (n_estimators,), dtype float64
        Weight of each of `estimators`, 1 in all.
    selected_ : list of str
        Names of the estimators with a weight, the heaviest first.
    scores_ : DataFrame
        A row for each number of models added, from 1. Columns: selection, the mean of
        the score on the samples searched on, which is optimistic; and cross_fitted, the
        score of all held-out samples together, with the weights found without their
        fold.
    score_estimate_ : float
        The last of the cross-fitted scores.
    estimators_ : list of estimators
        The selected estimators in the order of `estimators`, fitted to all samples.
    named_estimators_ : sklearn.utils.Bunch
        The same by name.
    oof_proba_ : ndarray of shape (n_estimators, n_samples, n_labels)
        The held-out probabilities; NaN for samples that were never held out.
    classes_ : ndarray of shape (n_labels,)
        Column numbers of `y`.
    label_names_ : ndarray of shape (n_labels,), dtype object
        Columns of `y` where it was a DataFrame; else the numbers as strings.
    n_features_in_ : int
        Number of features seen during `fit`, if the first selected estimator tells.
    feature_names_in_ : ndarray of shape (n_features,)
        Names of features seen during `fit`, if the first selected estimator tells.

    See Also
    --------
    MultiLabelStackingClassifier : Weights of each label.
    SoftVotingClassifier : Given weights.

    References
    ----------
    .. [1] R. Caruana, A. Niculescu-Mizil, G. Crew, A. Ksikes, "Ensemble selection from
       libraries of models", ICML 2004, section 2.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.ensemble import RandomForestClassifier
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.classifiers import GreedyEnsembleClassifier
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> ensemble = GreedyEnsembleClassifier([
    ...     ("forest", RandomForestClassifier(30, random_state=0)),
    ...     ("neighbor", KNeighborsClassifier(1)),
    ...     ("neighbors", KNeighborsClassifier(15)),
    ... ]).fit(X, y)
    >>> ensemble.selected_[0]
    'forest'
    >>> bool(ensemble.score_estimate_ < ensemble.scores_["selection"].iloc[-1])
    True
    >>> ensemble.predict_proba(X).shape
    (100, 3)
    """

    _of_one_column = "sklearn.ensemble.StackingClassifier"

    def __init__(
        self,
        estimators,
        *,
        score_func=macro_average_precision_score,
        n_iter=20,
        cv=None,
        n_jobs=None,
    ):
        self.estimators = estimators
        self.score_func = score_func
        self.n_iter = n_iter
        self.cv = cv
        self.n_jobs = n_jobs

    def fit(self, X, y, **params):
        """Find the weights on held-out samples, and fit the estimators that have one.

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
            is enabled, each goes to who requested it.

        Returns
        -------
        self : GreedyEnsembleClassifier
            The fitted ensemble.

        Raises
        ------
        ValueError
            If a parameter, `y` or a score is not as described, or estimators do not
            share their labels.
        TypeError
            If an estimator has no `predict_proba`.
        """
        self._check_parameters()
        X, y, indicator, label_names = self._read(X, y)
        fit_params, split_params = self._route(params)
        oof, folds = held_out_probabilities(
            self, X, y, indicator, fit_params, split_params
        )
        if len(np.unique(folds[folds >= 0])) < 2:
            folds = _selection_folds(indicator, folds, split_params)
        weights, scores = self._select(indicator, oof, folds)
        names = np.array([name for name, _ in self.estimators], dtype=object)
        selected = list(names[weights > 0])
        self._fit_members(selected, X, y, label_names, fit_params)
        self.weights_, self.scores_, self.oof_proba_ = weights, scores, oof
        heaviest_first = np.argsort(-weights, kind="stable")
        self.selected_ = list(names[heaviest_first][: len(selected)])
        self.score_estimate_ = float(scores["cross_fitted"].iloc[-1])
        return self

    def predict_proba(self, X):
        """Compute the weighted mean probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_labels), dtype float64
            Means with `weights_`, in [0, 1].
        """
        check_is_fitted(self)
        weights = self.weights_[self.weights_ > 0]
        n_labels = len(self.classes_)
        return average_probabilities(self.estimators_, X, n_labels, weights=weights)

    def _select(self, y, p, folds):
        """Return the mean weights of searches without each fold, and their scores."""
        numbers = np.unique(folds[folds >= 0])
        searches = Parallel(n_jobs=self.n_jobs)(
            delayed(_search)(self.score_func, y[rest], p[:, rest], self.n_iter)
            for rest in ((folds >= 0) & (folds != number) for number in numbers)
        )
        rows = folds >= 0
        which = np.searchsorted(numbers, folds[rows])
        steps = np.arange(1, self.n_iter + 1)
        cross_fitted = []
        for step in steps:
            weights = np.array([added[:step].mean(axis=0) for added, _ in searches])
            mean = np.einsum("ne,enk->nk", weights[which], p[:, rows])
            cross_fitted.append(self.score_func(y[rows], mean))
        scores = pd.DataFrame(
            {
                "selection": np.mean([found for _, found in searches], axis=0),
                "cross_fitted": cross_fitted,
            },
            index=pd.Index(steps, name="n_added"),
        )
        return np.mean([added.mean(axis=0) for added, _ in searches], axis=0), scores

    def _check_parameters(self):
        check_cv_parameter(self.cv)
        self._check_estimators()
        if not callable(self.score_func):
            raise TypeError(
                "Expected score_func as a function of y_true and y_proba, got "
                f"{self.score_func!r}."
            )
        if not isinstance(self.n_iter, Integral) or self.n_iter < 1:
            raise ValueError(
                f"Expected n_iter as a whole number from 1, got {self.n_iter!r}."
            )


def _selection_folds(indicator, folds, split_params):
    """Deal the samples of a single fold into several."""
    rows = np.flatnonzero(folds >= 0)
    groups = split_params.get("groups")
    if groups is not None:
        groups = np.asarray(groups)[rows]
    n_folds = min(N_SELECTION_FOLDS, len(rows if groups is None else np.unique(groups)))
    folds = np.full(len(folds), -1)
    splits = fold_splits(rows, indicator[rows], n_folds, groups=groups)
    for number, (_, test) in enumerate(splits):
        folds[rows[test]] = number
    return folds


def _search(score_func, y, p, n_iter):
    """Add the best model again and again.

    Returns which one was added in each step as 0/1 values, shape (n_iter,
    n_estimators), and the score after it, shape (n_iter,).
    """
    added, scores = np.zeros((n_iter, len(p))), np.zeros(n_iter)
    total = np.zeros(p.shape[1:])
    for step in range(n_iter):
        each = [score_func(y, (total + member) / (step + 1)) for member in p]
        if not np.isfinite(each).all():
            raise ValueError(
                "Expected score_func to return finite numbers, got "
                f"{each[np.isfinite(each).argmin()]}. Does any label occur?"
            )
        best = int(np.argmax(each))
        total += p[best]
        added[step, best], scores[step] = 1, each[best]
    return added, scores
