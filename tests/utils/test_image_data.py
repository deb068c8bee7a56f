import numpy as np
import pytest

from sklearn_protloc.utils import check_finite, check_image_data, read_image


def test_arrays_come_back_as_they_are():
    for dtype in (np.uint8, np.uint16, np.float32, bool):
        X = np.zeros((2, 3, 8, 9), dtype=dtype)
        assert check_image_data(X) is X


def test_memory_maps_are_not_read(tmp_path):
    """A NaN in a memory map is found when its batch is read, not before."""
    X = np.full((3, 1, 2, 2), np.nan, dtype=np.float32)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    assert check_image_data(mapped) is mapped
    with pytest.raises(ValueError, match="contains NaN"):
        check_finite(read_image(mapped, 1))


def test_small_images_of_many_channels_are_not_called_channels_last():
    check_image_data(np.zeros((2, 12, 5, 5)))
    with pytest.raises(ValueError, match="channels-last"):
        check_image_data(np.zeros((2, 12, 12, 5)))


class Ragged(list):
    """Images that are not what is said of them."""

    shape = (3, 1, 2, 2)
    dtype = np.dtype(np.uint8)


@pytest.mark.parametrize("dtype", [np.float32, np.int16, bool])
def test_unsigned_images_among_others_are_named(dtype):
    good = np.zeros((1, 2, 2), dtype)
    X = Ragged([good, good.astype(np.uint8), good.astype(np.float64)])
    X.dtype = good.dtype
    assert read_image(X, 0) is good
    with pytest.raises(ValueError, match="images, got uint8 at index 1"):
        read_image(X, 1)
    read_image(X, 2)  # of the same range


def test_an_image_of_another_shape_or_dtype_is_named():
    good = np.zeros((1, 2, 2), np.uint8)
    X = Ragged([good, np.zeros((1, 2, 3), np.uint8), good.astype(np.uint16)])
    assert read_image(X, np.int64(0)) is good
    message = r"shape \(1, 2, 2\), got \(1, 2, 3\) at index 1"
    with pytest.raises(ValueError, match=message):
        read_image(X, 1)
    with pytest.raises(ValueError, match="uint8 images, got uint16 at index 2"):
        read_image(X, 2)


@pytest.mark.parametrize(("value", "word"), [(np.nan, "NaN"), (-np.inf, "infinity")])
def test_pixels_that_are_not_finite_are_refused(value, word):
    with pytest.raises(ValueError, match=f"contains {word}"):
        check_finite(np.array([0, value]))
