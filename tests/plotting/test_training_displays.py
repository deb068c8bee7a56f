import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import Bunch

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.plotting import (
    LearningRateDisplay,
    SearchCurveDisplay,
    TrainingHistoryDisplay,
)

RNG = np.random.default_rng(0)
IMAGES = RNG.integers(0, 256, (24, 4, 16, 16), dtype=np.uint8)
Y = RNG.integers(0, 2, (24, 3))


def test_history_of_a_training():
    model = LocalizationClassifier(
        TinyNet, max_epochs=3, validation_fraction=0.25, random_state=0
    )
    pipeline = make_pipeline(FunctionTransformer(), model).fit(IMAGES, Y)
    display = TrainingHistoryDisplay.from_estimator(pipeline)
    model = pipeline[-1]
    assert [ax.get_ylabel() for ax in display.axes_] == ["Loss"]
    assert set(display.lines_) == {"train_loss", "valid_loss"}
    losses = display.lines_["valid_loss"].get_ydata()
    np.testing.assert_array_equal(losses, model.history_[:, "valid_loss"])
    assert display.best_iter == model.best_iter_


def test_each_kind_of_number_has_a_panel():
    history = [
        {"epoch": k, "train_loss": 1.0, "f1": 0.3, "lr": 0.1, "dur": 9, "f1_best": True}
        for k in (1, 2)
    ]
    for given in (history, pd.DataFrame(history)):
        display = TrainingHistoryDisplay.from_history(given, best_iter=2)
        assert [ax.get_ylabel() for ax in display.axes_] == [
            "Loss",
            "Score",
            "Learning rate",
        ]
        assert list(display.lines_) == ["train_loss", "f1", "lr"]
        assert display.lines_["lr"].axes.get_yscale() == "log"


def test_histories_that_cannot_be_drawn():
    with pytest.raises(NotFittedError):
        TrainingHistoryDisplay.from_estimator(LocalizationClassifier(TinyNet))
    other = LogisticRegression().fit([[0], [1]], [0, 1])
    with pytest.raises(ValueError, match=r"with history_.*got LogisticRegression"):
        TrainingHistoryDisplay.from_estimator(other)
    for empty in ([], [{"epoch": 1, "dur": 2.0}]):
        with pytest.raises(ValueError, match="at least one epoch and a loss"):
            TrainingHistoryDisplay.from_history(empty)


def test_learning_rate():
    lrs, losses = np.geomspace(1e-4, 1, 5), np.array([0.7, 0.6, 0.4, 0.5, 90.0])
    result = Bunch(lrs=lrs, losses=losses, smoothed=losses, suggestion=1e-2)
    display = LearningRateDisplay.from_range_test(result)
    assert set(display.suggestion_line_.get_xdata()) == {1e-2}
    low, high = display.ax_.get_ylim()
    assert low < 0.4
    assert 0.7 < high < 1  # the loss that diverged is cut off
    result.suggestion = None
    assert LearningRateDisplay.from_range_test(result).suggestion_line_ is None
    with pytest.raises(ValueError, match="without smoothed, suggestion"):
        LearningRateDisplay.from_range_test(Bunch(lrs=lrs, losses=losses))


RESULTS = {
    "param_lr": np.ma.array([1e-4, 1e-2, 1e-4, 1e-2, 0], mask=[0, 0, 0, 0, 1]),
    "param_depth": np.ma.array([1, 1, 2, 2, 3]),
    "param_network": np.ma.array([TinyNet, dict, TinyNet, dict, dict]),
    "mean_test_score": np.array([0.1, 0.5, 0.4, 0.3, 0.9]),
    "std_test_score": np.array([0.01, 0.02, 0.03, 0.04, 0.05]),
}


def points(errorbar):
    return errorbar.lines[0].get_xydata().tolist()


def test_a_curve_goes_through_the_best_of_each_value():
    for results in (RESULTS, pd.DataFrame(RESULTS)):
        display = SearchCurveDisplay.from_cv_results(results, "lr")
        assert points(display.errorbars_[0]) == [[1e-4, 0.4], [1e-2, 0.5]]
        assert display.ax_.get_xscale() == "log"
    lines = SearchCurveDisplay.from_cv_results(RESULTS, "lr", by="depth").errorbars_
    assert [points(line) for line in lines] == [
        [[1e-4, 0.1], [1e-2, 0.5]],
        [[1e-4, 0.4], [1e-2, 0.3]],
    ]
    assert [line.get_label() for line in lines] == ["depth = 1", "depth = 2"]


def test_values_that_are_no_numbers_are_named():
    display = SearchCurveDisplay.from_cv_results(RESULTS, "network")
    names = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert names == ["TinyNet", "dict"]
    assert points(display.errorbars_[0]) == [[0, 0.4], [1, 0.9]]


def test_search():
    X, y = RNG.random((30, 2)), np.arange(30) % 2
    search = GridSearchCV(LogisticRegression(), {"C": [1, 2]}, scoring=["f1", "recall"])
    with pytest.raises(NotFittedError):
        SearchCurveDisplay.from_estimator(search, "C")
    search.set_params(refit="f1").fit(X, y)
    display = SearchCurveDisplay.from_estimator(search, "C", metric="recall")
    scores = search.cv_results_["mean_test_recall"]
    np.testing.assert_array_equal(np.array(points(display.errorbars_[0]))[:, 1], scores)
    assert display.ax_.get_xscale() == "linear"
    with pytest.raises(ValueError, match=r"a metric .*one of 'f1', 'recall', got 'sc"):
        SearchCurveDisplay.from_estimator(search, "C")
    with pytest.raises(ValueError, match=r"a parameter .*one of 'C', got 'c'"):
        SearchCurveDisplay.from_estimator(search, "c", metric="f1")


def test_a_search_of_failed_fits():
    failed = RESULTS | {"mean_test_score": np.full(5, np.nan)}
    with pytest.raises(ValueError, match="'lr', but all fits failed"):
        SearchCurveDisplay.from_cv_results(failed, "lr")
