import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal

from sklearn_protloc.augmentation import (
    Compose,
    RandomAffine,
    RandomContrast,
    RandomDihedral,
    RandomGaussianBlur,
    RandomHorizontalFlip,
    RandomSideCrop,
    RandomVerticalFlip,
    affine,
    dihedral,
    horizontal_flip,
    side_crop,
    vertical_flip,
)
from sklearn_protloc.augmentation._matrices import (
    dihedral_matrix,
    resizable_shares,
    resized_part,
)
from sklearn_protloc.augmentation._opencv import change
from sklearn_protloc.augmentation._steps import Warp

# a resize of bytes is off by less than one; before version 5, a warp was by more
WARP_ATOL = {"u1": 0.999, "u2": 0.51, "f4": 2e-3, "f8": 2e-3}
if int(cv2.__version__.split(".")[0]) < 5:
    WARP_ATOL = dict.fromkeys(WARP_ATOL, 10)


@pytest.fixture
def image():
    return np.random.default_rng(0).integers(0, 255, (4, 9, 9), dtype=np.uint8)


def spots(size=64, margin=16):
    """Return smooth spots amidst black, so that interpolation errs little."""
    image = np.zeros((2, size, size), np.float32)
    inner = np.random.default_rng(0).random((2, size - 2 * margin, size - 2 * margin))
    image[:, margin:-margin, margin:-margin] = inner
    return np.stack([cv2.GaussianBlur(plane, (0, 0), 3) for plane in image])


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8"])
@pytest.mark.parametrize("move", range(8))
def test_the_eight_moves_are_exact(move, dtype):
    image = np.random.default_rng(0).random((5, 7, 7)) * 200
    image = image.astype(dtype)
    moved = change(image, [Warp(dihedral_matrix(move, 7, 7))])
    assert_array_equal(moved, dihedral(image, move))


@pytest.mark.parametrize("move", [0, 2, 4, 6])
def test_moves_of_oblong_images_are_exact(image, move):
    oblong = image[:, :, :5]
    moved = change(oblong, [Warp(dihedral_matrix(move, 9, 5))])
    assert_array_equal(moved, dihedral(oblong, move))


def test_flips(image):
    assert_array_equal(horizontal_flip(image), image[:, :, ::-1])
    assert_array_equal(vertical_flip(image), image[:, ::-1])


@pytest.mark.parametrize("turns", range(-4, 5))
def test_rotations_by_quarter_turns_are_exact_and_counter_clockwise(image, turns):
    assert_array_equal(
        affine(image, rotation=90 * turns), np.rot90(image, turns, (1, 2))
    )


def test_shifts_go_down_and_right_and_bring_in_black(image):
    shifted = affine(image, shift=(2 / 9, 3 / 9))
    assert_array_equal(shifted[:, 2:, 3:], image[:, :-2, :-3])
    assert not shifted[:, :2].any()
    assert not shifted[:, :, :3].any()
    assert_array_equal(affine(image, shift=-3 / 9)[:, :-3, :-3], image[:, 3:, 3:])


def place_of(image):
    """Return the centre of what is bright, from the centre of the image."""
    rows, columns = np.indices(image.shape[1:]) - (image.shape[1] - 1) / 2
    return np.array([(image[0] * rows).sum(), (image[0] * columns).sum()]) / image.sum()


@pytest.mark.parametrize(
    ("figures", "place"),
    [
        ({"scale": 2}, (-16, 12)),
        ({"scale": (2, 1)}, (-16, 6)),
        ({"scale": (1, 0.5)}, (-8, 3)),
        ({"shear": 45}, (-8, 14)),
        ({"rotation": 90}, (-6, -8)),
        ({"rotation": 180, "shift": (0.1, -0.2)}, (8 + 10.1, -6 - 20.2)),
        ({"scale": (2, 1), "shear": 45}, (-16, 22)),
        ({"shear": 45, "rotation": 90}, (-14, -8)),
    ],
)
def test_a_spot_goes_where_it_should(figures, place):
    image = np.zeros((1, 101, 101))
    image[0, 50 - 8, 50 + 6] = 1  # up and to the right
    image[0] = cv2.GaussianBlur(image[0], (0, 0), 1.5)
    assert_allclose(place_of(affine(image, **figures)), place, atol=0.05)


