"""Synthetic fluorescence images of cells with known protein locations."""

from numbers import Integral, Real

import cv2
import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state, check_scalar

from sklearn_protloc.datasets import _compartments
from sklearn_protloc.datasets._cell_geometry import CellGeometry

# Rule and number of images in the training set of the 2018 Kaggle challenge, where a
# few locations are a hundred times as frequent as others. Most frequent first.
_LOCATIONS = {
    "Nucleoplasm": (_compartments.nucleoplasm, 12885),
    "Cytosol": (_compartments.cytosol, 8228),
    "Plasma membrane": (_compartments.plasma_membrane, 3777),
    "Nucleoli": (_compartments.nucleoli, 3621),
    "Mitochondria": (_compartments.mitochondria, 2965),
    "Golgi apparatus": (_compartments.golgi_apparatus, 2822),
    "Centrosome": (_compartments.centrosome, 1482),
    "Nuclear membrane": (_compartments.nuclear_membrane, 1254),
    "Microtubules": (_compartments.microtubules, 1066),
    "Endoplasmic reticulum": (_compartments.endoplasmic_reticulum, 1008),
    "Actin filaments": (_compartments.actin_filaments, 688),
    "Peroxisomes": (_compartments.peroxisomes, 53),
}
_N_DEFAULT_LABELS = 10
# Shares of images with one, two and three locations; 1.6 on average, as in HPA.
_N_LOCATIONS_SHARES = (0.5, 0.4, 0.1)
_MIN_CELL_SIZE = 24


def make_cells(
    n_samples=100,
    *,
    image_size=64,
    labels=None,
    cells_per_image=1,
    noise=0.08,
    random_state=None,
    as_frame=False,
):
    """Generate fluorescence images of cells with known protein locations.

    Every cell has a random outline, nucleus, nucleoli, centrosome, microtubules and
    endoplasmic reticulum. The green channel shows a protein that glows in the
    labelled compartments of that cell, in random proportions, on top of
    autofluorescence and a little protein left in the cytosol. The images are blurred
    and carry shot noise.

    Labels are as unbalanced as in the Human Protein Atlas: one to three per image, 1.6
    on average, drawn in proportion to their frequency there. If there are at least as
    many images as labels, every label occurs.

    Parameters
    ----------
    n_samples : int, default=100
        Number of images, at least 1.
    image_size : int, default=64
        Height and width in pixels, at least 32. A seed draws the same cells at any
        size, only sharper.
    labels : sequence of str, int or None, default=None
        Names of the locations, in the order of the columns of the target. An int from
        1 to 12 takes that many of the most frequent ones; None takes 10.
    cells_per_image : int, default=1
        Number of cells in every image, at least 1; they share its labels. Each needs
        24 x 24 pixels.
    noise : float, default=0.08
        Standard deviation of the shot noise at full brightness, as a share of full
        brightness. 0 gives clean images.
    random_state : int, RandomState instance or None, default=None
        Seed of all draws; an int gives the same images in every call.
    as_frame : bool, default=False
        Whether the target is a DataFrame whose columns are the location names.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object with the attributes:

        data : ndarray of shape (n_samples, 4, image_size, image_size), dtype uint8
            Channels red (microtubules), green (protein), blue (nucleus) and yellow
            (endoplasmic reticulum).
        target : ndarray or DataFrame of shape (n_samples, n_labels), dtype int8
            1 where the protein is in that location, else 0.
        target_names : list of str
            The location of each column of `target`.

    Raises
    ------
    ValueError
        If a label cannot be drawn or is given twice, a number is out of range, or the
        cells do not fit into the image.
    TypeError
        If a number is of another type.

    See Also
    --------
    load_hpa : Real images of the Human Protein Atlas.

    Examples
    --------
    >>> from sklearn_protloc.datasets import make_cells
    >>> cells = make_cells(20, image_size=32, labels=3, random_state=0)
    >>> cells.data.shape, cells.target.shape
    ((20, 4, 32, 32), (20, 3))
    >>> cells.target_names
    ['Nucleoplasm', 'Cytosol', 'Plasma membrane']
    """
    check_scalar(n_samples, "n_samples", Integral, min_val=1)
    check_scalar(image_size, "image_size", Integral, min_val=32)
    check_scalar(noise, "noise", Real, min_val=0)
    names = _check_labels(labels)
    tile_size = _check_cells_per_image(cells_per_image, image_size)
    # Generator draws float32 directly; RandomState, which users pass, cannot.
    seed = check_random_state(random_state).randint(2**31, size=4)
    rng = np.random.default_rng(seed)

    target = _draw_target(n_samples, names, rng)
    data = np.empty((n_samples, 4, image_size, image_size), np.uint8)
    # One stream per image: a seed draws the same cells at any image_size.
    for image, row, stream in zip(data, target, rng.spawn(n_samples), strict=True):
        rules = [_LOCATIONS[names[k]][0] for k in np.flatnonzero(row)]
        image[:] = _draw_image(
            image_size, tile_size, cells_per_image, rules, noise, stream
        )
    if as_frame:
        target = pd.DataFrame(target, columns=names)
    return Bunch(data=data, target=target, target_names=names)


