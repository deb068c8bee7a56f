import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy.ndimage import gaussian_filter
from scipy.stats import kurtosis, skew

from sklearn_protloc.augmentation import (
    RandomGaussianBlur,
    RandomGaussianNoise,
    _steps,
    gaussian_blur,
    gaussian_noise,
)

TOPS = {"u1": 255, "u2": 65535, "f4": 1, "f8": 1}


def noise_of(dtype, std, per_channel=True, seed=0, shape=(4, 128, 128)):
    """Return noise in units of the range."""
    image = np.full(shape, TOPS[dtype] * 0.5).astype(dtype)
    rng = np.random.default_rng(seed)
    noisy = gaussian_noise(image, std, rng, per_channel=per_channel)
    return (noisy.astype(float) - image) / TOPS[dtype]


@pytest.mark.parametrize("sigma", [0.5, 1, 2.7])
def test_blur_is_that_of_scipy(sigma):
    image = np.random.default_rng(0).random((3, 32, 20))
    expected = [
        gaussian_filter(p, sigma, mode="nearest", radius=int(np.ceil(3 * sigma)))
        for p in image
    ]
    assert_allclose(gaussian_blur(image, sigma), expected, atol=1e-6)


@pytest.mark.parametrize("sigma", [0.34, 0.42, 0.5, 0.51])
def test_little_blur_of_bytes(sigma):
    image = np.random.default_rng(0).integers(0, 2, (2, 40, 40), dtype=np.uint8) * 255
    expected = gaussian_blur(image.astype(float), sigma)
    assert_allclose(gaussian_blur(image, sigma), expected, atol=2.1)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_blur_of_unsigned_pixels(dtype):
    image = np.random.default_rng(0).random((2, 20, 20))
    unsigned = (image * TOPS[dtype]).astype(dtype)
    expected = gaussian_blur(unsigned.astype(float), 1.2)
    assert_allclose(gaussian_blur(unsigned, 1.2), expected, atol=1.5)


def test_blur_keeps_what_is_even_and_what_is_too_sharp_to_blur():
    assert (gaussian_blur(np.full((2, 5, 5), 91, np.uint8), 40) == 91).all()
    image = np.random.default_rng(0).random((2, 9, 9))
    for sigma in [0, 1e-300, 0.0999]:
        assert_array_equal(gaussian_blur(image, sigma), image)
    assert_allclose(gaussian_blur(image, 0.1), image, atol=1e-15)


def test_random_blurs_span_their_range():
    rng = np.random.default_rng(0)
    augmenter = RandomGaussianBlur((0.5, 2))
    drawn = [augmenter.draw((1, 8, 8), rng)[0].sigma for _ in range(300)]
    assert_allclose([min(drawn), max(drawn)], [0.5, 2], atol=0.02)


@pytest.mark.parametrize("dtype", TOPS)
@pytest.mark.parametrize("std", [0.01, 0.1])
def test_mean_and_deviation_of_noise(dtype, std):
    noise = noise_of(dtype, std)
    rounding = 1 / 255 / 12**0.5 if dtype == "u1" else 0
    assert abs(noise.mean()) < 0.02 * std
    assert_allclose(noise.std(), np.hypot(std, rounding), rtol=0.02)


def test_noise_is_normal():
    noise = noise_of("f8", 0.1)
    assert abs(skew(noise.ravel())) < 0.05
    assert abs(kurtosis(noise.ravel())) < 0.05
    assert np.abs(noise).max() > 0.38


def test_noise_of_neighbours_and_channels_is_independent():
    noise = noise_of("f8", 0.1)
    assert (
        abs(np.corrcoef(noise[:, :, 1:].ravel(), noise[:, :, :-1].ravel())[0, 1]) < 0.02
    )
    assert abs(np.corrcoef(noise[:, 1:].ravel(), noise[:, :-1].ravel())[0, 1]) < 0.02
    between = np.corrcoef(noise.reshape(4, -1))[np.triu_indices(4, 1)]
    assert np.abs(between).max() < 0.05


def test_noise_of_two_draws_differs():
    assert (
        abs(
            np.corrcoef(
                noise_of("f8", 0.1).ravel(), noise_of("f8", 0.1, seed=1).ravel()
            )[0, 1]
        )
        < 0.05
    )


def test_the_same_noise_for_all_channels_of_a_pixel():
    noise = noise_of("f8", 0.1, per_channel=False)
    assert_array_equal(noise, np.broadcast_to(noise[:1], noise.shape))


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_noise_stops_at_black_and_at_white(dtype):
    for value in [0, TOPS[dtype]]:
        image = np.full((1, 64, 64), value, dtype)
        noisy = gaussian_noise(image, 0.2, np.random.default_rng(0))
        assert_allclose((noisy == value).mean(), 0.5, atol=0.05)
        away = np.abs(noisy[noisy != value].astype(float) - value) / TOPS[dtype]
        assert away.mean() == pytest.approx(0.16, abs=0.02)  # of a half normal


def test_floats_go_beyond_one():
    noisy = gaussian_noise(np.ones((1, 64, 64)), 0.2, np.random.default_rng(0))
    assert noisy.max() > 1.5


@pytest.mark.parametrize("std", [0.003, 0.05, 1])
@pytest.mark.parametrize("per_channel", [True, False])
def test_noise_of_bytes_is_that_of_floats(std, per_channel):
    image = np.random.default_rng(1).integers(0, 256, (3, 40, 50), dtype=np.uint8)
    noisy, as_float = (
        gaussian_noise(x, std, np.random.default_rng(0), per_channel=per_channel)
        for x in (image, image / 255)
    )
    assert_allclose(noisy, 255 * np.clip(as_float, 0, 1), atol=0.501)


def test_images_larger_than_the_bank(monkeypatch):
    monkeypatch.setattr(_steps, "_BANK_SIZE", 1000)
    for cached in [_steps._drawn_bank, _steps._long_bank]:
        cached.cache_clear()
    try:
        noise = [noise_of("f8", 0.1, seed=s, shape=(1, 50, 50)) for s in range(2)]
        assert_allclose([n.std() for n in noise], 0.1, rtol=0.15)
        assert (noise[0] != noise[1]).mean() > 0.9
    finally:
        for cached in [_steps._drawn_bank, _steps._long_bank]:
            cached.cache_clear()


def test_random_noise_spans_its_range():
    rng = np.random.default_rng(0)
    augmenter = RandomGaussianNoise((0.01, 0.05), per_channel=0.25)
    drawn = [augmenter.draw((4, 8, 8), rng)[0] for _ in range(400)]
    stds = [step.std for step in drawn]
    assert_allclose([min(stds), max(stds)], [0.01, 0.05], atol=0.001)
    assert_allclose(np.mean([len(s.starts) == 4 for s in drawn]), 0.25, atol=0.06)


@pytest.mark.parametrize("std", [-0.1, 12, None])
def test_strength_out_of_bounds(std):
    with pytest.raises(ValueError, match="Expected std as a number from 0 to 1"):
        gaussian_noise(np.zeros((1, 4, 4)), std, np.random.default_rng(0))


def test_blur_out_of_bounds():
    with pytest.raises(ValueError, match="Expected sigma as a number from 0 to 100"):
        gaussian_blur(np.zeros((1, 4, 4)), -1)
