import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sklearn_protloc.model_selection._threshold_counts import label_counts

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


def counts_of(present, scores, step):
    """Return the thresholds and counts of a single label."""
    ((thresholds, hits, predicted),) = label_counts(
        present[:, None], scores[:, None], step
    )
    return thresholds, hits[0], predicted[0]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
@pytest.mark.parametrize("n_steps", [1, 7, 100, 1000, 10**6])
@given(data=st.data())
@settings(max_examples=20, derandomize=True, deadline=None)
def test_counts_equal_brute_force(dtype, n_steps, data):
    n_samples = data.draw(st.integers(1, 30))
    scores = data.draw(scores_of(dtype, n_samples))
    present = data.draw(arrays(np.int8, n_samples, elements=st.integers(0, 1)))
    for step in (1 / n_steps, None):
        thresholds, hits, predicted = counts_of(present, scores, step)
        assert (np.diff(thresholds) > 0).all()
        above = scores.astype(np.float64)[:, None] >= thresholds
        np.testing.assert_array_equal(predicted, above.sum(axis=0))
        np.testing.assert_array_equal(hits, above[present == 1].sum(axis=0))


def test_counts_of_several_blocks():
    rng = np.random.default_rng(0)
    scores, present = rng.random(40_000).round(4), rng.integers(0, 2, 40_000)
    thresholds, hits, predicted = counts_of(present, scores, 0.001)
    np.testing.assert_array_equal(thresholds, GRID)
    np.testing.assert_array_equal(predicted, [(scores >= t).sum() for t in GRID])
    np.testing.assert_array_equal(hits, [present[scores >= t].sum() for t in GRID])


def test_float32_is_compared_as_float64():
    # float32(0.7) is below 0.7, float32(0.1) is above 0.1.
    thresholds, _, predicted = counts_of(
        np.ones(2, dtype=bool), np.array([0.7, 0.1], dtype=np.float32), 0.001
    )
    assert predicted[thresholds == 0.7] == 0
    assert predicted[thresholds == 0.1] == 2


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("n_labels", [1, 4, 9])
def test_labels_in_order(n_labels, order):
    rng = np.random.default_rng(0)
    y = np.asarray(rng.integers(0, 2, (50, n_labels)), order=order)
    p = np.asarray(rng.random((50, n_labels)), order=order)
    _, hits, predicted = zip(*label_counts(y, p, 0.01), strict=True)
    above = p[:, :, None] >= np.arange(101) / 100
    np.testing.assert_array_equal(np.concatenate(predicted), above.sum(axis=0))
    positive = (above & (y[:, :, None] == 1)).sum(axis=0)
    np.testing.assert_array_equal(np.concatenate(hits), positive)
