"""Reading `predict_proba` in every form classifiers give it."""

from numbers import Real

import numpy as np
from scipy.special import logit
from sklearn.utils import check_scalar

from sklearn_protloc.utils._estimators import check_method
from sklearn_protloc.utils._numbers import as_numbers

__all__ = ["average_probabilities", "label_probabilities", "to_logits"]

# Sums of rounded numbers may leave [0, 1] by this much; they are clipped back.
ROUNDING = 1e-6
EPS = float(np.finfo(np.float64).eps)


def label_probabilities(estimator, X, n_labels):
    """Predict the probability of each label as one array.

    Multi-label classifiers answer `predict_proba` in different forms: an array of
    shape (n_samples, n_labels), a list with one array of shape (n_samples, 2) per
    label, in which a label that was constant in training has a single column, or an
    array of shape (n_samples, 2, n_labels). All are read.

    Parameters
    ----------
    estimator : estimator instance
        A fitted multi-label classifier with `predict_proba`.
    X : array-like of shape (n_samples, ...)
        The samples, handed to the estimator as they are.
    n_labels : int
        Number of labels expected.

    Returns
    -------
    probabilities : ndarray of shape (n_samples, n_labels), dtype float64
        Probability that each label is present, between 0 and 1.

    Raises
    ------
    ValueError
        If the prediction has another shape, holds a NaN or leaves [0, 1].

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.utils import label_probabilities
    >>> X, y = np.array([[0.0], [1.0]]), np.array([[1, 0, 0], [0, 1, 0]])
    >>> neighbor = KNeighborsClassifier(n_neighbors=1).fit(X, y)
    >>> [p.shape for p in neighbor.predict_proba(X)]
    [(2, 2), (2, 2), (2, 1)]
    >>> label_probabilities(neighbor, X, n_labels=3)
    array([[1., 0., 0.],
           [0., 1., 0.]])
    """
    name = type(check_method(estimator, "predict_proba")).__name__
    output = estimator.predict_proba(X)
    if isinstance(output, list | tuple):
        probabilities = _from_list(output, getattr(estimator, "classes_", None))
    else:
        probabilities = as_numbers(output, f"the answer of {name}.predict_proba")
        if probabilities.ndim == 3 and probabilities.shape[1] == 2:
            probabilities = probabilities[:, 1]
    if probabilities.ndim != 2 or probabilities.shape[1] != n_labels:
        raise ValueError(
            f"Expected {name}.predict_proba to give one probability per label, shape "
            f"(n_samples, {n_labels}), got shape {np.shape(probabilities)}. Was it "
            "fitted on a y with other labels?"
        )
    if np.isnan(probabilities).any():
        raise ValueError(f"{name}.predict_proba gave NaN. Did its training diverge?")
    low, high = probabilities.min(initial=0), probabilities.max(initial=1)
    if low < -ROUNDING or high > 1 + ROUNDING:
        raise ValueError(
            f"Expected {name}.predict_proba to lie between 0 and 1, got values from "
            f"{low:.4g} to {high:.4g}. Are these logits? Apply a sigmoid to them."
        )
    return np.clip(probabilities, 0, 1)


def average_probabilities(estimators, X, n_labels, *, weights=None):
    """Average the probabilities of several classifiers that share labels.

    Parameters
    ----------
    estimators : list of estimators
        Fitted multi-label classifiers with `predict_proba` in any form.
    X : array-like of shape (n_samples, ...)
        The samples, handed to the estimators as they are.
    n_labels : int
        Number of labels.
    weights : array-like of shape (n_estimators,) or (n_estimators, n_labels), \
            default=None
        Weights from 0 upwards, for each label with a sum above 0. None counts all
        alike. An estimator without weight is not asked.

    Returns
    -------
    probabilities : ndarray of shape (n_samples, n_labels), dtype float64
        Weighted means, in [0, 1].

    Raises
    ------
    ValueError
        As in `label_probabilities`.

    Examples
    --------
    >>> from sklearn.datasets import make_multilabel_classification
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.utils import average_probabilities
    >>> X, y = make_multilabel_classification(n_classes=3, random_state=0)
    >>> models = [KNeighborsClassifier(k).fit(X, y) for k in (1, 5)]
    >>> average_probabilities(models, X, 3, weights=[1, 3]).shape
    (100, 3)
    """
    weights = _check_weights(weights, len(estimators), n_labels)
    total = 0.0
    for estimator, weight in zip(estimators, weights, strict=True):
        if np.any(weight):
            total = total + weight * label_probabilities(estimator, X, n_labels)
    return np.clip(total / weights.sum(axis=0), 0, 1)


def _check_weights(weights, n_estimators, n_labels):
    """Return weights of estimators, of each label or of all."""
    if weights is None:
        return np.ones(n_estimators)
    weights = as_numbers(weights, "weights")
    if weights.shape not in [(n_estimators,), (n_estimators, n_labels)]:
        raise ValueError(
            f"Expected weights with one for each of {n_estimators} estimators, got "
            f"shape {weights.shape}."
        )
    if not (np.isfinite(weights).all() and (weights >= 0).all()) or not (
        weights.any(axis=0).all()
    ):
        raise ValueError(
            "Expected finite weights from 0 upwards, one of them above 0 for each "
            f"label, got {weights.tolist()}."
        )
    return weights


def to_logits(probabilities, *, edge=EPS):
    """Return the log-odds of probabilities.

    Parameters
    ----------
    probabilities : array-like
        Values from 0 to 1.
    edge : float, default=2.2e-16
        Probabilities nearer than this to 0 or 1 count as this near, so that logits are
        finite. The default is as near as 64-bit numbers come to 1.

    Returns
    -------
    logits : ndarray, dtype float64
        Values of the same shape.

    Raises
    ------
    ValueError
        If a probability leaves [0, 1] or is NaN.

    Examples
    --------
    >>> from sklearn_protloc.utils import to_logits
    >>> to_logits([0.0, 0.5, 0.9], edge=0.001).round(2)
    array([-6.91,  0.  ,  2.2 ])
    """
    p = as_numbers(probabilities, "probabilities")
    check_scalar(edge, "edge", Real)
    if not 0 <= edge <= 0.5:
        raise ValueError(f"Expected edge from 0 to 0.5, got {edge!r}.")
    if not ((p >= -ROUNDING) & (p <= 1 + ROUNDING)).all():
        raise ValueError(
            "Expected probabilities between 0 and 1, without NaN, got values from "
            f"{p.min():.4g} to {p.max():.4g}."
        )
    return logit(np.clip(p, edge, 1 - edge))


def _from_list(blocks, classes):
    """Stack the column of class 1 of each label's block."""
    columns = []
    for k, block in enumerate(blocks):
        block = as_numbers(block, "probabilities")
        if block.ndim != 2:
            raise ValueError(
                "Expected a list from predict_proba to hold an array of probabilities, "
                f"(n_samples, n_classes), for each label, got shape {block.shape}."
            )
        # Without classes per label a single column is taken to be that of class 0.
        seen = classes[k] if isinstance(classes, list) else [0, 1][: block.shape[1]]
        present = np.flatnonzero(np.asarray(seen) == 1)
        columns.append(block[:, present[0]] if len(present) else np.zeros(len(block)))
    return np.column_stack(columns)
