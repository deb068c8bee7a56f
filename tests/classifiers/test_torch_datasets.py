"""Data sets of torch where scikit-learn expects arrays."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import GridSearchCV, cross_val_score
from skorch.helper import SliceDataset
from torch.utils.data import Dataset

from sklearn_protloc.datasets import as_sliceable


class Cells(Dataset):
    def __init__(self, X, y):
        self.X, self.y, self.n_read = X, y, 0

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        self.n_read += 1
        image = torch.from_numpy(self.X[i].copy())
        return image if self.y is None else (image, torch.from_numpy(self.y[i].copy()))


@pytest.fixture
def expected(classifier, X, y):
    return clone(classifier).fit(X, y).predict_proba(X)


def test_a_data_set_is_trained_on_and_predicted(classifier, X, y, expected):
    dataset = Cells(X, y)
    assert_array_equal(classifier.fit(dataset).predict_proba(dataset), expected)
    # its targets once, its images in each of two epochs and in the prediction, and
    # the first of them to see shape and type
    assert dataset.n_read <= 4 * len(X) + 6


def test_a_data_set_without_targets(classifier, X, y, expected):
    images = Cells(X, None)
    assert_array_equal(classifier.fit(images, y).predict_proba(images), expected)
    with pytest.raises(ValueError, match="requires y to be passed"):
        clone(classifier).fit(images)


def test_slices_of_skorch(classifier, X, y, expected):
    dataset = Cells(X, y)
    images, targets = SliceDataset(dataset), SliceDataset(dataset, idx=1)
    classifier.fit(images, np.asarray(targets))
    assert_array_equal(classifier.predict_proba(images), expected)


def test_sliced_data_sets_are_searched_over(classifier, X, y):
    images, target = as_sliceable(Cells(X, y))
    assert_array_equal(target, y)
    assert_array_equal(np.asarray(images[[3, 1]]), X[[3, 1]])
    for data in (images, SliceDataset(Cells(X, y))):
        how = {"cv": 2, "scoring": "average_precision"}
        search = GridSearchCV(classifier, {"dropout": [0.0, 0.3]}, **how)
        reference = clone(search).fit(X, y)
        search.fit(data, y)
        assert_array_equal(
            search.cv_results_["mean_test_score"],
            reference.cv_results_["mean_test_score"],
        )
        assert np.isfinite(cross_val_score(classifier, data, y, **how)).all()


def test_items_that_are_no_images_are_not_read_one_by_one(classifier, y):
    class Dicts:
        def __len__(self):
            return 60

        def __getitem__(self, i):
            return {"image": np.zeros((4, 8, 8))}

    with pytest.raises(TypeError, match="data set whose items are arrays"):
        classifier.fit(Dicts(), y)
