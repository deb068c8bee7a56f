"""Batches as training gets them: changed on the device, and by threads that stop."""

import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_protloc.augmentation import (
    Compose,
    RandomAffine,
    RandomContrast,
    RandomDihedral,
    RandomGaussianNoise,
)
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers import _batches as module
from sklearn_protloc.classifiers._batches import Batches, ImageDataset
from sklearn_protloc.networks import TinyNet

MANY = Compose([RandomDihedral(), RandomAffine(), RandomContrast()])


def epoch(X, augmenter, on_device=False, **params):
    """Return the images of an epoch by row."""
    targets = np.arange(len(X), dtype=np.float32)[:, np.newaxis]
    options = {"batch_size": 7, "rng": np.random.default_rng(3), **params}
    batches = Batches(ImageDataset(X, targets), augmenter=augmenter, **options)
    batches.augments_batches = on_device  # as on a GPU
    images, rows = zip(*batches, strict=True)
    order = np.argsort(torch.cat(rows)[:, 0].numpy())
    return torch.cat(images).numpy()[order]


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("crop_size", [None, (9, 12)])
def test_the_device_makes_the_changes_of_opencv(X, dtype, crop_size):
    pixels = X[:20].astype(dtype) * dtype(257 if dtype == np.uint16 else 1)
    if dtype == np.float32:
        pixels /= 255
    here = epoch(pixels, MANY, crop_size=crop_size)
    there = epoch(pixels, MANY, on_device=True, crop_size=crop_size)
    assert np.abs(there - epoch(pixels, None, crop_size=crop_size)).max() > 0.5
    assert np.abs(there - here).max() < 0.05
    # what moves no pixel to a place between others is exact
    here = epoch(pixels, RandomDihedral())
    assert_array_equal(epoch(pixels, RandomDihedral(), on_device=True), here)


def test_changes_on_the_device_do_not_depend_on_batches(monkeypatch, X):
    augmenter = Compose([MANY, RandomGaussianNoise()])
    expected = epoch(X, augmenter, on_device=True)
    again = epoch(X, augmenter, on_device=True, num_workers=2)
    assert_array_equal(again, expected)
    monkeypatch.setattr(module, "_MOST_PIXELS", 3 * 16 * 16)
    few = epoch(X, augmenter, on_device=True)
    assert_allclose(few, expected, atol=1.01 / 255)
    assert np.mean(few != expected) < 0.01


def test_only_our_augmenters_work_on_a_device():
    gpu, cpu = torch.device("meta"), torch.device("cpu")
    assert module._augments_batches(MANY, gpu)
    assert not module._augments_batches(MANY, cpu)
    assert not module._augments_batches(None, gpu)
    assert not module._augments_batches(lambda image, rng: image, gpu)


def test_an_augmenter_may_write_into_what_it_gets(y):
    def blacken(image, rng):
        image[...] = 0
        return image

    X = np.random.default_rng(0).integers(1, 256, (60, 4, 16, 16), dtype=np.uint8)
    before = X.copy()
    LocalizationClassifier(TinyNet, max_epochs=1, augmenter=blacken).fit(X, y)
    assert_array_equal(X, before)


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinity")])
def test_an_augmenter_is_told_what_it_made(X, y, value, word):
    X = (X / 255).astype(np.float32)
    model = LocalizationClassifier(TinyNet, augmenter=lambda image, rng: image + value)
    with pytest.raises(ValueError, match=f"The augmenter made {word}.* from .* to "):
        model.fit(X, y)
    X[:, 0, 0, 0] = np.nan
    lazy = torch.utils.data.TensorDataset(torch.from_numpy(X))
    with pytest.raises(ValueError, match="Input X contains NaN"):
        model.fit(lazy, y)


def test_no_image_is_read_once_training_has_stopped(X):
    """Jobs that wait are dropped, and the one at work is waited for."""
    may_go_on, n_read = threading.Event(), []

    class Slow:
        shape, dtype, ndim = X.shape, X.dtype, 4

        def __getitem__(self, i):
            if i >= 20:  # the second batch
                may_go_on.wait()
            n_read.append(i)
            return X[i]

    batches = iter(Batches(ImageDataset(Slow()), batch_size=20, num_workers=1))
    next(batches)
    threading.Timer(0.2, may_go_on.set).start()
    batches.close()
    assert may_go_on.is_set()
    assert len(n_read) <= 21
    assert not [t for t in threading.enumerate() if t.name.startswith("read")]


def test_held_out_images_are_neither_changed_nor_cut_at_random(X):
    calls = []
    batches = Batches(
        ImageDataset(X),
        batch_size=60,
        augmenter=lambda image, rng: calls.append(1) or image,
        crop_size=(6, 8),
    )
    ((images, _),) = batches
    assert_allclose(images, X[:, :, 5:11, 4:12] / 255, rtol=1e-6)
    assert calls == []
