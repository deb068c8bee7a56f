import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_protloc.augmentation import (
    Compose,
    RandomBrightness,
    RandomChannelDropout,
    RandomContrast,
    RandomGaussianNoise,
    RandomMultiply,
    brightness,
    channel_dropout,
    contrast,
    multiply,
)
from sklearn_protloc.augmentation._opencv import change

EVERY_BYTE = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)
EVERY_WORD = np.arange(65536, dtype=np.uint16).reshape(1, 256, 256)
UNSIGNED = pytest.mark.parametrize("image", [EVERY_BYTE, EVERY_WORD], ids=["u1", "u2"])


def rounded(values, dtype):
    return np.clip(np.rint(values), 0, np.iinfo(dtype).max).astype(dtype)


@UNSIGNED
@pytest.mark.parametrize("factor", [0, 0.3, 1, 1.2, 5])
def test_multiply_rounds_and_clips(image, factor):
    expected = rounded(factor * image.astype(float), image.dtype)
    assert_allclose(multiply(image, factor), expected, atol=image.itemsize - 1)


@UNSIGNED
@pytest.mark.parametrize("shift", [-1, -0.25, 0.1, 1])
def test_brightness_is_in_units_of_the_range(image, shift):
    top = np.iinfo(image.dtype).max
    expected = rounded(image.astype(float) + shift * top, image.dtype)
    assert_allclose(brightness(image, shift), expected, atol=image.itemsize - 1)


@UNSIGNED
@pytest.mark.parametrize("factor", [0.5, 1.5])
def test_contrast_is_about_the_middle(image, factor):
    middle = np.iinfo(image.dtype).max / 2
    expected = rounded(middle + factor * (image - middle), image.dtype)
    assert_allclose(contrast(image, factor), expected, atol=image.itemsize - 1)


@pytest.mark.parametrize("dtype", ["f4", "f8"])
def test_floats_are_not_clipped(dtype):
    image = np.array([[[-3, 0, 0.5, 1, 40]]], dtype)
    assert_allclose(multiply(image, 2), 2 * image)
    assert_allclose(brightness(image, 0.25), image + 0.25)
    assert_allclose(contrast(image, 0.5), 0.25 + image / 2)


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4"])
def test_a_value_for_each_channel(dtype):
    image = np.full((3, 2, 5), 100, dtype)
    assert_array_equal(multiply(image, [0, 1, 0.5])[:, 0, 0], [0, 100, 50])
    top = np.iinfo(dtype).max if dtype != "f4" else 1
    assert_allclose(
        brightness(image, [0, 0.2, 0.1])[:, 1, 4],
        [100, 100 + 0.2 * top, 100 + 0.1 * top],
        atol=0.5,
    )


def test_steps_in_one_do_what_one_step_after_the_other_does():
    image = np.random.default_rng(0).random((3, 8, 8))
    augmenter = Compose(
        [
            RandomMultiply(per_channel=0.5),
            RandomContrast(),
            RandomGaussianNoise(),
            RandomBrightness(per_channel=1),
        ]
    )
    for seed in range(20):
        steps = augmenter.draw(image.shape, np.random.default_rng(seed))
        one_by_one = image
        for step in steps:
            one_by_one = change(one_by_one, [step])
        assert len(steps) == 4
        assert_allclose(change(image, steps), one_by_one, atol=1e-12)


@pytest.mark.parametrize("dtype", ["u1", "u2"])
def test_levels_and_noise_are_clipped_and_rounded_once(dtype):
    top = np.iinfo(dtype).max
    image = np.linspace(0, top, 120).astype(dtype).reshape(1, 10, 12)
    bright = Compose([RandomBrightness((0.5, 0.5)), RandomBrightness((-0.5, -0.5))])
    assert_allclose(bright(image, np.random.default_rng(0)), image, atol=0)
    bright.augmenters.append(RandomGaussianNoise((0.1, 0.1)))
    changed = bright(image, np.random.default_rng(0))
    as_float = bright(image / top, np.random.default_rng(0))
    assert_allclose(changed, np.clip(as_float, 0, 1) * top, atol=0.51)


@pytest.mark.parametrize(
    ("augmenter", "low", "high"),
    [
        (RandomMultiply((0.8, 1.2), per_channel=0), 80, 120),
        (RandomBrightness((-0.1, 0.2)), 74.5, 151),
        (RandomContrast((0.5, 1.5)), 86.25, 113.75),
    ],
)
def test_random_values_span_their_range(augmenter, low, high):
    image = np.full((2, 1, 1), 100, np.uint8)
    rng = np.random.default_rng(0)
    drawn = np.array([augmenter(image, rng).ravel() for _ in range(300)])
    assert (drawn[:, 0] == drawn[:, 1]).all()
    assert_allclose([drawn.min(), drawn.max()], [low, high], atol=1)
    assert_allclose(drawn.mean(), (low + high) / 2, atol=4)


@pytest.mark.parametrize("augmenter", [RandomMultiply, RandomBrightness])
def test_chance_of_a_value_per_channel(augmenter):
    image = np.full((2, 1, 1), 30000, np.uint16)
    rng = np.random.default_rng(0)

    def share_of_colored(chance):
        changed = [augmenter(per_channel=chance)(image, rng) for _ in range(400)]
        return np.mean([np.ptp(c) > 0 for c in changed])

    assert share_of_colored(0) == 0
    assert_allclose(share_of_colored(0.2), 0.2, atol=0.06)
    assert share_of_colored(1) == 1


def test_dropped_channels_are_black_and_others_as_they_were():
    image = np.random.default_rng(0).integers(1, 256, (4, 6, 6), dtype=np.uint8)
    changed = channel_dropout(image, [1, 3])
    assert_array_equal(changed[[0, 2]], image[[0, 2]])
    assert not changed[[1, 3]].any()


def test_one_of_the_named_channels_is_dropped():
    image = np.ones((4, 2, 2), np.float32)

    def dropped(channels):
        augmenter = RandomChannelDropout(channels, p=1)
        changed = [
            augmenter(image, np.random.default_rng(seed)).max(axis=(1, 2))
            for seed in range(60)
        ]
        assert (np.sum(changed, axis=1) == 3).all()
        return set(np.argmin(changed, axis=1))

    assert dropped(None) == {0, 1, 2, 3}
    assert dropped([0, 2, 3]) == {0, 2, 3}
    assert dropped(np.array([2])) == {2}


@pytest.mark.parametrize(
    ("function", "value", "message"),
    [
        (multiply, -1, "Expected factor as a number of at least 0, got"),
        (multiply, [1, 1, 1], r"one number, or one for each of 2 channel\(s\)"),
        (multiply, "bright", "one number, or one for each"),
        (brightness, 10, "Expected shift as a number from -1 to 1"),
        (contrast, np.inf, "Expected factor as a number of at least 0, got inf"),
        (contrast, [1, 1], "Expected factor as a number"),
        (channel_dropout, 1, "a list of positions"),
        (channel_dropout, [2], "from 0 to 1, as the image has 2"),
        (channel_dropout, [-1], "from 0 to 1"),
        (channel_dropout, [0.5], "a list of positions"),
    ],
)
def test_values_out_of_bounds(function, value, message):
    with pytest.raises(ValueError, match=message):
        function(np.zeros((2, 3, 3), np.uint8), value)
