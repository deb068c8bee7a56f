"""What images of one antibody and of one cell line have in common."""

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold, KFold

from sklearn_protloc.datasets import HPA_LOCATIONS, make_cells
from sklearn_protloc.datasets._cells._label_sets import (
    draw_label_sets,
    location_counts,
)

GREEN, BLUE = 1, 2


def statistics(X):
    """Return five statistics per channel, what a first look would compute."""
    pixels = X.reshape(len(X), X.shape[1], -1).astype(np.float32)
    quantiles = np.quantile(pixels, [0.5, 0.9, 0.99], axis=2)
    return np.hstack([pixels.mean(axis=2), pixels.std(axis=2), *quantiles])


def share_between(values, groups):
    """Return how much of the variance is between groups."""
    means = np.array([values[groups == g].mean() for g in np.unique(groups)])
    return means[groups].var() / values.var()


def test_without_antibodies_no_two_images_share_one():
    cells = make_cells(9, image_size=32, random_state=0)
    assert sorted(cells.groups) == list(range(9))
    assert set(cells.cell_lines) == {0}


def test_images_of_an_antibody_share_their_labels():
    cells = make_cells(50, image_size=32, n_antibodies=12, random_state=0)
    assert set(np.bincount(cells.groups)) == {4, 5}
    assert (np.diff(cells.groups) < 0).any()  # not in order
    for group in range(12):
        assert len(np.unique(cells.target[cells.groups == group], axis=0)) == 1
    assert cells.target.any(axis=0).all()


def test_images_of_an_antibody_look_alike_but_are_not_the_same():
    cells = make_cells(80, labels=["Cytosol"], n_antibodies=10, random_state=0)
    brightness = np.quantile(cells.data[:, GREEN], 0.99, axis=(1, 2))
    assert 0.5 < share_between(brightness, cells.groups) < 0.98
    nuclei = cells.data[:, BLUE].mean(axis=(1, 2))
    assert share_between(nuclei, cells.groups) < 0.3
    assert len(np.unique(cells.data.reshape(80, -1), axis=0)) == 80


def test_cell_lines_differ():
    cells = make_cells(
        120, labels=["Cytosol"], n_cell_lines=4, n_antibodies=30, random_state=0
    )
    assert set(cells.cell_lines) == {0, 1, 2, 3}
    nuclei = (cells.data[:, BLUE] > 60).mean(axis=(1, 2))
    assert share_between(nuclei, cells.cell_lines) > 0.2
    for stain in np.quantile(cells.data[:, [0, 2, 3]], 0.97, axis=(2, 3)).T:
        assert share_between(stain, cells.cell_lines) > 0.2


def macro_precision(cells, cv):
    """Cross-validate a forest on simple statistics."""
    X, y = statistics(cells.data), cells.target
    y = y[:, y.sum(axis=0) >= 10]
    scores = np.zeros(y.shape)
    groups = cells.groups if isinstance(cv, GroupKFold) else None
    for train, test in cv.split(X, groups=groups):
        # Every label as a column of its own, also where the fold lacks it.
        forest = RandomForestClassifier(60, random_state=0)
        proba = forest.fit(X[train], y[train]).predict_proba(X[test])
        scores[test] = np.stack(
            [p[:, 1] if p.shape[1] == 2 else np.zeros(len(test)) for p in proba], axis=1
        )
    return average_precision_score(y, scores, average="macro")


@pytest.mark.parametrize("seed", [0, 1])
def test_folds_that_split_antibodies_promise_too_much(seed):
    cells = make_cells(300, n_antibodies=50, n_cell_lines=3, random_state=seed)
    split = macro_precision(cells, KFold(5, shuffle=True, random_state=0))
    apart = macro_precision(cells, GroupKFold(5))
    assert split > apart + 0.05


def test_without_shared_antibodies_grouping_makes_no_difference():
    cells = make_cells(300, random_state=0)
    cells.groups = cells.groups // 6
    split = macro_precision(cells, KFold(5, shuffle=True, random_state=0))
    apart = macro_precision(cells, GroupKFold(5))
    assert split == pytest.approx(apart, abs=0.05)


def test_locations_occur_as_often_and_as_often_together_as_in_hpa():
    n_sets = 31072  # as many as the images counted
    drawn = draw_label_sets(n_sets, HPA_LOCATIONS, np.random.default_rng(0)).astype(int)
    table = location_counts().loc[list(HPA_LOCATIONS)]
    np.testing.assert_allclose(
        np.log(drawn.sum(axis=0)), np.log(table["images"]), atol=0.5
    )
    expected = table[list(HPA_LOCATIONS)].to_numpy()
    expected = expected[np.triu_indices(28, 1)]
    together = (drawn.T @ drawn)[np.triu_indices(28, 1)]
    assert np.corrcoef(together, expected)[0, 1] > 0.98
    # Lysosomes were never seen without endosomes.
    lysosomes = drawn[:, HPA_LOCATIONS.index("Lysosomes")] == 1
    assert drawn[lysosomes, HPA_LOCATIONS.index("Endosomes")].mean() > 0.8
