"""Confusion, parts of the samples, the expert, the challenge of 2017, calibration."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import metrics as sk
from sklearn.calibration import calibration_curve

from sklearn_protloc.metrics import (
    accuracy_by_n_labels,
    cyto2017_score,
    expected_calibration_error,
    expert_comparison,
    label_cooccurrence,
    localization_confusion_matrix,
    macro_f1_score,
    micro_f1_score,
    reliability_curve,
    scores_by_group,
    single_location_accuracy,
)


def draw(n_samples=60, n_labels=4, seed=0):
    rng = np.random.default_rng(seed)
    y_true, y_pred = (rng.random((2, n_samples, n_labels)) < 0.4).astype(int)
    return y_true, y_pred


@given(
    both=st.tuples(st.just(2), st.integers(1, 20), st.integers(1, 5)).flatmap(
        lambda shape: arrays(bool, shape)
    ),
    data=st.data(),
)
@settings(max_examples=100, derandomize=True, deadline=None)
def test_confusion_counts_what_was_missed_and_found(both, data):
    y_true, y_pred = both
    missed, false = y_true & ~y_pred, y_pred & ~y_true
    counts = localization_confusion_matrix(y_true, y_pred, normalize=None).to_numpy()
    np.testing.assert_array_equal(np.diag(counts), (y_true & y_pred).sum(axis=0))
    pairs = missed.sum(axis=1) * false.sum(axis=1)
    assert counts.sum() == pairs.sum() + (y_true & y_pred).sum()
    np.testing.assert_array_equal(  # what was meant for what, the other way round
        localization_confusion_matrix(y_pred, y_true, normalize=None), counts.T
    )
    order = data.draw(st.permutations(range(y_true.shape[1])))
    turned = localization_confusion_matrix(
        y_true[::-1, order], y_pred[::-1, order], normalize=None
    )
    np.testing.assert_array_equal(turned, counts[np.ix_(order, order)])
    shares = localization_confusion_matrix(y_true, y_pred, normalize="row").to_numpy()
    sums = shares.sum(axis=1)
    np.testing.assert_allclose(sums, np.where(counts.any(axis=1), 1, np.nan))


def test_confusion_of_single_labels_is_that_of_sklearn():
    rng = np.random.default_rng(0)
    true, predicted = rng.integers(4, size=(2, 50))
    y_true, y_pred = np.eye(4, dtype=int)[true], np.eye(4, dtype=int)[predicted]
    counts = localization_confusion_matrix(y_true, y_pred, normalize=None)
    np.testing.assert_array_equal(counts, sk.confusion_matrix(true, predicted))
    assert counts.dtypes.unique().tolist() == [np.dtype(np.int64)]
    theirs = sk.confusion_matrix(true, predicted, normalize="true")
    for normalize in ("true", "row"):
        ours = localization_confusion_matrix(y_true, y_pred, normalize=normalize)
        np.testing.assert_allclose(ours, theirs)


def test_missed_labels_are_charged_to_all_false_positives():
    y_true, y_pred = draw()
    counts = np.zeros((4, 4), dtype=int)
    for true, predicted in zip(y_true, y_pred, strict=True):
        for i in np.flatnonzero(true):
            if predicted[i]:
                counts[i, i] += 1
                continue
            for j in np.flatnonzero(predicted > true):
                counts[i, j] += 1
    ours = localization_confusion_matrix(y_true, y_pred, normalize=None)
    np.testing.assert_array_equal(ours, counts)
    rows = localization_confusion_matrix(y_true, y_pred, normalize="row")
    np.testing.assert_allclose(rows, counts / counts.sum(axis=1, keepdims=True))


def test_diagonal_is_the_share_found():
    y_true, y_pred = draw()
    diagonal = np.diag(localization_confusion_matrix(y_true, y_pred))
    recall = sk.recall_score(y_true, y_pred, average=None)
    np.testing.assert_allclose(diagonal, recall)


def test_confusion_normalized_by_an_unknown_word_is_refused():
    with pytest.raises(ValueError, match="normalize as 'true', 'row' or None"):
        localization_confusion_matrix([[1]], [[1]], normalize="all")


def test_cooccurrence_is_a_count_or_a_share_of_the_row():
    y = pd.DataFrame({"a": [1, 1, 1, 0], "b": [1, 1, 0, 0], "c": [0, 0, 0, 0]})
    counts = label_cooccurrence(y, normalize=False)
    assert counts.to_numpy().tolist() == [[3, 2, 0], [2, 2, 0], [0, 0, 0]]
    shares = label_cooccurrence(y)
    np.testing.assert_allclose(shares.loc["a"], [1, 2 / 3, 0])
    assert shares.loc["c"].isna().all()


def test_accuracy_by_n_labels_gives_the_shares_of_table_1():
    """cnn-fcn-2021, table 1: 4,000 test images by their number of localizations."""
    amounts, fcn_percent = [2424, 1313, 249, 14], [90, 59, 41, 29]
    y_true = np.repeat([[1, 0, 0, 0], [1, 1, 0, 0], [1, 1, 1, 0], [1] * 4], amounts, 0)
    right = np.concatenate(
        [np.arange(n) < round(n * p / 100) for n, p in zip(amounts, fcn_percent)]  # noqa: B905
    )
    y_pred = y_true * right[:, None]
    table = accuracy_by_n_labels(y_true, y_pred)
    assert table.index.tolist() == [1, 2, 3, 4]
    assert table["n_samples"].tolist() == amounts
    np.testing.assert_allclose(100 * table["share"], [60.6, 32.8, 6.2, 0.35], atol=0.05)
    assert (100 * table["exact"]).round().tolist() == fcn_percent


def test_found_forgives_what_else_was_predicted():
    table = accuracy_by_n_labels([[1, 0], [1, 0], [0, 0]], [[1, 1], [0, 1], [0, 0]])
    assert table["found"].tolist() == [1, 0.5]
    assert table["exact"].tolist() == [1, 0]


def test_a_group_called_other_is_not_the_rest():
    groups = [*["other"] * 4, *["a"] * 4, "b", "c"]
    table = scores_by_group(np.eye(10), np.eye(10), groups, n_largest=2)
    assert table["n_samples"].to_dict() == {"other": 4, "a": 4, "other groups": 2}


def test_groups_are_scored_apart_and_small_ones_together():
    y_true, y_pred = draw(100)
    lines = np.repeat(["U-2 OS", "A-431", "HeLa", "MCF7"], [10, 60, 25, 5])
    table = scores_by_group(y_true, y_pred, lines)
    assert table.index.tolist() == ["A-431", "HeLa", "U-2 OS", "MCF7"]
    part = lines == "HeLa"
    assert table.loc["HeLa", "macro_f1"] == macro_f1_score(y_true[part], y_pred[part])
    assert table.loc["HeLa", "micro_f1"] == micro_f1_score(y_true[part], y_pred[part])
    exact = sk.accuracy_score(y_true[part], y_pred[part])
    assert table.loc["HeLa", "exact"] == pytest.approx(exact)
    merged = scores_by_group(y_true, y_pred, pd.Series(lines, index=lines), n_largest=1)
    assert merged.index.tolist() == ["A-431", "other"]
    rest = lines != "A-431"
    assert merged.loc["other", "n_samples"] == 40
    assert merged.loc["other", "macro_f1"] == macro_f1_score(y_true[rest], y_pred[rest])


def test_rest_is_last_even_if_it_is_the_largest():
    y = np.ones((9, 1), dtype=int)
    table = scores_by_group(y, y, list("aaabbccdd"), n_largest=1)
    assert table["n_samples"].to_dict() == {"a": 3, "other": 6}
    assert table.index.tolist() == ["a", "other"]


@pytest.mark.parametrize(
    ("groups", "n_largest", "message"),
    [
        (["a"], None, "a group for each of 2 samples, got 1"),
        (["a", None], None, "got none for 1"),
        (["a", "b"], 0, "n_largest as a whole number from 1 or None, got 0"),
    ],
)
def test_groups_that_do_not_fit_are_refused(groups, n_largest, message):
    with pytest.raises(ValueError, match=message):
        scores_by_group([[1], [0]], [[1], [0]], groups, n_largest=n_largest)


def test_cyto2017_score_averages_over_labels_predicted():
    y_true, y_pred = draw()
    assert cyto2017_score(y_true, y_pred) == pytest.approx(
        sk.f1_score(y_true, y_pred, average="macro")
    )
    y_pred[:, 1] = 0  # never predicted: left out
    y_true[:, 2] = 0  # never true: counts as 0
    f1 = sk.f1_score(y_true, y_pred, average=None, zero_division=0)
    assert cyto2017_score(y_true, y_pred) == pytest.approx((f1[0] + 0 + f1[3]) / 3)
    assert cyto2017_score(y_true, np.zeros_like(y_pred)) == 0


def rated(both, only_model, only_expert, neither):
    """Samples of one location, and answers of two raters with these counts."""
    counts = [both, only_model, only_expert, neither]
    y_true = np.tile([1, 0, 0], (sum(counts), 1))
    right, wrong = [1, 0, 0], [0, 1, 0]
    model = np.repeat([right, right, wrong, wrong], counts, axis=0)
    expert = np.repeat([right, wrong, right, wrong], counts, axis=0)
    return y_true, model, expert


def test_expert_comparison_gives_the_counts_and_p_value_of_table_4():
    """gapnet-pl-2019, table 4; accuracy of the network in table 3."""
    y_true, model, expert = rated(121, 60, 7, 12)
    found = expert_comparison(y_true, model * 0.3, expert)
    assert found.counts.tolist() == [121, 60, 7, 12]
    assert f"{found.mcnemar.pvalue:.0e}" == "2e-10"
    assert round(found.scores.loc["model", "accuracy"] + 1e-9, 2) == 0.91
    # Table 3 says 0.61 of the expert, whom table 4 gives 128 of 200 right.
    assert found.scores.loc["expert", "accuracy"] == 0.64


def test_scores_of_raters_are_those_of_sklearn():
    rng = np.random.default_rng(0)
    true, model, expert = rng.integers(4, size=(3, 80))
    one_hot = np.eye(4, dtype=int)
    found = expert_comparison(one_hot[true], one_hot[model] * 0.2, one_hot[expert])
    unlabelled = np.zeros((9, 4)), np.tile([1, 0, 0, 0], (9, 1))  # left out
    more = [np.vstack([one_hot[true], unlabelled[0]])]
    more += [np.vstack([one_hot[a], unlabelled[1]]) for a in (model, expert)]
    pd.testing.assert_frame_equal(expert_comparison(*more).scores, found.scores)
    for name, answers in (("model", model), ("expert", expert)):
        row = found.scores.loc[name]
        assert row["accuracy"] == sk.accuracy_score(true, answers)
        for score in ("f1", "precision", "recall"):
            theirs = getattr(sk, f"{score}_score")(true, answers, average="macro")
            assert row[score] == pytest.approx(theirs)
        assert (
            single_location_accuracy(one_hot[true], one_hot[answers])
            == (row["accuracy"])
        )


def test_samples_of_several_locations_are_left_out_and_no_answer_is_wrong():
    y_true = [[1, 0], [1, 1], [0, 0], [0, 1], [0, 1]]
    y_score = [[0.6, 0.5], [0, 1], [1, 0], [0, 0], [1, 1]]
    assert single_location_accuracy(y_true, y_score) == pytest.approx(1 / 3)
    with pytest.raises(ValueError, match="exactly one label, got none"):
        single_location_accuracy([[1, 1]], [[0.2, 0.3]])


@pytest.mark.parametrize("n_bins", [1, 4, 10])
def test_reliability_is_the_calibration_curve_of_sklearn(n_bins):
    rng = np.random.default_rng(0)
    p = rng.random((200, 3)) ** 2
    p[:5] = [0, 0.5, 1]
    y = (rng.random(p.shape) < p).astype(int)
    curve = reliability_curve(
        y, pd.DataFrame(p, columns=["a", "b", "c"]), n_bins=n_bins
    )
    for k, label in enumerate("abc"):
        positive, predicted = calibration_curve(y[:, k], p[:, k], n_bins=n_bins)
        np.testing.assert_allclose(curve.loc[label, "fraction_positive"], positive)
        np.testing.assert_allclose(curve.loc[label, "mean_predicted"], predicted)
    assert curve["n_samples"].sum() == p.size


def test_calibration_error_is_the_mean_gap_of_the_curve():
    rng = np.random.default_rng(0)
    p = rng.random((4000, 2))
    y = (rng.random(p.shape) < p**2).astype(int)
    curve = reliability_curve(y, p)
    gaps = (curve["mean_predicted"] - curve["fraction_positive"]).abs()
    expected = (gaps * curve["n_samples"]).groupby("label").sum() / len(p)
    errors = expected_calibration_error(y, p, average=None)
    np.testing.assert_allclose(errors, expected)
    assert expected_calibration_error(y, p) == pytest.approx(errors.mean())
    assert expected_calibration_error(y, p) == pytest.approx(1 / 6, abs=0.02)
    assert expected_calibration_error(y, p**2) < 0.03


def test_calibration_with_unknown_words_is_refused():
    with pytest.raises(ValueError, match="n_bins as a whole number from 1, got 0"):
        reliability_curve([[1]], [[0.5]], n_bins=0)
    with pytest.raises(ValueError, match="average as 'macro' or None, got 'micro'"):
        expected_calibration_error([[1]], [[0.5]], average="micro")
    with pytest.raises(ValueError, match="y_proba between 0 and 1"):
        reliability_curve([[1]], [[1.5]])
