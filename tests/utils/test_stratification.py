import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_protloc.utils import (
    stratified_folds,
    stratified_holdout,
    stratified_parts,
)


@pytest.fixture(scope="module")
def kaggle_labels(protloc_data):
    """Return the label matrix of the Kaggle training table."""
    targets = pd.read_csv(protloc_data / "tables" / "train_2018.csv")["Target"]
    return targets.str.get_dummies(" ").to_numpy()


def counts_per_fold(y, folds, n_splits):
    return np.array([y[folds == fold].sum(axis=0) for fold in range(n_splits)])


@pytest.mark.parametrize("n_splits", [3, 5, 10])
@pytest.mark.parametrize("seed", [None, 0, 1, 2])
def test_real_labels_are_less_than_one_sample_off_their_share(
    kaggle_labels, n_splits, seed
):
    folds = stratified_folds(
        kaggle_labels, n_splits, shuffle=seed is not None, random_state=seed
    )
    counts = counts_per_fold(kaggle_labels, folds, n_splits)
    assert np.abs(counts - kaggle_labels.sum(axis=0) / n_splits).max() < 1
    assert np.ptp(np.bincount(folds, minlength=n_splits)) <= 1


def test_real_rare_labels_are_in_every_fold(kaggle_labels):
    counts = counts_per_fold(kaggle_labels, stratified_folds(kaggle_labels, 5), 5)
    assert counts[:, kaggle_labels.sum(axis=0) >= 5].min() >= 1


def test_every_label_set_is_spread_evenly():
    y = np.repeat([[0, 0], [0, 1], [1, 0], [1, 1]], 10, axis=0)
    folds = stratified_folds(y, 5, shuffle=True, random_state=0)
    for label_set in np.unique(y, axis=0):
        rows = (y == label_set).all(axis=1)
        assert np.bincount(folds[rows], minlength=5).tolist() == [2] * 5


