import time

import cv2
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score

from sklearn_protloc.datasets import HPA_LOCATIONS, make_cells

RED, GREEN, BLUE, YELLOW = range(4)


def _green_over_nucleus(location):
    """Return the mean protein light inside and outside the nuclei."""
    X = make_cells(20, labels=[location], noise=0, random_state=0).data.astype(float)
    nucleus = X[:, BLUE] > 0.5 * X[:, BLUE].max(axis=(1, 2), keepdims=True)
    return X[:, GREEN][nucleus].mean(), X[:, GREEN][~nucleus].mean()


def _statistics(X):
    """Return five statistics per channel, what a first look would compute."""
    pixels = X.reshape(len(X), 4, -1).astype(np.float32)
    quantiles = np.quantile(pixels, [0.5, 0.9, 0.99], axis=2)
    return np.hstack([pixels.mean(axis=2), pixels.std(axis=2), *quantiles])


def test_shapes_and_types():
    cells = make_cells(12, random_state=0)
    assert cells.data.shape == (12, 4, 64, 64)
    assert cells.data.dtype == np.uint8
    assert cells.target.shape == (12, 10)
    assert cells.target.dtype == np.int8
    assert len(cells.target_names) == 10
    assert set(cells.target_names) <= set(HPA_LOCATIONS)


def test_as_frame_names_the_labels():
    plain = make_cells(5, labels=4, random_state=0)
    framed = make_cells(5, labels=4, random_state=0, as_frame=True)
    assert isinstance(framed.target, pd.DataFrame)
    assert list(framed.target.columns) == plain.target_names
    assert (framed.target.dtypes == np.int8).all()
    np.testing.assert_array_equal(framed.target, plain.target)


def test_seed_decides_everything():
    np.random.seed(0)  # noqa: NPY002 - the global stream is what must stay put
    expected = np.random.random_sample()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    first, second = make_cells(6, random_state=3), make_cells(6, random_state=3)
    other = make_cells(6, random_state=4)
    np.testing.assert_array_equal(first.data, second.data)
    np.testing.assert_array_equal(first.target, second.target)
    assert (first.data != other.data).any()
    assert np.random.random_sample() == expected  # noqa: NPY002


def test_random_state_instance_moves_on():
    rng = np.random.RandomState(0)
    first, second = make_cells(3, random_state=rng), make_cells(3, random_state=rng)
    assert (first.data != second.data).any()
    np.testing.assert_array_equal(
        first.data, make_cells(3, random_state=np.random.RandomState(0)).data
    )


def test_no_two_images_are_alike():
    images = make_cells(30, labels=1, random_state=0).data
    assert len(np.unique(images.reshape(30, -1), axis=0)) == 30


@pytest.mark.parametrize("image_size", [50, 128, 512])
def test_any_size_shows_the_same_cells(image_size):
    small = make_cells(3, image_size=32, noise=0, random_state=0).data
    large = make_cells(3, image_size=image_size, noise=0, random_state=0).data
    assert large.shape == (3, 4, image_size, image_size)
    for i in range(3):
        for channel, least in ((GREEN, 0.9), (BLUE, 0.97)):
            shrunk = cv2.resize(
                large[i, channel], (32, 32), interpolation=cv2.INTER_AREA
            )
            same = np.corrcoef(shrunk.ravel(), small[i, channel].ravel())[0, 1]
            assert same > least


def test_labels_are_as_unbalanced_as_in_hpa():
    target = make_cells(800, image_size=32, labels=12, random_state=0).target
    n_locations = target.sum(axis=1)
    assert n_locations.min() == 1
    assert n_locations.max() == 3
    assert n_locations.mean() == pytest.approx(1.6, abs=0.05)
    frequency = target.mean(axis=0)
    assert frequency[0] > 0.35
    assert frequency[0] > 8 * frequency[9]
    assert frequency[9] > 2 * frequency[11] > 0
    # The two most frequent locations share many images.
    assert (target[:, 0] & target[:, 1]).mean() > 0.05


@pytest.mark.parametrize("seed", range(5))
def test_every_label_occurs(seed):
    target = make_cells(12, image_size=32, labels=12, random_state=seed).target
    assert (target.sum(axis=0) >= 1).all()
    assert (target.sum(axis=1) >= 1).all()


def test_fewer_images_than_labels():
    target = make_cells(1, labels=12, random_state=0).target
    assert target.shape == (1, 12)
    assert 1 <= target.sum() <= 3


def test_labels_chosen_by_name_keep_their_order():
    names = ["Peroxisomes", "Nucleoli"]
    cells = make_cells(40, labels=names, random_state=0)
    assert cells.target_names == names
    # Peroxisomes stay the rarer of the two.
    assert cells.target[:, 1].sum() > cells.target[:, 0].sum()


@pytest.mark.parametrize("location", ["Nucleoplasm", "Nucleoli", "Nuclear membrane"])
def test_nuclear_proteins_glow_in_the_nucleus(location):
    inside, outside = _green_over_nucleus(location)
    assert inside > 2 * outside


