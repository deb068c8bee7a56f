"""Scores in the form that scikit-learn's `scoring=` takes."""

from sklearn_protloc.metrics._scores import (
    macro_average_precision_score,
    macro_f1_score,
    macro_roc_auc_score,
    multilabel_log_loss,
)
from sklearn_protloc.utils import check_indicator, label_probabilities
from sklearn_protloc.utils._label_names import check_label_names

__all__ = [
    "macro_average_precision_scorer",
    "macro_f1_scorer",
    "macro_roc_auc_scorer",
    "neg_multilabel_log_loss_scorer",
]


def macro_f1_scorer(estimator, X, y):
    """Score a fitted classifier by the mean F1 of its labels, for `scoring`.

    Labels that neither occur nor are predicted are left out. With
    ``scoring="f1_macro"`` they count as 0, which lowers the scores of small folds.

    Parameters
    ----------
    estimator : estimator instance
        A fitted multi-label classifier with `predict`.
    X : array-like of shape (n_samples, ...)
        The samples, handed to the estimator as they are.
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.

    Returns
    -------
    score : float
        From 0 to 1; NaN if no label occurs or is predicted.

    Raises
    ------
    ValueError
        If `y` is no indicator matrix, its columns are not the labels that the
        estimator was fitted on, or predictions do not fit it.

    See Also
    --------
    macro_f1_score : The score of given predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.metrics import macro_f1_scorer
    >>> X, y = make_multilabel_classification(90, n_classes=3, random_state=0)
    >>> model = KNeighborsClassifier(n_neighbors=15)
    >>> scores = cross_val_score(model, X, y, scoring=macro_f1_scorer)
    >>> scores.round(2)
    array([0.67, 0.69, 0.87, 0.85, 0.75])
    """
    check_label_names(estimator, y)
    predicted = estimator.predict(X)
    return macro_f1_score(y, predicted)


def macro_average_precision_scorer(estimator, X, y):
    """Score a fitted classifier by its mean average precision, for `scoring`.

    Labels that do not occur in a fold are left out. With
    ``scoring="average_precision"`` they count as 0, with a warning for each. Needs no
    thresholds: the score to search hyper-parameters by.

    Parameters
    ----------
    estimator : estimator instance
        A fitted multi-label classifier with `predict_proba`.
    X : array-like of shape (n_samples, ...)
        The samples, handed to the estimator as they are.
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.

    Returns
    -------
    score : float
        From 0 to 1; NaN if no label occurs.

    Raises
    ------
    TypeError
        If the estimator has no `predict_proba`.
    ValueError
        If `y` is no indicator matrix, its columns are not the labels that the
        estimator was fitted on, or probabilities do not fit it.

    See Also
    --------
    macro_average_precision_score : The score of given predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.metrics import macro_average_precision_scorer
    >>> X, y = make_multilabel_classification(90, n_classes=3, random_state=0)
    >>> model = KNeighborsClassifier(n_neighbors=15)
    >>> scores = cross_val_score(model, X, y, scoring=macro_average_precision_scorer)
    >>> scores.round(2)
    array([0.69, 0.9 , 0.95, 0.84, 0.83])
    """
    return macro_average_precision_score(*_labels_and_probabilities(estimator, X, y))


def macro_roc_auc_scorer(estimator, X, y):
    """Score a fitted classifier by the mean area under its ROC curves, for `scoring`.

    Labels that no or every sample of a fold has are left out. With
    ``scoring="roc_auc"`` they make the score NaN.

    Parameters
    ----------
    estimator : estimator instance
        A fitted multi-label classifier with `predict_proba`.
    X : array-like of shape (n_samples, ...)
        The samples, handed to the estimator as they are.
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.

    Returns
    -------
    score : float
        From 0 to 1; NaN if no label both occurs and is absent.

    Raises
    ------
    TypeError
        If the estimator has no `predict_proba`.
    ValueError
        If `y` is no indicator matrix, its columns are not the labels that the
        estimator was fitted on, or probabilities do not fit it.

    See Also
    --------
    macro_roc_auc_score : The score of given predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.metrics import macro_roc_auc_scorer
    >>> X, y = make_multilabel_classification(90, n_classes=3, random_state=0)
    >>> model = KNeighborsClassifier(n_neighbors=15)
    >>> scores = cross_val_score(model, X, y, scoring=macro_roc_auc_scorer)
    >>> scores.round(2)
    array([0.8 , 0.9 , 0.92, 0.84, 0.73])
    """
    return macro_roc_auc_score(*_labels_and_probabilities(estimator, X, y))


def neg_multilabel_log_loss_scorer(estimator, X, y):
    """Score a fitted classifier by its negative binary cross-entropy, for `scoring`.

    It sees how good the probabilities are, not only their order. Do not use
    ``scoring="neg_log_loss"`` with several labels: it ignores false positives, and a
    search picks a model that predicts everything.

    Parameters
    ----------
    estimator : estimator instance
        A fitted multi-label classifier with `predict_proba`.
    X : array-like of shape (n_samples, ...)
        The samples, handed to the estimator as they are.
    y : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type.

    Returns
    -------
    score : float
        From minus infinity to 0; higher is better. Always defined.

    Raises
    ------
    TypeError
        If the estimator has no `predict_proba`.
    ValueError
        If `y` is no indicator matrix, its columns are not the labels that the
        estimator was fitted on, or probabilities do not fit it.

    See Also
    --------
    multilabel_log_loss : The score of given predictions.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.metrics import neg_multilabel_log_loss_scorer
    >>> X, y = make_multilabel_classification(90, n_classes=3, random_state=0)
    >>> model = KNeighborsClassifier(n_neighbors=15)
    >>> scores = cross_val_score(model, X, y, scoring=neg_multilabel_log_loss_scorer)
    >>> scores.round(2)
    array([-0.62, -0.57, -0.46, -0.5 , -0.55])
    """
    return -multilabel_log_loss(*_labels_and_probabilities(estimator, X, y))


def _labels_and_probabilities(estimator, X, y):
    """Return y as 0/1 and the estimator's probability of each label."""
    if not hasattr(estimator, "predict_proba"):
        raise TypeError(
            "Expected an estimator with the method predict_proba, got "
            f"{type(estimator).__name__}, which has none. Use macro_f1_scorer."
        )
    truth, _ = check_indicator(y)
    check_label_names(estimator, y)
    return truth, label_probabilities(estimator, X, truth.shape[1])