@given(
    y=st.tuples(st.integers(2, 40), st.integers(1, 70)).flatmap(
        lambda shape: arrays(bool, shape)
    ),
    n_splits=st.integers(2, 7),
    shuffle=st.booleans(),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_folds_are_a_partition_into_equal_sizes(y, n_splits, shuffle):
    if n_splits > len(y):
        n_splits = 2
    seed = 0 if shuffle else None
    folds = stratified_folds(y, n_splits, shuffle=shuffle, random_state=seed)
    sizes = np.bincount(folds, minlength=n_splits)
    assert len(sizes) == n_splits
    assert sizes.sum() == len(y)
    assert np.ptp(sizes) <= 1


def gaps(y, folds, n_splits):
    """Count folds without a label that has as many positives as there are folds."""
    missing = counts_per_fold(y, folds, n_splits) == 0
    return np.count_nonzero(missing[:, y.sum(axis=0) >= n_splits])


@given(
    y=st.tuples(st.integers(4, 14), st.integers(2, 9)).flatmap(
        lambda shape: arrays(bool, shape)
    ),
    n_splits=st.integers(2, 4),
    shuffle=st.booleans(),
)
@settings(max_examples=150, derandomize=True, deadline=None)
def test_a_fold_lacks_a_label_only_if_no_swap_helps(y, n_splits, shuffle):
    seed = 0 if shuffle else None
    folds = stratified_folds(y, n_splits, shuffle=shuffle, random_state=seed)
    n_gaps = gaps(y, folds, n_splits)
    if n_gaps:
        for i, j in itertools.combinations(range(len(y)), 2):
            swapped = folds.copy()
            swapped[[i, j]] = folds[[j, i]]
            assert gaps(y, swapped, n_splits) >= n_gaps


@pytest.mark.parametrize("n_splits", [3, 5])
def test_every_fold_has_every_label_where_many_are_rare(n_splits):
    for seed in range(30):
        rng = np.random.default_rng(seed)
        y = rng.random((15 * n_splits, 24)) < 0.2 * rng.random(24)
        folds = stratified_folds(y, n_splits, shuffle=True, random_state=seed)
        assert gaps(y, folds, n_splits) == 0


def test_a_rare_label_weighs_more_than_a_frequent_one():
    # The second label is in four small groups. Three of them in one fold would even
    # out the first one and the sizes.
    groups = np.repeat(np.arange(6), [3, 3, 3, 3, 53, 47])
    y = np.ones((112, 2), dtype=int)
    y[:, 1] = [i in (0, 3, 6, 9) for i in range(112)]
    counts = counts_per_fold(y, stratified_folds(y, 2, groups=groups), 2)
    assert counts.tolist() == [[59, 2], [53, 2]]


@given(
    y=arrays(bool, st.tuples(st.integers(1, 30), st.integers(1, 5))),
    data=st.data(),
)
@settings(max_examples=60, derandomize=True, deadline=None)
def test_parts_have_their_sizes_and_shares_of_equal_samples(y, data):
    cuts = data.draw(st.lists(st.integers(0, len(y)), min_size=1, max_size=3))
    sizes = np.diff([0, *sorted(cuts), len(y)])
    parts = stratified_parts(y, sizes, random_state=0)
    assert np.bincount(parts, minlength=len(sizes)).tolist() == sizes.tolist()
    for label_set in np.unique(y, axis=0):
        same = (y == label_set).all(axis=1)
        share = same.sum() * sizes / len(y)
        assert (np.bincount(parts[same], minlength=len(sizes)) > share - 1.5).all()


def test_groups_of_equal_contents_are_dealt_evenly():
    y = np.tile([[1, 0], [1, 1]], (6, 1))  # each group has both label sets
    folds = stratified_folds(y, 3, groups=np.arange(12) // 2)
    assert np.bincount(folds).tolist() == [4, 4, 4]
    assert (folds[::2] == folds[1::2]).all()


@pytest.mark.parametrize("density", [0.02, 0.1, 0.3])
def test_random_label_sets_are_balanced(density):
    y = np.random.default_rng(0).random((2000, 28)) < density
    counts = counts_per_fold(y, stratified_folds(y, 5), 5)
    assert np.abs(counts - y.sum(axis=0) / 5).max() < 2


def test_without_shuffle_neighbours_stay_together():
    y = np.ones((6, 1), dtype=int)
    assert stratified_folds(y, 3).tolist() == [0, 0, 1, 1, 2, 2]


def test_the_seed_decides_everything():
    y = np.random.default_rng(0).integers(0, 2, (50, 4))
    first, again, other = (
        stratified_folds(y, 3, shuffle=True, random_state=seed) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


@pytest.mark.parametrize("fraction", [0.01, 0.1, 0.25, 0.9])
def test_holdout_takes_its_share_of_each_label(kaggle_labels, fraction):
    held_out = stratified_holdout(kaggle_labels, fraction, random_state=0)
    share = held_out.sum() / len(kaggle_labels)
    assert held_out.sum() == round(fraction * len(kaggle_labels))
    counts = kaggle_labels[held_out].sum(axis=0)
    assert np.abs(counts - share * kaggle_labels.sum(axis=0)).max() < 1


@pytest.mark.parametrize("n_samples", [2, 3, 10])
@pytest.mark.parametrize("fraction", [0.001, 0.5, 0.999])
def test_holdout_leaves_both_sides_something(n_samples, fraction):
    held_out = stratified_holdout(np.ones((n_samples, 1)), fraction, random_state=0)
    assert 1 <= held_out.sum() <= n_samples - 1


def test_holdout_of_a_one_hot_target():
    y = np.eye(3, dtype=int)[np.repeat([0, 1, 2], [40, 40, 20])]
    held_out = stratified_holdout(y, 0.2, random_state=0)
    assert y[held_out].sum(axis=0).tolist() == [8, 8, 4]


def test_holdout_seed_decides():
    y = np.random.default_rng(0).integers(0, 2, (60, 3))
    first, again, other = (stratified_holdout(y, 0.3, seed) for seed in (0, 0, 1))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_a_single_positive_stays_in_training():
    y = np.zeros((20, 2), dtype=int)
    y[:, 0] = 1
    y[7, 1] = 1
    for seed in range(5):
        assert not stratified_holdout(y, 0.2, random_state=seed)[7]


def test_holdout_errors():
    with pytest.raises(ValueError, match="at least 2 samples to hold some out, got 1"):
        stratified_holdout([[1]], 0.5)
    with pytest.raises(ValueError, match=r"between 0 and 1, both excluded, got 1\.0"):
        stratified_holdout([[1], [0]], 1.0)
