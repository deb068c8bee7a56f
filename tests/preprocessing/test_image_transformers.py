"""What each transformer computes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.preprocessing import StandardScaler

from sklearn_protloc.datasets import ImageCollection, load_hpa, make_cells
from sklearn_protloc.preprocessing import (
    ChannelSelector,
    ChannelStandardizer,
    MissingChannelImputer,
    PercentileStretch,
    Resize,
    ToFloat,
)

few = settings(max_examples=20, derandomize=True, deadline=None)


@pytest.fixture(scope="module")
def images():
    return make_cells(6, image_size=32, random_state=0).data


def per_channel(X):
    return X.transpose(0, 2, 3, 1).reshape(-1, X.shape[1])


@few
@given(
    seed=st.integers(0, 2**32 - 1),
    n=st.integers(1, 9),
    offset=st.sampled_from([0, 1e3, -1e8]),
)
def test_moments_of_a_dataset_are_those_of_all_pixels(seed, n, offset):
    X = offset + np.random.default_rng(seed).normal(size=(n, 2, 3, 4)) * [[[1]], [[30]]]
    fitted = ChannelStandardizer("dataset").fit(X)
    whole = X - offset  # so that the expected values lose no digits
    np.testing.assert_allclose(fitted.mean_ - offset, whole.mean((0, 2, 3)), atol=1e-6)
    np.testing.assert_allclose(fitted.var_, whole.var((0, 2, 3)), rtol=1e-6)


def test_dataset_agrees_with_standard_scaler(images):
    changed = ChannelStandardizer("dataset").fit(images[:4]).transform(images)
    scaler = StandardScaler().fit(per_channel(images[:4].astype(float)))
    expected = scaler.transform(per_channel(images.astype(float)))
    np.testing.assert_allclose(per_channel(changed), expected, atol=1e-5)


def test_every_image_is_standardized_by_itself(images):
    changed = ChannelStandardizer().fit_transform(images).astype(np.float64)
    np.testing.assert_allclose(changed.mean((2, 3)), 0, atol=1e-6)
    np.testing.assert_allclose(changed.std((2, 3)), 1, atol=1e-6)


def test_exposure_goes_per_image_and_stays_per_dataset(images):
    X = np.concatenate([images // 2, images // 2 * 2])
    alone = ChannelStandardizer().fit_transform(X)
    np.testing.assert_allclose(alone[:6], alone[6:], atol=1e-5)
    together = ChannelStandardizer("dataset").fit_transform(X)
    assert (together[6:].mean((2, 3)) > together[:6].mean((2, 3))).all()


@pytest.mark.parametrize("value", [0, 0.1, 37, 1e5])
@pytest.mark.parametrize("per", ["image", "dataset"])
def test_a_channel_of_one_brightness_becomes_zero(value, per):
    X = np.full((3, 1, 7, 7), value, dtype=np.float32)
    assert not ChannelStandardizer(per).fit_transform(X).any()


def test_stretch_reaches_both_ends_and_keeps_the_order(images):
    for X, top in ((images, 255), (images.astype(np.uint16) * 100, 65535)):
        changed = PercentileStretch().fit_transform(X)
        assert (changed.min((2, 3)) == 0).all()
        assert (changed.max((2, 3)) == top).all()
        order = np.argsort(X[0, 1].ravel(), kind="stable")
        assert (np.diff(changed[0, 1].ravel()[order].astype(int)) >= 0).all()


@few
@given(low=st.floats(0, 40), high=st.floats(60, 100), seed=st.integers(0, 1000))
def test_stretch_is_linear_between_the_percentiles(low, high, seed):
    X = np.random.default_rng(seed).normal(100, 9, size=(1, 2, 8, 8))
    changed = PercentileStretch(low=low, high=high).fit_transform(X)[0, 0]
    bottom, top = np.percentile(X[0, 0], [low, high])
    np.testing.assert_allclose(
        changed, np.clip((X[0, 0] - bottom) / (top - bottom), 0, 1)
    )


@few
@given(
    seed=st.integers(0, 1000),
    low=st.sampled_from([0, 0.1, 13.7]),
    high=st.sampled_from([60.2, 99.9, 100]),
    dtype=st.sampled_from([np.uint8, np.uint16]),
)
def test_stretch_uses_the_percentiles_of_numpy(seed, low, high, dtype):
    rng = np.random.default_rng(seed)
    X = rng.integers(0, rng.integers(1, 250), size=(1, 1, 9, 11)).astype(dtype)
    ends = np.percentile(X, [low, high])
    top = np.iinfo(dtype).max
    bright = np.greater(X, ends[1]) * top
    expected = np.interp(X, ends, [0, top]) if np.ptp(ends) else bright
    changed = PercentileStretch(low=low, high=high).fit_transform(X)
    np.testing.assert_allclose(changed, expected, atol=0.5 + 1e-6)


def test_hot_pixels_do_not_decide():
    X = np.arange(2000, dtype=np.uint16).reshape(1, 1, 40, 50)
    X[0, 0, 0, 0] = 65535
    changed = PercentileStretch().fit_transform(X)
    assert changed[0, 0, 20, 0] == pytest.approx(32768, abs=100)
    assert changed[0, 0, 0, 0] == 65535


def test_a_channel_of_one_brightness_is_not_stretched():
    X = np.full((1, 1, 40, 50), 7, np.uint8)
    assert not PercentileStretch().fit_transform(X).any()


def test_wrong_percentiles(images):
    with pytest.raises(ValueError, match="low below high, got low=60 and high=40"):
        PercentileStretch(low=60, high=40).fit(images)


def test_selection_by_letter_and_position(images):
    np.testing.assert_array_equal(
        ChannelSelector("GBR").fit_transform(images), images[:, [1, 2, 0]]
    )
    np.testing.assert_array_equal(
        ChannelSelector(np.array([3, 3])).fit_transform(images), images[:, [3, 3]]
    )
    by_name = ChannelSelector("pn", order="np").fit_transform(images[:, :2])
    np.testing.assert_array_equal(by_name, images[:, [1, 0]])


@pytest.mark.parametrize(
    ("channels", "order", "message"),
    [
        ("X", "RGBY", "as letters of order='RGBY', got 'X'"),
        ("", "RGBY", "as letters of order"),
        ("G", "RGB", "names 3 channels, but the images have 4"),
        ([4], "RGBY", "positions from 0 to 3, got"),
        ([-1], "RGBY", "positions from 0 to 3, got"),
        ([], "RGBY", "positions from 0 to 3, got"),
        ([0.5], "RGBY", "positions from 0 to 3, got"),
    ],
)
def test_wrong_selection(images, channels, order, message):
    with pytest.raises(ValueError, match=message):
        ChannelSelector(channels, order=order).fit(images)


@pytest.fixture
def blank(images):
    X = images.copy()
    X[1, 2], X[4, 0], X[4, 2] = 0, 255, 9
    return X


def test_blank_channels_become_zero(blank, images):
    filled = MissingChannelImputer().fit_transform(blank)
    assert not filled[1, 2].any()
    assert not filled[4, [0, 2]].any()
    np.testing.assert_array_equal(filled[[0, 2, 3, 5]], images[[0, 2, 3, 5]])
    np.testing.assert_array_equal(filled[4, [1, 3]], images[4, [1, 3]])


def test_blank_channels_become_the_mean_of_the_others(blank, images):
    imputer = MissingChannelImputer("mean").fit(blank)
    filled = imputer.transform(blank)
    mean = images[[0, 2, 3, 5], 2].mean(axis=0)
    np.testing.assert_allclose(filled[1, 2], mean, atol=0.5)
    np.testing.assert_array_equal(filled[4, 2], filled[1, 2])
    np.testing.assert_array_equal(filled[4, 1], images[4, 1])
    assert imputer.mean_channels_.dtype == np.uint8


def test_blank_channels_are_refused_before_training(blank, images):
    with pytest.raises(ValueError, match=r"Image 1: channel 2 is blank: .* are 0"):
        MissingChannelImputer("raise").fit(blank)
    fitted = MissingChannelImputer("raise").fit(images)
    with pytest.raises(ValueError, match=r"Image 1: channel 0 is blank: .* are 255"):
        fitted.transform(ImageCollection.from_array(blank))[3:][1]


def test_a_channel_that_is_always_blank_has_no_mean(images):
    X = images.copy()
    X[:, 3] = 0
    with pytest.raises(ValueError, match="Channel 3 is blank in all images"):
        MissingChannelImputer("mean").fit(X)


def test_resize_brings_other_sizes_to_one(images):
    resize = Resize((16, 8)).fit(images)
    assert resize.transform(images[..., :16]).shape == (6, 4, 16, 8)
    np.testing.assert_array_equal(
        Resize(16).fit_transform(images),
        ImageCollection.from_array(images, image_size=16),
    )


@pytest.mark.parametrize("image_size", [0, -3, (8, 8, 8), (8, 0), (8, 8.5), True])
def test_wrong_size(images, image_size):
    with pytest.raises((TypeError, ValueError), match="image_size"):
        Resize(image_size).fit(images)


def test_real_montages_stay_lazy(protloc_data):
    montages = protloc_data / "hpa_montages"
    X = load_hpa(montages / "train.csv", montages / "images").data[:4]
    view = Resize(64).fit_transform(X)
    view = PercentileStretch().fit_transform(view)
    view = ChannelStandardizer("dataset").fit_transform(view)
    assert view.shape == (4, 4, 64, 64)
    whole = np.asarray(view, dtype=np.float64)
    np.testing.assert_allclose(whole.mean((0, 2, 3)), 0, atol=1e-5)
    np.testing.assert_allclose(whole.std((0, 2, 3)), 1, atol=1e-5)


@pytest.mark.parametrize(
    ("dtype", "top"), [(np.uint8, 255), (np.uint16, 65535), (np.float64, 1)]
)
def test_pixels_become_fractions_of_full_brightness(dtype, top):
    X = (np.linspace(0, 1, 6).reshape(1, 1, 2, 3) * top).astype(dtype)
    scaled = ToFloat().fit_transform(X)
    assert scaled.dtype == np.float32
    np.testing.assert_allclose(scaled, X / top, rtol=1e-6)
