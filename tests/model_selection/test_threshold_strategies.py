import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.special import expit, logit
from sklearn.metrics import f1_score

from sklearn_protloc.metrics import f1_from_counts
from sklearn_protloc.model_selection._strategies import _auto
from sklearn_protloc.model_selection._strategies._by_name import STRATEGIES
from sklearn_protloc.model_selection._strategies._calibration import calibrated_labels
from sklearn_protloc.model_selection._strategies._least_squares import residuals

GRID = np.arange(1001) / 1000
OPTIONS = {
    "metric": f1_from_counts,
    "step": 0.001,
    "absent_threshold": 0.5,
    "min_positives": 0,
    "empty": "allow",
}


def simulated(n_samples=300, prevalence=(0.5, 0.3, 0.1, 0.05), seed=0):
    """Return labels and calibrated scores, more or less."""
    rng = np.random.default_rng(seed)
    p = expit(logit(np.array(prevalence)) + 2 * rng.normal(size=(n_samples, 4)))
    return (rng.random(p.shape) < p).astype(np.int8), p


def rule(name, y, p, **options):
    folds = np.arange(len(y)) % 3
    return STRATEGIES[name](y, p, folds=folds, **{**OPTIONS, **options})


def accuracy(tp, fp, fn, tn):
    return (tp + tn) / (tp + fp + fn + tn)


def f2(tp, fp, fn, tn):
    return 5 * tp / (5 * tp + 4 * fn + fp)


def brute_force_f1(present, scores):
    """Return f1_score at the 1001 thresholds, one call per different prediction."""
    predicted = scores[:, None] >= GRID
    _, first, inverse = np.unique(
        predicted.sum(axis=0), return_index=True, return_inverse=True
    )
    return np.array([f1_score(present, predicted[:, j]) for j in first])[inverse]


@pytest.mark.parametrize("name", STRATEGIES)
@pytest.mark.parametrize("step", [0.001, None])
def test_every_rule_gives_a_threshold_per_label_whatever_the_labels(name, step):
    y, p = simulated(60)
    y[:, 0], y[:, 1], p[:, 2] = 0, 1, 0.25
    before = y.copy(), p.copy()
    thresholds = rule(name, y, p, step=step)
    assert thresholds.shape == (4,)
    assert thresholds.dtype == np.float64
    assert ((thresholds >= 0) & (thresholds <= 1)).all()
    np.testing.assert_array_equal(before[0], y)
    np.testing.assert_array_equal(before[1], p)


@pytest.mark.parametrize("name", STRATEGIES)
def test_order_of_samples_and_labels_does_not_matter(name):
    y, p = simulated()
    folds = np.arange(300) % 5
    reference = STRATEGIES[name](y, p, folds=folds, **OPTIONS)
    rows, labels = np.random.default_rng(1).permutation(300), [2, 0, 3, 1]
    shuffled = STRATEGIES[name](
        y[rows][:, labels], p[rows][:, labels], folds=folds[rows], **OPTIONS
    )
    np.testing.assert_allclose(shuffled, reference[labels], atol=1e-6)


def test_f1_is_the_optimum_of_the_grid():
    rng = np.random.default_rng(0)
    y = (rng.random((200, 5)) < [0.5, 0.3, 0.1, 0.05, 0.9]).astype(np.int8)
    p = np.clip(0.4 * y + 0.6 * rng.random((200, 5)), 0, 1).round(2)
    thresholds = rule("f1", y, p)
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
    exact = rule("f1", y, p, step=None)
    assert np.isin(exact, p).all()
    best = [max(f1_score(y[:, k], p[:, k] >= t) for t in p[:, k]) for k in range(4)]
    np.testing.assert_array_equal(f1_score(y, p >= exact, average=None), best)


def test_f1_takes_the_threshold_nearest_to_one_half_then_the_lower_one():
    y, p = np.array([[0], [1]]), np.array([[0.1], [0.9]])
    assert rule("f1", y, p) == [0.5]
    p = np.array([[0.6], [0.8]])
    assert rule("f1", y, p, step=0.1) == [0.7]
    p = np.array([[0.1], [0.2]])
    assert rule("f1", y, p, step=0.1) == [0.2]
    y, p = np.array([[1], [0], [1], [0]]), np.array([[0.6], [0.5], [0.4], [0.4]])
    assert f1_score(y, p >= 0.4) == f1_score(y, p >= 0.6)
    assert rule("f1", y, p, step=None) == [0.4]


