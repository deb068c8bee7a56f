"""The printed p-values of gapnet-pl-2019, from its printed tables."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from sklearn_protloc.metrics import mcnemar_test, wilcoxon_test

# gapnet-pl-2019, table 2: F1 of each of 13 tasks.
TABLE_2 = pd.DataFrame(
    {
        "GapNet-PL": [
            0.682, 0.659, 0.776, 0.672, 0.754, 0.800, 0.767, 0.866, 0.922, 0.873,
            0.949, 0.766, 0.683,
        ],
        "M-CNN": [
            0.651, 0.522, 0.805, 0.629, 0.689, 0.625, 0.901, 0.818, 0.907, 0.816,
            0.945, 0.756, 0.685,
        ],
        "DenseNet-121": [
            0.719, 0.598, 0.789, 0.645, 0.750, 0.490, 0.853, 0.843, 0.756, 0.826,
            0.943, 0.656, 0.682,
        ],
        "DeepLoc": [
            0.125, 0.039, 0.784, 0.538, 0.428, 0.000, 0.696, 0.758, 0.675, 0.613,
            0.925, 0.597, 0.551,
        ],
        "Convolutional MIL": [
            0.000, 0.000, 0.735, 0.338, 0.331, 0.000, 0.712, 0.608, 0.692, 0.802,
            0.945, 0.538, 0.435,
        ],
    },
    index=[
        "Actin filaments", "Centrosome", "Cytosol", "Endoplasmic reticulum",
        "Golgi apparatus", "Intermediate filaments", "Microtubules", "Mitochondria",
        "Nuclear membrane", "Nucleoli", "Nucleus", "Plasma membrane", "Vesicles",
    ],
)  # fmt: skip
# gapnet-pl-2019, table 1: p-values of the one-sided paired Wilcoxon test.
TABLE_1 = {
    "M-CNN": "0.0232",
    "DenseNet-121": "0.0434",
    "DeepLoc": "0.0009",
    "Convolutional MIL": "0.0007",
}
OURS = TABLE_2["GapNet-PL"]


def test_table_2_was_typed_as_printed():
    """Its last row are the means, of which one was cut, not rounded."""
    np.testing.assert_allclose(
        TABLE_2.mean(), [0.782, 0.750, 0.735, 0.517, 0.472], atol=0.0007
    )


@pytest.mark.parametrize("method", TABLE_1)
def test_wilcoxon_gives_the_printed_p_values(method):
    assert f"{wilcoxon_test(OURS, TABLE_2[method]).pvalue:.4f}" == TABLE_1[method]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("M-CNN", "0.0239"),
        ("DenseNet-121", "0.0471"),
        ("DeepLoc", "0.0002"),
        ("Convolutional MIL", "0.0001"),
    ],
)
def test_wilcoxon_is_exact_if_asked_to(method, expected):
    result = wilcoxon_test(OURS, TABLE_2[method], method="exact")
    assert f"{result.pvalue:.4f}" == expected


def test_wilcoxon_is_scipys():
    a, b = np.random.default_rng(0).random((2, 28))
    for alternative in ("greater", "less", "two-sided"):
        for correction in (False, True):
            options = {"alternative": alternative, "correction": correction}
            ours = wilcoxon_test(a, b, **options)
            theirs = stats.wilcoxon(a, b, method="approx", **options)
            assert ours.statistic == theirs.statistic
            assert ours.pvalue == pytest.approx(theirs.pvalue)


def test_sides_of_wilcoxon():
    worse = TABLE_2["DeepLoc"]
    assert wilcoxon_test(worse, OURS).pvalue > 0.99
    assert wilcoxon_test(worse, OURS, alternative="less").pvalue == pytest.approx(
        wilcoxon_test(OURS, worse).pvalue
    )


def test_differences_that_rounding_makes_unequal_are_ties():
    a, b = np.array([0.3, 0.8, 0.5, 0.9]), np.array([0.2, 0.7, 0.6, 0.6])
    assert len(set(np.abs(a - b)[:3])) > 1
    assert wilcoxon_test(a, b).statistic == 2 + 2 + 4


@pytest.mark.parametrize(
    ("a", "b", "message"),
    [
        ([0.1, 0.2], [0.1], r"shapes \(2,\) and \(1,\)"),
        ([[0.1]], [[0.2]], r"one shape \(n_labels,\)"),
        ([], [], "one shape"),
        ([0.1, np.nan], [0.2, 0.3], "NaN for 1 of 2"),
        (OURS, OURS, "same scores passed twice"),
        (OURS, OURS[::-1], "same labels in the same order"),
    ],
)
def test_scores_that_are_no_pairs_are_refused(a, b, message):
    with pytest.raises(ValueError, match=message):
        wilcoxon_test(a, b)


def test_mcnemar_gives_the_printed_p_value():
    """gapnet-pl-2019, table 4: 60 and 7 only one rater has right; p = 2e-10."""
    result = mcnemar_test(60, 7)
    assert f"{result.pvalue:.0e}" == "2e-10"
    assert result.pvalue == pytest.approx(2.11e-10, rel=0.002)
    assert result.statistic == pytest.approx((60 - 7 - 1) ** 2 / 67)
    exact = mcnemar_test(60, 7, method="exact")
    assert exact.pvalue == pytest.approx(1.3e-11, rel=0.03)
    assert exact.pvalue == stats.binomtest(7, 67).pvalue


def test_mcnemar_has_two_sides_and_a_correction():
    assert mcnemar_test(7, 60) == mcnemar_test(60, 7)
    plain = mcnemar_test(12, 4, correction=False)
    assert plain.statistic == 4
    assert plain.pvalue == pytest.approx(2 * stats.norm.sf(2))
    assert mcnemar_test(3, 3).pvalue == 1


@pytest.mark.parametrize("method", ["asymptotic", "exact"])
def test_raters_who_agree_do_not_differ(method):
    assert mcnemar_test(0, 0, method=method) == (0, 1)


def test_what_mcnemar_and_wilcoxon_do_not_know_is_refused():
    for numbers in ((-1, 3), (2, 0.5)):
        with pytest.raises(ValueError, match="number of samples"):
            mcnemar_test(*numbers)
    for test in (mcnemar_test, wilcoxon_test):
        with pytest.raises(ValueError, match="method as 'asymptotic' or 'exact'"):
            test(1, 2, method="chi2")
