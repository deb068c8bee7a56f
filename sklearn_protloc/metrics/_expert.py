"""Samples with a single location, and a model against an expert on them."""

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.metrics._inputs import read_scores
from sklearn_protloc.metrics._label_scores import label_scores
from sklearn_protloc.metrics._significance import mcnemar_test

__all__ = ["expert_comparison", "single_location_accuracy"]


def single_location_accuracy(y_true, y_score):
    """Compute how often the highest score is that of a sample's only location.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type. Samples that do not
        have exactly one label are left out.
    y_score : array-like or DataFrame of shape (n_samples, n_labels)
        Probabilities, or the 0/1 labels that a person chose. Where several labels are
        highest the question was not answered: that is wrong.

    Returns
    -------
    accuracy : float
        From 0 to 1.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or no sample has exactly one label.

    Examples
    --------
    >>> from sklearn_protloc.metrics import single_location_accuracy
    >>> y_true = [[1, 0], [0, 1], [1, 1]]  # the last one is left out
    >>> single_location_accuracy(y_true, [[0.4, 0.3], [0.6, 0.1], [0.9, 0.8]])
    0.5
    """
    truth, scores, _ = read_scores(y_true, y_score)
    single = _single(truth)
    return float(_answers(scores[single])[truth[single] == 1].mean())


def expert_comparison(y_true, y_score, y_expert):
    """Compare a model with a human expert on samples that have a single location.

    As the GapNet-PL paper does [1]_: each of both names one location per sample.

    Parameters
    ----------
    y_true : array-like, DataFrame or sparse matrix of shape (n_samples, n_labels)
        The true labels: 0/1 values of any numeric or boolean type. Samples that do not
        have exactly one label are left out.
    y_score, y_expert : array-like or DataFrame of shape (n_samples, n_labels)
        Probabilities of the model, and 0/1 labels or degrees of belief of the expert.
        The answer is the highest; a sample with several highest is not answered.

    Returns
    -------
    comparison : :class:`~sklearn.utils.Bunch`
        With the attributes

        scores : DataFrame of 2 rows
            For the model and the expert: accuracy, the share of samples answered
            rightly, and the means of f1, precision and recall over the labels that have
            a value; from 0 to 1.
        counts : Series of int
            Number of samples that both, only_model, only_expert and neither has right.
        mcnemar : NamedTuple with the fields `statistic` and `pvalue`
            What :func:`mcnemar_test` says of them.

    Raises
    ------
    ValueError
        If the arguments do not fit each other, or no sample has exactly one label.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 3.2 and
       tables 3 and 4.

    Examples
    --------
    >>> from sklearn_protloc.metrics import expert_comparison
    >>> y_true = [[1, 0], [0, 1], [0, 1], [1, 0]]
    >>> y_score = [[0.9, 0.2], [0.1, 0.5], [0.2, 0.8], [0.3, 0.6]]
    >>> y_expert = [[1, 0], [1, 0], [0, 1], [0, 1]]
    >>> comparison = expert_comparison(y_true, y_score, y_expert)
    >>> comparison.scores["accuracy"]
    model     0.75
    expert    0.50
    Name: accuracy, dtype: float64
    >>> comparison.counts.to_dict()
    {'both': 2, 'only_model': 1, 'only_expert': 0, 'neither': 1}
    """
    truth, scores, _ = read_scores(y_true, y_score)
    _, beliefs, _ = read_scores(y_true, y_expert, "y_expert")
    single = _single(truth)
    truth = truth[single]
    answers = {"model": _answers(scores[single]), "expert": _answers(beliefs[single])}
    model, expert = (answer[truth == 1] for answer in answers.values())
    counts = {
        "both": model & expert,
        "only_model": model & ~expert,
        "only_expert": expert & ~model,
        "neither": ~model & ~expert,
    }
    counts = pd.Series({name: int(which.sum()) for name, which in counts.items()})
    return Bunch(
        scores=pd.DataFrame(
            {name: _rater_scores(truth, answer) for name, answer in answers.items()}
        ).T,
        counts=counts,
        mcnemar=mcnemar_test(int(counts["only_model"]), int(counts["only_expert"])),
    )


def _single(truth):
    """Return which samples have exactly one label; there must be some."""
    single = truth.sum(axis=1, dtype=np.int64) == 1
    if not single.any():
        raise ValueError(
            "Expected samples with exactly one label, got none in y_true of shape "
            f"{truth.shape}."
        )
    return single


def _answers(scores):
    """Return where the only highest score of each row is, as booleans."""
    highest = scores == scores.max(axis=1, keepdims=True)
    return highest & (highest.sum(axis=1, keepdims=True) == 1)


def _rater_scores(truth, answers):
    """Return accuracy and the means of the labels' scores."""
    means = label_scores(truth, answers)[["f1", "precision", "recall"]].mean()
    return pd.concat([pd.Series({"accuracy": answers[truth == 1].mean()}), means])
