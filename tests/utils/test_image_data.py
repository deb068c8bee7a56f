import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_protloc.utils import check_image_data, read_batch


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
        read_batch(mapped, [1], np.empty((1, 1, 2, 2), dtype=np.float32))


def test_small_images_of_many_channels_are_not_called_channels_last():
    check_image_data(np.zeros((2, 12, 5, 5)))
    with pytest.raises(ValueError, match="channels-last"):
        check_image_data(np.zeros((2, 12, 12, 5)))


def test_read_batch_takes_rows_in_their_order():
    X = np.arange(12, dtype=np.uint8).reshape(3, 1, 2, 2)
    out = np.empty((2, 1, 2, 2), dtype=np.uint8)
    read_batch(X, np.array([2, 0]), out)
    assert_array_equal(out, X[[2, 0]])


def test_read_batch_names_the_image_of_another_size():
    X = [np.zeros((1, 2, 2)), np.zeros((1, 2, 3))]
    with pytest.raises(
        ValueError, match=r"shape \(1, 2, 2\), got \(1, 2, 3\) at index 1"
    ):
        read_batch(X, [0, 1], np.empty((2, 1, 2, 2)))


def test_numbers_too_large_for_the_buffer_are_refused():
    X = np.full((1, 1, 2, 2), 1e300)
    with pytest.raises(ValueError, match="contains infinity"):
        read_batch(X, [0], np.empty((1, 1, 2, 2), dtype=np.float32))
