import numpy as np
import pytest
from scipy import stats
from sklearn.metrics import f1_score

from sklearn_protloc.metrics import (
    _resampling,
    bootstrap_interval,
    label_scores,
    macro_f1_score,
    micro_f1_score,
)

PREVALENCE = np.array([0.5, 0.3, 0.1])


def draw(n, rng, error=0.15):
    """Labels and predictions with independent samples."""
    y_true = rng.random((n, 3)) < PREVALENCE
    return y_true, y_true ^ (rng.random((n, 3)) < error)


def true_macro_f1(error=0.15):
    tp, fp = PREVALENCE * (1 - error), (1 - PREVALENCE) * error
    return (2 * tp / (2 * tp + fp + PREVALENCE * error)).mean()


@pytest.fixture
def pair():
    rng = np.random.default_rng(0)
    y_true, y_pred = draw(80, rng)
    return y_true, y_pred, y_true ^ (rng.random(y_true.shape) < 0.3)


def resampled_rows(n, n_resamples, seed):
    """The rows that a seed draws."""
    rng = np.random.RandomState(seed)
    return [rng.randint(n, size=n) for _ in range(n_resamples)]


def test_resamples_are_scored_as_by_sklearn(pair):
    y_true, y_pred, _ = pair
    rows = resampled_rows(80, 20, seed=3)
    for average, zero_division in (("macro", np.nan), ("micro", 0.0), (None, 1.0)):
        result = bootstrap_interval(
            y_true, y_pred, average=average, zero_division=zero_division,
            n_resamples=20, random_state=3,
        )  # fmt: skip
        options = {"average": average, "zero_division": zero_division}
        theirs = [f1_score(y_true[r], y_pred[r], **options) for r in rows]
        np.testing.assert_allclose(result.bootstrap_distribution.T, theirs)
        np.testing.assert_allclose(result.estimate, f1_score(y_true, y_pred, **options))
        np.testing.assert_allclose(result.standard_error, np.std(theirs, 0, ddof=1))
        interval = np.quantile(theirs, [0.025, 0.975], axis=0)
        np.testing.assert_allclose(np.stack(result.confidence_interval), interval)


def test_groups_are_drawn_whole(pair):
    y_true, y_pred, _ = pair
    groups = np.random.default_rng(1).choice(list("abcdefghij"), size=80)
    names = list(dict.fromkeys(groups))
    result = bootstrap_interval(
        y_true, y_pred, groups=groups, n_resamples=10, random_state=0
    )
    for drawn, ours in zip(
        resampled_rows(len(names), 10, seed=0),
        result.bootstrap_distribution,
        strict=True,
    ):
        rows = np.concatenate([np.flatnonzero(groups == names[g]) for g in drawn])
        assert ours == pytest.approx(macro_f1_score(y_true[rows], y_pred[rows]))


def test_two_models_are_compared_on_the_same_resamples(pair):
    y_true, a, b = pair
    options = {"n_resamples": 50, "random_state": 0}
    difference = bootstrap_interval(y_true, a, b, **options)
    one, other = (bootstrap_interval(y_true, p, **options) for p in (a, b))
    np.testing.assert_allclose(
        difference.bootstrap_distribution,
        one.bootstrap_distribution - other.bootstrap_distribution,
    )
    assert difference.estimate == pytest.approx(one.estimate - other.estimate)
    same = bootstrap_interval(y_true, a, a, method="bca", **options)
    assert same.confidence_interval == (0, 0)


def test_other_metrics_and_averages(pair):
    y_true, y_pred, _ = pair
    table = label_scores(y_true, y_pred)
    for metric in ("f1", "precision", "recall"):
        result = bootstrap_interval(y_true, y_pred, metric=metric, n_resamples=10)
        assert result.estimate == pytest.approx(table[metric].mean())
    micro = bootstrap_interval(y_true, y_pred, average="micro", n_resamples=10)
    assert micro.estimate == pytest.approx(micro_f1_score(y_true, y_pred))
    right = bootstrap_interval(
        y_true, y_pred, metric=lambda tp, fp, fn, tn: (tp + tn) / (tp + fp + fn + tn),
        average="micro", n_resamples=10,
    )  # fmt: skip
    assert right.estimate == pytest.approx((y_true == y_pred).mean())


