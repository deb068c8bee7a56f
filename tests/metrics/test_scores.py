import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from sklearn import metrics as sk

from sklearn_protloc.metrics import (
    bootstrap_interval,
    evaluate_counts,
    f1_from_counts,
    label_scores,
    macro_average_precision_score,
    macro_f1_score,
    macro_roc_auc_score,
    micro_f1_score,
    multilabel_log_loss,
    pooled_oof_score,
)

SEEDS = st.integers(0, 10**6)
ZERO_DIVISION = st.sampled_from([0.0, 1.0, np.nan])
many = settings(max_examples=25, deadline=None)


def draw(seed, n_samples=None):
    """Labels and predictions, of which some are absent, never predicted, or both."""
    rng = np.random.default_rng(seed)
    shape = n_samples or rng.integers(1, 30), rng.integers(2, 7)
    prevalence = rng.choice([0, 0.1, 0.5, 1], size=(2, 1, shape[1]))
    y_true, y_pred = (rng.random((2, *shape)) < prevalence).astype(int)
    return y_true, y_pred, rng.random(shape).round(1)


@pytest.fixture(autouse=True)
def no_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


@many
@given(SEEDS, ZERO_DIVISION)
def test_f1_precision_and_recall_are_those_of_sklearn(seed, zero_division):
    y_true, y_pred, _ = draw(seed)
    ours = label_scores(y_true, y_pred, zero_division=zero_division)
    precision, recall, f1, support = sk.precision_recall_fscore_support(
        y_true, y_pred, zero_division=zero_division
    )
    np.testing.assert_allclose(ours["precision"], precision)
    np.testing.assert_allclose(ours["recall"], recall)
    np.testing.assert_allclose(ours["f1"], f1)
    np.testing.assert_array_equal(ours["n_positive"], support)
    np.testing.assert_array_equal(ours["n_predicted"], y_pred.sum(axis=0))


@many
@given(SEEDS, ZERO_DIVISION)
def test_macro_and_micro_f1_are_those_of_sklearn(seed, zero_division):
    y_true, y_pred, _ = draw(seed)
    for average, ours in (("macro", macro_f1_score), ("micro", micro_f1_score)):
        theirs = sk.f1_score(
            y_true, y_pred, average=average, zero_division=zero_division
        )
        np.testing.assert_allclose(
            ours(y_true, y_pred, zero_division=zero_division), theirs
        )


@many
@given(SEEDS)
def test_macro_scores_are_the_means_of_the_table(seed):
    y_true, y_pred, y_score = draw(seed)
    table = label_scores(y_true, y_pred, y_score).mean()
    np.testing.assert_allclose(macro_f1_score(y_true, y_pred), table["f1"])
    np.testing.assert_allclose(macro_roc_auc_score(y_true, y_score), table["roc_auc"])
    np.testing.assert_allclose(
        macro_average_precision_score(y_true, y_score), table["average_precision"]
    )


@many
@given(SEEDS)
def test_orders_are_scored_as_by_sklearn_where_it_can(seed):
    y_true, _, y_score = draw(seed)
    table = label_scores(y_true, y_score=y_score)
    for k, (present, scores) in enumerate(zip(y_true.T, y_score.T, strict=True)):
        row = table.iloc[k]
        if present.any():
            theirs = sk.average_precision_score(present, scores)
            assert row["average_precision"] == pytest.approx(theirs)
        else:
            assert np.isnan(row["average_precision"])
        if 0 < present.sum() < len(present):
            assert row["roc_auc"] == pytest.approx(sk.roc_auc_score(present, scores))
        else:
            assert np.isnan(row["roc_auc"])


@many
@given(SEEDS)
def test_log_loss_is_the_mean_of_sklearns_over_labels(seed):
    y_true, _, p = draw(seed)
    theirs = [sk.log_loss(*c, labels=[0, 1]) for c in zip(y_true.T, p.T, strict=True)]
    assert multilabel_log_loss(y_true, p) == pytest.approx(np.mean(theirs))


def test_log_loss_is_not_fooled_by_predicting_everything():
    y_true = np.eye(5, dtype=int)
    everything, good = np.full((5, 5), 0.999), np.where(y_true, 0.8, 0.1)
    assert multilabel_log_loss(y_true, everything) > 5
    assert multilabel_log_loss(y_true, good) < 0.2


