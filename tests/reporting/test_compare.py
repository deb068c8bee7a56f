import pickle

import numpy as np
import pandas as pd
import pytest
from joblib import parallel_config
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_multilabel_classification
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import (
    GroupKFold,
    KFold,
    ShuffleSplit,
    cross_val_predict,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.metrics import (
    bootstrap_interval,
    label_scores,
    macro_average_precision_score,
    macro_f1_score,
    wilcoxon_test,
)
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.reporting import compare

X, Y = make_multilabel_classification(90, n_classes=4, random_state=0)
NAMES = ["Nucleoplasm", "Cytosol", "Golgi | ER", "Rods & rings"]
TARGET = pd.DataFrame(Y, columns=NAMES)
GROUPS = np.repeat(np.arange(30), 3)
MODELS = {
    "near": KNeighborsClassifier(5),
    "linear": OneVsRestClassifier(LogisticRegression()),
}


class Failing(ClassifierMixin, BaseEstimator):
    """Fails where it is fitted on few rows."""

    def __init__(self, least=1000):
        self.least = least

    def fit(self, X, y):
        if len(X) < self.least:
            raise ValueError("too few\nrows")
        self.n_labels_ = y.shape[1]
        return self

    def predict(self, X):
        return np.ones((len(X), self.n_labels_))


@pytest.fixture(scope="module")
def comparison():
    return compare(MODELS, X, TARGET, cv=KFold(3), groups=None)


def test_held_out_predictions_are_those_of_cross_validation(comparison):
    for name, model in MODELS.items():
        expected = cross_val_predict(model, X, Y, cv=KFold(3))
        assert_array_equal(comparison.oof_pred[name], expected)
    proba = cross_val_predict(
        MODELS["linear"], X, Y, cv=KFold(3), method="predict_proba"
    )
    assert_allclose(comparison.oof_proba["linear"], proba)


def test_table_has_pooled_scores_intervals_and_folds(comparison):
    row = comparison.to_frame().loc["linear"]
    predicted, proba = comparison.oof_pred["linear"], comparison.oof_proba["linear"]
    assert row["macro_f1"] == pytest.approx(macro_f1_score(Y, predicted))
    assert row["exact"] == (predicted == Y).all(axis=1).mean()
    assert row["macro_average_precision"] == pytest.approx(
        macro_average_precision_score(Y, proba)
    )
    low, high = bootstrap_interval(Y, predicted, random_state=0).confidence_interval
    assert (row["macro_f1_low"], row["macro_f1_high"]) == (low, high)
    folds = [macro_f1_score(Y[test], predicted[test]) for _, test in KFold(3).split(X)]
    assert row["macro_f1_mean"] == pytest.approx(np.mean(folds))
    assert row["macro_f1_std"] == pytest.approx(np.std(folds, ddof=1))
    assert row["fit_time"] > 0
    assert np.isnan(row["n_parameters"])
    assert np.isnan(row["epoch_time"])


def test_models_are_compared_with_the_best(comparison):
    table = comparison.to_frame()
    best = table["macro_f1"].idxmax()
    other = next(name for name in MODELS if name != best)
    assert comparison.reference == best
    difference = bootstrap_interval(
        Y, comparison.oof_pred[other], comparison.oof_pred[best], random_state=0
    )
    assert table.loc[other, "difference"] == difference.estimate < 0
    assert table.loc[other, "difference_high"] == difference.confidence_interval.high
    f1 = [label_scores(Y, comparison.oof_pred[name])["f1"] for name in (other, best)]
    expected = wilcoxon_test(*f1, alternative="two-sided", method="exact").pvalue
    assert table.loc[other, "p_value"] == expected
    assert table.loc[other, "p_method"] == "exact"
    assert np.isnan(table.loc[best, "p_value"])


def test_a_reference_can_be_named_and_equal_models_differ_by_nothing():
    models = [("a", MODELS["near"]), ("b", MODELS["near"]), ("c", MODELS["linear"])]
    table = compare(models, X, Y, reference="b").to_frame()
    assert list(table.index) == ["a", "b", "c"]
    assert table.loc["a", ["difference", "p_value"]].tolist() == [0, 1]
    assert np.isnan(table.loc["b", "difference"])


def test_all_models_get_the_same_folds_from_an_unseeded_splitter():
    models = {"a": MODELS["near"], "b": MODELS["near"]}
    found = compare(models, X, Y, cv=KFold(3, shuffle=True))
    assert_array_equal(found.oof_pred["a"], found.oof_pred["b"])
    assert len(found.splits) == 3


def test_groups_stay_together_and_are_drawn_whole():
    found = compare(MODELS, X, Y, cv=3, groups=GROUPS)
    for train, test in found.splits:
        assert not set(GROUPS[train]) & set(GROUPS[test])
    low, high = bootstrap_interval(
        Y, found.oof_pred["near"], groups=GROUPS, random_state=0
    ).confidence_interval
    row = found.to_frame().loc["near"]
    assert (row["macro_f1_low"], row["macro_f1_high"]) == (low, high)
    assert "over groups" in found.to_markdown()


def test_folds_that_divide_groups_are_warned_of():
    with pytest.warns(UserWarning, match="samples of their group in training"):
        compare({"near": MODELS["near"]}, X, Y, cv=KFold(4), groups=GROUPS)


def test_one_failing_model_does_not_take_the_others_with_it():
    models = {**MODELS, "bad": Failing()}
    with pytest.warns(FitFailedWarning, match="'bad' in fold 0 .* too few rows"):
        found = compare(models, X, Y)
    assert set(found.oof_pred) == set(MODELS)
    row = found.to_frame().loc["bad"]
    assert np.isnan(row["macro_f1"])
    assert "ValueError: too few rows" in row["error"]
    assert "'bad' failed in fold 0" in found.to_markdown()
    assert found.to_frame().loc["near", "macro_f1"] > 0


def test_error_score_stands_for_failed_folds_and_raise_raises():
    models = {"near": MODELS["near"], "bad": Failing(61)}
    folds = [(np.arange(60), np.arange(60, 90)), (np.arange(20, 90), np.arange(20))]
    with pytest.warns(FitFailedWarning, match="fold 0: ValueError"):
        found = compare(models, X, Y, cv=folds, error_score=0)
    scores = found.fold_scores.loc["bad", "macro_f1"]
    assert scores[0] == 0 < scores[1]
    with pytest.raises(ValueError, match="too few"):
        compare(models, X, Y, cv=folds, error_score="raise")
    with pytest.raises(ValueError, match=r"All models failed.*too few"):
        compare({"bad": Failing()}, X, Y)


def test_rows_never_tested_are_left_out():
    split = ShuffleSplit(1, test_size=0.3, random_state=0)
    found = compare(MODELS, X, Y, cv=split)
    _, test = next(split.split(X))
    rest = np.setdiff1d(np.arange(90), test)
    assert (found.oof_pred["near"][rest] == -1).all()
    assert np.isnan(found.oof_proba["near"][rest]).all()
    expected = macro_f1_score(Y[test], found.oof_pred["near"][test])
    assert found.to_frame().loc["near", "macro_f1"] == pytest.approx(expected)
    assert found.plot().n_positive.sum() == Y[test].sum()


def test_models_without_probabilities_are_ranked_or_not():
    found = compare({"ridge": RidgeClassifier(), "dummy": Failing(0)}, X, Y)
    assert found.oof_proba == {}
    table = found.to_frame()
    assert table.loc["ridge", "macro_average_precision"] > 0.5
    assert np.isnan(table.loc["dummy", "macro_roc_auc"])


def test_fit_params_are_cut_to_the_training_rows():
    inner = MultiLabelThresholdOptimizer(MODELS["linear"], cv=GroupKFold(2))
    params = {"tuned": {"groups": GROUPS}}
    found = compare({"tuned": inner}, X, Y, groups=GROUPS, fit_params=params)
    assert found.to_frame().loc["tuned", "macro_f1"] > 0
    with pytest.raises(ValueError, match="Expected fit_params as a dict by name"):
        compare(MODELS, X, Y, fit_params={"other": {}})


def test_several_fits_at_a_time_change_nothing(comparison):
    with parallel_config("threading"):
        found = compare(MODELS, X, TARGET, cv=KFold(3), n_jobs=2)
    for name in MODELS:
        assert_array_equal(found.oof_pred[name], comparison.oof_pred[name])


def test_networks_on_lazy_images(cells):
    images = ImageCollection.from_array(cells.data)
    net = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    flat = make_pipeline(
        FunctionTransformer(lambda images: np.asarray(images).mean(axis=(2, 3))),
        MODELS["near"],
    )
    found = compare({"net": net, "flat": flat}, images, cells.target, cv=2)
    row = found.to_frame().loc["net"]
    fitted = net.fit(cells.data[:4], cells.target[:4])
    weights = fitted.net_.module_.parameters()
    assert row["n_parameters"] == sum(w.numel() for w in weights)
    assert row["epoch_time"] > 0
    assert np.isnan(found.to_frame().loc["flat", "n_parameters"])


def test_a_comparison_pickles_and_prints(comparison):
    again = pickle.loads(pickle.dumps(comparison))
    pd.testing.assert_frame_equal(again.to_frame(), comparison.to_frame())
    assert "near" in repr(comparison)
    lines = comparison.to_markdown().splitlines()
    assert lines[0].startswith("| Model | Macro F1 |")
    assert len({line.count("|") for line in lines[:4]}) == 1


def test_names_cannot_break_the_table():
    found = compare({"a|b\n": MODELS["near"]}, X, Y)
    assert "a\\|b" in found.to_markdown().splitlines()[2]


class Loud(DummyClassifier):
    """Fails in words that Markdown would take for its own."""

    def fit(self, X, y):
        raise RuntimeError("x | <img src=x>\n\n# y")


def test_errors_and_names_are_text_below_the_table():
    models = {"<b>|\n": Loud(), "near": MODELS["near"]}
    with pytest.warns(FitFailedWarning):
        text = compare(models, X, Y, reference="<b>|\n").to_markdown()
    assert "<" not in text
    assert "x \\| &lt;img src=x&gt; # y" in text
    assert len(text.splitlines()) == 2 + 2 + 1 + 2


class Given(ClassifierMixin, BaseEstimator):
    """Predicts what it is given, some of it wrong."""

    def __init__(self, wrong):
        self.wrong = wrong

    def fit(self, X, y):
        self.classes_ = [0, 1]
        return self

    def predict(self, X):
        rows = np.asarray(X, dtype=int)[:, 0]
        predicted = np.tile(np.arange(90)[:, None] % 2 == 0, 5)
        for k, n in enumerate(self.wrong):
            predicted[:n, k] ^= True
        return predicted[rows].astype(int)


@pytest.mark.parametrize(
    ("wrong", "p", "method"),
    [((10, 12, 14, 16, 18), 0.0625, "exact"), ((10,) * 5, 0.0253, "asymptotic")],
)
def test_p_is_exact_for_few_labels_unless_differences_are_tied(wrong, p, method):
    y = np.tile(np.arange(90)[:, None] % 2 == 0, 5).astype(int)
    models = {"good": Given((0,) * 5), "bad": Given(wrong)}
    rows = np.arange(90)[:, None]
    found = compare(models, rows, y, cv=KFold(2), reference="bad")
    row = found.to_frame().loc["good"]
    assert row["p_value"] == pytest.approx(p, abs=1e-4)
    assert row["p_method"] == method
    assert ("\N{ALMOST EQUAL TO}0.025" in repr(found)) == (method == "asymptotic")
    assert "labels of the same images are not" in found.to_markdown()


def test_plot_draws_each_model(comparison):
    display = comparison.plot()
    assert list(display.scores.columns) == list(MODELS)
    assert_allclose(display.scores["near"], comparison.label_f1["near"])


@pytest.mark.parametrize(
    ("models", "error", "match"),
    [
        (LogisticRegression(), TypeError, "dict from name to estimator"),
        ({}, ValueError, "Expected a name"),
        ({"": DummyClassifier()}, ValueError, "Expected a name"),
        ([("a", DummyClassifier())] * 2, ValueError, "different names"),
        ({"a": DummyClassifier}, TypeError, "which has fit"),
        ({"a": 3}, TypeError, "which has fit"),
    ],
)
def test_what_is_no_model_is_refused(models, error, match):
    with pytest.raises(error, match=match):
        compare(models, X, Y)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"reference": "other"}, "reference as the name of a model"),
        ({"error_score": "ignore"}, "error_score as 'raise' or a number"),
        ({"cv": [(range(45), range(45, 90))] * 2}, "at most once"),
        ({"cv": KFold(3), "groups": np.zeros(90)}, "two or more groups"),
        ({"groups": GROUPS[:5]}, "inconsistent numbers of samples"),
    ],
)
def test_arguments_that_do_not_fit_are_refused_before_a_fit(options, match):
    with pytest.raises(ValueError, match=match):
        compare({"never fitted": Failing(0)}, X, Y, **options)