def test_another_metric_takes_the_place_of_f1():
    y, p = simulated()
    lower = rule("f1", y, p, metric=f2)
    assert (lower <= rule("f1", y, p)).all()
    at = rule("f1", y, p, metric=accuracy)
    reached = [(y[:, k] == (p[:, k] >= at[k])).mean() for k in range(4)]
    brute = [(y[:, k, None] == (p[:, k, None] >= GRID)).mean(0).max() for k in range(4)]
    np.testing.assert_array_equal(reached, brute)


def test_dice_is_f1_on_the_grid_of_one_hundred_steps():
    y, p = simulated()
    np.testing.assert_array_equal(rule("dice", y, p), rule("f1", y, p, step=0.01))


def test_fold_mean_is_the_mean_over_folds_that_have_the_label():
    y, p = simulated()
    y[::3, 3] = 0  # absent from the first fold
    parts = [rule("f1", y[i::3], p[i::3]) for i in range(3)]
    expected = np.mean(parts, axis=0)
    expected[3] = (parts[1][3] + parts[2][3]) / 2
    np.testing.assert_allclose(rule("fold_mean", y, p), expected)


def test_prevalence_predicts_each_label_as_often_as_it_is_present():
    y, p = simulated()
    predicted = p >= rule("prevalence", y, p)
    np.testing.assert_array_equal(predicted.sum(axis=0), y.sum(axis=0))
    tied = p.round(1)
    miss = np.abs((tied >= rule("prevalence", y, tied)).sum(axis=0) - y.sum(axis=0))
    counts = (tied[:, :, None] >= np.arange(12) / 10 - 0.05).sum(axis=0)
    least = np.abs(counts - y.sum(axis=0)[:, None]).min(axis=1)
    np.testing.assert_array_equal(miss, least)


@pytest.mark.parametrize("step", [0.1, None])
def test_global_is_one_number_and_the_best_of_all(step):
    y, p = simulated(40)
    p = p.round(2)
    thresholds = rule("global", y, p, step=step)
    assert len(set(thresholds)) == 1
    grid = np.arange(11) / 10 if step else np.unique(p)
    best = max(f1_score(y, p >= t, average="macro", zero_division=0) for t in grid)
    reached = f1_score(y, p >= thresholds, average="macro", zero_division=0)
    assert reached == pytest.approx(best)


def test_global_does_not_ask_absent_labels():
    y, p = simulated()
    y[:, 3] = 0
    three = rule("global", y[:, :3], p[:, :3], metric=accuracy)
    assert rule("global", y, p, metric=accuracy)[0] == three[0]


def test_least_squares_lowers_its_objective_and_keeps_its_floor():
    y, p = simulated()
    p[:, 3] /= 20
    thresholds = rule("least_squares", y, p)
    assert thresholds[3] == 0.1
    for k in range(3):
        args = y[:, k] == 1, p[:, k]
        solved = residuals(thresholds[[k]], *args) @ residuals(thresholds[[k]], *args)
        for other in ([0.5], thresholds[[k]] - 0.01, thresholds[[k]] + 0.01):
            there = residuals(np.array(other), *args)
            assert solved <= there @ there + 1e-12


def test_residuals_of_least_squares_are_those_of_the_paper():
    present, scores = np.array([True, False]), np.array([0.52, 0.5])
    soft = expit(np.array([1.0, 0.0]))
    expected = [2 * soft[0] / (soft.sum() + 1 + 1e-6) - 1, 0]
    np.testing.assert_allclose(residuals(np.array([0.5]), present, scores), expected)


def test_plug_in_is_half_of_f1_where_scores_are_calibrated():
    y, p = simulated(20_000)
    thresholds = rule("plug_in", y, p)
    half = f1_score(y, p >= rule("f1", y, p), average=None) / 2
    np.testing.assert_allclose(thresholds, half, atol=0.03)
    thresholds = rule("plug_in", y, p, metric=accuracy)
    np.testing.assert_allclose(thresholds, 0.5, atol=0.04)


@pytest.mark.parametrize("step", [0.001, None])
def test_plug_in_undoes_a_distortion(step):
    y, p = simulated(5000)
    warped = expit(0.5 * logit(p) - 1)
    straight, bent = rule("plug_in", y, p), rule("plug_in", y, warped, step=step)
    np.testing.assert_allclose(expit(0.5 * logit(straight) - 1), bent, atol=0.01)