def test_crops_bring_corners_to_corners():
    image = np.random.default_rng(0).random((3, 41, 21))
    cropped = side_crop(image, top=0.25, right=0.1, bottom=0.1, left=0.2)
    corners = [(0, 0, 10, 4), (0, -1, 10, 18), (-1, 0, 36, 4), (-1, -1, 36, 18)]
    for row, column, from_row, from_column in corners:
        assert_allclose(
            cropped[:, row, column], image[:, from_row, from_column], atol=1e-6
        )
    bright = side_crop(np.full((1, 37, 53), 200, np.uint8), top=0.123, left=0.31)
    assert (bright == 200).all()  # nothing black shines in from beyond


@pytest.mark.parametrize("dtype", ["u1", "u2", "f4", "f8"])
@pytest.mark.parametrize("shape", [(3, 41, 41), (5, 16, 60), (2, 7, 3)])
def test_random_crops_are_resized_as_a_warp_would(dtype, shape):
    image = (np.random.default_rng(0).random(shape) * 200).astype(dtype)
    as_float = image.astype(np.float32)
    for seed in range(30):
        rng = np.random.default_rng(seed)
        (crop,) = RandomSideCrop((0, 0.2)).draw(shape, rng)
        assert resized_part(crop.matrix, *shape[1:]) is not None
        warped = [
            cv2.warpAffine(
                plane,
                crop.matrix[:2],
                shape[:0:-1],
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for plane in as_float
        ]
        assert_allclose(change(image, [crop]), warped, atol=WARP_ATOL[dtype])


def test_random_crops_cut_within_a_pixel_of_what_was_drawn():
    for size in (11, 100, 512):
        drawn = np.random.default_rng(0).uniform(0, 0.2, (200, 2))
        cut = np.array([resizable_shares(*shares, size) for shares in drawn])
        assert np.abs(cut - drawn).max() * size < 1.3
        assert cut.min() >= 0
    assert resizable_shares(0.001, 0.001, 100) == (0, 0)
    assert resizable_shares(0.45, 0.4, 100) == (0.45, 0.4)  # too much to resize


def test_crops_that_no_resize_can_make_are_warped():
    ramp = np.tile(np.arange(101.0), (1, 101, 1))
    for left in [0.1, 0.1004, 0.1038]:
        cropped = side_crop(ramp, left=left, right=0.3)
        assert_allclose(
            cropped[0, 0], np.linspace(100 * left, 70, 101), atol=0.02, rtol=0
        )


def test_crops_cut_what_they_say():
    ramp = np.tile(np.arange(101.0), (1, 101, 1))
    cropped = side_crop(ramp, left=0.1, right=0.3)
    assert_allclose(cropped[0, 0], np.linspace(10, 70, 101), atol=0.02)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32))
def test_geometry_in_one_warp_is_that_of_one_after_the_other(seed):
    image = spots()
    augmenter = Compose(
        [
            RandomHorizontalFlip(),
            RandomAffine((0.9, 1.1), (-0.02, 0.02), (-180, 180), (-5, 5)),
            RandomDihedral(),
            RandomSideCrop((0, 0.03)),
            RandomVerticalFlip(),
        ]
    )
    steps = augmenter.draw(image.shape, np.random.default_rng(seed))
    one_by_one = image
    for step in steps:
        one_by_one = change(one_by_one, [step])
    assert_allclose(change(image, steps), one_by_one, atol=0.03)


