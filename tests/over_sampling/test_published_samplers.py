"""LP-ROS, ML-ROS, ML-RUS, MLSMOTE and REMEDIAL on cases worked out by hand."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_protloc.over_sampling import (
    MLSMOTE,
    REMEDIAL,
    LPRandomOverSampler,
    MLRandomOverSampler,
    MLRandomUnderSampler,
    imbalance_report,
)

A, B, C, AB, AC, ABC = [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
    [1, 1, 0],
    [1, 0, 1],
    [1, 1, 1],
]


def resample(sampler, *label_sets):
    """Return the labels before and after."""
    y = np.array(label_sets)
    X = np.arange(len(y), dtype=float).reshape(-1, 1)
    return y, sampler.fit_resample(X, y)[1]


def n_of(label_set, y):
    return (y == label_set).all(axis=1).sum()


targets = arrays(
    np.int8,
    st.tuples(st.integers(2, 30), st.integers(1, 5)),
    elements=st.integers(0, 1),
)


def test_lp_ros_shares_copies_and_what_others_leave():
    # 5 sets of 40 samples, 8 on average; 20 copies, 5 for each of 4 rare sets: B has
    # room for 1 only, C for 3 and its share of the rest is 6; both others share 16
    sets = [A] * 24 + [B] * 7 + [C] * 5 + [AB] * 2 + [AC] * 2
    _, y = resample(LPRandomOverSampler(0.5, random_state=0), *sets)
    sizes = [n_of(s, y) for s in (A, B, C, AB, AC)]
    assert sizes == [24, 8, 8, 8, 8]
    _, y = resample(LPRandomOverSampler(0.25, random_state=0), *sets)
    sizes = [n_of(s, y) for s in (A, B, C, AB, AC)]  # 10: 1, then 3 of 9, then 3 and 3
    assert sizes == [24, 8, 8, 5, 5]


def test_lp_ros_makes_no_more_than_asked_for():
    _, y = resample(LPRandomOverSampler(0.1), *[A] * 24 + [B] + [C] * 5)
    assert [n_of(s, y) for s in (A, B, C)] == [24, 3, 6]


@settings(max_examples=50, deadline=None)
@given(y=targets, ratio=st.floats(0, 2))
def test_lp_ros_stays_below_the_mean_size(y, ratio):
    sampler = LPRandomOverSampler(ratio, random_state=0).fit(np.zeros((len(y), 1)), y)
    sets, before = np.unique(y, axis=0, return_counts=True)
    _, after = np.unique(y[sampler.sample_indices_], axis=0, return_counts=True)
    mean = len(y) / len(sets)
    assert (after <= np.maximum(before, mean)).all()
    added = (after - before).sum()
    room = np.maximum(len(y) // len(sets) - before, 0).sum()
    assert added == min(int(ratio * len(y)), room)


def test_ml_ros_stops_at_the_mean_ratio():
    # ratios 1 and 5, mean 3: the rare label needs 10 / 3, that is 4 samples
    _, y_new = resample(MLRandomOverSampler(1.0, random_state=0), *[A] * 10 + [B] * 2)
    assert y_new[:, 1].sum() == 4
    assert len(y_new) == 14


def test_ml_ros_counts_the_growth_of_frequent_labels():
    # ratios 1 and 68 / 8, mean 4.75. Every copy of {a, b} grows both: 76 / 16 = 4.75.
    # Without the growth of a, 15 would be enough
    _, y = resample(MLRandomOverSampler(1.0, random_state=0), *[A] * 60 + [AB] * 8)
    assert y.sum(axis=0).tolist() == [76, 16, 0]


def test_ml_ros_serves_rare_labels_in_turn():
    sets = [A] * 36 + [B] * 2 + [C] * 2
    _, y = resample(MLRandomOverSampler(2 / 40, random_state=0), *sets)
    assert y.sum(axis=0).tolist() == [36, 3, 3]


@settings(max_examples=50, deadline=None)
@given(y=targets, ratio=st.floats(0, 2))
def test_ml_ros_copies_rare_labels_only(y, ratio):
    sampler = MLRandomOverSampler(ratio, random_state=0).fit(np.zeros((len(y), 1)), y)
    report = imbalance_report(y)
    rare = (report.labels["ir"] > report.mean_ir).to_numpy()
    copies = y[sampler.sample_indices_[len(y) :]]
    assert copies[:, rare].any(axis=1).all()
    assert len(copies) <= int(ratio * len(y))


def test_ml_rus_leaves_out_frequent_labels_in_turn():
    # a and b are frequent (ratios 1 and 20 / 16, mean 7.4), c is not
    sets = [A] * 20 + [B] * 16 + [C]
    _, y_new = resample(MLRandomUnderSampler(8 / 37 + 1e-9, random_state=0), *sets)
    assert y_new.sum(axis=0).tolist() == [16, 12, 1]


def test_ml_rus_leaves_out_no_sample_twice():
    _, y = resample(MLRandomUnderSampler(18 / 21, random_state=0), *[AB] * 20 + [C])
    assert y.sum(axis=0).tolist() == [2, 2, 1]


def test_ml_rus_keeps_samples_with_a_rare_label():
    _, y_new = resample(MLRandomUnderSampler(1.0, random_state=0), *[A] * 5 + [AC] * 2)
    assert y_new.tolist() == [AC, AC]


def test_ml_rus_stops_when_a_label_is_no_longer_frequent():
    # ratios 1, 4 / 3 and 2, mean 1.44. In turn a and b go down to 32 and 22, where b
    # reaches the mean; alone a goes down to 15, where it is rarer than b by the mean
    sets = [A] * 40 + [B] * 30 + [C] * 20
    _, y = resample(MLRandomUnderSampler(1.0, random_state=0), *sets)
    assert y.sum(axis=0).tolist() == [15, 22, 20]


@settings(max_examples=50, deadline=None)
@given(y=targets, ratio=st.floats(0, 1))
def test_ml_rus_leaves_out_nothing_rare(y, ratio):
    sampler = MLRandomUnderSampler(ratio, random_state=0).fit(np.zeros((len(y), 1)), y)
    report = imbalance_report(y)
    rare = ~(report.labels["ir"] < report.mean_ir).to_numpy()
    left_out = np.setdiff1d(np.arange(len(y)), sampler.sample_indices_)
    assert not y[left_out][:, rare].any()
    assert y[left_out].any(axis=1).all()
    assert len(left_out) <= int(ratio * len(y))


@pytest.mark.parametrize(
    ("labels", "expected"), [("ranking", AB), ("union", ABC), ("intersection", B)]
)
def test_mlsmote_labels(labels, expected):
    # four samples with b, each other's neighbours: a 3 times of 4, b 4, c 1
    sets = [A] * 20 + [C] * 9 + [AB, AB, ABC, B]
    sampler = MLSMOTE(3, label_generation=labels, random_state=0)
    y, y_new = resample(sampler, *sets)
    assert y_new[len(y) :].tolist() == [expected] * 4
    assert sampler.sample_indices_[len(y) :].tolist() == [29, 30, 31, 32]


def test_mlsmote_ranking_asks_for_more_than_half():
    # b occurs in both, a in one of two: not more than half
    _, y_new = resample(MLSMOTE(1, random_state=0), *[A] * 20 + [AB, B])
    assert y_new[22:].tolist() == [B, B]


def test_mlsmote_features_lie_between_neighbours():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 3)), np.zeros((60, 2), dtype=int)
    y[:, 0], y[:8, 1] = 1, 1
    X[4:8] += 100  # two groups of four: neighbours stay in their group
    X_new, _ = MLSMOTE(3, random_state=0).fit_resample(X, y)
    made = X_new[60:]
    assert len(made) == 8
    for group in (slice(0, 4), slice(4, 8)):
        assert (made[group] >= X[group].min(axis=0)).all()
        assert (made[group] <= X[group].max(axis=0)).all()
    assert not np.isin(made, X).any()
    # each column at a place of its own: not on the line to any other sample
    steps = made[0] - X[0]
    for other in X[1:4]:
        shares = steps / (other - X[0])
        assert np.ptp(shares) > 1e-6


def test_mlsmote_keeps_float32():
    X = np.arange(12, dtype=np.float32).reshape(-1, 1)
    y = np.array([A] * 10 + [AB] * 2)
    assert MLSMOTE().fit_resample(X, y)[0].dtype == np.float32
    assert MLSMOTE().fit_resample(X.astype(int), y)[0].dtype == np.float64


def test_mlsmote_tells_of_a_label_without_neighbours():
    X, y = np.arange(12.0).reshape(-1, 1), np.array([A] * 11 + [AB])
    with pytest.warns(UserWarning, match="Label '1' has one sample only") as caught:
        X_new, _ = MLSMOTE().fit_resample(X, y)
    assert caught[0].filename == __file__
    assert len(X_new) == 12


def test_mlsmote_wants_finite_tables(images):
    y = np.array([A] * 38 + [AB] * 2)
    with pytest.raises(ValueError, match=r"got images of shape .40, 4.*RareLabelOverS"):
        MLSMOTE().fit_resample(images, y)
    with pytest.raises(ValueError, match="NaN"):
        MLSMOTE().fit_resample(np.full((40, 2), np.nan), y)


def test_remedial_divides_samples_of_rare_and_frequent_labels():
    sets = [A] * 6 + [AB] * 2 + [B]
    y, y_new = resample(REMEDIAL(), *sets)
    assert y_new.tolist() == [A] * 6 + [B] * 2 + [B] + [A] * 2
    np.testing.assert_array_equal(y_new.sum(axis=0), y.sum(axis=0))


def test_remedial_leaves_alike_labels_together():
    # counts a 22, b 15, c 2: ratios 1, 1.47, 11, mean 4.5. {a, b} is mixed, and more so
    # than the mean sample, but both are frequent: it stays
    sets = [A] * 20 + [AB] * 2 + [B] * 13 + [C] * 2
    _, y_new = resample(REMEDIAL(), *sets)
    assert y_new.tolist() == sets


def test_remedial_takes_samples_above_the_mean_only():
    # in 40 samples the most frequent label occurs with one of eight others, which are
    # frequent as well: 0.37. One sample has one of these and a rare label: 0.30
    y = np.zeros((41, 10), dtype=int)
    y[:40, 0] = 1
    y[:40, 1:9] = np.tile(np.eye(8, dtype=int), (5, 1))
    y[40, [1, 9]] = 1
    assert resample(REMEDIAL(), *y)[1].tolist() == y.tolist()
    y[40, [0, 1]] = 1, 0  # with the most frequent label it is 0.69
    after = resample(REMEDIAL(), *y)[1]
    assert after[40:].sum(axis=1).tolist() == [1, 1]
    assert after[:, 9].tolist() == [0] * 40 + [1, 0]


@settings(max_examples=50, deadline=None)
@given(y=targets)
def test_remedial_changes_no_count_and_leaves_no_sample_without_labels(y):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        sampler = REMEDIAL().fit(np.zeros((len(y), 1)), y)
        _, y_new = REMEDIAL().fit_resample(np.zeros((len(y), 1)), y)
    np.testing.assert_array_equal(y_new.sum(axis=0), y.sum(axis=0))
    had_some = y[sampler.sample_indices_].any(axis=1)
    np.testing.assert_array_equal(y_new.any(axis=1), had_some)


def load(folder, name):
    with np.load(folder / "multilabel" / f"{name}.npz") as file:
        return file["X"], file["Y"]


def test_yeast_becomes_more_even(protloc_data):
    X, y = load(protloc_data, "yeast")
    before = imbalance_report(y)
    for sampler in (
        LPRandomOverSampler(random_state=0),
        MLRandomOverSampler(random_state=0),
        MLRandomUnderSampler(random_state=0),
        MLSMOTE(random_state=0),
    ):
        _, y_new = sampler.fit_resample(X, y)
        assert imbalance_report(y_new).mean_ir < before.mean_ir, sampler
    _, y_new = REMEDIAL().fit_resample(X, y)
    assert imbalance_report(y_new).scumble < before.scumble
