import time

import cv2
import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score

from sklearn_protloc.datasets import CYTO2017_LOCATIONS, HPA_LOCATIONS, make_cells

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
    small = make_cells(20, image_size=32, noise=0, random_state=0).data
    large = make_cells(20, image_size=image_size, noise=0, random_state=0).data
    assert large.shape == (20, 4, image_size, image_size)
    for channel, median, least in ((GREEN, 0.9, 0.5), (BLUE, 0.98, 0.9)):
        same = []
        for fine, coarse in zip(large[:, channel], small[:, channel], strict=True):
            shrunk = cv2.resize(fine, (32, 32), interpolation=cv2.INTER_AREA)
            same.append(np.corrcoef(shrunk.ravel(), coarse.ravel())[0, 1])
        assert np.median(same) > median
        assert min(same) > least  # small bodies may lie elsewhere


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
    ratios = []
    for image in make_cells(10, labels=[location], noise=0, random_state=0).data:
        outline = image[stain] > 0.3 * image[stain].max()
        contours, _ = cv2.findContours(
            outline.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        inside = cv2.drawContours(np.zeros((64, 64), np.uint8), contours, -1, 1, -1)
        core = cv2.erode(inside, np.ones((3, 3)), iterations=4)
        band = cv2.dilate(inside, np.ones((3, 3)), iterations=2) - core
        green = image[GREEN].astype(float)
        if core.any():  # not so if the cell reaches beyond the image
            ratios.append(green[band == 1].mean() / green[core == 1].mean())
    assert len(ratios) >= 7
    assert min(ratios) > 1.2


def test_noise_is_the_only_difference():
    clean = make_cells(5, noise=0, random_state=0).data.astype(float)
    noisy = make_cells(5, noise=0.1, random_state=0).data.astype(float)
    difference = noisy - clean
    assert 1 < difference.std() < 25.5
    assert abs(difference.mean()) < 1


def test_sixteen_bits_show_the_same_finer():
    coarse = make_cells(4, random_state=0).data
    fine = make_cells(4, random_state=0, dtype=np.uint16).data
    assert fine.dtype == np.uint16
    assert len(np.unique(fine)) > 10 * len(np.unique(coarse))
    assert np.abs(fine / 65535 - coarse / 255).max() < 0.51 / 255


def test_blur_smooths_and_background_brightens():
    def mean_and_roughness(**optics):
        X = make_cells(5, noise=0, random_state=0, **optics).data.astype(float)
        return X[..., :3, :3].mean(), np.abs(np.diff(X)).mean()

    dark, sharp = mean_and_roughness(background=0, blur=0)
    bright, smooth = mean_and_roughness(background=0.2, blur=3)
    assert dark < 3
    assert 0.1 * 255 < bright < 0.4 * 255
    assert smooth < 0.7 * sharp


@pytest.mark.parametrize("cells_per_image", [2, 5, 12])
def test_every_image_has_its_number_of_cells(cells_per_image):
    blue = make_cells(
        15,
        image_size=256,
        cells_per_image=cells_per_image,
        labels=1,
        noise=0,
        random_state=0,
    ).data[:, BLUE]
    n_nuclei = [
        cv2.connectedComponents((image > 0.4 * image.max()).astype(np.uint8))[0] - 1
        for image in blue
    ]
    # A cell that divides may show two nuclei, and two nuclei may touch.
    assert np.median(n_nuclei) == pytest.approx(cells_per_image, abs=1)
    assert np.mean(n_nuclei) == pytest.approx(cells_per_image, rel=0.15)


def test_cells_lie_all_over_the_image_and_across_its_edge():
    yellow = make_cells(
        30, image_size=128, cells_per_image=6, labels=1, noise=0, random_state=0
    ).data[:, YELLOW]
    shares = (yellow > 40).mean(axis=0)
    assert cv2.blur(shares, (33, 33)).min() > 0.05
    edge = np.concatenate([shares[0], shares[-1], shares[:, 0], shares[:, -1]])
    assert 0.03 < edge.mean() < shares.mean()


def test_forest_learns_something_but_not_everything():
    cells = make_cells(600, random_state=0)
    X, y = _statistics(cells.data), cells.target
    forest = RandomForestClassifier(100, random_state=0).fit(X[:400], y[:400])
    scores = np.stack([p[:, -1] for p in forest.predict_proba(X[400:])], axis=1)
    precision = average_precision_score(y[400:], scores, average="macro")
    chance = y[400:].mean()
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


def test_every_location_of_both_challenges_can_be_drawn():
    assert make_cells(1, labels=28).target.shape == (1, 28)
    assert set(make_cells(1, labels=28).target_names) == set(HPA_LOCATIONS)
    for names in (HPA_LOCATIONS, CYTO2017_LOCATIONS):
        cells = make_cells(40, image_size=32, labels=names, random_state=0)
        assert cells.target_names == list(names)
        assert cells.target.any(axis=0).all()


@pytest.mark.parametrize(
    ("parameters", "error", "message"),
    [
        ({"labels": []}, ValueError, "got none. Choose among: Nucleoplasm"),
        ({"labels": "Golgi"}, ValueError, r"got \['Golgi'\]"),
        ({"labels": ["Nucleoli"] * 2}, ValueError, "every label once"),
        ({"labels": 0}, ValueError, "labels == 0, must be >= 1"),
        ({"labels": 29}, ValueError, "labels == 29, must be <= 28"),
        ({"labels": 2.5}, TypeError, "names of locations, an int or None, got 2.5"),
        ({"labels": [3]}, ValueError, r"got \[3\]. Choose among: Nucleoplasm"),
        ({"labels": [["Nucleoli"]]}, ValueError, r"got \[\['Nucleoli'\]\]"),
        ({"n_samples": 0}, ValueError, "n_samples == 0, must be >= 1"),
        ({"n_samples": 2.5}, TypeError, "n_samples must be an instance of"),
        ({"image_size": 31}, ValueError, "image_size == 31, must be >= 32"),
        ({"cells_per_image": 0}, ValueError, "cells_per_image == 0, must be >= 1"),
        ({"noise": -1}, ValueError, "noise == -1, must be >= 0"),
        ({"blur": -1}, ValueError, "blur == -1, must be >= 0"),
        ({"background": 2}, ValueError, "background == 2, must be <= 1"),
        ({"dtype": np.float32}, ValueError, "uint8 or numpy.uint16, got .*float32"),
        ({"n_cell_lines": 0}, ValueError, "n_cell_lines == 0, must be >= 1"),
        ({"n_antibodies": 0}, ValueError, "n_antibodies == 0, must be >= 1"),
        (
            {"n_samples": 5, "n_antibodies": 6},
            ValueError,
            "n_antibodies == 6, must be <= 5",
        ),
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