def _check_labels(labels):
    """Return the names of the wanted locations."""
    known = list(_LOCATIONS)
    if labels is None:
        return known[:_N_DEFAULT_LABELS]
    if isinstance(labels, Integral):
        check_scalar(labels, "labels", Integral, min_val=1, max_val=len(known))
        return known[:labels]
    names = [labels] if isinstance(labels, str) else list(labels)
    unknown = [name for name in names if name not in _LOCATIONS]
    if unknown or not names:
        raise ValueError(
            f"Expected labels to be names of locations that can be drawn, got "
            f"{unknown or 'none'}. Choose among: {', '.join(known)}."
        )
    if len(set(names)) < len(names):
        raise ValueError(f"Expected every label once, got {names}.")
    return names


def _check_cells_per_image(cells_per_image, image_size):
    """Return the side in pixels of the tile that each cell gets."""
    check_scalar(cells_per_image, "cells_per_image", Integral, min_val=1)
    tile_size = image_size // _n_tiles(cells_per_image)
    if tile_size < _MIN_CELL_SIZE:
        needed = _MIN_CELL_SIZE * _n_tiles(cells_per_image)
        raise ValueError(
            f"{cells_per_image} cells do not fit into an image of {image_size} pixels: "
            f"use image_size={needed} or more, or fewer cells_per_image."
        )
    return tile_size


def _n_tiles(cells_per_image):
    """Return the number of tiles along a side of the image."""
    return int(np.ceil(np.sqrt(cells_per_image)))


def _draw_target(n_samples, names, rng):
    """Draw one to three locations per image in proportion to their frequency."""
    n_labels = len(names)
    frequency = np.array([_LOCATIONS[name][1] for name in names])
    n_locations = 1 + rng.choice(3, n_samples, p=_N_LOCATIONS_SHARES)
    # Gumbel trick: the largest keys are a weighted draw without replacement.
    keys = np.log(frequency) + rng.gumbel(size=(n_samples, n_labels))
    rank = (-keys).argsort(axis=1).argsort(axis=1)
    target = (rank < n_locations[:, None]).astype(np.int8)
    if n_samples >= n_labels:
        _place_missing(target, rng)
    return target


def _place_missing(target, rng):
    """Give each label that was never drawn an image of its own, in place."""
    missing = np.flatnonzero(target.sum(axis=0) == 0)
    for label in missing:
        # Only an image whose labels all occur elsewhere too may be relabelled.
        spare = (target[:, target.sum(axis=0) == 1] == 0).all(axis=1)
        row = rng.choice(np.flatnonzero(spare))
        target[row] = 0
        target[row, label] = 1


def _draw_image(image_size, tile_size, n_cells, rules, noise, rng):
    """Draw the cells of one image through a microscope; uint8, channels first."""
    light = np.zeros((4, image_size, image_size), np.float32)
    n_tiles = _n_tiles(n_cells)
    corners = np.linspace(0, image_size - tile_size, n_tiles).astype(int)
    # The same protein in the same well: all cells share the proportions.
    weights = rng.uniform(0.35, 1, len(rules)).astype(np.float32)
    for tile in rng.permutation(n_tiles**2)[:n_cells]:
        top, left = corners[tile // n_tiles], corners[tile % n_tiles]
        light[:, top : top + tile_size, left : left + tile_size] = _draw_cell(
            CellGeometry(tile_size, rng), rules, weights / weights.max()
        )
    return _take_picture(light, noise, rng)


def _draw_cell(cell, rules, weights):
    """Return the light of one cell in the four channels."""
    # A protein of these structures lies on what the other channels show of them.
    stained = {
        rule: rule(cell)
        for rule in (
            _compartments.microtubules,
            _compartments.endoplasmic_reticulum,
            _compartments.cytosol,
        )
    }
    fibres, reticulum, haze = stained.values()
    places = [stained[rule] if rule in stained else rule(cell) for rule in rules]
    leak = cell.rng.uniform(0.02, 0.15)
    chromatin = (
        cell.nucleus * (1 + 0.15 * cell.texture(1.2)) * (1 - 0.5 * cell.nucleoli)
    )
    return np.stack(
        [
            0.8 * fibres + 0.25 * haze,
            np.tensordot(weights, places, axes=1) + leak * haze,
            0.8 * chromatin,
            0.7 * reticulum + 0.2 * haze,
        ]
    )


def _take_picture(light, noise, rng):
    """Expose, blur and digitise: camera gain, background, optics and shot noise."""
    gain = np.exp(rng.normal(-0.15, 0.25, 4)).astype(np.float32)
    background = rng.uniform(0.01, 0.05, 4).astype(np.float32)
    blur = rng.uniform(0.4, 0.8)
    light = light * gain[:, None, None] + background[:, None, None]
    for channel in light:
        cv2.GaussianBlur(channel, (0, 0), blur, dst=channel)
    shots = rng.standard_normal(light.shape, dtype=np.float32)
    light += noise * np.sqrt(light) * shots
    return np.clip(np.rint(light * 255), 0, 255).astype(np.uint8)
