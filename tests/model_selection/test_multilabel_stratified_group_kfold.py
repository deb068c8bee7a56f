import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import config_context
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold, cross_validate

from sklearn_protloc.model_selection import MultilabelStratifiedGroupKFold


def held_out(folds, y, groups):
    return [test.tolist() for _, test in folds.split(y, y, groups)]


@st.composite
def grouped_labels(draw):
    """Draw a label matrix, groups of any size and a number of folds."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n_samples = draw(st.integers(2, 60))
    groups = rng.integers(draw(st.integers(2, 20)), size=n_samples)
    groups[:2] = 0, 1
    y = rng.random((n_samples, draw(st.integers(2, 12)))) < draw(st.floats(0, 0.6))
    return y, groups, draw(st.integers(2, len(np.unique(groups))))


@given(grouped_labels(), st.booleans())
@settings(max_examples=80, derandomize=True, deadline=None)
def test_groups_are_whole_and_folds_a_partition_without_gaps(drawn, shuffle):
    y, groups, n_splits = drawn
    folds = MultilabelStratifiedGroupKFold(
        n_splits, shuffle=shuffle, random_state=0 if shuffle else None
    )
    splits = list(folds.split(y, y, groups))
    assert sorted(np.concatenate([test for _, test in splits])) == list(range(len(y)))
    for train, test in splits:
        assert len(test)
        assert not set(groups[train]) & set(groups[test])
        assert len(train) + len(test) == len(y)


@pytest.mark.parametrize(
    "rename",
    [
        lambda g: g.tolist(),
        lambda g: g.astype(float),
        lambda g: (9 - g).astype(str),
        lambda g: np.array([f"antibody {i}" for i in g], dtype=object),
        lambda g: pd.Series(g, dtype="category"),
        lambda g: pd.DataFrame({"antibody": g}),
    ],
)
@pytest.mark.parametrize("seed", [None, 0])
def test_names_of_groups_do_not_matter(rename, seed):
    rng = np.random.default_rng(0)
    y, groups = rng.random((40, 3)) < 0.3, rng.integers(10, size=40)
    folds = MultilabelStratifiedGroupKFold(
        4, shuffle=seed is not None, random_state=seed
    )
    assert held_out(folds, y, rename(groups)) == held_out(folds, y, groups)


def test_labels_are_even_where_groups_allow():
    y = np.repeat(np.eye(3, dtype=int), 20, axis=0)
    groups = np.arange(60) // 2  # ten groups of two images per label
    for test in held_out(MultilabelStratifiedGroupKFold(5), y, groups):
        assert y[test].sum(axis=0).tolist() == [4, 4, 4]


def test_groups_of_one_are_as_even_as_samples():
    y = np.random.default_rng(0).random((300, 6)) < 0.2
    counts = [
        y[test].sum(axis=0)
        for test in held_out(MultilabelStratifiedGroupKFold(5), y, np.arange(300))
    ]
    assert np.ptp(counts, axis=0).max() <= 2


def test_a_large_group_is_made_up_for():
    groups = np.concatenate([np.zeros(20), np.arange(1, 41)])
    y = np.column_stack([np.arange(60) % 2, np.arange(60) % 3 == 0])
    tests = held_out(MultilabelStratifiedGroupKFold(3), y, groups)
    assert sorted(map(len, tests)) == [20, 20, 20]
    assert np.ptp([y[test].sum(axis=0) for test in tests], axis=0).max() <= 1


def test_a_label_in_few_groups_is_in_as_many_folds():
    y = np.zeros((60, 2), dtype=int)
    y[:, 0], y[:9, 1] = 1, 1
    groups = np.arange(60) // 3  # the second label is in three groups
    tests = held_out(MultilabelStratifiedGroupKFold(5), y, groups)
    assert sorted(y[test, 1].sum() for test in tests) == [0, 0, 3, 3, 3]


def test_real_antibodies_are_more_even_than_blind_to_labels(protloc_data):
    table = pd.read_csv(protloc_data / "tables" / "hpav18_all.csv.gz", dtype=str)
    y = table["Target"].str.get_dummies(" ").to_numpy()
    groups = table["Id"].str.split("_").str[1].to_numpy()

    def off(folds):
        counts = np.array([y[test].sum(axis=0) for test in held_out(folds, y, groups)])
        return np.abs(counts / (y.sum(axis=0) / 5) - 1), counts

    ours, counts = off(MultilabelStratifiedGroupKFold(5))
    blind, _ = off(GroupKFold(5))
    assert ours.mean() < 0.25 * blind.mean()
    assert counts.min() > 0  # the rarest location has seven antibodies
    sizes = [len(t) for t in held_out(MultilabelStratifiedGroupKFold(5), y, groups)]
    assert np.ptp(sizes) < 10


def test_groups_are_routed():
    y, groups = np.eye(2, dtype=int)[np.arange(20) % 2], np.arange(20) // 2
    with config_context(enable_metadata_routing=True):
        found = cross_validate(
            DummyClassifier(),
            y,
            y,
            cv=MultilabelStratifiedGroupKFold(2),
            params={"groups": groups},
            return_indices=True,
        )
    for test in found["indices"]["test"]:
        assert set(np.bincount(groups[test])) <= {0, 2}


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        (None, "such as the antibody of each sample, got None"),
        ([0, 0, 1, 1], r"n_splits=3 greater than the number of groups: 2"),
        ([0, 1, 2], r"a group for each of 4 samples, got groups of shape \(3,\)"),
        (np.eye(4), r"got groups of shape \(4, 4\)"),
        (["a", None, "b", np.nan], "got none for 2 of them, the first in row 1"),
        (["a", "b", "c", np.nan], "got none for 1 of them, the first in row 3"),
        ([0, 1, np.nan, 2], "got none for 1 of them, the first in row 2"),
    ],
)
def test_groups_that_cannot_be_kept_are_refused(groups, message):
    y = np.array([[0, 1], [1, 0], [1, 1], [0, 0]])
    with pytest.raises(ValueError, match=message):
        next(MultilabelStratifiedGroupKFold(3).split(y, y, groups))
