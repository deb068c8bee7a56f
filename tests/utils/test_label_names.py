"""A model is only asked about the labels that it was fitted on, in their order."""

import matplotlib
import pandas as pd
import pytest
from sklearn.datasets import make_multilabel_classification
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_protloc import metrics, plotting
from sklearn_protloc.classifiers import (
    GreedyEnsembleClassifier,
    MultiLabelStackingClassifier,
    SoftVotingClassifier,
)
from sklearn_protloc.model_selection import (
    MultiLabelCalibratedClassifier,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.reporting import report

matplotlib.use("agg")

X, y = make_multilabel_classification(120, n_classes=3, random_state=0)
y = pd.DataFrame(y, columns=["Nucleoplasm", "Cytosol", "Golgi"])
OTHER_ORDER = y[["Cytosol", "Golgi", "Nucleoplasm"]]
MODEL = MultiLabelThresholdOptimizer(KNeighborsClassifier()).fit(X, y)
CALIBRATED = MultiLabelCalibratedClassifier(KNeighborsClassifier()).fit(X, y)


def of_display(name):
    display = getattr(plotting, name)
    return lambda model, y: display.from_estimator(model, X, y)


ASKED = {
    "threshold optimizer": lambda model, y: MultiLabelThresholdOptimizer(
        model, cv="prefit"
    ).fit(X, y),
    "frozen in it": lambda model, y: MultiLabelThresholdOptimizer(
        FrozenEstimator(model)
    ).fit(X, y),
    "frozen in its folds": lambda model, y: MultiLabelThresholdOptimizer(
        FrozenEstimator(model), cv=3
    ).fit(X, y),
    "calibrated": lambda model, y: MultiLabelCalibratedClassifier(
        model, cv="prefit"
    ).fit(X, y),
    "frozen calibrated": lambda model, y: MultiLabelCalibratedClassifier(
        FrozenEstimator(model)
    ).fit(X, y),
    "voting": lambda model, y: SoftVotingClassifier(
        [("a", FrozenEstimator(model))]
    ).fit(X, y),
    "stacking": lambda model, y: MultiLabelStackingClassifier(
        [("a", model)], cv="prefit"
    ).fit(X, y),
    "greedy": lambda model, y: GreedyEnsembleClassifier(
        [("a", model)], cv="prefit"
    ).fit(X, y),
    "score": lambda model, y: model.score(X, y),
    "report": lambda model, y: report(model, X, y),
    "confidence": lambda model, y: plotting.ConfidenceDisplay.from_estimator(
        model, X[:5], y[:5]
    ),
    "threshold curve": lambda model, y: plotting.ThresholdCurveDisplay.from_estimator(
        model, y
    ),
    "second of two": lambda model, y: plotting.LabelScoresDisplay.from_estimator(
        {"knn": model.estimator_, "tuned": model}, X, y
    ),
    **{
        name: of_display(name)
        for name in (
            "LabelScoresDisplay",
            "LocalizationConfusionDisplay",
            "MultiLabelPrecisionRecallDisplay",
            "ReliabilityDisplay",
        )
    },
    **{
        name: lambda model, y, name=name: getattr(metrics, name)(model, X, y)
        for name in metrics.__all__
        if name.endswith("_scorer")
    },
}


@pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED)
def test_labels_in_another_order_are_refused(ask):
    expected = "label 0 is 'Cytosol' in y and 'Nucleoplasm' in .*y.model.label_names_."
    with pytest.raises(ValueError, match=expected):
        ask(MODEL, OTHER_ORDER)
    ask(MODEL, OTHER_ORDER[MODEL.label_names_])
    ask(MODEL, y.to_numpy())


def test_other_names_are_refused():
    renamed = y.rename(columns={"Golgi": "Golgi apparatus"})
    expected = "label 2 is 'Golgi apparatus' in y and 'Golgi' in .*Rename.*to_numpy"
    with pytest.raises(ValueError, match=expected):
        CALIBRATED.score(X, renamed)
    with pytest.raises(ValueError, match="label 2 is missing in y and 'Golgi' in"):
        CALIBRATED.score(X, y[["Nucleoplasm", "Cytosol"]])


def test_models_inside_that_predict_are_asked_for_their_labels():
    tuned = MultiLabelThresholdOptimizer(KNeighborsClassifier())
    pipeline = make_pipeline(StandardScaler(), tuned).fit(X, y)
    search = GridSearchCV(tuned, {"estimator__n_neighbors": [3]}, cv=2).fit(X, y)
    for model in (pipeline, search, FrozenEstimator(pipeline)):
        with pytest.raises(ValueError, match="They are the same in another order"):
            metrics.macro_f1_scorer(model, X, OTHER_ORDER)
        assert metrics.macro_f1_scorer(model, X, y) > 0.5


def test_numbers_name_no_labels():
    unnamed = MultiLabelThresholdOptimizer(KNeighborsClassifier()).fit(X, y.to_numpy())
    assert unnamed.score(X, y) == MODEL.score(X, pd.DataFrame(y.to_numpy()))
