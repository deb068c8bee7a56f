"""Which images an epoch shows."""

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet


class FirstLabelOnly:
    """Draws images that have the first label, and keeps what it was given."""

    def __init__(self):
        self.targets = []

    def __call__(self, y, rng):
        self.targets.append(y.copy())
        return rng.choice(np.flatnonzero(y[:, 0]), len(y))


def test_an_epoch_shows_what_the_sampler_draws(X, y):
    seen = []

    def spy(image, rng):
        seen.append(image.tobytes())
        return image

    sampler = FirstLabelOnly()
    model = LocalizationClassifier(
        TinyNet, max_epochs=2, sampler=sampler, augmenter=spy, random_state=0
    ).fit(X, y)
    allowed = {image.tobytes() for image in X[y[:, 0] == 1]}
    assert len(seen) == 2 * len(X)
    assert set(seen) <= allowed
    assert_array_equal(sampler.targets[0], y)
    assert len(sampler.targets) == 2
    model.predict(X)
    assert len(sampler.targets) == 2


def test_held_out_images_are_not_drawn(X, y):
    sampler = FirstLabelOnly()
    LocalizationClassifier(
        TinyNet, max_epochs=1, sampler=sampler, validation_fraction=0.5, random_state=0
    ).fit(X, y)
    assert len(sampler.targets[0]) == 30


@pytest.mark.parametrize(
    "drawn", [[0, 1], np.full(60, 60), np.full(60, -1), np.zeros(60)], ids=str
)
def test_rows_that_do_not_exist_are_refused(X, y, drawn):
    model = LocalizationClassifier(TinyNet, sampler=lambda y, rng: drawn)
    with pytest.raises(ValueError, match="as many row numbers below"):
        model.fit(X, y)


def test_a_class_is_no_sampler(X, y):
    with pytest.raises(TypeError, match=r"use FirstLabelOnly\(\)"):
        LocalizationClassifier(TinyNet, sampler=FirstLabelOnly).fit(X, y)


def test_a_function_that_makes_one_is_no_augmenter(X, y):
    def policy(strength=1):
        return None

    model = LocalizationClassifier(TinyNet, augmenter=policy)
    with pytest.raises(TypeError, match=r"policy itself: use policy\(\)"):
        model.fit(X, y)


@pytest.mark.parametrize("texts", [["16 0", "25"], ["Cytosol;Nucleoli", "Cytosol"]])
def test_texts_that_list_labels_are_doubted(X, texts):
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    with pytest.warns(UserWarning, match="let load_hpa or load_image_table read"):
        model.fit(X, np.array(texts * 30))


def test_names_with_spaces_are_not_doubted(X, recwarn):
    names = np.array(["Plasma membrane", "Rods & rings"] * 30)
    LocalizationClassifier(TinyNet, max_epochs=1, random_state=0).fit(X, names)
    assert not recwarn.list


def test_each_of_two_classes_counts_as_a_label(X, y):
    given = []

    def sampler(targets, rng):
        given.append(targets.copy())
        return np.arange(len(targets))

    LocalizationClassifier(TinyNet, max_epochs=1, sampler=sampler).fit(X, y[:, 0])
    assert_array_equal(given[0], np.column_stack([1 - y[:, 0], y[:, 0]]))
