"""Whether one model is better than another, or that was chance."""

from numbers import Integral
from typing import NamedTuple

import numpy as np
from scipy import stats

from sklearn_protloc.utils import as_numbers

__all__ = ["mcnemar_test", "wilcoxon_test"]

METHODS = {"asymptotic": "approx", "exact": "exact"}  # "approx" is known to old SciPy
ALTERNATIVES = ("greater", "two-sided", "less")
DECIMALS = 12


def wilcoxon_test(
    scores_a, scores_b, *, alternative="greater", method="asymptotic", correction=False
):
    """Test whether model a scores higher than model b over the labels.

    The signed-rank test of Wilcoxon on the pairs of scores that two models have on the
    same labels. The defaults give the p-values of the GapNet-PL paper [1]_.

    Parameters
    ----------
    scores_a, scores_b : array-like of shape (n_labels,)
        A score per label of either model, such as a column of :func:`label_scores`.
    alternative : {"greater", "two-sided", "less"}, default="greater"
        What is tested: whether a is better than b, differs from b, or is worse. One
        side must be chosen before looking at the scores.
    method : {"asymptotic", "exact"}, default="asymptotic"
        The distribution of the statistic: normal, as in the paper, or exact, which is
        better for fewer than about 20 labels and does not know of ties.
    correction : bool, default=False
        Whether to correct the normal distribution for continuity.

    Returns
    -------
    result : object with the attributes `statistic` and `pvalue`
        SciPy's result. The statistic is the sum of the ranks of the labels on which a
        is better or, if two-sided, the smaller one of both sums. Labels with equal
        scores are left out.

    Raises
    ------
    ValueError
        If the scores are no pairs of numbers, or all pairs are equal.

    See Also
    --------
    bootstrap_interval : How large the difference is, from the samples themselves.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, tables 1 and 2.

    Examples
    --------
    >>> from sklearn_protloc.metrics import wilcoxon_test
    >>> result = wilcoxon_test([0.8, 0.7, 0.9, 0.6], [0.7, 0.5, 0.6, 0.2])
    >>> round(float(result.pvalue), 3)
    0.034
    """
    _check_choice("method", method, METHODS)
    _check_choice("alternative", alternative, ALTERNATIVES)
    differences = _differences(scores_a, scores_b)
    return stats.wilcoxon(
        differences,
        alternative=alternative,
        method=METHODS[method],
        correction=correction,
    )


def _check_choice(name, value, choices):
    """Raise unless a value is one of the words there are."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(
            f"Expected {name} as {' or '.join(map(repr, choices))}, got {value!r}."
        )


def _differences(scores_a, scores_b):
    """Return the differences of pairs, in which rounding makes none unequal."""
    named = hasattr(scores_a, "loc") and hasattr(scores_b, "loc")
    if named and list(scores_a.index) != list(scores_b.index):
        raise ValueError(
            "Expected scores of the same labels in the same order, got Series with "
            "different indexes. Use scores_b.reindex(scores_a.index)."
        )
    a, b = as_numbers(scores_a, "scores_a"), as_numbers(scores_b, "scores_b")
    if a.ndim != 1 or a.shape != b.shape or len(a) == 0:
        raise ValueError(
            "Expected two scores for each label, arrays of one shape (n_labels,), got "
            f"shapes {a.shape} and {b.shape}."
        )
    differences = (a - b).round(DECIMALS)
    if not np.isfinite(differences).all():
        raise ValueError(
            "Expected a finite score of both models for each label, got NaN for "
            f"{(~np.isfinite(differences)).sum()} of {len(a)}. Leave out labels that "
            "cannot be scored."
        )
    if not differences.any():
        raise ValueError(
            "Expected models that differ on a label at least, got equal scores: there "
            "is nothing to test. Were the same scores passed twice?"
        )
    return differences


class McNemarResult(NamedTuple):
    """Result of `mcnemar_test`."""

    statistic: float
    pvalue: float


def mcnemar_test(n_only_a, n_only_b, *, method="asymptotic", correction=True):
    """Test whether two raters of the same samples are equally often right.

    McNemar's test looks only at the samples that one of them has right and the other
    wrong. The defaults give the p-value of the GapNet-PL paper for its comparison of
    the network with a human expert [1]_.

    Parameters
    ----------
    n_only_a, n_only_b : int
        Number of samples that only a, and only b, has right; from 0 upwards.
    method : {"asymptotic", "exact"}, default="asymptotic"
        Chi-squared, as in the paper, or exact binomial, which is better if the two
        numbers sum up to less than about 25.
    correction : bool, default=True
        Whether to correct chi-squared for continuity (Edwards).

    Returns
    -------
    result : NamedTuple with the fields `statistic` and `pvalue`
        Both float. The statistic is chi-squared with one degree of freedom or, if
        exact, the smaller number. The p-value is two-sided.

    Raises
    ------
    ValueError
        If a number is not whole or below 0.

    See Also
    --------
    expert_comparison : Counts and tests from labels and predictions.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, table 4.

    Examples
    --------
    >>> from sklearn_protloc.metrics import mcnemar_test
    >>> mcnemar_test(60, 7).pvalue
    2.11...e-10
    """
    _check_choice("method", method, METHODS)
    for name, number in (("n_only_a", n_only_a), ("n_only_b", n_only_b)):
        if not isinstance(number, Integral) or number < 0:
            raise ValueError(
                f"Expected {name} as a number of samples, from 0 upwards, got "
                f"{number!r}."
            )
    n = n_only_a + n_only_b
    if method == "exact":
        smaller = min(n_only_a, n_only_b)
        pvalue = stats.binomtest(int(smaller), int(n)).pvalue if n else 1.0
        return McNemarResult(float(smaller), float(pvalue))
    distance = max(abs(n_only_a - n_only_b) - bool(correction), 0)
    statistic = distance**2 / n if n else 0.0
    return McNemarResult(float(statistic), float(stats.chi2.sf(statistic, 1)))