def test_perfect_predictions_score_one_without_an_absent_label():
    y = np.eye(5, dtype=int)[:4]
    assert macro_f1_score(y, y) == 1
    assert macro_f1_score(y, y, zero_division=0.0) == pytest.approx(0.8)
    assert macro_roc_auc_score(y, y) == macro_average_precision_score(y, y) == 1


def test_predicting_an_absent_label_costs():
    y_true, y_pred = [[1, 0], [1, 0]], [[1, 0], [1, 1]]
    assert macro_f1_score(y_true, y_pred) == 0.5
    assert label_scores(y_true, y_pred).loc["1", "f1"] == 0


def test_nothing_to_score_is_nan_without_a_warning():
    empty = np.zeros((3, 2), dtype=int)
    assert np.isnan(macro_f1_score(empty, empty))
    assert np.isnan(micro_f1_score(empty, empty))
    assert np.isnan(macro_roc_auc_score(empty, empty))
    assert np.isnan(macro_average_precision_score(empty, empty))
    assert micro_f1_score(empty, empty, zero_division=1.0) == 1


@pytest.mark.parametrize(
    "form",
    [
        lambda y: y.tolist(),
        lambda y: y.astype(bool),
        lambda y: y.astype(float),
        sparse.csr_matrix,
        sparse.coo_array,
        pd.DataFrame,
    ],
)
def test_labels_are_read_in_every_form(form):
    y_true, y_pred, _ = draw(3, n_samples=20)
    expected = macro_f1_score(y_true, y_pred), multilabel_log_loss(y_true, y_pred)
    assert macro_f1_score(form(y_true), form(y_pred)) == expected[0]
    loss = multilabel_log_loss(form(y_true), form(y_pred))
    assert loss == pytest.approx(expected[1])


def test_the_table_carries_the_names_of_labels():
    named = pd.DataFrame([[1, 0], [0, 1]], columns=["Cytosol", "Nucleoli"])
    plain = named.to_numpy()
    assert label_scores(named, plain).index.tolist() == ["Cytosol", "Nucleoli"]
    assert label_scores(plain, named).index.tolist() == ["Cytosol", "Nucleoli"]
    assert label_scores(plain, y_score=named).index.tolist() == ["Cytosol", "Nucleoli"]
    assert label_scores(plain, plain).index.tolist() == ["0", "1"]


def test_rounded_probabilities_are_taken_and_logits_refused():
    assert multilabel_log_loss([[1]], [[1 + 1e-7]]) < 1e-9
    with pytest.raises(ValueError, match="Are these logits"):
        multilabel_log_loss([[1]], [[2.5]])


Y = np.array([[1, 0], [0, 1], [1, 1]])
SHUFFLED = pd.DataFrame(Y, columns=["a", "b"], index=["x", "y", "z"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: macro_f1_score(Y, Y[:2]), r"y_pred with the shape.*\(3, 2\)"),
        (lambda: macro_f1_score(Y, Y * 0.7), "y_pred: .*probabilities\\? Compare"),
        (lambda: macro_f1_score([["a"], ["b"]], Y), "y_true: .*MultiLabelBinarizer"),
        (lambda: macro_f1_score(Y, [[1, np.nan]] * 3), "y_pred: .*NaN"),
        (lambda: macro_f1_score(Y[:0], Y[:0]), "at least one sample"),
        (lambda: macro_f1_score(Y, Y, zero_division=0.5), "zero_division as 0, 1"),
        (lambda: macro_f1_score(Y, Y, zero_division="warn"), "zero_division as 0, 1"),
        (lambda: macro_roc_auc_score(Y, [[0, np.nan]] * 3), "finite.*3 of 3 rows"),
        (lambda: macro_roc_auc_score(Y, [Y, Y[:2]]), "label_probabilities"),
        (lambda: label_scores(Y), "y_pred or y_score, or both"),
        (
            lambda: macro_f1_score(SHUFFLED, SHUFFLED[["b", "a"]]),
            "label 0 is 'a' in y_true and 'b' in y_pred.*in another order",
        ),
        (
            lambda: macro_f1_score(SHUFFLED, SHUFFLED[::-1]),
            r"samples in another order.*reindex\(index",
        ),
    ],
)
def test_what_does_not_fit_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("names", "others", "message"),
    [
        ([0, 1, 2], [2, 0, 1], "label 0 is '0' in .* and '2' in y_.*another order"),
        (["a", "b", "c"], ["a", "c", "d"], "label 1 is 'b' in .* and 'c' in y_"),
        (["a", "b", "c"], [0, 1, 2], None),
        ([1, 2, 3], [0, 1, 2], None),
    ],
)
def test_labels_of_other_names_are_refused(names, others, message):
    y_true, y_pred = (pd.DataFrame(np.eye(3), columns=n) for n in (names, others))
    calls = (
        lambda: macro_f1_score(y_true, y_pred),
        lambda: label_scores(np.eye(3), y_true, y_pred),
        lambda: bootstrap_interval(np.eye(3), y_true, y_pred, n_resamples=2),
    )
    for call in calls:
        if message is None:
            call()
        else:
            with pytest.raises(ValueError, match=message):
                call()


