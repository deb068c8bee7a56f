"""What goes in as X."""

import warnings

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import GapNetPL, TinyNet


class LazyImages:
    """Images that are read one at a time, as from files; without len(), as of zarr."""

    def __init__(self, images):
        self.images = images
        self.shape, self.dtype, self.ndim = images.shape, images.dtype, images.ndim

    def __getitem__(self, i):
        assert isinstance(i, int)
        return self.images[i]

    def __array__(self, *args, **kwargs):
        raise AssertionError("all images were read at once")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda X: X.transpose(0, 2, 3, 1), r"channels-last: use X.transpose\(0, 3"),
        (lambda X: X[0], r"4, 16, 16\). Add an axis: X\[np.newaxis\]"),
        (lambda X: X.reshape(60, -1), r"\(n_samples, n_channels, height, width\)"),
        (lambda X: X[:0], "Found array with 0 sample"),
        (lambda X: X[:, :, :0], "empty images"),
        (lambda X: X.astype(complex), "Complex data not supported"),
    ],
)
def test_wrong_shapes_are_explained(classifier, X, y, change, message):
    with pytest.raises(ValueError, match=message):
        classifier.fit(change(X), y)


@pytest.mark.parametrize("n_samples", [60, 1])
def test_prediction_checks_the_shape_of_training(classifier, X, y, n_samples):
    classifier.fit(X, y)
    assert classifier.image_shape_ == (4, 16, 16)
    assert classifier.n_features_in_ == 4
    message = r"\(4, 16, 12\).*\(4, 16, 16\).*fit again with crop_size"
    with pytest.raises(ValueError, match=message):
        classifier.predict(X[:n_samples, :, :, :12])
    with pytest.raises(ValueError, match="expecting 4 features"):
        classifier.predict(X[:n_samples, :3])


def test_sparse_text_and_objects_are_refused(classifier, X, y):
    with pytest.raises(TypeError, match="toarray"):
        classifier.fit(sparse.csr_matrix(X.reshape(60, -1)), y)
    with pytest.raises(TypeError, match="images as numbers"):
        classifier.fit(X.astype(object), y)
    with pytest.raises(TypeError, match="images as numbers"):
        classifier.fit(X.astype(str), y)


@pytest.mark.parametrize("standardize", [False, True])
@pytest.mark.parametrize(("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535)])
def test_unsigned_integers_are_scaled_on_the_device(X, y, dtype, top, standardize):
    model = LocalizationClassifier(
        TinyNet, max_epochs=2, standardize=standardize, random_state=0
    )
    pixels = X.astype(dtype) * dtype(top // 255)
    scaled = pixels.astype(np.float32) / top
    expected = model.fit(scaled, y).predict_proba(scaled)
    found = model.fit(pixels, y).predict_proba(pixels)
    assert_allclose(found, expected, atol=1e-5)
    double = scaled.astype(np.float64)
    assert_allclose(model.fit(double, y).predict_proba(double), expected, atol=1e-5)


def test_standardized_images_forget_gain_and_offset(classifier, X, y):
    classifier.fit(X, y)
    pixels = X.astype(np.float32)
    gain = np.array([1, 2, 0.5, 3], dtype=np.float32)[:, None, None]
    assert_allclose(
        classifier.predict_proba(pixels * gain + 7),
        classifier.predict_proba(pixels),
        atol=1e-4,
    )


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (np.inf, "infinity")])
@pytest.mark.parametrize("lazy", [False, True])
def test_pixels_that_are_not_finite_are_refused(classifier, X, y, value, word, lazy):
    good, bad = X.astype(np.float32), X.astype(np.float32)
    bad[7, 2, 3, 4] = value
    wrap = LazyImages if lazy else np.asarray
    with pytest.raises(ValueError, match=f"Input X contains {word}"):
        classifier.fit(wrap(bad), y)
    assert not hasattr(classifier, "net_")
    classifier.fit(good, y)
    with pytest.raises(ValueError, match=f"Input X contains {word}"):
        classifier.predict(wrap(bad))


def test_lazy_images_are_read_one_at_a_time(classifier, X, y):
    expected = classifier.fit(X, y).predict_proba(X)
    found = classifier.fit(LazyImages(X), y).predict_proba(LazyImages(X))
    assert_array_equal(found, expected)


def test_a_lazy_array_that_lies_about_its_dtype_is_found_out(classifier, X, y):
    images = LazyImages(X.astype(np.uint16) * 257)
    images.dtype = np.dtype(np.uint8)
    with pytest.raises(ValueError, match="Expected uint8 images, got uint16"):
        classifier.fit(images, y)


def test_images_of_different_shapes_in_a_list_are_explained(classifier, y):
    images = [np.zeros((4, 8, 8)), np.zeros((4, 8, 9))]
    with pytest.raises(ValueError, match="got a list of different shapes"):
        classifier.fit(images, y[:2])


def test_tensors_lists_and_views_are_read(classifier, X, y):
    expected = classifier.fit(X, y).predict_proba(X)
    images = X.copy()
    for same in (torch.from_numpy(images), images[::-1].copy()[::-1]):
        assert_array_equal(classifier.fit(same, y).predict_proba(same), expected)
    floats = (images / 255).astype(np.float32)
    learnt = torch.from_numpy(floats).requires_grad_()
    from_learnt = classifier.fit(learnt, y).predict_proba(learnt)
    assert_allclose(from_learnt, expected, atol=1e-5)
    half = torch.from_numpy(floats).bfloat16()
    assert_allclose(classifier.fit(half, y).predict_proba(half), expected, atol=0.02)
    from_list = classifier.fit(floats.tolist(), y).predict_proba(floats.tolist())
    assert_allclose(from_list, expected, atol=1e-5)


def test_read_only_images_are_left_alone_without_a_warning(classifier, X, y):
    assert not X.flags.writeable
    before = X.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        classifier.fit(X, y).predict(X)
    assert_array_equal(X, before)


def test_images_are_predicted_batch_by_batch(classifier, X, y, monkeypatch):
    """Memory beyond the answers is that of one batch, however many images."""
    classifier.fit(X, y)
    sizes = []
    forward = classifier.net_.module_.forward
    monkeypatch.setattr(
        classifier.net_.module_,
        "forward",
        lambda images: sizes.append(len(images)) or forward(images),
    )
    many = np.broadcast_to(X[:1], (100, *X.shape[1:]))
    assert classifier.predict_proba(many).shape == (100, 5)
    assert sizes == [32, 32, 32, 4]


def test_images_of_one_pixel_and_of_odd_sizes_pass(y):
    rng = np.random.default_rng(0)
    for size in [(1, 1), (7, 13)]:
        images = rng.random((60, 3, *size), dtype=np.float32)
        model = LocalizationClassifier(GapNetPL, max_epochs=1, random_state=0)
        assert model.fit(images, y).predict(images).shape == y.shape
