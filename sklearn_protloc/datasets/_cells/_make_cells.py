"""Synthetic fluorescence images of cells with known protein locations."""

from collections.abc import Iterable
from numbers import Integral, Real

import numpy as np
import pandas as pd
from sklearn.utils import Bunch, check_random_state, check_scalar

from sklearn_protloc.datasets._cells._label_sets import draw_label_sets
from sklearn_protloc.datasets._cells._picture import draw_light, take_picture
from sklearn_protloc.datasets._cells._rules import N_HPA_LOCATIONS, RULES
from sklearn_protloc.datasets._cells._samples import draw_antibody, draw_cell_lines

_N_DEFAULT_LABELS = 10
_MIN_CELL_SIZE = 24


def make_cells(
    n_samples=100,
    *,
    image_size=64,
    labels=None,
    cells_per_image=1,
    n_antibodies=None,
    n_cell_lines=1,
    noise=0.08,
    blur=0.6,
    background=0.03,
    dtype=np.uint8,
    return_masks=False,
    random_state=None,
    as_frame=False,
):
    """Generate fluorescence images of cells with known protein locations.

    Every cell has a random outline, nucleus, nucleoli, centrosome, microtubules and
    endoplasmic reticulum. The green channel shows a protein that glows in the
    labelled compartments of that cell, in random proportions, on top of
    autofluorescence and a little protein left in the cytosol. The images are blurred
    and carry shot noise. A few cells divide, and some touch others.

    Labels are as unbalanced as in the Human Protein Atlas: one to three per protein,
    1.6 on average, as frequent and as often together as there. If there are at least as
    many antibodies as labels, every label occurs.

    Parameters
    ----------
    n_samples : int, default=100
        Number of images, at least 1.
    image_size : int, default=64
        Height and width in pixels, at least 32. A seed draws the same cells at any
        size, only sharper, but for small bodies that end up elsewhere.
    labels : sequence of str, int or None, default=None
        Names of the locations, in the order of the columns of the target: any of
        ``HPA_LOCATIONS``, and ``"Nucleus"`` and ``"Vesicles"`` of the CYTO challenge of
        2017. An int from 1 to 28 takes the first of a list that has the 12 best-known
        organelles in front, then the other locations of the atlas, both from the most
        frequent to the rarest. None takes 10.
    cells_per_image : int, default=1
        Number of cells in every image, at least 1; they share its labels. Each needs
        24 x 24 pixels. There may be parts of further cells where a label needs them.
    n_antibodies : int or None, default=None
        Number of antibodies, at most one per image. The images of an antibody share
        their labels, brightness and particulars of the stain, and are about equally
        many. In the Human Protein Atlas there are six of each. None means that no two
        images share theirs.
    n_cell_lines : int, default=1
        Number of cell lines. Each has a size, elongation, nucleus, texture and
        brightness of its own; one line alone is average in all. Images get a line
        independently of their antibody.
    noise : float, default=0.08
        Standard deviation of the shot noise at full brightness, as a share of full
        brightness. 0 gives clean images.
    blur : float, default=0.6
        Standard deviation of the blur of the optics in pixels, on average; images
        differ by up to a third. 0 gives sharp images.
    background : float, default=0.03
        Light where there is no cell, on average, as a share of full brightness;
        channels differ by up to two thirds.
    dtype : {numpy.uint8, numpy.uint16}, default=numpy.uint8
        Type of the pixels, whose largest value is full brightness.
    return_masks : bool, default=False
        Whether to return where in the image each location is.
    random_state : int, RandomState instance or None, default=None
        Seed of all draws; an int gives the same images in every call.
    as_frame : bool, default=False
        Whether the target is a DataFrame whose columns are the location names.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object with the attributes:

        data : ndarray of shape (n_samples, 4, image_size, image_size), dtype `dtype`
            Channels red (microtubules), green (protein), blue (nucleus) and yellow
            (endoplasmic reticulum).
        target : ndarray or DataFrame of shape (n_samples, n_labels), dtype int8
            1 where the protein is in that location, else 0.
        target_names : list of str
            The location of each column of `target`.
        groups : ndarray of shape (n_samples,), dtype int
            Antibody of each image, from 0.
        cell_lines : ndarray of shape (n_samples,), dtype int
            Cell line of each image, from 0.
        masks : ndarray of shape (n_samples, n_labels, image_size, image_size), \
dtype bool
            Where the protein of each location glows with at least three tenths of full
            brightness, before optics and camera; nowhere if the image lacks the
            label. Only with ``return_masks=True``.

    Raises
    ------
    ValueError
        If a label cannot be drawn or is given twice, a number is out of range, there
        are more antibodies than images, the cells do not fit into the image, or `dtype`
        is none of the two.
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
    _check_picture(image_size, cells_per_image, noise, blur, background, dtype)
    names = _check_labels(labels)
    n_antibodies = _check_samples(n_samples, n_antibodies, n_cell_lines)
    # Generator draws float32 directly; RandomState, which users pass, cannot.
    seed = check_random_state(random_state).randint(2**31, size=4)
    rng = np.random.default_rng(seed)
    label_sets = draw_label_sets(n_antibodies, names, rng)
    groups = rng.permutation(np.arange(n_samples) % n_antibodies)
    cells = Bunch(
        data=np.empty((n_samples, 4, image_size, image_size), dtype),
        target=label_sets[groups],
        target_names=names,
        groups=groups,
        cell_lines=rng.integers(n_cell_lines, size=n_samples),
    )
    if return_masks:
        shape = (n_samples, len(names), image_size, image_size)
        cells.masks = np.zeros(shape, bool)
    antibodies = [draw_antibody(row.sum(), rng) for row in label_sets]
    lines = draw_cell_lines(n_cell_lines, rng)
    optics = {"noise": noise, "blur": blur, "background": background}
    _draw_images(cells, cells_per_image, antibodies, lines, optics, rng)
    if as_frame:
        cells.target = pd.DataFrame(cells.target, columns=names)
    return cells


def _draw_images(cells, n_cells, antibodies, lines, optics, rng):
    """Draw every image, and its masks if there is room for them, in place."""
    image_size = cells.data.shape[-1]
    # One stream per image: a seed draws the same cells at any image_size.
    for i, stream in enumerate(rng.spawn(len(cells.data))):
        labels = np.flatnonzero(cells.target[i])
        rules = [RULES[cells.target_names[k]] for k in labels]
        masks = [cells.masks[i, k] for k in labels] if "masks" in cells else []
        antibody, line = antibodies[cells.groups[i]], lines[cells.cell_lines[i]]
        light = draw_light(image_size, n_cells, rules, antibody, line, stream, masks)
        take_picture(light, cells.data[i], rng=stream, **optics)


def _check_samples(n_samples, n_antibodies, n_cell_lines):
    """Check what the images are of, and return the number of antibodies."""
    check_scalar(n_samples, "n_samples", Integral, min_val=1)
    check_scalar(n_cell_lines, "n_cell_lines", Integral, min_val=1)
    if n_antibodies is None:
        return n_samples
    check_scalar(n_antibodies, "n_antibodies", Integral, min_val=1, max_val=n_samples)
    return n_antibodies


def _check_picture(image_size, cells_per_image, noise, blur, background, dtype):
    """Check what the image is like."""
    check_scalar(image_size, "image_size", Integral, min_val=32)
    check_scalar(cells_per_image, "cells_per_image", Integral, min_val=1)
    needed = int(np.ceil(_MIN_CELL_SIZE * np.sqrt(cells_per_image)))
    if image_size < needed:
        raise ValueError(
            f"{cells_per_image} cells do not fit into an image of {image_size} pixels: "
            f"use image_size={needed} or more, or fewer cells_per_image."
        )
    check_scalar(noise, "noise", Real, min_val=0)
    check_scalar(blur, "blur", Real, min_val=0)
    check_scalar(background, "background", Real, min_val=0, max_val=1)
    if not np.isfinite([noise, blur, background]).all():
        raise ValueError(
            "Expected noise, blur and background as finite numbers, got "
            f"{noise!r}, {blur!r} and {background!r}."
        )
    if dtype not in (np.uint8, np.uint16, "uint8", "uint16"):
        raise ValueError(
            f"Expected dtype to be numpy.uint8 or numpy.uint16, got {dtype!r}."
        )


def _check_labels(labels):
    """Return the names of the wanted locations."""
    known = list(RULES)
    if labels is None:
        return known[:_N_DEFAULT_LABELS]
    if isinstance(labels, Integral):
        check_scalar(labels, "labels", Integral, min_val=1, max_val=N_HPA_LOCATIONS)
        return known[:labels]
    if not isinstance(labels, Iterable):
        raise TypeError(
            f"Expected labels to be names of locations, an int or None, got {labels!r}."
        )
    names = [labels] if isinstance(labels, str) else list(labels)
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        raise ValueError(
            f"Expected labels to be names of locations that can be drawn, got "
            f"{unknown or 'none'}. Choose among: {', '.join(known)}."
        )
    if len(set(names)) < len(names):
        raise ValueError(f"Expected every label once, got {names}.")
    return names