def test_names_of_predictions_are_kept_where_others_have_none():
    y_pred = pd.DataFrame(np.eye(3), columns=list("abc"))
    assert list(label_scores(np.eye(3), y_pred, np.eye(3)).index) == list("abc")
    assert list(label_scores(np.eye(3), np.eye(3), y_pred).index) == list("abc")


def test_numbers_as_index_say_nothing_about_the_order():
    y_true = pd.DataFrame(Y, index=[2, 0, 1])
    assert macro_f1_score(y_true, pd.DataFrame(Y)) == 1


def test_counts_may_have_any_shape():
    hits, predicted = np.array([[3, 0], [1, 0]]), np.array([[4, 0], [1, 2]])
    values = evaluate_counts(
        f1_from_counts, hits, predicted, [4, 0], 10, zero_division=1.0
    )
    np.testing.assert_allclose(values, [[0.75, 1], [0.4, 0]])
    with pytest.raises(ValueError, match=r"shape \(2, 2\), got shape \(\)"):
        evaluate_counts(lambda tp, fp, fn, tn: 1.0, hits, predicted, 4, 10)


def test_pooled_score_does_not_depend_on_folds():
    y_true, y_pred, y_score = draw(5, n_samples=24)
    folds = np.random.default_rng(0).permutation(24).reshape(6, 4)
    for score, predictions in (
        (macro_f1_score, y_pred),
        (macro_average_precision_score, y_score),
    ):
        whole = score(y_true, predictions)
        assert 0 < whole < 1
        for order in (folds, folds[::-1], folds.reshape(3, 8)):
            parts = [y_true[f] for f in order], [predictions[f] for f in order]
            assert pooled_oof_score(*parts, score=score) == pytest.approx(whole)


def test_mean_of_folds_sinks_with_their_number_and_the_pooled_score_does_not():
    rng = np.random.default_rng(0)
    y_true = rng.random((600, 6)) < [0.5, 0.3, 0.1, 0.03, 0.01, 0.005]
    y_pred = y_true ^ (rng.random(y_true.shape) < 0.02)
    folds = {k: np.array_split(np.arange(600), k) for k in (3, 30)}
    means = {
        k: np.mean([sk.f1_score(y_true[f], y_pred[f], average="macro", zero_division=0)
                    for f in parts])
        for k, parts in folds.items()
    }  # fmt: skip
    pooled = {
        k: pooled_oof_score([y_true[f] for f in parts], [y_pred[f] for f in parts])
        for k, parts in folds.items()
    }
    assert means[30] < means[3] - 0.1
    assert pooled[30] == pooled[3] == macro_f1_score(y_true, y_pred)


@pytest.mark.parametrize(
    ("y_true", "y_pred", "message"),
    [
        ([], [], "an array per fold"),
        ([Y], [Y, Y], "1 and 2 folds"),
        ([Y, Y], [Y, Y[:2]], r"y_pred\[1\] with the shape of y_true\[1\]"),
        ([Y, Y[:, :1]], [Y, Y[:, :1]], r"folds of the same labels, got \[1, 2\]"),
        ([Y, Y * 3], [Y, Y], r"y_true\[1\]: "),
    ],
)
def test_folds_that_do_not_fit_are_refused(y_true, y_pred, message):
    with pytest.raises(ValueError, match=message):
        pooled_oof_score(y_true, y_pred)
