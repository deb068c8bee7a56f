"""Augmenters inside the classifier, which reads images in threads."""

import pickle

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV

from sklearn_protloc.augmentation import (
    OneOf,
    RandomDihedral,
    RandomGaussianNoise,
    gapnet_variant,
    tunet,
)
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.networks import TinyNet


@pytest.fixture(scope="module")
def cells():
    return make_cells(24, image_size=32, labels=2, random_state=0)


def fitted(cells, augmenter, **params):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, batch_size=8, augmenter=augmenter, random_state=0
    )
    return model.set_params(**params).fit(cells.data, cells.target)


@pytest.mark.parametrize("augmenter", [gapnet_variant(), tunet()])
def test_threads_change_nothing_and_images_stay(cells, augmenter):
    before = cells.data.copy()
    probas = [
        fitted(cells, augmenter, num_workers=n).predict_proba(cells.data)
        for n in (0, 2)
    ]
    assert_array_equal(*probas)
    assert_array_equal(cells.data, before)
    without = fitted(cells, None).predict_proba(cells.data)
    assert np.abs(probas[0] - without).max() > 1e-6


def test_models_with_augmenters_are_cloned_and_pickled(cells):
    model = fitted(cells, gapnet_variant())
    same = clone(model).fit(cells.data, cells.target)
    again = pickle.loads(pickle.dumps(model))
    expected = model.predict_proba(cells.data)
    assert_array_equal(same.predict_proba(cells.data), expected)
    assert_array_equal(again.predict_proba(cells.data), expected)


def test_augmenters_are_parameters_like_others(cells):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, augmenter=RandomGaussianNoise(), random_state=0
    )
    grid = [
        {"augmenter__std": [(0, 0.02), (0, 0.1)]},
        {"augmenter": [RandomDihedral(), OneOf([RandomDihedral(), tunet()])]},
    ]
    search = GridSearchCV(model, grid, cv=2, scoring="average_precision")
    search.fit(cells.data, cells.target)
    assert len(search.cv_results_["params"]) == 4