@pytest.mark.parametrize(
    "location",
    ["Cytosol", "Mitochondria", "Golgi apparatus", "Endoplasmic reticulum"],
)
def test_cytoplasmic_proteins_spare_the_nucleus(location):
    cells = make_cells(20, labels=[location], noise=0, random_state=0)
    X = cells.data.astype(float)
    nucleus = X[:, BLUE] > 0.5 * X[:, BLUE].max(axis=(1, 2), keepdims=True)
    cell = X[:, YELLOW] > 0.3 * X[:, YELLOW].max(axis=(1, 2), keepdims=True)
    assert X[:, GREEN][cell & ~nucleus].mean() > 1.3 * X[:, GREEN][nucleus].mean()


@pytest.mark.parametrize(
    ("location", "channel"), [("Microtubules", RED), ("Endoplasmic reticulum", YELLOW)]
)
def test_stained_structures_match_their_channel(location, channel):
    X = make_cells(10, labels=[location], random_state=0).data.reshape(10, 4, -1)
    for image in X:
        assert np.corrcoef(image[GREEN], image[channel])[0, 1] > 0.8


def test_centrosome_is_a_point_and_plasma_membrane_a_rim():
    def mean_share_of_bright_pixels(location):
        green = make_cells(20, labels=[location], noise=0, random_state=0).data[:, 1]
        bright = green > 0.5 * green.max(axis=(1, 2), keepdims=True)
        return bright.mean()

    assert mean_share_of_bright_pixels("Centrosome") < 0.01
    assert 0.03 < mean_share_of_bright_pixels("Plasma membrane") < 0.2


@pytest.mark.parametrize(
    ("location", "stain"), [("Nuclear membrane", BLUE), ("Plasma membrane", GREEN)]
)
def test_membranes_surround_what_they_hold(location, stain):
    X = make_cells(10, labels=[location], noise=0, random_state=0).data
    for image in X:
        outline = image[stain] > 0.3 * image[stain].max()
        contours, _ = cv2.findContours(
            outline.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        inside = cv2.drawContours(np.zeros((64, 64), np.uint8), contours, -1, 1, -1)
        core = cv2.erode(inside, np.ones((3, 3)), iterations=4)
        band = cv2.dilate(inside, np.ones((3, 3)), iterations=2) - core
        green = image[GREEN].astype(float)
        assert green[band == 1].mean() > 1.2 * green[core == 1].mean()


def test_noise_is_the_only_difference():
    clean = make_cells(5, noise=0, random_state=0).data.astype(float)
    noisy = make_cells(5, noise=0.1, random_state=0).data.astype(float)
    difference = noisy - clean
    assert 1 < difference.std() < 25.5
    assert abs(difference.mean()) < 1


def test_cells_per_image_share_an_image():
    cells = make_cells(
        3, image_size=128, cells_per_image=4, labels=1, noise=0, random_state=0
    )
    blue = cells.data[:, BLUE].astype(float)
    for image in blue:
        quarters = [image[r : r + 64, c : c + 64] for r in (0, 64) for c in (0, 64)]
        assert all(quarter.max() > 0.6 * image.max() for quarter in quarters)


def test_three_cells_leave_a_tile_empty():
    blue = make_cells(
        1, image_size=64, cells_per_image=3, noise=0, random_state=0
    ).data[0, BLUE]
    quarters = [blue[r : r + 32, c : c + 32] for r in (0, 32) for c in (0, 32)]
    assert sum(quarter.max() > 60 for quarter in quarters) == 3


def test_forest_learns_something_but_not_everything():
    cells = make_cells(400, random_state=0)
    X, y = _statistics(cells.data), cells.target
    forest = RandomForestClassifier(100, random_state=0).fit(X[:250], y[:250])
    scores = np.stack([p[:, -1] for p in forest.predict_proba(X[250:])], axis=1)
    precision = average_precision_score(y[250:], scores, average="macro")
    chance = y[250:].mean()
    assert precision > 2 * chance
    assert precision < 0.7


def test_fast_enough_for_demos():
    start = time.process_time()
    make_cells(100, random_state=0)
    assert time.process_time() - start < 1  # loose: 100 images per second


def test_unknown_label():
    message = r"got \['Nucleolus'\]. Choose among: Nucleoplasm, Cytosol"
    with pytest.raises(ValueError, match=message):
        make_cells(labels=["Nucleoli", "Nucleolus"])


def test_hpa_location_without_drawing_rule():
    with pytest.raises(ValueError, match=r"can be drawn, got .*Aggresome"):
        make_cells(labels=["Aggresome"])


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"labels": []}, ValueError, "got none. Choose among: Nucleoplasm"),
        ({"labels": "Golgi"}, ValueError, r"got \['Golgi'\]"),
        ({"labels": ["Nucleoli"] * 2}, ValueError, "every label once"),
        ({"labels": 0}, ValueError, "labels == 0, must be >= 1"),
        ({"labels": 13}, ValueError, "labels == 13, must be <= 12"),
        ({"n_samples": 0}, ValueError, "n_samples == 0, must be >= 1"),
        ({"n_samples": 2.5}, TypeError, "n_samples must be an instance of"),
        ({"image_size": 31}, ValueError, "image_size == 31, must be >= 32"),
        ({"cells_per_image": 0}, ValueError, "cells_per_image == 0, must be >= 1"),
        ({"noise": -1}, ValueError, "noise == -1, must be >= 0"),
        (
            {"cells_per_image": 9},
            ValueError,
            "9 cells do not fit into an image of 64 pixels: use image_size=72",
        ),
    ],
)
def test_wrong_parameters(parameters, error, message):
    with pytest.raises(error, match=message):
        make_cells(**parameters)
