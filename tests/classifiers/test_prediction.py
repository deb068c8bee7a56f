"""Logits of images out of those of tiles and moves, and how many are seen at a time."""

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from scipy.special import expit, softmax

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._prediction import _combine
from sklearn_protloc.networks import TinyNet

LARGE = np.array([[[60.0, -60, 200]], [[80, -50, -200]], [[90, -80, -300]]])
WAYS = ["mean", "max", "noisy_and", "geometric_mean"]


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("exclusive", [False, True])
def test_combinations_agree_with_probabilities(how, exclusive):
    logits = np.random.default_rng(0).normal(scale=3, size=(5, 20, 4))
    proba = softmax(logits, axis=-1) if exclusive else expit(logits)
    mean = proba.mean(axis=0)
    both = np.array([proba, 1 - proba])
    present, absent = np.exp(np.log(both).mean(axis=1))
    expected = {
        "mean": mean,
        "max": proba.max(axis=0),
        "noisy_and": (expit(10 * (mean - 0.5)) - expit(-5)) / (expit(5) - expit(-5)),
        "geometric_mean": present if exclusive else present / (present + absent),
    }[how]
    found = _combine(logits, how, exclusive)
    if exclusive:
        expected = expected / expected.sum(axis=-1, keepdims=True)
        assert_allclose(softmax(found, axis=-1), expected, rtol=1e-9)
    else:
        assert_allclose(expit(found), expected, rtol=1e-9)


@pytest.mark.parametrize(
    ("how", "expected"),
    [
        # the logarithms of means of probabilities next to 0 or 1
        ("mean", [60 + np.log(3), -50 - np.log(3), np.log(1 / 2)]),
        ("max", [90, -50, 200]),
        ("geometric_mean", [230 / 3, -190 / 3, -100]),
        (
            "noisy_and",
            [
                60 + np.log(3 * np.sinh(5) / 5),
                -50 - np.log(3 * np.sinh(5) / 5),
                np.log(np.sinh(5 / 3) / np.sinh(10 / 3)),
            ],
        ),
    ],
)
def test_large_logits_stay_apart(how, expected):
    assert_allclose(_combine(LARGE, how, exclusive=False), [expected], rtol=1e-6)
    assert_allclose(_combine(-LARGE[:, :, :2], "mean", False)[0, 0], -60 - np.log(3))


@pytest.mark.parametrize(
    ("how", "gap"),
    [
        ("mean", -130),
        ("max", -130),
        ("geometric_mean", (-260 - 130) / 2 + 140 / 2),
        ("noisy_and", -130 + np.log(2.5 / np.cosh(2.5) / np.sinh(2.5))),
    ],
)
def test_large_logits_of_classes_stay_apart(how, gap):
    """Logarithms of probabilities are -140, -260, 0 in one tile, 0, -130, -280."""
    first, second, third = _combine(LARGE[:2], how, exclusive=True)[0]
    assert_allclose(second - first, gap, rtol=1e-9)
    assert_allclose(third - first, -70 if how == "geometric_mean" else 0, atol=1e-9)


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("exclusive", [False, True])
def test_combined_infinities_are_no_nan(how, exclusive):
    logits = np.array([[[-np.inf, 1.0, 2.0]], [[-np.inf, 3.0, 0.0]]])
    with np.errstate(all="raise", under="ignore"):
        found = _combine(logits, how, exclusive)
    assert found[0, 0] == -np.inf
    assert np.isfinite(found[0, 1:]).all()


def test_tiles_are_predicted_together(X, y):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, crop_size=6, tile_overlap=0, batch_size=9, random_state=0
    ).fit(X, y)
    sizes = []
    model.net_.module_.register_forward_pre_hook(
        lambda _, inputs: sizes.append(len(inputs[0]))
    )
    one_by_one = [model.predict_proba(image[np.newaxis]) for image in X[:5]]
    assert set(sizes) == {9}  # the nine tiles of an image
    sizes.clear()
    assert_allclose(model.predict_proba(X[:5]), np.concatenate(one_by_one), atol=1e-6)
    assert sizes == [5] * 9  # no more than batch_size


def test_tiles_at_a_time_keep_to_the_limit_of_pixels(monkeypatch, X, y):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, crop_size=6, tile_overlap=0, random_state=0
    ).fit(X, y)
    expected = model.set_params(tta="mean").predict_proba(X[:4])
    sizes = []
    model.net_.module_.register_forward_pre_hook(
        lambda _, inputs: sizes.append(len(inputs[0]))
    )
    where = "sklearn_protloc.classifiers._prediction._MOST_PIXELS"
    monkeypatch.setattr(where, 16 * 16)  # one image at a time, or seven tiles
    assert_allclose(model.predict_proba(X[:4]), expected, atol=1e-6)
    assert sizes == ([7] * 8 + [2] * 8) * 4


def test_logits_leave_the_device_once_a_batch(monkeypatch, X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=1, crop_size=6, tta="max")
    model.fit(X, y)
    copies = []
    cpu = torch.Tensor.cpu
    monkeypatch.setattr(
        torch.Tensor, "cpu", lambda tensor: copies.append(1) or cpu(tensor)
    )
    model.predict_proba(X[:40])
    assert len(copies) == 2


def test_large_images_are_predicted_few_at_a_time(monkeypatch, X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0).fit(X, y)
    expected = model.predict_proba(X)
    sizes = []
    model.net_.module_.register_forward_pre_hook(
        lambda _, inputs: sizes.append(len(inputs[0]))
    )
    where = "sklearn_protloc.classifiers._prediction._MOST_PIXELS"
    monkeypatch.setattr(where, 5 * 16 * 16)
    assert_allclose(model.predict_proba(X), expected, atol=1e-6)
    assert set(sizes) == {5}
