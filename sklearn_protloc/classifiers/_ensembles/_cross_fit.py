"""The models of all folds of a cross-validation as one."""

from sklearn.base import BaseEstimator, MetaEstimatorMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.classifiers._ensembles._base import BaseLabelClassifier
from sklearn_protloc.classifiers._ensembles._held_out import check_cv_parameter
from sklearn_protloc.utils import average_probabilities, fold_splits, out_of_fold

__all__ = ["CrossFitClassifier"]


class CrossFitClassifier(MetaEstimatorMixin, BaseLabelClassifier, BaseEstimator):
    """Multi-label classifier that averages the models of the folds.

    One clone of the estimator is fitted to the training side of each fold, and new
    samples get the mean of their probabilities: bagging over folds, or cross-validated
    committees [1]_. Every sample is held out from one of the models, whose
    probabilities for it are kept: what thresholds and calibration are learnt from,
    and an honest score.

    Parameters
    ----------
    estimator : estimator instance
        Multi-label classifier with `predict_proba`.
    cv : int, cross-validation splitter, iterable of splits or None, default=None
        The folds. None is 3, since each trains a model; an integer is the number of
        unshuffled folds with like shares of every label, which keep groups together if
        there are any. Each sample may be held out once at most.
    n_jobs : int or None, default=None
        Number of folds fitted at the same time.

    Attributes
    ----------
    estimators_ : list of estimators
        The models, one per fold.
    oof_proba_ : ndarray of shape (n_samples, n_labels)
        The held-out probabilities; NaN for samples that were never held out.
    oof_folds_ : ndarray of shape (n_samples,), dtype int
        The fold, and so the number of the model in `estimators_`, that each sample was
        held out from; -1 for those that never were.
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
    SoftVotingClassifier : The mean of different models.
    sklearn_protloc.model_selection.MultiLabelThresholdOptimizer : With
        ``ensemble=True`` the same models, and thresholds tuned on `oof_proba_`.

    References
    ----------
    .. [1] B. Parmanto, P. W. Munro, H. R. Doyle, "Reducing variance of committee
       prediction with resampling techniques", Connection Science 8, 1996.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.classifiers import CrossFitClassifier
    >>> from sklearn_protloc.metrics import macro_average_precision_score
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> ensemble = CrossFitClassifier(KNeighborsClassifier(15), cv=5).fit(X, y)
    >>> len(ensemble.estimators_)
    5
    >>> honest = macro_average_precision_score(y, ensemble.oof_proba_)
    >>> bool(honest < macro_average_precision_score(y, ensemble.predict_proba(X)))
    True
    """

    _of_one_column = "sklearn.calibration.CalibratedClassifierCV"

    def __init__(self, estimator, *, cv=None, n_jobs=None):
        self.estimator = estimator
        self.cv = cv
        self.n_jobs = n_jobs

    def fit(self, X, y, **params):
        """Fit a clone of the estimator to the training side of each fold.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Training samples. Never copied into memory as a whole.
        y : array-like of shape (n_samples, n_labels)
            0/1 indicator matrix.
        **params : dict
            `groups` for the splitter, and parameters of the estimator's `fit`, cut to
            the training rows where they have one entry per sample. If metadata routing
            is enabled, each goes to who requested it.

        Returns
        -------
        self : CrossFitClassifier
            The fitted ensemble.

        Raises
        ------
        ValueError
            If a parameter or `y` is not as described.
        TypeError
            If the estimator has no `predict_proba`.
        """
        self._check_parameters()
        X, y, indicator, label_names = self._read(X, y)
        fit_params, split_params = self._route(params)
        held_out = out_of_fold(
            self.estimator,
            X,
            y,
            splits=fold_splits(X, indicator, self.cv, **split_params),
            n_labels=len(label_names),
            fit_params=fit_params["estimator"],
            n_jobs=self.n_jobs,
            keep=True,
        )
        self.estimators_ = held_out.models
        self.oof_proba_, self.oof_folds_ = held_out.probabilities, held_out.folds
        self._tell(label_names, self.estimators_[0])
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
            Means over the models, in [0, 1].
        """
        check_is_fitted(self)
        return average_probabilities(self.estimators_, X, len(self.classes_))

    def _members(self):
        return {"estimator": self.estimator}

    def _check_parameters(self):
        if not hasattr(self.estimator, "predict_proba"):
            raise TypeError(
                "Expected estimator with the method predict_proba, got "
                f"{type(self.estimator).__name__}, which has none."
            )
        if self.cv == "prefit":
            raise ValueError(
                "Expected cv as folds, since the models of the folds are what is "
                "averaged, got 'prefit'. SoftVotingClassifier averages models that "
                "are trained already."
            )
        check_cv_parameter(self.cv)
