"""Training on parts of images, and predicting images larger than those parts."""

import cv2
import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from sklearn.base import clone
from torch import nn

from sklearn_protloc.augmentation import dihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._crops import crop_corner, tile_corners
from sklearn_protloc.datasets import ImageCollection, load_hpa
from sklearn_protloc.networks import GapNetPL, TinyNet


class FirstPixel(nn.Module):
    """Its logit is the upper left pixel, so that one sees where an image was cut."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(1))
        self.n_labels = n_labels

    def forward(self, images):
        logits = self.weight * (images[:, :1, 0, 0] - 0.5) * 10
        return logits.expand(-1, self.n_labels)


def where_cut(**params):
    return LocalizationClassifier(
        FirstPixel, max_epochs=1, lr=1e-30, standardize=False, random_state=0, **params
    )


@pytest.fixture
def ramps():
    """Images in which every pixel has its own value."""
    return np.random.default_rng(0).random((4, 1, 8, 8), dtype=np.float32)


@pytest.fixture
def some_labels():
    return np.array([[0, 1], [1, 0], [1, 1], [0, 1]])


@pytest.mark.parametrize(
    ("side", "tile", "overlap", "expected"),
    [
        (1024, 1024, 0.0, [0]),
        (1728, 1024, 0.0, [0, 704]),
        (2048, 1024, 0.0, [0, 1024]),
        (3072, 1024, 0.0, [0, 1024, 2048]),
        (2048, 1024, 0.25, [0, 512, 1024]),
        (1025, 1024, 0.5, [0, 1]),
        (6, 2, 0.5, [0, 1, 2, 3, 4]),
    ],
)
def test_tiles_cover_the_image_and_overlap(side, tile, overlap, expected):
    corners = tile_corners((side, tile), (tile, tile), overlap)
    assert corners == [(start, 0) for start in expected]


def test_crops_lie_anywhere_in_the_image():
    rng = np.random.default_rng(0)
    corners = {crop_corner((5, 4), (3, 3), rng) for _ in range(200)}
    assert corners == {(top, left) for top in range(3) for left in range(2)}
    assert crop_corner((5, 4), (3, 3)) == (1, 0)


def spy(seen):
    def augmenter(image, rng):
        seen.append(image.copy())
        return image

    return augmenter


@pytest.mark.parametrize("num_workers", [0, 2])
def test_training_sees_another_crop_in_every_epoch(ramps, some_labels, num_workers):
    seen = []
    model = where_cut(crop_size=3, augmenter=spy(seen), num_workers=num_workers)
    model.set_params(max_epochs=20).fit(ramps, some_labels)
    assert {crop.shape for crop in seen} == {(1, 3, 3)}
    corners = {float(crop[0, 0, 0]) for crop in seen}
    assert len(corners) > 40
    assert corners <= set(ramps[:, :, :6, :6].ravel().tolist())


def test_crops_do_not_depend_on_workers_and_differ_by_seed(X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=3, crop_size=7, random_state=0)
    one = model.fit(X, y).predict_proba(X)
    assert_array_equal(
        clone(model).set_params(num_workers=3).fit(X, y).predict_proba(X), one
    )
    other = clone(model).set_params(random_state=1).fit(X, y)
    assert (other.predict_proba(X) != one).any()


def test_validation_images_are_cut_in_the_middle(ramps):
    target = np.array([0, 1, 0, 1])
    model = where_cut(crop_size=4, validation_fraction=0.5).fit(ramps, target)
    logits = (ramps[:, 0, 2, 2] - 0.5) * 10
    losses = np.log1p(np.exp(np.where(target, -logits, logits)))
    pairs = [(losses[i] + losses[j]) / 2 for i in (0, 2) for j in (1, 3)]
    assert np.isclose(pairs, model.history_[-1]["valid_loss"], rtol=1e-5).any()


@pytest.mark.parametrize(
    ("aggregate", "combine"),
    [
        ("mean", lambda p: p.mean(axis=0)),
        ("max", lambda p: p.max(axis=0)),
        (
            "noisy_and",
            lambda p: (
                (expit(10 * (p.mean(axis=0) - 0.5)) - expit(-5.0))
                / (expit(5.0) - expit(-5.0))
            ),
        ),
    ],
)
def test_probabilities_of_tiles_are_combined(ramps, some_labels, aggregate, combine):
    model = where_cut(crop_size=4, aggregate=aggregate).fit(ramps, some_labels)
    corners = [(top, left) for top in (0, 2, 4) for left in (0, 2, 4)]
    tiles = np.array([expit((ramps[:, 0, a, b] - 0.5) * 10) for a, b in corners])
    proba = model.predict_proba(ramps)
    assert_allclose(proba[:, 0], combine(tiles), rtol=1e-5)
    assert_allclose(proba, expit(model.decision_function(ramps)), rtol=1e-6)
    assert proba.dtype == np.float32


def test_without_aggregation_the_network_sees_the_whole_image(ramps, some_labels):
    model = where_cut(crop_size=4, aggregate=None).fit(ramps, some_labels)
    expected = (ramps[:, 0, 0, 0] - 0.5) * 10
    assert_allclose(model.decision_function(ramps)[:, 1], expected, rtol=1e-5)


def test_tiles_are_standardized_like_crops(X, y):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, crop_size=8, tile_overlap=0.5, random_state=0
    ).fit(X, y)
    corners = [(top, left) for top in (0, 4, 8) for left in (0, 4, 8)]
    tiles = [model.predict_proba(X[:, :, a : a + 8, b : b + 8]) for a, b in corners]
    assert_allclose(model.predict_proba(X), np.mean(tiles, axis=0), atol=1e-6)


def test_any_image_that_holds_a_crop_is_predicted(X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=1, crop_size=(6, 8))
    model.fit(X, y)
    large = np.tile(X[:3], (1, 1, 2, 3))
    assert model.predict_proba(large).shape == (3, 5)
    assert model.predict_proba(X[:, :, :6, :8]).shape == (60, 5)
    with pytest.raises(ValueError, match=r"\(4, 5, 16\).*at least \(6, 8\) pixels"):
        model.predict(X[:, :, :5])
    with pytest.raises(ValueError, match="3 features"):
        model.predict(X[:, :3])


@pytest.mark.parametrize("crop_size", [(8,), (8, 8, 8), (8.0, 8)], ids=str)
def test_what_is_no_crop_is_called_by_its_name(X, y, crop_size):
    with pytest.raises(TypeError, match="Expected crop_size as"):
        LocalizationClassifier(TinyNet, crop_size=crop_size).fit(X, y)


def test_a_crop_of_nothing_is_refused(X, y):
    model = LocalizationClassifier(TinyNet, crop_size=(0, 8))
    with pytest.raises(ValueError, match="Expected crop_size of at least 1"):
        model.fit(X, y)


@pytest.mark.parametrize("crop_size", [17, (8, 17)])
def test_a_crop_larger_than_the_images_is_refused(X, y, crop_size):
    model = LocalizationClassifier(TinyNet, crop_size=crop_size)
    with pytest.raises(ValueError, match=r"crop_size to fit.*16 x 16 pixels"):
        model.fit(X, y)


def test_a_network_of_one_size_is_built_for_the_crop(X, y):
    class Flat(nn.Sequential):
        def __init__(self, n_channels, n_labels, *, image_size):
            n_pixels = n_channels * image_size[0] * image_size[1]
            super().__init__(nn.Flatten(), nn.Linear(n_pixels, n_labels))

    model = LocalizationClassifier(Flat, max_epochs=1, crop_size=(5, 6)).fit(X, y)
    assert model.net_.module_[1].in_features == 4 * 5 * 6
    assert model.predict_proba(X).shape == y.shape
    model.set_params(aggregate=None)
    message = (
        'Flat was trained on crops of 5 x 6 .* images of 16 x 16.*aggregate="mean"'
    )
    with pytest.raises(ValueError, match=message):
        model.predict_proba(X)
    assert model.predict_proba(X[:, :, :5, :6]).shape == y.shape


@pytest.mark.parametrize("tta", ["mean", "max", "geometric_mean"])
def test_moves_of_an_image_are_combined(ramps, some_labels, tta):
    X = ramps
    model = where_cut().fit(X, some_labels)
    moved = [dihedral(X, move) for move in range(8)]
    proba = np.array([model.predict_proba(images) for images in moved])
    logits = np.array([model.decision_function(images) for images in moved])
    expected = {
        "mean": proba.mean(axis=0),
        "max": proba.max(axis=0),
        "geometric_mean": expit(logits.mean(axis=0)),
    }
    assert np.ptp(proba, axis=0).max() > 0.5
    assert_allclose(
        model.set_params(tta=tta).predict_proba(X), expected[tta], atol=1e-6
    )
    # the moves of a moved image are the same moves
    assert_allclose(model.predict_proba(moved[5]), expected[tta], atol=1e-6)


def test_oblong_images_are_turned_by_half_and_mirrored(X, y):
    X = X[:, :, :, :12]
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0).fit(X, y)
    expected = [model.predict_proba(dihedral(X, move)) for move in (0, 2, 4, 6)]
    model.set_params(tta="mean")
    assert_allclose(model.predict_proba(X), np.mean(expected, axis=0), atol=1e-6)


@pytest.mark.parametrize("how", ["mean", "max", "noisy_and"])
def test_classes_still_sum_to_one(X, how):
    target = np.arange(60) % 3
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, crop_size=8, aggregate=how, tta="geometric_mean"
    ).fit(X, target)
    proba = model.predict_proba(X)
    assert_allclose(proba.sum(axis=1), 1, rtol=1e-5)
    model.fit(X, target > 0)
    assert_allclose(model.predict_proba(X).sum(axis=1), 1, rtol=1e-5)


@pytest.mark.parametrize(
    "params",
    [{"tta": "median"}, {"aggregate": "sum"}, {"tile_overlap": 1}, {"num_workers": -1}],
    ids=str,
)
def test_unknown_options_are_refused_before_any_work(X, y, params):
    with pytest.raises(ValueError, match=next(iter(params))):
        LocalizationClassifier(TinyNet, **params).fit(X, y)


def test_a_fault_in_a_worker_reaches_the_user(X, y):
    def broken(image, rng):
        raise RuntimeError("no such lens")

    model = LocalizationClassifier(TinyNet, augmenter=broken, num_workers=2)
    with pytest.raises(ValueError, match=r"Image \d+: RuntimeError: no such lens"):
        model.fit(X, y)


def test_real_fields_of_view_of_two_sizes(protloc_data):
    """Trained on crops of 2048 px fields, and predicted on one of 3072 px too."""
    folder = protloc_data / "hpa_fullres"
    hpa = load_hpa(folder / "labels.csv", folder / "images")
    sizes = np.array([cv2.imread(row[0]).shape[0] for row in hpa.data.paths])
    target = hpa.target[:, hpa.target.any(axis=0)]
    model = LocalizationClassifier(
        GapNetPL, max_epochs=1, crop_size=128, tile_overlap=0, num_workers=2
    ).set_params(aggregate=None, random_state=0)
    with pytest.warns(UserWarning, match="No training image"):
        model.fit(hpa.data[sizes == 2048], target[sizes == 2048])
    assert model.image_shape_ == (4, 2048, 2048)
    large = hpa.data[sizes == 3072]
    large = ImageCollection(large.paths)
    whole = model.predict_proba(large)
    tiled = model.set_params(aggregate="mean").predict_proba(large)
    assert whole.shape == tiled.shape == (1, target.shape[1])
    assert 0 < abs(whole - tiled).max() < 0.5
