"""Where each location is drawn, and whether pictures and masks tell it."""

import cv2
import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score

from sklearn_protloc.datasets import HPA_LOCATIONS, make_cells
from sklearn_protloc.datasets._cells._geometry import CellGeometry, Outline
from sklearn_protloc.datasets._cells._places import (
    DAUGHTER,
    INTERPHASE,
    METAPHASE,
    place_cells,
)
from sklearn_protloc.datasets._cells._rules import RULES
from sklearn_protloc.datasets._cells._samples import draw_cell_lines

GREEN, BLUE = 1, 2
IN_NUCLEUS = {
    "Nucleoplasm",
    "Nucleus",
    "Nucleoli",
    "Nucleoli fibrillar center",
    "Nuclear speckles",
    "Nuclear bodies",
}
IN_CYTOPLASM = {
    "Cytosol",
    "Mitochondria",
    "Golgi apparatus",
    "Endoplasmic reticulum",
    "Peroxisomes",
    "Endosomes",
    "Lysosomes",
    "Vesicles",
    "Lipid droplets",
    "Aggresome",
    "Cytoplasmic bodies",
    "Rods & rings",
}
DIVISION = {"Mitotic spindle": METAPHASE, "Cytokinetic bridge": DAUGHTER}


def cells_in(phase, n_cells, line_number=1):
    """Yield single cells in a phase, each touched by others."""
    line = draw_cell_lines(3, np.random.default_rng(0))[line_number]
    for seed in range(n_cells):
        rng = np.random.default_rng(seed)
        wanted = [] if phase == INTERPHASE else [phase]
        places = place_cells(1, wanted, True, rng)
        outlines = [Outline(place, line, rng) for place in places]
        cell = CellGeometry(outlines[0], outlines, line, 128, rng)
        if cell.phase == phase:
            yield cell


def brightness(cell, location):
    """Return where a location is, in the sense of the masks."""
    return cell.light(RULES[location]) > 0.3


@pytest.mark.parametrize("phase", [INTERPHASE, METAPHASE, DAUGHTER])
@pytest.mark.parametrize("location", RULES)
def test_a_location_lies_in_the_cell_and_in_its_part_of_it(location, phase):
    areas = []
    for cell in cells_in(phase, 8):
        light, drawn = cell.light(RULES[location]), brightness(cell, location)
        assert light.dtype == np.float32
        assert np.isfinite(light).all()
        assert 0 <= light.min() <= light.max() < 3
        assert not drawn[cell.cell == 0].any()
        if location in IN_NUCLEUS:
            assert not drawn[cell.nucleus == 0].any()
        if location in IN_CYTOPLASM:
            assert not drawn[cell.cytoplasm == 0].any()
        areas.append(drawn.sum())
    if location == "Cell junctions" and phase != INTERPHASE:
        return  # cells that divide are round and may touch nothing
    if DIVISION.get(location, phase) == phase:
        assert np.mean(np.array(areas) > 0) >= 0.75
    else:
        assert not any(areas)


@pytest.mark.parametrize("location", ["Plasma membrane", "Focal adhesion sites"])
def test_at_the_edge(location):
    for cell in cells_in(INTERPHASE, 8):
        drawn = brightness(cell, location)
        assert np.median(cell.edge_gap[drawn]) < 5
        assert np.median(cell.edge_gap[cell.cell > 0.5]) > 5


def test_junctions_lie_between_neighbours_only():
    for cell in cells_in(INTERPHASE, 8):
        drawn = brightness(cell, "Cell junctions")
        assert np.isfinite(cell.border_gap[drawn]).all()
        free_edge = (np.abs(cell.edge_gap) < 1) & np.isinf(cell.border_gap)
        assert free_edge.any()
        assert not drawn[free_edge].any()


def test_neighbours_share_the_space_between_them():
    line = draw_cell_lines(1, np.random.default_rng(0))[0]
    rng = np.random.default_rng(0)
    places = place_cells(12, [], True, rng)
    outlines = [Outline(place, line, rng) for place in places]
    n_cells = np.zeros((1024, 1024), int)  # the image in the middle
    for outline in outlines:
        cell = CellGeometry(outline, outlines, line, 512, rng)
        left, top = cell.corner + 256
        n_cells[top : top + cell.size, left : left + cell.size] += cell.cell > 0.5
    assert 0.001 < (n_cells > 1).sum() / (n_cells > 0).sum() < 0.03


def test_small_bodies_differ_in_number_size_and_place():
    def describe(location):
        drawn = [(c, brightness(c, location)) for c in cells_in(INTERPHASE, 10)]
        numbers = [cv2.connectedComponents(d.astype(np.uint8))[0] - 1 for _, d in drawn]
        area = sum(d.sum() for _, d in drawn) / sum(numbers)
        edge_gap = np.mean([c.edge_gap[d].mean() for c, d in drawn])
        nuclear_gap = np.mean([c.nuclear_gap[d].mean() for c, d in drawn])
        return np.mean(numbers), area, edge_gap, nuclear_gap

    peroxisomes, endosomes, lysosomes, bodies = map(
        describe, ["Peroxisomes", "Endosomes", "Lysosomes", "Cytoplasmic bodies"]
    )
    assert peroxisomes[0] > 1.5 * endosomes[0] > 1.5 * bodies[0]
    assert peroxisomes[1] < endosomes[1] < lysosomes[1]
    assert endosomes[2] < peroxisomes[2]
    assert lysosomes[3] < peroxisomes[3]


