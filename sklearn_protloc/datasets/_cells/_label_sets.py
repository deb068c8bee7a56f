"""Which locations proteins have, how often and together, in the Human Protein Atlas."""

from functools import cache
from importlib.resources import files

import numpy as np
import pandas as pd

# Shares of proteins with one, two and three locations; 1.6 on average, as in HPA.
_N_LOCATIONS_SHARES = (0.5, 0.4, 0.1)
# What never met in HPA may still meet here, but hardly ever.
_SELDOM = 0.1


@cache
def location_counts():
    """Count the images that show a location, and those that show two, in HPA.

    Returns
    -------
    DataFrame
        One row per location: the number of `images`, then a column per location with
        the number of images that show both; on the diagonal, those with no other one.
        Counted in the training set of the 2018 Kaggle challenge. Nucleus, of CYTO 2017,
        is there the union of nucleoplasm, speckles and bodies; Vesicles are estimated
        from the locations of genes in version 18 of the atlas.
    """
    table = files(__package__).joinpath("co_occurrence.csv")
    return pd.read_csv(table, index_col="location")


def draw_label_sets(n_sets, names, rng):
    """Draw one to three locations per protein, as frequent and as sociable as in HPA.

    Returns
    -------
    ndarray of shape (n_sets, n_names), dtype int8
        Every location occurs if there are at least as many sets as names.
    """
    if len(names) == 1:
        return np.ones((n_sets, 1), np.int8)
    counts = location_counts().loc[list(names)]
    together = counts[list(names)].to_numpy(float) + _SELDOM
    n_locations = 1 + rng.choice(3, n_sets, p=_N_LOCATIONS_SHARES)
    n_locations = np.minimum(n_locations, len(names))
    target = np.zeros((n_sets, len(names)), np.int8)

    single = np.flatnonzero(n_locations == 1)
    target[single, _draw(np.diag(together), len(single), rng)] = 1
    several = np.flatnonzero(n_locations > 1)
    pairs = _draw(np.triu(together, 1).ravel(), len(several), rng)
    first, second = np.divmod(pairs, len(names))
    target[several, first] = target[several, second] = 1
    three = n_locations[several] == 3
    # As if the third met the first and the second independently.
    affinity = together[first[three]] * together[second[three]] / counts["images"].array
    affinity[target[several[three]] == 1] = 0
    target[several[three], _draw_each(affinity, rng)] = 1
    if n_sets >= len(names):
        _place_missing(target, rng)
    return target


def _draw(weights, n_draws, rng):
    """Draw positions in proportion to their weights."""
    return rng.choice(len(weights), n_draws, p=weights / weights.sum())


def _draw_each(weights, rng):
    """Draw a position in every row in proportion to its weights."""
    with np.errstate(divide="ignore"):
        keys = np.log(weights) + rng.gumbel(size=weights.shape)
    return keys.argmax(axis=1)


def _place_missing(target, rng):
    """Give each location that was never drawn a protein of its own, in place."""
    for label in np.flatnonzero(target.sum(axis=0) == 0):
        # Only a protein whose locations all occur elsewhere too may be relocated.
        spare = (target[:, target.sum(axis=0) == 1] == 0).all(axis=1)
        row = rng.choice(np.flatnonzero(spare))
        target[row] = 0
        target[row, label] = 1
