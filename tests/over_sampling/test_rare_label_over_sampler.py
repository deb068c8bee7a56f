import pickle
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.over_sampling import RareLabelOverSampler
from sklearn_protloc.utils import LazyImages

SELECTIONS = ["greedy", "random"]


def resample(y, *args, **kwargs):
    sampler = RareLabelOverSampler(*args, random_state=0, **kwargs)
    sampler.fit(np.zeros((len(y), 1)), y)
    return sampler


@pytest.mark.parametrize("selection", SELECTIONS)
def test_labels_that_occur_reach_the_count(images, target, selection):
    sampler = RareLabelOverSampler(12, selection=selection, random_state=0)
    X, y = sampler.fit_resample(images, target)
    present = target.any(axis=0)
    assert (y.sum(axis=0) >= 12)[present].all()
    assert not y[:, ~present].any()
    np.testing.assert_array_equal(X[:40], images)
    np.testing.assert_array_equal(y, target[sampler.sample_indices_])
    np.testing.assert_array_equal(sampler.is_augmented_, np.arange(len(y)) >= 40)
    assert sampler.report_["after"].tolist() == y.sum(axis=0).tolist()


@pytest.mark.parametrize("selection", SELECTIONS)
@settings(max_examples=100, deadline=None)
@given(
    y=arrays(
        np.int8,
        st.tuples(st.integers(1, 25), st.integers(1, 6)),
        elements=st.integers(0, 1),
    ),
    min_count=st.integers(0, 60),
    concentration=st.floats(1, 20),
)
def test_any_labels_reach_the_count_without_waste(
    selection, y, min_count, concentration
):
    sampler = resample(y, min_count, selection=selection, concentration=concentration)
    rows, counts = sampler.sample_indices_, y.sum(axis=0, dtype=int)
    np.testing.assert_array_equal(rows[: len(y)], np.arange(len(y)))
    after = y[rows].sum(axis=0, dtype=int)
    missing = np.where(counts > 0, np.maximum(min_count - counts, 0), 0)
    assert (after >= np.minimum(min_count, counts + missing)).all()
    assert (after[counts == 0] == 0).all()
    copies = rows[len(y) :]
    assert missing.max() <= len(copies) <= missing.sum()
    assert y[copies][:, missing > 0].any(axis=1).all()
    if selection == "greedy":
        times = np.bincount(copies, minlength=len(y))
        even = -(-missing // np.maximum(counts, 1))
        assert (times <= concentration * (y * even).max(axis=1) + 1).all()


def test_greedy_prefers_samples_with_nothing_but_rare_labels():
    y = np.array([[1, 0]] * 50 + [[1, 1]] * 5 + [[0, 1]] * 5)
    sampler = resample(y, 14, concentration=2)
    assert sampler.report_["after"].tolist() == [55, 14]
    copied = sampler.sample_indices_[60:]
    assert len(set(copied) & set(range(55, 60))) == 4
    drawn = resample(y, 14, selection="random").report_["after"].tolist()
    assert drawn[1] == 14
    assert drawn[0] > 55


def test_greedy_prefers_samples_with_several_rare_labels():
    y = np.array([[1, 0, 0]] * 30 + [[0, 1, 1]] * 2 + [[0, 1, 0]] * 2 + [[0, 0, 1]] * 2)
    sampler = resample(y, 8, concentration=10)
    assert len(sampler.sample_indices_) == 36 + 4
    assert set(sampler.sample_indices_[36:]) == {30, 31}


def test_greedy_weighs_gain_against_growth():
    rare, both = [[0, 0, 0, 1, 0], [0, 0, 0, 0, 1]], [[1, 1, 1, 1, 1]]
    y = np.array([[1, 1, 1, 0, 0]] * 20 + rare * 2 + both * 2)
    after = resample(y, 8, concentration=10).report_["after"].tolist()
    assert after == [22, 22, 22, 8, 8]


def test_copies_for_one_label_count_for_the_next():
    y = np.array([[1, 1]] * 2 + [[0, 0]] * 9)
    for selection in SELECTIONS:
        assert resample(y, 10, selection=selection).is_augmented_.sum() == 8


def test_concentration_limits_how_often_one_sample_is_copied():
    y = np.array([[1, 0]] * 50 + [[1, 1]] * 9 + [[0, 1]])
    for concentration, most in [(1, 4), (2, 8), (100, 40)]:
        sampler = resample(y, 50, concentration=concentration)
        times = np.bincount(sampler.sample_indices_)[50:] - 1
        assert times.sum() == 40
        assert times[-1] == most
        assert np.ptp(times[:-1]) <= 1


def test_samples_of_one_label_set_share_the_copies():
    y = np.array([[1, 0]] * 30 + [[0, 1]] * 7)
    times = np.bincount(resample(y, 24).sample_indices_)[30:] - 1
    assert sorted(times) == [2, 2, 2, 2, 3, 3, 3]


def test_label_sets_alike_share_the_copies():
    y = np.array([[1, 0, 0]] * 30 + [[0, 1, 0]] * 30 + [[1, 0, 1]] * 3 + [[0, 1, 1]])
    after = resample(y, 20, concentration=3).report_["after"].tolist()
    assert after == [33 + 12, 31 + 4, 20]


@pytest.mark.parametrize("selection", SELECTIONS)
def test_nothing_is_rare(target, selection):
    sampler = resample(target, 0, selection=selection)
    assert sampler.sample_indices_.tolist() == list(range(40))
    assert not sampler.is_augmented_.any()


class Huge(LazyImages):
    """Images that nobody could hold in memory."""

    dtype = np.dtype(np.uint8)

    def __init__(self, rows):
        self.rows = rows

    @property
    def shape(self):
        return len(self.rows), 4, 64, 64

    def _read(self, i):
        return np.full((4, 64, 64), self.rows[i] % 251, self.dtype)

    def _take(self, rows):
        return Huge(self.rows[rows])


@pytest.mark.parametrize("augmenter", [None, RandomDihedral()])
def test_lazy_images_take_less_than_a_hundredth_of_their_memory(augmenter):
    X, y = Huge(np.arange(31072)), np.zeros((31072, 3), dtype=np.int8)
    y[:, 0] = y[:50, 1] = y[40:70, 2] = 1
    tracemalloc.start()
    X_new, _ = RareLabelOverSampler(500, augmenter=augmenter).fit_resample(X, y)
    size, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(X_new) > 31072 + 500
    assert peak < X.shape[0] * X[0].nbytes / 100
    assert size < peak


def noisy(image, rng):
    return image + rng.integers(0, 9, image.shape, dtype=image.dtype)


@pytest.fixture
def lazy(images, target):
    collection = ImageCollection.from_array(images)
    sampler = RareLabelOverSampler(12, augmenter=noisy, random_state=0)
    X, _ = sampler.fit_resample(collection, target)
    return X, sampler.sample_indices_


def test_copies_are_changed_and_originals_are_not(lazy, images):
    X, rows = lazy
    np.testing.assert_array_equal(X[:40], images)
    changed = [not np.array_equal(X[i], images[rows[i]]) for i in range(40, len(X))]
    assert all(changed)
    noise = np.asarray(X[40:]) - images[rows[40:]]
    assert noise.max() < 9
    assert len({n.tobytes() for n in noise}) == len(noise)  # each in its own way


def test_a_copy_is_the_same_whenever_and_however_it_is_read(lazy, images, target):
    X, _ = lazy
    expected = np.asarray(X)
    backwards = X[::-1]
    np.testing.assert_array_equal(backwards[0], expected[-1])
    np.testing.assert_array_equal(X[50:][[3, 1, 3]], expected[[53, 51, 53]])
    mask = np.arange(len(X)) % 3 == 0
    np.testing.assert_array_equal(X[mask], expected[mask])
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(X)), expected)
    sampler = RareLabelOverSampler(12, augmenter=noisy, random_state=0)
    array, _ = sampler.fit_resample(images, target)
    assert type(array) is np.ndarray
    np.testing.assert_array_equal(array, expected)
    other = sampler.set_params(random_state=1).fit_resample(images, target)[0]
    assert not np.array_equal(other[-1], expected[-1])


