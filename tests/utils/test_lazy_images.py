import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sklearn_protloc.utils import (
    LazyImages,
    check_image_size,
    import_or_raise,
    resize_image,
)


class Levels(LazyImages):
    """Images of one pixel, as the array of the same name."""

    dtype = np.dtype(np.int64)

    def __init__(self, levels):
        self.levels = levels

    @property
    def shape(self):
        return len(self.levels), 1, 1, 1

    def _read(self, i):
        assert 0 <= i < len(self.levels)
        return self.levels[i].reshape(1, 1, 1)

    def _take(self, rows):
        return Levels(self.levels[rows])


bound = st.none() | st.integers(-9, 9)


@given(bound, bound, bound.filter(lambda step: step != 0), st.integers(0, 7))
@settings(max_examples=50, derandomize=True, deadline=None)
def test_slices_are_those_of_an_array(start, stop, step, n):
    levels, rows = np.arange(n), slice(start, stop, step)
    np.testing.assert_array_equal(np.ravel(Levels(levels)[rows]), levels[rows])


@pytest.mark.parametrize("i", [-5, 4, 2**40])
def test_rows_outside(i):
    with pytest.raises(IndexError, match=f"index {i} is out of bounds for 4 images"):
        Levels(np.arange(4))[i]


def test_what_a_subclass_gets():
    X = Levels(np.arange(4))
    assert repr(X) == "Levels(4 samples, 1 channels, 1 x 1, int64)"
    assert X[-1].item() == 3
    with pytest.raises(TypeError, match="abstract"):
        LazyImages()


def test_image_size():
    assert check_image_size((3, np.int64(4))) == (3, 4)
    with pytest.raises(TypeError, match="an int or as"):
        check_image_size("ab")


@pytest.mark.parametrize("interpolation", ["area", "linear", "nearest"])
@pytest.mark.parametrize("size", [(4, 6), (16, 24), (7, 5)])
def test_resizing_keeps_even_brightness_and_type(interpolation, size):
    image = np.full((2, 8, 12), [[[200]], [[65535]]], np.uint16)
    resized = resize_image(image, size, interpolation)
    assert resized.dtype == np.uint16
    np.testing.assert_array_equal(resized, np.full((2, *size), [[[200]], [[65535]]]))


def test_area_loses_no_light():
    image = np.random.default_rng(0).random((1, 12, 18))
    assert resize_image(image, (4, 3)).mean() == pytest.approx(image.mean())


def test_missing_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "zarr", None)
    message = r"Reading needs the package zarr, .* pip install 'sklearn-protloc\[x\]'"
    with pytest.raises(ImportError, match=message):
        import_or_raise("zarr", "Reading", extra="x")


def test_a_package_that_lacks_another_says_so(tmp_path, monkeypatch):
    (tmp_path / "half_there.py").write_text("import not_there_at_all")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(ModuleNotFoundError, match="not_there_at_all"):
        import_or_raise("half_there", "Reading", extra="x")