def test_moves_that_cancel_out_leave_every_pixel(image):
    steps = [Warp(dihedral_matrix(move, 9, 9)) for move in [5, 3, 4, 6, 1, 2]]
    moved = image
    for move in [5, 3, 4, 6, 1, 2]:
        moved = dihedral(moved, move)
    assert_array_equal(change(image, steps), moved)
    back = RandomAffine(shift=(0.4, 0.4)), RandomAffine(shift=(-0.4, -0.4))
    assert_array_equal(Compose([*back])(image, np.random.default_rng(0)), image)


def test_geometry_comes_first_and_the_rest_keeps_its_order():
    augmenter = Compose(
        [
            RandomContrast(),
            RandomAffine(rotation=(10, 10)),
            RandomGaussianBlur((1, 1)),
            RandomDihedral(),
            RandomContrast(),
        ]
    )
    rng = np.random.default_rng(0)
    steps = augmenter.draw((1, 32, 32), rng)
    kinds = [type(step).__name__ for step in steps]
    assert kinds == ["Levels", "Warp", "Blur", "Warp", "Levels"]
    image = spots(32, 8)[:1]
    in_order = change(image, [steps[1], steps[3]])
    for step in [steps[0], steps[2], steps[4]]:
        in_order = change(in_order, [step])
    assert_array_equal(change(image, steps), in_order)


def test_both_directions_are_scaled_alike_unless_asked():
    def scales(keep_aspect):
        augmenter = RandomAffine(scale=(0.5, 2), keep_aspect=keep_aspect)
        (warp,) = augmenter.draw((1, 8, 8), np.random.default_rng(0))
        return warp.matrix[0, 0], warp.matrix[1, 1]

    assert scales(True)[0] == scales(True)[1]
    assert scales(False)[0] != scales(False)[1]


def test_figures_span_their_ranges():
    augmenter = RandomAffine((0.8, 1.2), (-0.2, 0.1), (-30, 60))
    rng = np.random.default_rng(0)
    drawn = np.array([augmenter.draw((1, 9, 9), rng)[0].matrix for _ in range(500)])
    scales = 1 / np.hypot(drawn[:, 0, 0], drawn[:, 0, 1])
    angles = np.degrees(np.arctan2(drawn[:, 1, 0], drawn[:, 0, 0]))
    assert_allclose([scales.min(), scales.max()], [0.8, 1.2], atol=0.01)
    assert_allclose([angles.min(), angles.max()], [-30, 60], atol=1)
    forward = np.linalg.inv(drawn) @ [4, 4, 1] - [4, 4, 1]
    assert_allclose(forward[:, :2].min(axis=0) / 9, -0.2, atol=0.01)
    assert_allclose(forward[:, :2].max(axis=0) / 9, 0.1, atol=0.01)


def test_many_channels_are_moved_alike():
    image = np.random.default_rng(0).random((11, 16, 16)).astype(np.float32)
    rotated = affine(image, rotation=20)
    for channel, alone in zip(rotated, image, strict=True):
        assert_array_equal(channel, affine(alone[np.newaxis], rotation=20)[0])


def test_sides_too_long_to_interpolate_are_explained():
    image = np.zeros((1, 1, 40000), np.uint8)
    image[0, 0, 0] = 7
    assert horizontal_flip(image)[0, 0, -1] == 7
    with pytest.raises(ValueError, match="at most 32766 pixels on a side"):
        affine(image, shift=0.1)


@pytest.mark.parametrize(
    ("figures", "message"),
    [
        ({"scale": 0}, "Expected scale as a number from 0.01 to 100, got 0"),
        ({"scale": (1, 1, 1)}, r"one number, or two \(vertical, horizontal\)"),
        ({"shift": 20}, "Expected shift as a number from -1 to 1"),
        ({"rotation": np.nan}, "Expected rotation as a number, got nan"),
        ({"shear": 90}, "from -80 to 80"),
    ],
)
def test_figures_out_of_bounds(image, figures, message):
    with pytest.raises(ValueError, match=message):
        affine(image, **figures)


def test_sides_out_of_bounds(image):
    with pytest.raises(ValueError, match=r"Expected left as a number from 0 to 0.49"):
        side_crop(image, left=0.5)
