"""Reading `predict_proba` in every form classifiers give it."""

import numpy as np

__all__ = ["label_probabilities"]

# Sums of rounded numbers may leave [0, 1] by this much; they are clipped back.
ROUNDING = 1e-6


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
    name = type(estimator).__name__
    output = estimator.predict_proba(X)
    if isinstance(output, list | tuple):
        probabilities = _from_list(output, getattr(estimator, "classes_", None))
    else:
        probabilities = np.asarray(output, dtype=np.float64)
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


def _from_list(blocks, classes):
    """Stack the column of class 1 of each label's block."""
    columns = []
    for k, block in enumerate(blocks):
        block = np.asarray(block, dtype=np.float64)
        # Without classes per label a single column is taken to be that of class 0.
        seen = classes[k] if isinstance(classes, list) else [0, 1][: block.shape[1]]
        present = np.flatnonzero(np.asarray(seen) == 1)
        columns.append(block[:, present[0]] if len(present) else np.zeros(len(block)))
    return np.column_stack(columns)