def test_results_are_repeatable_and_do_not_depend_on_blocks(pair, monkeypatch):
    y_true, y_pred, _ = pair
    options = {"n_resamples": 30, "method": "bca", "random_state": 5}
    first = bootstrap_interval(y_true, y_pred, **options)
    monkeypatch.setattr(_resampling, "BLOCK_BYTES", 3_000)
    second = bootstrap_interval(y_true, y_pred, **options)
    assert first.confidence_interval == second.confidence_interval
    np.testing.assert_array_equal(
        first.bootstrap_distribution, second.bootstrap_distribution
    )


def test_sums_above_the_exact_numbers_of_float32_stay_exact():
    units = np.array([[2**24 + 1, 1], [2**24 + 1, 0]])
    sums = next(_resampling.resampled_sums(units, 5, np.random.RandomState(0)))
    assert (sums[:, 0] == 2**25 + 2).all()


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_intervals_hold_the_truth_as_often_as_they_say(method):
    rng = np.random.default_rng(0)
    held = 0
    for _ in range(200):
        low, high = bootstrap_interval(
            *draw(200, rng), n_resamples=200, confidence_level=0.9, method=method,
            random_state=0,
        ).confidence_interval  # fmt: skip
        held += low <= true_macro_f1() <= high
    assert 0.84 <= held / 200 <= 0.96


def test_intervals_by_group_hold_where_plain_ones_do_not():
    rng, held = np.random.default_rng(0), np.zeros(2)
    for _ in range(100):
        y_true, y_pred = (np.repeat(y, 8, axis=0) for y in draw(60, rng))
        for k, groups in enumerate((None, np.repeat(np.arange(60), 8))):
            low, high = bootstrap_interval(
                y_true, y_pred, groups=groups, n_resamples=150, confidence_level=0.9,
                random_state=0,
            ).confidence_interval  # fmt: skip
            held[k] += low <= true_macro_f1() <= high
    plain, grouped = held / 100
    assert plain < 0.6
    assert grouped > 0.8


def test_bca_is_that_of_scipy():
    """It draws the same resamples from a seed. With few errors the skew is large."""
    y_true, y_pred = draw(40, np.random.default_rng(2), error=0.05)

    def micro_f1(rows):
        return f1_score(y_true[rows], y_pred[rows], average="micro")

    theirs = stats.bootstrap(
        (np.arange(40),), micro_f1, vectorized=False, method="BCa", n_resamples=300,
        random_state=np.random.RandomState(0),
    )  # fmt: skip
    options = {"average": "micro", "n_resamples": 300, "random_state": 0}
    ours = bootstrap_interval(y_true, y_pred, method="bca", **options)
    np.testing.assert_allclose(
        ours.bootstrap_distribution, theirs.bootstrap_distribution
    )
    np.testing.assert_allclose(ours.confidence_interval, theirs.confidence_interval)
    plain = bootstrap_interval(y_true, y_pred, **options)
    assert ours.confidence_interval.low < plain.confidence_interval.low


def test_labels_without_a_value_have_no_interval():
    y = np.array([[1, 0], [0, 0], [1, 0]])
    result = bootstrap_interval(y, y, average=None, n_resamples=50, method="bca")
    assert result.estimate[0] == 1
    assert np.isnan(result.estimate[1])
    assert result.confidence_interval.low[0] == result.confidence_interval.high[0] == 1
    assert np.isnan(result.confidence_interval.low[1])
    assert result.bootstrap_distribution.shape == (2, 50)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"average": "weighted"}, "average as 'macro', 'micro' or None"),
        ({"method": "basic"}, "method as 'percentile' or 'bca'"),
        ({"metric": "auc"}, "metric as a function .* or one of 'f1'"),
        ({"n_resamples": 1}, "n_resamples as a whole number from 2"),
        ({"confidence_level": 95}, "confidence_level between 0 and 1, .*, got 95"),
        ({"zero_division": 2}, "zero_division as 0, 1"),
        ({"groups": ["a", "a"]}, "two samples or groups at least"),
        ({"groups": ["a"]}, "a group for each of 2 samples"),
        ({"y_pred_other": [[1]]}, "y_pred_other with the shape of y_true"),
    ],
)
def test_what_it_does_not_know_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        bootstrap_interval([[1], [0]], [[1], [0]], **options)


def test_differences_are_of_labels_that_both_models_have():
    y_true = np.array([[1, 1], [1, 0], [0, 1], [1, 1]] * 10)
    never, always = y_true.copy(), y_true.copy()
    never[:, 1], always[::2, 1] = 0, 1  # the first never predicts the second label
    never[::3, 0] ^= 1
    always[::3, 0] ^= 1
    result = bootstrap_interval(
        y_true, never, always, metric="precision", random_state=0
    )
    assert result.estimate == 0
    assert result.confidence_interval == (0, 0)
