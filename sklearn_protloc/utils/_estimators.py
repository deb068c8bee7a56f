"""What estimators that predict several labels have in common."""

import inspect

from sklearn_protloc.utils._label_names import check_label_names
from sklearn_protloc.utils._targets import as_single_column, check_indicator

__all__ = ["LabelScoreMixin", "check_method"]


def check_method(estimator, method):
    """Check that something is an estimator that can do what is asked of it.

    Parameters
    ----------
    estimator : estimator instance
        Fitted or not.
    method : str
        Name of a method that is to be called.

    Returns
    -------
    estimator : estimator instance
        The same.

    Raises
    ------
    TypeError
        If it is a class, or has no such method.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn_protloc.utils import check_method
    >>> check_method(DummyClassifier(), "predict")
    DummyClassifier()
    """
    if inspect.isclass(estimator):
        raise TypeError(
            f"Expected an estimator, got the class {estimator.__name__}: fit one, such "
            f"as {estimator.__name__}().fit(X, y)."
        )
    if not hasattr(estimator, method):
        raise TypeError(
            f"Expected an estimator with the method {method}, got "
            f"{type(estimator).__name__}, which has none."
        )
    return estimator


class LabelScoreMixin:
    """Reads the labels that a classifier is scored by as `fit` reads them.

    To be inherited from before scikit-learn's ClassifierMixin.

    Examples
    --------
    >>> from sklearn.base import ClassifierMixin
    >>> from sklearn_protloc.utils import LabelScoreMixin
    >>> class Nothing(LabelScoreMixin, ClassifierMixin):
    ...     def predict(self, X):
    ...         return [[0, 0]] * len(X)
    >>> Nothing().score([[1], [2]], [[0, 0], [0, 1]])
    0.5
    """

    def score(self, X, y, sample_weight=None):
        """Compute the share of samples all of whose labels are right.

        Parameters
        ----------
        X : array-like of shape (n_samples, ...)
            Samples like those of `fit`.
        y : array-like of shape (n_samples, n_labels) or (n_samples,)
            The true labels: 0/1 values, or one column of classes.
        sample_weight : array-like of shape (n_samples,), default=None
            Weights of the samples.

        Returns
        -------
        score : float
            Accuracy of sets of labels, from 0 to 1.

        Raises
        ------
        ValueError
            If `y` is no indicator matrix, or its columns are not the labels that the
            classifier was fitted on.
        """
        if as_single_column(y) is None:
            check_label_names(self, y)
            y, _ = check_indicator(y)
        return super().score(X, y, sample_weight)
