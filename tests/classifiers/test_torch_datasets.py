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


class Items(Dataset):
    """A data set of what is in a list; of a list of errors, those are raised."""

    def __init__(self, items):
        self.items = items

    def __len__(self):
        return len(self.items)

    def __getitem__(self, i):
        if isinstance(self.items[i], Exception):
            raise self.items[i]
        return self.items[i]


IMAGE = torch.zeros(4, 8, 8)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ([], "Items with 0 items"),
        ([KeyError("lens"), IMAGE], "Item 0 of the Items .* KeyError: 'lens'"),
        ([IMAGE, KeyError("lens")], "Item 1 of the Items .* KeyError: 'lens'"),
        ([IMAGE, FileNotFoundError("x.png")], "Item 1 .* FileNotFoundError: x.png"),
        ([(), ()], "Item 0 of the Items is empty"),
        ([IMAGE[0]] * 2, r"shape \(8, 8\) in item 0 .* add an axis"),
        ([IMAGE[None]] * 2, r"shape \(1, 4, 8, 8\) in item 0 of the Items\."),
        ([IMAGE, IMAGE[:, :7]], r"shape \(4, 7, 8\) in item 1"),
        ([IMAGE, IMAGE.byte()], "float32, as the first is, got uint8 .* item 1"),
        ([IMAGE.byte(), IMAGE], "uint8, as the first is, got float32 .* item 1"),
    ],
)
def test_an_item_that_cannot_be_taken_is_named(classifier, items, message):
    with pytest.raises(ValueError, match=message):
        classifier.fit(Items(items), np.eye(2, dtype=int)[: len(items)])
    assert not hasattr(classifier, "net_")


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        ([torch.ones(3), torch.ones(2)], r"\(3,\) in item 0 and \(2,\) in item 1"),
        ([torch.ones(3), torch.tensor(1)], r"\(3,\) in item 0 and \(\) in item 1"),
        ([torch.ones(3)], "an image alone in item 1: this requires y to be passed"),
    ],
)
def test_targets_that_do_not_fit_are_named(classifier, targets, message):
    items = [(IMAGE, *targets[i : i + 1]) for i in range(2)]
    with pytest.raises(ValueError, match=message):
        classifier.fit(Items(items))


def test_items_of_bfloat16(classifier, X, y):
    floats = torch.from_numpy(X / np.float32(255)).bfloat16()
    items = Items([(image, target) for image, target in zip(floats, y, strict=True)])
    expected = clone(classifier).fit(floats, y).predict_proba(floats)
    assert_array_equal(classifier.fit(items).predict_proba(items), expected)


def test_what_only_looks_like_a_data_set(classifier, y):
    class Stream(torch.utils.data.IterableDataset):
        def __iter__(self):
            yield IMAGE

    for data in (Stream(), {0: IMAGE}):
        with pytest.raises(TypeError, match=r"a data set with len\(\)"):
            classifier.fit(data, y)


def test_items_that_are_no_images_are_not_read_one_by_one(classifier, y):
    class Dicts:
        def __len__(self):
            return 60

        def __getitem__(self, i):
            return {"image": np.zeros((4, 8, 8))}

    with pytest.raises(TypeError, match="items are arrays or tensors"):
        classifier.fit(Dicts(), y)