def test_views_tell_what_they_are(lazy):
    X, _ = lazy
    assert repr(X[39:42]) == (
        "AugmentedImages(3 samples, 4 channels, 12 x 12, uint8, 2 changed)"
    )


def scaled(image, rng):
    return image / 255


def cropped(image, rng):
    return image[:, :3]


@pytest.mark.parametrize("augmenter", [scaled, cropped])
def test_augmenters_must_keep_shape_and_type(images, target, augmenter):
    sampler = RareLabelOverSampler(12, augmenter=augmenter, random_state=0)
    with pytest.raises(ValueError, match=r"given uint8 of shape .4, 12, 12. and ret"):
        sampler.fit_resample(images, target)


def spoiling(image, rng):
    image[...] = 0
    return image


def test_augmenters_may_write_into_their_image(images, target):
    before = images.copy()
    sampler = RareLabelOverSampler(12, augmenter=spoiling, random_state=0)
    X, _ = sampler.fit_resample(images.copy(), target)
    np.testing.assert_array_equal(X[:40], before)
    assert not X[40:].any()


def test_tables_take_no_augmenter(target):
    sampler = RareLabelOverSampler(12, augmenter=noisy)
    with pytest.raises(ValueError, match=r"X is a table of shape .40, 3.*MLSMOTE"):
        sampler.fit_resample(np.zeros((40, 3)), target)


def test_an_augmenter_is_an_object(images, target):
    with pytest.raises(TypeError, match=r"class RandomDihedral: use RandomDihedral\("):
        RareLabelOverSampler(augmenter=RandomDihedral).fit(images, target)


@pytest.mark.parametrize(
    "wrong",
    [
        {"min_count": -1},
        {"min_count": 1.5},
        {"selection": "best"},
        {"concentration": 0.5},
        {"augmenter": "noise"},
    ],
)
def test_parameters_out_of_range(target, wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        RareLabelOverSampler(**wrong).fit(np.zeros((40, 1)), target)


@pytest.fixture(scope="module")
def kaggle(protloc_data):
    table = pd.read_csv(protloc_data / "tables" / "train_2018.csv")
    return table["Target"].str.get_dummies(" ").sort_index(axis=1, key=pd.to_numeric)


def test_kaggle_labels_grow_as_in_the_paper(kaggle):
    """gapnet-variant grew 31,072 images to 34,098."""
    assert kaggle.shape == (31072, 28)
    added = [
        len(
            RareLabelOverSampler(selection="random", random_state=seed)
            .fit(kaggle[[]].assign(x=0), kaggle)
            .sample_indices_
        )
        - 31072
        for seed in range(5)
    ]
    assert np.mean(added) == pytest.approx(3026, abs=15)


def test_kaggle_labels_need_fewer_copies_when_chosen_greedily(kaggle):
    sampler = resample(kaggle)
    drawn = resample(kaggle, selection="random")
    assert (sampler.report_["after"] >= 500).all()
    assert 2855 <= len(sampler.sample_indices_) - 31072 < 2900
    frequent = sampler.report_["before"] >= 500
    growth = sampler.report_[frequent].diff(axis=1)["after"].sum()
    assert growth < 0.7 * drawn.report_[frequent].diff(axis=1)["after"].sum()