def test_calibration_is_the_prior_without_samples_and_the_truth_with_many():
    y, p = simulated(20_000)
    few = next(calibrated_labels(np.zeros((1, 1), int), np.full((1, 1), 0.001), 0.001))
    middle = few.thresholds[:-1] + 0.0005
    np.testing.assert_allclose(few.probabilities[:-1], middle, atol=0.01)
    for label in calibrated_labels(y, p**2, 0.001):
        truth = np.sqrt(label.thresholds[10:990] + 0.0005)
        np.testing.assert_allclose(label.probabilities[10:990], truth, atol=0.1)


def test_shrunk_is_f1_for_frequent_labels_and_plug_in_for_rare_ones():
    y, p = simulated(20_000, (0.5, 0.5, 0.5, 0.5))
    at = p >= rule("shrunk", y, p)
    best = f1_score(y, p >= rule("f1", y, p), average=None)
    np.testing.assert_allclose(f1_score(y, at, average=None), best, atol=1e-3)
    y, p = simulated(200, (0.5, 0.3, 0.1, 0.1))
    y[:, 3] = 0
    y[p[:, 3].argmax(), 3] = 1
    between = rule("shrunk", y, p)[3]
    assert abs(between - rule("plug_in", y, p)[3]) < abs(between - rule("f1", y, p)[3])


def of_rules(monkeypatch, *rules):
    """Make these rules the favourite and the challengers of "auto"."""
    monkeypatch.setattr(_auto, "FAVOURITE", rules[0])
    monkeypatch.setattr(_auto, "CHALLENGERS", rules[1:])


def test_auto_takes_the_winner_of_the_cross_fit(monkeypatch):
    y, p = simulated(600)
    good = STRATEGIES["f1"]

    def bad(y, p, **_):
        return np.full(y.shape[1], 0.99)

    def overfitted(y, p, **_):
        # The best on the samples it sees and on no others.
        return good(y, p, **_) if len(y) == 600 else bad(y, p)

    of_rules(monkeypatch, bad, good)
    np.testing.assert_array_equal(rule("auto", y, p), rule("f1", y, p))
    of_rules(monkeypatch, good, bad)
    np.testing.assert_array_equal(rule("auto", y, p), rule("f1", y, p))
    of_rules(monkeypatch, STRATEGIES["prevalence"], overfitted)
    np.testing.assert_array_equal(rule("auto", y, p), rule("prevalence", y, p))


def test_auto_stays_with_its_favourite_without_evidence(monkeypatch):
    y, p = simulated(300)
    of_rules(monkeypatch, STRATEGIES["plug_in"], STRATEGIES["f1"])
    np.testing.assert_array_equal(rule("auto", y, p), rule("plug_in", y, p))
    one, score = np.ones((1, 4), dtype=int), p[:1]
    np.testing.assert_array_equal(rule("auto", one, score), rule("plug_in", one, score))


def test_auto_leaves_a_calibration_that_cannot_be_right():
    # A peak of positives in the middle: no monotone map makes the scores calibrated.
    rng = np.random.default_rng(0)
    p = rng.random((4000, 3))
    y = (rng.random(p.shape) < np.where(p > 0.8, 0.6, 0.05)).astype(np.int8)
    y[p < 0.02] = 1
    reached = {
        name: f1_score(y, p >= rule(name, y, p), average="macro")
        for name in ("auto", "f1", "plug_in")
    }
    assert reached["f1"] > reached["plug_in"] + 0.01
    assert reached["auto"] > reached["f1"] - 0.005


@given(data=st.data(), step=st.sampled_from([None, 0.1, 0.001]))
@settings(max_examples=30, derandomize=True, deadline=None)
def test_no_candidate_is_better_than_the_threshold_chosen(data, step):
    n_samples = data.draw(st.integers(1, 30))
    y = data.draw(arrays(np.int8, n_samples, elements=st.integers(0, 1)))
    p = data.draw(arrays(np.float64, n_samples, elements=st.floats(0, 1)))
    chosen = rule("f1", y[:, None], p[:, None], step=step)[0]
    assert 0 <= chosen <= 1
    candidates = np.unique(p) if step is None else GRID[:: round(1000 * step)]

    def f1_at(threshold):
        decided = p >= threshold
        return 2 * (decided & y).sum() / max(decided.sum() + y.sum(), 1)

    assert f1_at(chosen) >= max(map(f1_at, candidates)) - 1e-12
