import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score
from sklearn.model_selection import GroupKFold, KFold, ShuffleSplit

from sklearn_protloc.datasets import make_cells
from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
    leakage_report,
)

GROUPS = np.arange(60) // 3
RNG = np.random.default_rng(0)
# The labels of a group are alike, those of different groups are not.
Y = np.repeat(RNG.integers(0, 2, (20, 4)), 3, axis=0)
FOLDS = KFold(3, shuffle=True, random_state=0)


def test_copying_labels_by_group_scores_high_where_groups_are_divided():
    report = leakage_report(Y, cv=FOLDS, groups=GROUPS)
    row = report.summary.loc["groups"]
    splits = list(FOLDS.split(Y))
    shared = [set(GROUPS[train]) & set(GROUPS[test]) for train, test in splits]
    assert row["n_groups"] == 20
    assert row["n_shared"] == len(set().union(*shared))
    exposed = np.zeros(60, dtype=bool)
    for (_, test), groups in zip(splits, shared, strict=True):
        exposed[test] = np.isin(GROUPS[test], list(groups))
    assert 0.5 < exposed.mean() < 1
    assert row["exposed"] == pytest.approx(exposed.mean())
    np.testing.assert_array_equal(report.exposed["groups"], exposed)
    copied = Y * exposed[:, None]  # what a group had in training, it has in test
    assert row["f1_copied"] == pytest.approx(f1_score(Y, copied, average="macro"))
    assert row["f1_base"] == pytest.approx(
        f1_score(Y, np.ones_like(Y), average="macro")
    )


def test_each_split_has_a_row():
    report = leakage_report(Y, cv=FOLDS, groups=GROUPS)
    assert report.folds["fold"].tolist() == [0, 1, 2]
    assert report.folds["kind"].unique().tolist() == ["groups"]
    for row, (train, test) in zip(
        report.folds.itertuples(), FOLDS.split(Y), strict=True
    ):
        assert row.n_test == 20
        assert row.n_shared == len(set(GROUPS[train]) & set(GROUPS[test]))
        assert row.exposed == np.isin(GROUPS[test], GROUPS[train]).mean()


def test_nothing_is_shared_by_folds_of_groups():
    for cv in (3, MultilabelStratifiedGroupKFold(3), GroupKFold(3)):
        report = leakage_report(Y, cv=cv, groups=GROUPS)
        row = report.summary.loc["groups"]
        assert row["n_shared"] == row["exposed"] == row["f1_copied"] == 0
        assert not report.exposed["groups"].any()
        assert str(report).splitlines() == [
            "3 splits, 60 samples tested",
            "groups: 0 of 20 on both sides of a split",
        ]


def test_labels_of_at_least_half_of_the_group_are_copied():
    y = np.array([[1, 1, 0], [1, 0, 0], [0, 0, 1], [1, 1, 1]])
    report = leakage_report(y, cv=[([0, 1, 2], [3])], groups=["a", "a", "b", "a"])
    # Both labels of "a", the second at half; the third is in no training image of it.
    assert report.summary.loc["groups", "f1_copied"] == pytest.approx(2 / 3)


def test_near_duplicates_are_found_in_images():
    cells = make_cells(24, random_state=0)
    X = cells.data.copy()
    X[20] = X[1] // 2  # darker
    X[21] = X[2]
    rows = np.arange(24)
    splits = [(rows[:12], rows[12:])]
    report = leakage_report(cells.target, cv=splits, images=X)
    row = report.summary.loc["duplicates"]
    assert (row["n_groups"], row["n_shared"]) == (2, 2)
    assert np.flatnonzero(report.exposed["duplicates"]).tolist() == [20, 21]
    assert "16.7% of tested samples have a near duplicate in training" in str(report)


def test_groups_and_images_together():
    cells = make_cells(12, random_state=0)
    report = leakage_report(
        cells.target, cv=KFold(2), groups=np.arange(12) % 4, images=cells.data
    )
    assert report.summary.index.tolist() == ["groups", "duplicates"]
    assert report.exposed.columns.tolist() == ["groups", "duplicates"]
    assert report.folds.groupby("kind").size().tolist() == [2, 2]
    assert repr(report) == str(report)


def test_classes_are_copied_too():
    classes = np.array(["cytosol", "nucleus"])[GROUPS % 2]
    report = leakage_report(classes, cv=ShuffleSplit(1, random_state=0), groups=GROUPS)
    assert report.summary.loc["groups", "f1_copied"] == 1
    assert report.summary.loc["groups", "f1_base"] == pytest.approx(2 / 3, abs=0.1)


def test_splitters_that_ignore_groups_are_examined_without_a_warning(recwarn):
    leakage_report(Y, cv=MultilabelStratifiedKFold(3), groups=GROUPS)
    assert not recwarn.list


def test_numbers_and_texts_that_read_alike_are_refused():
    groups = [1, "1", 2.0, "2", "unknown", "x"]
    with pytest.raises(ValueError, match="all as numbers or all as texts, got 1"):
        leakage_report(np.eye(6), cv=KFold(2), groups=groups)


def test_real_antibodies_give_the_labels_away(protloc_data):
    table = pd.read_csv(protloc_data / "tables" / "hpav18_all.csv.gz", dtype=str)
    y = table["Target"].str.get_dummies(" ")
    antibodies = table["Id"].str.split("_").str[1]
    report = leakage_report(
        y, cv=KFold(5, shuffle=True, random_state=0), groups=antibodies
    )
    row = report.summary.loc["groups"]
    assert row["exposed"] > 0.99
    assert row["f1_copied"] > 0.99
    assert row["f1_base"] < 0.1


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({}, "groups or images.*got neither"),
        ({"groups": GROUPS[1:]}, "a group for each of 60 samples"),
        ({"groups": GROUPS, "cv": []}, "at least one .train, test. split"),
        ({"images": np.ones((3, 1, 8, 8))}, "inconsistent numbers of samples"),
    ],
)
def test_errors(params, message):
    with pytest.raises(ValueError, match=message):
        leakage_report(Y, **{"cv": FOLDS, **params})
