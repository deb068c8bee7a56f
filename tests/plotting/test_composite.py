import numpy as np
import pytest

from sklearn_protloc.plotting._composite import composite, stretched

RNG = np.random.default_rng(0)


def spot(channel, dtype=np.uint8, value=200):
    """Return an image of 4 channels with a square in one of them."""
    image = np.zeros((4, 12, 10), dtype=dtype)
    image[channel, 3:6, 4:7] = value
    return image


@pytest.mark.parametrize(
    ("channel", "color"),
    [(0, [1, 0, 0]), (1, [0, 1, 0]), (2, [0, 0, 1]), (3, [1, 1, 0])],
)
def test_each_stain_has_its_colour(channel, color):
    picture = composite(spot(channel))
    assert picture.shape == (12, 10, 3)
    assert picture.dtype == np.float32
    np.testing.assert_array_equal(picture[4, 5], color)
    np.testing.assert_array_equal(picture[0, 0], [0, 0, 0])


def test_channels_in_another_order():
    image = RNG.integers(0, 256, (4, 8, 8), dtype=np.uint8)
    swapped = image[[2, 1, 3, 0]]
    np.testing.assert_array_equal(composite(image), composite(swapped, "BGYR"))
    np.testing.assert_array_equal(composite(image[1:2], "G")[..., [0, 2]], 0)
    np.testing.assert_array_equal(
        composite(image, shown="GB"), composite(image[1:3], "GB")
    )


def test_colours_add_up_and_are_cut_at_one():
    image = spot(0) + spot(3)
    np.testing.assert_array_equal(composite(image)[4, 5], [1, 1, 0])


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64, bool])
def test_contrast_does_not_depend_on_type_and_range(dtype):
    image = np.zeros((4, 20, 20), dtype=dtype)
    image[1, :10] = 1
    np.testing.assert_array_equal(stretched(image[1]), image[1].astype(np.float32))
    np.testing.assert_array_equal(composite(image)[0, 0], [0, 1, 0])


def test_hot_pixels_do_not_darken_the_rest():
    image = np.full((4, 100, 100), 10, dtype=np.uint16)
    image[1, :50] = 20
    image[1, 0, 0] = 60000
    assert composite(image)[1, 0, 1] == 1
    # Unless there is nothing else.
    lone = np.zeros((100, 100), dtype=np.uint16)
    lone[0, 0] = 60000
    assert stretched(lone)[0, 0] == 1


def test_an_empty_channel_is_black():
    assert (composite(np.full((4, 5, 5), 7, dtype=np.uint8)) == 0).all()
    assert (composite(np.full((4, 5, 5), -7.5)) == 0).all()


@pytest.mark.parametrize(
    ("shape", "order"),
    [((4, 8, 8), "RGB"), ((3, 8, 8), "RGR"), ((3, 8, 8), "RGX"), ((8, 8), "RGBY")],
)
def test_errors(shape, order):
    with pytest.raises(ValueError, match="a letter of RGBY for each channel"):
        composite(np.zeros(shape), order)


def test_stains_that_are_not_there():
    with pytest.raises(ValueError, match="shown as letters of 'RGB', got 'GY'"):
        composite(np.zeros((3, 8, 8)), "RGB", shown="GY")


def test_pixels_that_are_no_numbers():
    image = np.zeros((4, 8, 8))
    image[1, 0, 0] = np.nan
    with pytest.raises(ValueError, match="contains NaN"):
        composite(image)
