import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.metrics import f1_score

from sklearn_protloc.model_selection._count_metrics import f1_from_counts
from sklearn_protloc.model_selection._strategies._f1 import f1
from sklearn_protloc.model_selection._threshold_counts import (
    break_point_counts,
    grid_counts,
)

GRID = np.arange(1001) / 1000


def scores_of(dtype, n_samples):
    """Draw scores that often lie on, just above or just below the grid."""
    on_grid = st.sampled_from(GRID.astype(dtype).tolist())
    width = np.dtype(dtype).itemsize * 8
    anywhere = st.floats(0, 1, width=width)
    beside = st.builds(
        lambda score, towards: float(np.nextafter(dtype(score), dtype(towards))),
        on_grid,
        st.sampled_from([0, 1]),
    )
    element = st.one_of(on_grid, anywhere, beside)
    return arrays(dtype, n_samples, elements=element)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("n_steps", [1, 7, 100, 1000])
@given(data=st.data())
@settings(max_examples=25, derandomize=True, deadline=None)
def test_counts_equal_brute_force(dtype, n_steps, data):
    n_samples = data.draw(st.integers(1, 30))
    scores = data.draw(scores_of(dtype, n_samples))
    present = data.draw(arrays(np.int8, n_samples, elements=st.integers(0, 1)))
    for thresholds, hits, predicted in (
        grid_counts(present, scores, n_steps),
        break_point_counts(present, scores),
    ):
        above = scores.astype(np.float64)[:, None] >= thresholds
        np.testing.assert_array_equal(predicted, above.sum(axis=0))
        np.testing.assert_array_equal(hits, above[present == 1].sum(axis=0))


def test_counts_of_several_blocks():
    rng = np.random.default_rng(0)
    scores, present = rng.random(20_000).round(4), rng.integers(0, 2, 20_000)
    thresholds, hits, predicted = grid_counts(present, scores, 1000)
    np.testing.assert_array_equal(thresholds, GRID)
    np.testing.assert_array_equal(predicted, [(scores >= t).sum() for t in GRID])
    np.testing.assert_array_equal(hits, [present[scores >= t].sum() for t in GRID])


def test_float32_is_compared_as_float64():
    # float32(0.7) is below 0.7, float32(0.1) is above 0.1.
    thresholds, _, predicted = grid_counts(
        np.ones(2, dtype=bool), np.array([0.7, 0.1], dtype=np.float32), 1000
    )
    assert predicted[thresholds == 0.7] == 0
    assert predicted[thresholds == 0.1] == 2


def brute_force_f1(present, scores):
    """Return f1_score at the 1001 thresholds, one call per different prediction."""
    predicted = scores[:, None] >= GRID
    _, first, inverse = np.unique(
        predicted.sum(axis=0), return_index=True, return_inverse=True
    )
    f1 = [f1_score(present, column, zero_division=0) for column in predicted.T[first]]
    return np.array(f1)[inverse]


def test_thresholds_are_the_optimum_of_the_grid():
    rng = np.random.default_rng(0)
    y = (rng.random((200, 5)) < [0.5, 0.3, 0.1, 0.05, 0.9]).astype(np.int8)
    p = np.clip(0.4 * y + 0.6 * rng.random((200, 5)), 0, 1).round(2)
    thresholds = f1(y, p, step=0.001, metric=f1_from_counts)
    reached = f1_score(y, p >= thresholds, average=None)
    for k in range(5):
        brute = brute_force_f1(y[:, k], p[:, k])
        assert reached[k] == brute.max()
        nearest = np.abs(GRID[brute == brute.max()] - 0.5).min()
        assert abs(thresholds[k] - 0.5) == pytest.approx(nearest)
    np.testing.assert_allclose(thresholds * 1000, np.rint(thresholds * 1000))


def test_break_points_are_at_least_as_good_as_any_grid():
    rng = np.random.default_rng(0)
    y = rng.integers(0, 2, (50, 4))
    p = 0.5 + rng.random((50, 4)) * 1e-5  # between two points of the grid
    exact = f1(y, p, step=None, metric=f1_from_counts)
    assert np.isin(exact, p).all()
    best = [max(f1_score(y[:, k], p[:, k] >= t) for t in p[:, k]) for k in range(4)]
    np.testing.assert_array_equal(f1_score(y, p >= exact, average=None), best)


def test_ties_go_to_the_threshold_nearest_to_one_half():
    y, p = np.array([[0], [1]]), np.array([[0.1], [0.9]])
    assert f1(y, p, step=0.001, metric=f1_from_counts) == [0.5]
    p = np.array([[0.6], [0.8]])
    assert f1(y, p, step=0.1, metric=f1_from_counts) == [0.7]
    p = np.array([[0.1], [0.2]])
    assert f1(y, p, step=0.1, metric=f1_from_counts) == [0.2]


def test_of_two_equally_near_thresholds_the_lower_one_is_taken():
    y = np.array([[1], [0], [1], [0]])
    p = np.array([[0.6], [0.5], [0.4], [0.4]])
    at = {t: f1_score(y, p >= t) for t in (0.4, 0.6)}
    assert at[0.4] == at[0.6]
    assert f1(y, p, step=None, metric=f1_from_counts) == [0.4]
