import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.over_sampling import ClassAwareSampler


def rng():
    return np.random.default_rng(0)


@settings(max_examples=50, deadline=None)
@given(
    y=arrays(
        np.float32,
        st.tuples(st.integers(1, 40), st.integers(1, 6)),
        elements=st.sampled_from([0, 1]),
    ).filter(np.any)
)
def test_every_label_gets_its_share_of_the_epoch(y):
    rows = ClassAwareSampler()(y, rng())
    assert rows.shape == (len(y),)
    assert rows.dtype.kind == "i"
    present = y.any(axis=0)
    assert y[rows].any(axis=1).all()
    assert (y[rows].sum(axis=0) >= len(y) // present.sum())[present].all()


def test_images_of_a_label_take_turns():
    y = np.array([[1, 0]] * 90 + [[0, 1]] * 10)
    rows = ClassAwareSampler()(y, rng())
    times = np.bincount(rows, minlength=100)
    assert times[:90].max() == 1
    assert (times[90:] == 5).all()
    # in any part of the epoch about half of the images have the rare label
    assert abs(y[rows].reshape(10, 10, 2).sum(axis=1)[:, 1] - 5).max() <= 1


def test_chance_comes_from_the_generator():
    y = np.eye(5)[[0, 0, 0, 1, 1, 2, 3, 4]]
    first = ClassAwareSampler()(y, rng())
    np.testing.assert_array_equal(first, ClassAwareSampler()(y, rng()))
    other = ClassAwareSampler()(y, np.random.default_rng(1))
    assert not np.array_equal(first, other)


def test_no_label_at_all():
    with pytest.raises(ValueError, match="no image has one"):
        ClassAwareSampler()(np.zeros((3, 2)), rng())


def test_the_classifier_is_trained_on_what_it_draws(images, target):
    plain = LocalizationClassifier(TinyNet, max_epochs=2, random_state=0)
    y = target[:, :5]
    aware = LocalizationClassifier(
        TinyNet, max_epochs=2, sampler=ClassAwareSampler(), random_state=0
    )
    first = aware.fit(images, y).predict_proba(images)
    again = aware.fit(images, y).predict_proba(images)
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, plain.fit(images, y).predict_proba(images))