@pytest.mark.parametrize("cells_per_image", [1, 2, 3, 8])
@pytest.mark.parametrize(
    "location", ["Cell junctions", "Mitotic spindle", "Cytokinetic bridge"]
)
def test_images_have_the_cells_that_their_labels_need(location, cells_per_image):
    cells = make_cells(
        15,
        image_size=96,
        labels=[location],
        cells_per_image=cells_per_image,
        return_masks=True,
        random_state=0,
    )
    assert (cells.masks.sum(axis=(1, 2, 3)) >= 5).all()


def test_one_cell_cannot_be_in_two_phases():
    labels = list(DIVISION)
    cells = make_cells(
        30, image_size=96, labels=labels, return_masks=True, random_state=0
    )
    both = cells.target.all(axis=1)
    assert both.any()
    assert cells.masks[both].any(axis=(2, 3)).all()


@pytest.mark.parametrize("location", RULES)
def test_masks_are_where_the_protein_glows(location):
    cells = make_cells(
        6,
        image_size=128,
        labels=[location],
        noise=0,
        return_masks=True,
        random_state=1,
    )
    assert cells.masks.shape == (6, 1, 128, 128)
    assert cells.masks.dtype == bool
    green = cells.data[:, GREEN].astype(float)
    for image, mask in zip(green, cells.masks[:, 0], strict=True):
        near = cv2.dilate(mask.astype(np.uint8), np.ones((7, 7))) == 1
        assert image[mask].mean() > 1.7 * image[~near].mean()
        # The brightest light comes from the location, or what the optics spread of it.
        brightest = image >= np.quantile(image, 1 - 0.3 * mask.mean())
        assert near[brightest].mean() > 0.95


def test_masks_follow_the_target_and_change_nothing_else():
    plain = make_cells(30, labels=6, cells_per_image=2, random_state=0)
    masked = make_cells(
        30, labels=6, cells_per_image=2, return_masks=True, random_state=0
    )
    assert "masks" not in plain
    np.testing.assert_array_equal(plain.data, masked.data)
    np.testing.assert_array_equal(
        masked.masks.any(axis=(2, 3)), masked.target.astype(bool)
    )


@pytest.mark.parametrize("labels", [HPA_LOCATIONS[:14], HPA_LOCATIONS[14:]])
def test_masks_are_the_same_at_any_size(labels):
    options = {"labels": labels, "cells_per_image": 4, "random_state": 0}
    small = make_cells(40, image_size=128, return_masks=True, **options)
    large = make_cells(40, image_size=320, return_masks=True, **options)
    np.testing.assert_array_equal(small.target, large.target)
    same = []
    for i, k in np.argwhere(small.target):
        shrunk = cv2.resize(
            large.masks[i, k].astype(np.float32),
            (128, 128),
            interpolation=cv2.INTER_AREA,
        )
        mask = small.masks[i, k].astype(np.float32)
        same.append(np.corrcoef(cv2.blur(shrunk, (5, 5)).ravel(), mask.ravel())[0, 1])
    assert np.median(same) > 0.7


def features(images):
    """Describe the protein: brightness, spread, grain, and what it goes along with."""
    rows = []
    for image in images.astype(np.float32):
        green = image[GREEN]
        above = np.maximum(green - np.median(green), 0) + 1e-3
        share = above / above.sum()
        y, x = np.indices(green.shape)
        middle = (share * y).sum(), (share * x).sum()
        spread = (share * np.hypot(y - middle[0], x - middle[1])).sum()
        blurred = [green, *(cv2.GaussianBlur(green, (0, 0), s) for s in (0.8, 1.6, 4))]
        grain = np.diff(blurred, axis=0).std(axis=(1, 2)) / green.std()
        along = [(share * stain).sum() / stain.mean() for stain in image[[0, 2, 3]]]
        bright = np.quantile(green, [0.5, 0.75, 0.9, 0.95, 0.99, 1])
        nucleus = (image[BLUE] > 0.5 * image[BLUE].max()).mean()
        rows.append([*bright, spread, *grain, *along, nucleus])
    return np.array(rows)


def test_every_location_is_told_from_the_others_but_not_always():
    n_each = 16
    X = np.vstack(
        [
            features(make_cells(n_each, labels=[name], random_state=seed).data)
            for seed, name in enumerate(HPA_LOCATIONS)
        ]
    )
    y = np.repeat(np.arange(28), n_each)
    train = np.arange(len(y)) % 2 == 0
    forest = RandomForestClassifier(100, random_state=0).fit(X[train], y[train])
    proba = forest.predict_proba(X[~train])
    auc = [roc_auc_score(y[~train] == k, proba[:, k]) for k in range(28)]
    assert min(auc) > 0.8, HPA_LOCATIONS[int(np.argmin(auc))]
    assert 0.6 < (proba.argmax(axis=1) == y[~train]).mean() < 0.95
