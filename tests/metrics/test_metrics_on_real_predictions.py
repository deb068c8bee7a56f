"""Networks of the 2018 Kaggle challenge on images whose labels are known."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn import metrics as sk

from sklearn_protloc.metrics import (
    bootstrap_interval,
    label_scores,
    localization_confusion_matrix,
    macro_f1_score,
    scores_by_group,
    wilcoxon_test,
)


@pytest.fixture(scope="module")
def predictions(protloc_data):
    """28 labels of 321 images, and the probabilities of two networks (float16)."""
    folder = protloc_data / "predictions"
    labels = pd.read_csv(folder / "kaggle_test_labels_321.csv", index_col="Id")
    y = labels["Target"].str.get_dummies(" ")
    y = y.reindex(columns=map(str, range(28)), fill_value=0)
    with np.load(folder / "kaggle_test_probabilities.npz") as file:
        rows = pd.Index(file["ids"]).get_indexer(y.index)
        return y, file["gapnet_512crop_5fold"][rows], file["xception_800"][rows]


def test_scores_are_those_of_sklearn_on_labels_that_occur(predictions):
    y, p = (a[:60] for a in predictions[:2])  # too few for all labels to occur
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        table = label_scores(y, p >= 0.3, p)
    occurs = y.to_numpy().any(axis=0)
    assert 0 < occurs.sum() < 28
    f1 = sk.f1_score(y, p >= 0.3, average=None, zero_division=np.nan)
    np.testing.assert_allclose(table["f1"], f1)
    for column, metric in (
        ("roc_auc", sk.roc_auc_score),
        ("average_precision", sk.average_precision_score),
    ):
        theirs = metric(y.loc[:, occurs], p[:, occurs].astype(float), average=None)
        np.testing.assert_allclose(table.loc[occurs, column], theirs)
        assert table.loc[~occurs, column].isna().all()


def test_intervals_and_tests_hold_on_real_predictions(predictions):
    y, p, q = predictions
    result = bootstrap_interval(y, p >= 0.3, q >= 0.3, n_resamples=300, random_state=0)
    low, high = result.confidence_interval
    assert low < result.estimate < high
    expected = macro_f1_score(y, p >= 0.3) - macro_f1_score(y, q >= 0.3)
    assert result.estimate == pytest.approx(expected)
    auc, other = (label_scores(y, y_score=s)["roc_auc"].dropna() for s in (p, q))
    assert 0 < wilcoxon_test(auc, other).pvalue < 1


def test_tables_hold_on_real_predictions(predictions):
    y, p, _ = predictions
    matrix = localization_confusion_matrix(y, p >= 0.3)
    recall = sk.recall_score(y, p >= 0.3, average=None, zero_division=np.nan)
    np.testing.assert_allclose(np.diag(matrix), recall)
    halves = scores_by_group(y, p >= 0.3, np.arange(321) % 2)
    assert halves["n_samples"].tolist() == [161, 160]
