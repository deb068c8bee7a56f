import numpy as np
import pytest
from numpy.testing import assert_array_equal

from sklearn_protloc.augmentation import RandomDihedral, dihedral


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 255, (4, 6, 6), dtype=np.uint8)


def test_eight_different_moves_that_keep_every_pixel(image):
    moved = [dihedral(image, move) for move in range(8)]
    assert len({m.tobytes() for m in moved}) == 8
    assert all(sorted(m.ravel()) == sorted(image.ravel()) for m in moved)
    assert_array_equal(moved[0], image)


def test_moves_keep_channels_together(image):
    for move in range(8):
        for channel, alone in zip(dihedral(image, move), image, strict=True):
            assert_array_equal(channel, dihedral(alone, move))


def test_the_generator_decides_and_the_input_stays(image):
    before = image.copy()
    augment = RandomDihedral()
    first = [augment(image, np.random.default_rng(s)).tobytes() for s in range(40)]
    again = [augment(image, np.random.default_rng(s)).tobytes() for s in range(40)]
    assert first == again
    assert len(set(first)) == 8
    assert_array_equal(image, before)


def test_oblong_images_keep_their_shape(image):
    augment = RandomDihedral()
    oblong = image[:, :, :3]
    shapes = {augment(oblong, np.random.default_rng(s)).shape for s in range(20)}
    assert shapes == {oblong.shape}
    assert augment(oblong, np.random.default_rng(0)).dtype == image.dtype


@pytest.mark.parametrize("move", [-1, 8, 1.5])
def test_there_are_eight_moves(image, move):
    with pytest.raises(ValueError, match="from 0 to 7"):
        dihedral(image, move)
