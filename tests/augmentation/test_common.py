"""Promises of every augmenter and every function of the room."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, clone

from sklearn_protloc import augmentation
from sklearn_protloc.augmentation import (
    Compose,
    OneOf,
    RandomAffine,
    RandomBrightness,
    RandomChannelDropout,
    RandomContrast,
    RandomDihedral,
    RandomGaussianBlur,
    RandomGaussianNoise,
    RandomHorizontalFlip,
    RandomMultiply,
    RandomSideCrop,
    RandomVerticalFlip,
    SomeOf,
    gapnet_variant,
    stacked_resnet,
    tunet,
)

AFFINE = {
    "scale": (0.8, 1.2),
    "shift": (-0.2, 0.2),
    "rotation": (-180, 180),
    "shear": (-8, 8),
}
AUGMENTERS = [
    RandomAffine(**AFFINE),
    RandomAffine(**AFFINE, keep_aspect=False, p=0.5),
    RandomBrightness(per_channel=0.5),
    RandomChannelDropout(),
    RandomContrast(),
    RandomDihedral(),
    RandomGaussianBlur(sigma=(0, 2)),
    RandomGaussianNoise(),
    RandomHorizontalFlip(),
    RandomMultiply(),
    RandomSideCrop(),
    RandomVerticalFlip(),
    Compose([RandomDihedral(), RandomAffine(**AFFINE), RandomContrast()]),
    OneOf([RandomGaussianBlur(), RandomGaussianNoise()]),
    SomeOf([RandomHorizontalFlip(), RandomBrightness(), RandomContrast()], n=(0, 3)),
    gapnet_variant(),
    stacked_resnet(),
    tunet(),
]
FUNCTIONS = {
    "affine": lambda image: augmentation.affine(image, rotation=30, scale=1.1),
    "brightness": lambda image: augmentation.brightness(image, 0.1),
    "channel_dropout": lambda image: augmentation.channel_dropout(image, [0]),
    "contrast": lambda image: augmentation.contrast(image, 1.5),
    "gaussian_blur": lambda image: augmentation.gaussian_blur(image, 1.5),
    "gaussian_noise": lambda image: augmentation.gaussian_noise(
        image, 0.1, np.random.default_rng(0)
    ),
    "horizontal_flip": augmentation.horizontal_flip,
    "multiply": lambda image: augmentation.multiply(image, 0.8),
    "side_crop": lambda image: augmentation.side_crop(image, top=0.1, left=0.2),
    "vertical_flip": augmentation.vertical_flip,
}
NO_CHANGE = {"augment_batch", "dihedral", "gapnet_variant", "stacked_resnet", "tunet"}
DTYPES = ["u1", "u2", ">u2", "f2", "f4", ">f4", "f8"]

each_augmenter = pytest.mark.parametrize(
    "augmenter", AUGMENTERS, ids=lambda a: type(a).__name__
)
each_with_a_chance = pytest.mark.parametrize(
    "augmenter",
    [a for a in AUGMENTERS if "p" in a.get_params()],
    ids=lambda a: type(a).__name__,
)
each_function = pytest.mark.parametrize("name", FUNCTIONS)


def make_image(dtype="u1", shape=(4, 12, 12), seed=0):
    pixels = np.random.default_rng(seed).random(shape)
    dtype = np.dtype(dtype)
    return (pixels * (np.iinfo(dtype).max if dtype.kind == "u" else 1)).astype(dtype)


def call(augmenter, image, seed=1):
    return augmenter(image, np.random.default_rng(seed))


def test_everything_public_is_tested_here():
    public = {name: getattr(augmentation, name) for name in augmentation.__all__}
    classes = {name for name, thing in public.items() if isinstance(thing, type)}
    assert {type(a).__name__ for a in AUGMENTERS} == classes
    assert set(FUNCTIONS) | NO_CHANGE == set(public) - classes


@each_augmenter
@settings(max_examples=30, deadline=None)
@given(
    dtype=st.sampled_from(DTYPES),
    n_channels=st.sampled_from([2, 3, 4, 5, 9]),
    height=st.integers(1, 12),
    width=st.integers(1, 12),
    seed=st.integers(0, 2**32),
)
def test_keeps_shape_dtype_and_input_and_is_ruled_by_rng(
    augmenter, dtype, n_channels, height, width, seed
):
    image = make_image(dtype, (n_channels, height, width), seed)
    before = image.copy()
    changed = call(augmenter, image, seed)
    assert (changed.shape, changed.dtype) == (image.shape, image.dtype)
    assert np.isfinite(changed).all()
    assert_array_equal(changed, call(augmenter, image, seed))
    assert_array_equal(image, before)


@each_augmenter
@pytest.mark.parametrize("shape", [(4, 12, 12), (5, 9, 14)])
def test_chance_matters(augmenter, shape):
    image = make_image(shape=shape)
    assert len({call(augmenter, image, seed).tobytes() for seed in range(30)}) > 1


@each_augmenter
def test_one_channel_will_do(augmenter):
    image = make_image(shape=(1, 8, 8))
    if isinstance(augmenter, RandomChannelDropout):
        with pytest.raises(ValueError, match="leave RandomChannelDropout out"):
            call(augmenter, image)
    else:
        assert call(augmenter, image).shape == image.shape


@each_augmenter
def test_clone_pickle_and_repr(augmenter):
    image = make_image()
    before = repr(augmenter)
    expected = [call(augmenter, image, seed) for seed in range(5)]
    for other in [clone(augmenter), pickle.loads(pickle.dumps(augmenter))]:
        assert isinstance(other, BaseEstimator)
        assert other is not augmenter
        assert repr(other) == before == repr(augmenter)
        assert other.get_params().keys() == augmenter.get_params().keys()
        found = [call(other, image, seed) for seed in range(5)]
        assert_array_equal(found, expected)


def layouts(image):
    """Yield the same image as it may lie in memory."""
    yield (
        "channels last",
        np.ascontiguousarray(image.transpose(1, 2, 0)).transpose(2, 0, 1),
    )
    yield "backwards", image[:, ::-1, ::-1].copy()[:, ::-1, ::-1]
    larger = np.zeros((image.shape[0], 20, 30), image.dtype)
    larger[:, 3 : 3 + image.shape[1], 5 : 5 + image.shape[2]] = image
    yield "part", larger[:, 3 : 3 + image.shape[1], 5 : 5 + image.shape[2]]
    read_only = image.copy()
    read_only.flags.writeable = False
    yield "read-only", read_only


@each_augmenter
def test_any_layout_in_memory(augmenter):
    image = make_image()
    for seed in range(4):
        for _, same in layouts(image):
            assert_array_equal(
                call(augmenter, same, seed), call(augmenter, image, seed)
            )


@each_function
@pytest.mark.parametrize("dtype", DTYPES)
def test_functions_keep_shape_dtype_and_input(name, dtype):
    image = make_image(dtype)
    before = image.copy()
    image.flags.writeable = False
    changed = FUNCTIONS[name](image)
    assert (changed.shape, changed.dtype) == (image.shape, image.dtype)
    assert (changed != image).any()
    assert_array_equal(image, before)
    for _, same in layouts(image):
        assert_array_equal(FUNCTIONS[name](same), changed)


@each_augmenter
def test_threads_may_share_one(augmenter):
    images = [make_image(seed=seed) for seed in range(40)]
    expected = [call(augmenter, image, i) for i, image in enumerate(images)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(call, [augmenter] * 40, images, range(40)))
    assert_array_equal(found, expected)


def test_results_are_never_the_input():
    image = make_image()
    for augmenter in [RandomContrast(p=0), RandomAffine(), RandomGaussianBlur((0, 0))]:
        changed = call(augmenter, image)
        assert_array_equal(changed, image)
        assert not np.shares_memory(changed, image)


@each_with_a_chance
@pytest.mark.parametrize("p", [-0.1, 1.1, "half", np.nan, None])
def test_a_chance_is_a_chance(augmenter, p):
    wrong = clone(augmenter).set_params(p=p)
    with pytest.raises(ValueError, match="Expected p as a number from 0 to 1, got"):
        call(wrong, make_image())


@each_with_a_chance
@pytest.mark.parametrize("p", [0, 1])
def test_never_and_always(augmenter, p):
    certain = clone(augmenter).set_params(p=p)
    drawn = [certain.draw((4, 9, 9), np.random.default_rng(s)) for s in range(20)]
    assert any(drawn) == bool(p)


WRONG_IMAGES = [
    ([[[1]]], TypeError, "Expected an image as a NumPy array .*got list"),
    (np.zeros((8, 8), "u1"), ValueError, r"one image of shape .*got \(8, 8\)"),
    (np.zeros((2, 3, 8, 8), "u1"), ValueError, "one by one"),
    (np.zeros((3, 0, 8), "u1"), ValueError, "one image of shape"),
    (np.zeros((3, 8, 8), int), TypeError, "uint8, uint16 or float, got int64"),
    (np.zeros((3, 8, 8), bool), TypeError, "uint8, uint16 or float, got bool"),
    (np.zeros((3, 8, 8), complex), TypeError, "uint8, uint16 or float"),
]


@pytest.mark.parametrize(("image", "error", "message"), WRONG_IMAGES)
def test_what_is_no_image_is_refused(image, error, message):
    for augmenter in AUGMENTERS:
        if not isinstance(augmenter, RandomDihedral):  # takes any array
            with pytest.raises(error, match=message):
                call(augmenter, image)
    for function in FUNCTIONS.values():
        with pytest.raises(error, match=message):
            function(image)


@each_augmenter
@pytest.mark.parametrize("rng", [0, None, np.random.RandomState(0)])
def test_chance_comes_from_a_generator(augmenter, rng):
    with pytest.raises(TypeError, match=r"Expected rng as a numpy.random.Generator"):
        augmenter.draw((4, 8, 8), rng)


RANGES = [
    (RandomAffine, "scale", (0, 1), "from 0.01 to 100"),
    (RandomAffine, "scale", 1.2, "two numbers"),
    (RandomAffine, "shift", (-2, 2), "from -1 to 1"),
    (RandomAffine, "rotation", (180, -180), "smallest, largest"),
    (RandomAffine, "rotation", (-np.inf, np.inf), "two numbers"),
    (RandomAffine, "shear", (-90, 90), "from -80 to 80"),
    (RandomBrightness, "shift", (-25, 25), "from -1 to 1"),
    (RandomBrightness, "per_channel", 2, "from 0 to 1"),
    (RandomChannelDropout, "channels", [4], "from 0 to 3"),
    (RandomChannelDropout, "channels", [], "a list of positions"),
    (RandomChannelDropout, "channels", "green", "a list of positions"),
    (RandomContrast, "factor", (-0.5, 1), "of at least 0"),
    (RandomGaussianBlur, "sigma", (0, np.nan), "from 0 to 100"),
    (RandomGaussianNoise, "std", (0, 12.75), "from 0 to 1"),
    (RandomGaussianNoise, "per_channel", None, "from 0 to 1"),
    (RandomMultiply, "factor", (1, 1, 1), "two numbers"),
    (RandomMultiply, "per_channel", -1, "from 0 to 1"),
    (RandomSideCrop, "fraction", (0, 0.5), "from 0 to 0.49"),
]


@pytest.mark.parametrize(("augmenter", "name", "value", "message"), RANGES)
def test_values_out_of_bounds_are_explained(augmenter, name, value, message):
    made = augmenter(**{name: value})
    image = make_image()
    for wrong in [made, clone(made), OneOf([RandomDihedral(), made])]:
        with pytest.raises(ValueError, match=rf"Expected {name} .*{message}"):
            call(wrong, image)
    if name != "p":
        made.p = 0  # also those that chance does not ask for
        with pytest.raises(ValueError, match=f"Expected {name}"):
            call(made, image)
