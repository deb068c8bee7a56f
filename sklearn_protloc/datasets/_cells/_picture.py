"""Cells through a microscope: light of all cells of an image, optics and camera."""

import cv2
import numpy as np

from sklearn_protloc.datasets._cells._borders import cell_junctions
from sklearn_protloc.datasets._cells._filaments import (
    cytokinetic_bridge,
    microtubules,
    mitotic_spindle,
)
from sklearn_protloc.datasets._cells._geometry import CellGeometry, Outline
from sklearn_protloc.datasets._cells._in_cytoplasm import (
    cytosol,
    endoplasmic_reticulum,
)
from sklearn_protloc.datasets._cells._places import DAUGHTER, METAPHASE, place_cells

# Light, as a share of the brightest, from which on a pixel belongs to a compartment.
_IN_COMPARTMENT = 0.3


def draw_light(image_size, n_cells, rules, antibody, line, rng, masks):
    """Draw all cells of one image, in focus and without a camera.

    Parameters
    ----------
    image_size : int
        Side of the image in pixels.
    n_cells : int
        Number of cells.
    rules : list of callable
        Drawing rules of the locations of the protein.
    antibody : Antibody
        What stains them.
    line : CellLine
        Looks of the cells.
    rng : numpy.random.Generator
        Source of all randomness of this image.
    masks : list of ndarray of shape (image_size, image_size), dtype bool
        One per rule, or none at all; set where the rule draws.

    Returns
    -------
    ndarray of shape (4, image_size, image_size), dtype float32
        Light of the four channels, about 0 to 1.
    """
    phases = {mitotic_spindle: METAPHASE, cytokinetic_bridge: DAUGHTER}
    wanted = [phases[rule] for rule in rules if rule in phases]
    places = place_cells(n_cells, wanted, cell_junctions in rules, rng)
    outlines = [Outline(place, line, rng) for place in places]
    light = np.zeros((4, image_size, image_size), np.float32)
    for outline in outlines:
        cell = CellGeometry(
            outline, outlines, line, image_size, rng, antibody.abundance
        )
        shown, drawn = _overlap(cell, image_size)
        light[:, *shown] += _light_of(cell, rules, antibody, line)[:, *drawn]
        for mask, rule in zip(masks, rules, strict=False):
            mask[shown] |= (cell.light(rule) > _IN_COMPARTMENT)[drawn]
    return light


def _overlap(cell, image_size):
    """Return the part of the image that a cell covers, and the part of it shown."""
    starts = cell.corner[::-1]  # row, column
    first = np.maximum(starts, 0)
    stop = np.maximum(np.minimum(starts + cell.size, image_size), first)
    shown = tuple(slice(a, b) for a, b in zip(first, stop, strict=True))
    drawn = tuple(
        slice(a, b) for a, b in zip(first - starts, stop - starts, strict=True)
    )
    return shown, drawn


def _light_of(cell, rules, antibody, line):
    """Return the light of one cell in the four channels."""
    # A protein of these structures lies on what the other channels show of them.
    fibres, reticulum, haze = map(
        cell.light, (microtubules, endoplasmic_reticulum, cytosol)
    )
    if cell.bridge is not None:
        fibres = np.maximum(fibres, cell.light(cytokinetic_bridge))
    light = np.empty((4, cell.size, cell.size), np.float32)
    chromatin = cell.nucleus * (1 - 0.5 * cell.nucleoli)
    chromatin = chromatin * cell.mottle(1.2, line.chromatin)
    light[0] = line.microtubules * (0.85 * fibres + 0.27 * haze)
    light[1] = antibody.leak * (haze + antibody.nuclear_leak * cell.nucleus)
    for weight, rule in zip(antibody.weights, rules, strict=True):
        light[1] += weight * cell.light(rule) ** antibody.contrast
    light[1] *= antibody.gain
    light[2] = line.dna * 0.87 * chromatin
    light[3] = line.reticulum * (0.76 * reticulum + 0.22 * haze)
    return light


def take_picture(light, out, *, noise, blur, background, rng):
    """Expose, blur and digitise: camera gain, background, optics and shot noise."""
    gain = np.exp(rng.normal(-0.15, [0.22, 0.1, 0.22, 0.22])).astype(np.float32)
    offset = rng.uniform(0.33, 1.67, 4).astype(np.float32) * np.float32(background)
    spread = blur * rng.uniform(0.67, 1.33)
    light *= gain[:, None, None]
    light += offset[:, None, None]
    if blur:
        for channel in light:
            cv2.GaussianBlur(channel, (0, 0), spread, dst=channel)
    shots = rng.standard_normal(light.shape, dtype=np.float32)
    shots *= np.sqrt(light)
    light += np.float32(noise) * shots
    full = np.iinfo(out.dtype).max
    np.clip(np.rint(light * full), 0, full, out=out, casting="unsafe")
