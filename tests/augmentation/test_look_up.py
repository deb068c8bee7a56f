import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_protloc.augmentation import RandomGaussianNoise, RandomMultiply, _look_up

TABLE = np.random.default_rng(0).permutation(256).astype(np.uint8)


@pytest.fixture(params=["with the extra", "without"])
def look_up(request, monkeypatch):
    if request.param == "without":
        monkeypatch.setattr(_look_up, "translate", None)
    elif _look_up.translate is None:
        pytest.skip("stringzilla is not installed")
    return _look_up.look_up


@pytest.mark.parametrize("shape", [(1, 1), (16, 16), (3, 5), (40, 513)])
def test_every_byte_is_replaced(look_up, shape):
    pixels = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    pixels.flags.writeable = False
    out = np.zeros_like(pixels)
    look_up(pixels, TABLE, out)
    assert_array_equal(out, TABLE[pixels])


def test_in_place(look_up):
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16)
    look_up(pixels, TABLE, pixels)
    assert_array_equal(pixels.ravel(), TABLE)


@pytest.mark.parametrize(
    "augmenter",
    [RandomMultiply(), RandomMultiply(per_channel=1), RandomGaussianNoise()],
)
def test_the_extra_changes_no_pixel(augmenter, monkeypatch):
    image = np.random.default_rng(0).integers(0, 256, (3, 20, 30), dtype=np.uint8)
    found = augmenter(image, np.random.default_rng(0))
    monkeypatch.setattr(_look_up, "translate", None)
    assert_array_equal(augmenter(image, np.random.default_rng(0)), found)
