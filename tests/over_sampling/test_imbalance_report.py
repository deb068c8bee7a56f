import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_protloc.over_sampling import imbalance_report


def test_by_hand():
    y = pd.DataFrame({"a": [1, 1, 1, 1, 0], "b": [1, 1, 0, 0, 0], "c": [1, 0, 0, 0, 0]})
    report = imbalance_report(y)
    assert report.labels["count"].tolist() == [4, 2, 1]
    assert report.labels["ir"].tolist() == [1, 2, 4]
    assert report.mean_ir == pytest.approx(7 / 3)
    assert report.max_ir == 4
    # deviations -4/3, -1/3, 5/3: squares 16 + 1 + 25 ninths, over 2
    assert report.cvir == pytest.approx(np.sqrt(42 / 9 / 2) / (7 / 3))
    first, second = 1 - 2 / (7 / 3), 1 - np.sqrt(2) / 1.5  # {a, b, c} and {a, b}
    assert report.scumble == pytest.approx((first + second) / 5)
    expected = [(first + second) / 4, (first + second) / 2, first]
    np.testing.assert_allclose(report.labels["scumble"], expected, atol=1e-11)
    assert report.labels.index.tolist() == ["a", "b", "c"]
    assert report.cardinality == pytest.approx(7 / 5)
    assert report.n_label_sets == 4


def test_absent_labels_do_not_count():
    y = np.array([[1, 0, 1], [1, 0, 0]])
    report = imbalance_report(y)
    assert report.labels.loc["1"].isna().tolist() == [False, True, True]
    assert report.mean_ir == 1.5
    assert imbalance_report(y[:, [0, 2]]).scumble == report.scumble


def test_single_labels_are_not_mixed():
    assert imbalance_report(np.eye(7)[[0] * 9 + [1, 2, 3, 4, 5, 6]]).scumble == 0


@pytest.mark.parametrize("y", [np.zeros((3, 2)), np.ones((3, 1))])
def test_corner_cases_warn_of_nothing(y):
    report = imbalance_report(y)
    assert report.cvir == 0
    assert report.scumble == 0
    assert np.isnan(report.mean_ir) == (not y.any())


@pytest.mark.parametrize("form", [sparse.csr_array, list, lambda y: y.astype(bool)])
def test_forms(form):
    y = np.random.default_rng(0).integers(0, 2, (30, 70))
    assert imbalance_report(form(y)).scumble == imbalance_report(y).scumble
    assert imbalance_report(form(y)).n_label_sets == 30


def test_no_indicator():
    with pytest.raises(ValueError, match=r"only 0 .absent. and 1 .present."):
        imbalance_report([[0, 3]])


@pytest.mark.parametrize(
    ("name", "mean_ir", "cvir", "scumble", "n_label_sets"),
    [
        ("emotions", 1.478, 0.180, 0.011, 27),
        ("scene", 1.254, 0.122, 0.000, 15),
        ("yeast", 7.197, 1.884, 0.104, 198),
    ],
)
def test_published_figures(protloc_data, name, mean_ir, cvir, scumble, n_label_sets):
    """Those of Charte et al. and of their repository, to the digits they print."""
    with np.load(protloc_data / "multilabel" / f"{name}.npz") as file:
        report = imbalance_report(file["Y"])
    assert round(report.mean_ir, 3) == mean_ir
    assert round(report.cvir, 3) == cvir
    assert round(report.scumble, 3) == scumble
    assert report.n_label_sets == n_label_sets
