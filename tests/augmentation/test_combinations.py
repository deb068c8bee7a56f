import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone

from sklearn_protloc.augmentation import (
    Compose,
    OneOf,
    RandomBrightness,
    RandomContrast,
    RandomDihedral,
    RandomHorizontalFlip,
    RandomMultiply,
    RandomVerticalFlip,
    SomeOf,
    gapnet_variant,
    stacked_resnet,
    tunet,
)

TIMES = [RandomMultiply((k, k), per_channel=0) for k in (2, 3, 5, 7)]
ONE = np.ones((1, 1, 1), np.uint8)


def products(augmenter, n=400):
    """Return what 1 is multiplied by, which tells who did it, for many draws."""
    rng = np.random.default_rng(0)
    return np.array([augmenter(ONE, rng).item() for _ in range(n)])


def test_compose_does_all():
    assert set(products(Compose(TIMES), 10)) == {2 * 3 * 5 * 7}


def test_compose_goes_in_order():
    first = RandomBrightness((1 / 255, 1 / 255))
    assert set(products(Compose([first, TIMES[1]]), 5)) == {6}
    assert set(products(Compose([TIMES[1], first]), 5)) == {4}


def test_one_of_does_one_and_each_as_often():
    values, counts = np.unique(products(OneOf(TIMES)), return_counts=True)
    assert values.tolist() == [2, 3, 5, 7]
    assert_allclose(counts / counts.sum(), 0.25, atol=0.06)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 4, (0, 4), (1, 2)])
def test_some_of_does_as_many_as_asked_and_none_twice(n):
    few, many = n if isinstance(n, tuple) else (n, n)
    found = products(SomeOf(TIMES, n=n))
    factors = np.array([[p % k == 0 for k in (2, 3, 5, 7)] for p in found])
    assert set(factors.sum(axis=1)) == set(range(few, many + 1))
    squares = [p % (k * k) == 0 for p in found for k in (2, 3, 5, 7)]
    assert not any(squares)
    assert_allclose(factors.mean(axis=0), (few + many) / 8, atol=0.08)


def test_some_of_keeps_the_order_of_the_list():
    both = SomeOf([RandomBrightness((1 / 255, 1 / 255)), TIMES[1]], n=2)
    assert set(products(both, 30)) == {6}


def test_chance_of_a_combination_is_that_of_all_together():
    found = products(Compose(TIMES[:2], p=0.3))
    assert set(found) == {1, 6}
    assert_allclose((found == 6).mean(), 0.3, atol=0.06)


def test_combinations_of_combinations():
    nested = Compose([OneOf(TIMES[:2]), SomeOf(TIMES[2:], n=1)])
    assert set(products(nested)) == {10, 14, 15, 21}


def test_parameters_of_those_inside_are_cloned_with_them():
    augmenter = OneOf([RandomContrast(factor=(2, 3)), RandomDihedral()])
    cloned = clone(augmenter)
    assert cloned.augmenters[0] is not augmenter.augmenters[0]
    assert cloned.augmenters[0].factor == (2, 3)


@pytest.mark.parametrize("augmenters", [[], None, RandomDihedral(), "RandomDihedral"])
def test_augmenters_are_a_list(augmenters):
    with pytest.raises(ValueError, match="Expected augmenters as a list of one or"):
        Compose(augmenters)(ONE, np.random.default_rng(0))


@pytest.mark.parametrize("combination", [Compose, OneOf])
def test_augmenters_without_a_list_around_them(combination):
    forgot = combination(RandomDihedral(), RandomContrast())
    with pytest.raises(
        ValueError, match=rf"such as {combination.__name__}\(\[RandomDihedral\(\)"
    ):
        forgot(ONE, np.random.default_rng(0))


@pytest.mark.parametrize("other", [RandomDihedral, lambda image, rng: image, None])
def test_others_are_refused_with_advice(other):
    with pytest.raises(TypeError, match="write a function of an image and rng"):
        OneOf([RandomContrast(), other])(ONE, np.random.default_rng(0))


@pytest.mark.parametrize("n", [5, -1, 1.5, (1, 5), (2, 1), (1, 2, 3), "two", None])
def test_n_is_a_number_of_augmenters(n):
    with pytest.raises(ValueError, match="the number of augmenters, 4, got"):
        SomeOf(TIMES, n=n)(ONE, np.random.default_rng(0))


def test_gapnet_variant_does_one_of_seven():
    augmenter = gapnet_variant()
    assert isinstance(augmenter, OneOf)
    assert len(augmenter.augmenters) == 7
    rng = np.random.default_rng(0)
    drawn = [augmenter.draw((4, 64, 64), rng) for _ in range(1000)]
    assert max(map(len, drawn)) == 1
    # half of the flips and of the blurs, and blurs too small to be any
    unchanged = (0.5 + 0.5 + 0.5 * 0.2) / 7
    assert_allclose(np.mean([not steps for steps in drawn]), unchanged, atol=0.03)


def test_tunet_fuses_its_geometry():
    rng = np.random.default_rng(0)
    kinds = {
        tuple(type(step).__name__ for step in tunet().draw((4, 64, 64), rng))
        for _ in range(50)
    }
    assert kinds == {
        ("Warp", "Levels", "Levels"),
        ("Warp", "Warp", "Levels", "Levels"),
    }


def test_stacked_resnet_moves_pixels_only():
    rng = np.random.default_rng(0)
    drawn = [stacked_resnet().draw((4, 64, 64), rng) for _ in range(50)]
    assert {type(step).__name__ for steps in drawn for step in steps} == {"Warp"}
    mirrored = [len(steps) == 2 for steps in drawn]
    assert 0.2 < np.mean(mirrored) < 0.8


def test_policies_are_new_each_time():
    first = gapnet_variant()
    first.augmenters.pop()
    assert len(gapnet_variant().augmenters) == 7


def test_flips_compose_exactly():
    image = np.arange(12, dtype=np.uint8).reshape(1, 3, 4)
    both = Compose([RandomHorizontalFlip(p=1), RandomVerticalFlip(p=1)])
    assert_array_equal(both(image, np.random.default_rng(0)), image[:, ::-1, ::-1])
