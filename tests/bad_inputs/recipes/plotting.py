"""Good arguments of the callables of `sklearn_protloc.plotting`."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
from sklearn.model_selection import GridSearchCV

from sklearn_protloc import plotting
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from tests.bad_inputs.good import (
    DATA,
    GROUPS,
    IMAGES,
    LABELS,
    NAMES,
    PREDICTIONS,
    PROBABILITIES,
    fitted,
    forest,
    network,
    trained,
)
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.values import EITHER
from tests.plotting.displays import HISTORY, RANGE_TEST, SEARCH

mpl.use("agg")
OPTIMIZER = fitted(MultiLabelThresholdOptimizer(network(), cv=2))


def drawing(function):
    """Return a function that draws, and closes what it drew."""

    def draw(**given):
        try:
            return function(**given)
        finally:
            plt.close("all")

    return draw


def of_display(name, roles, but=(), **good):
    """Return the recipe of a way to make a display."""
    cls, method = name.split(".")
    function = getattr(getattr(plotting, cls), method)
    return {name: Recipe(drawing(function), roles, good, dict(but))}


LABELLED = {"label_names": "names"}
OF_ESTIMATOR = {"estimator": "estimator", "X": "few images", "y": "drawn labels"}
DECIDED = {"y_true": LABELS, "y_pred": PREDICTIONS, "label_names": NAMES}
DECISIONS = {"y_true": "labels", "y_pred": "predictions"}


SEARCHED = GridSearchCV(forest(), {})
SEARCHED.cv_results_ = SEARCH


def of_estimator(name, **more):
    but = {("y", "None"): EITHER} if name.startswith("Confidence") else {}
    roles = OF_ESTIMATOR | ({} if "LabelsPer" in name else LABELLED)
    good = {"estimator": trained(), **DATA, "label_names": NAMES} | more
    good = {k: v for k, v in good.items() if k in roles or k in more}
    if name.startswith("Confidence"):
        good |= {"X": IMAGES[:4], "y": LABELS[:4]}
    return of_display(f"{name}.from_estimator", roles, but, **good)


RECIPES = {
    **of_estimator("ConfidenceDisplay"),
    **of_display(
        "ConfidenceDisplay.from_predictions",
        {
            "y": "drawn labels",
            "p": "drawn probabilities",
            "thresholds": "thresholds",
            "images": "drawn images",
            "order": "choice",
            "label_names": "names",
        },
        {(name, "None"): EITHER for name in ("y", "images")},
        y=LABELS[:4],
        p=PROBABILITIES[:4],
        thresholds=[0.5, 0.4, 0.3],
        images=IMAGES[:4],
        order="RGBY",
        label_names=NAMES,
    ),
    **of_display(
        "CooccurrenceDisplay.from_labels",
        {"y": "labels", "label_names": "names"},
        y=LABELS,
        label_names=NAMES,
    ),
    **of_display(
        "ImagePanelDisplay.from_images",
        {
            "X": "drawn images",
            "y": "drawn labels",
            "order": "choice",
            "shown": "choice",
            "label_names": "names",
        },
        {("y", "None"): EITHER},
        X=IMAGES[:4],
        y=LABELS[:4],
        order="RGBY",
        shown=["RGBY", "G"],
        label_names=NAMES,
    ),
    **of_display(
        "LabelFrequencyDisplay.from_labels",
        {"y": "labels", "label_names": "names"},
        {("y", "dict"): EITHER},  # several by name
        y=LABELS,
        label_names=NAMES,
    ),
    **of_estimator("LabelScoresDisplay"),
    **of_display(
        "LabelScoresDisplay.from_predictions",
        DECISIONS | {"metric": "choice", "groups": "groups", "label_names": "names"},
        {("y_pred", "dict"): EITHER},  # several by name
        metric="f1",
        groups=GROUPS,
        **DECIDED,
    ),
    **of_estimator("LabelsPerImageDisplay"),
    **of_display("LabelsPerImageDisplay.from_labels", {"y": "labels"}, y=LABELS),
    **of_display(
        "LabelsPerImageDisplay.from_predictions",
        DECISIONS,
        y_true=LABELS,
        y_pred=PREDICTIONS,
    ),
    **of_display(
        "LearningRateDisplay.from_range_test",
        {"result": "estimator"},
        result=RANGE_TEST,
    ),
    **of_estimator("LocalizationConfusionDisplay"),
    **of_display(
        "LocalizationConfusionDisplay.from_predictions",
        DECISIONS | {"normalize": "choice", "label_names": "names"},
        normalize="true",
        **DECIDED,
    ),
    **of_display(
        "LocalizationMapDisplay.from_estimator",
        {
            "model": "estimator",
            "image": "image",
            "labels": "choice",
            "n_shifts": "count",
        },
        model=trained(),
        image=IMAGES[0],
        labels=None,
        n_shifts=1,
    ),
    **of_display(
        "LocalizationMapDisplay.from_predictions",
        {
            "maps": "maps",
            "image": "image",
            "label_names": "names",
            "probabilities": "one sample's probabilities",
            "order": "choice",
        },
        {("probabilities", "None"): EITHER, ("maps", "object dtype"): EITHER},
        maps=np.tile(np.linspace(0, 1, 12), (3, 8, 1)),
        image=IMAGES[0],
        label_names=NAMES,
        probabilities=PROBABILITIES[0],
        order="RGBY",
    ),
    **of_estimator("MultiLabelPrecisionRecallDisplay"),
    **of_display(
        "MultiLabelPrecisionRecallDisplay.from_predictions",
        {
            "y_true": "labels",
            "y_score": "scores",
            "thresholds": "thresholds",
            "label_names": "names",
        },
        y_true=LABELS,
        y_score=PROBABILITIES,
        thresholds=[0.5, 0.4, 0.3],
        label_names=NAMES,
    ),
    **of_estimator("ReliabilityDisplay"),
    **of_display(
        "ReliabilityDisplay.from_predictions",
        {
            "y_true": "labels",
            "y_proba": "probabilities",
            "n_bins": "count",
            "average": "choice",
            "label_names": "names",
        },
        y_true=LABELS,
        y_proba=PROBABILITIES,
        n_bins=5,
        average="micro",
        label_names=NAMES,
    ),
    **of_display(
        "SearchCurveDisplay.from_cv_results",
        {
            "cv_results": "results",
            "param": "choice",
            "by": "choice",
            "metric": "choice",
        },
        cv_results=SEARCH,
        param="lr",
        by="network",
        metric="score",
    ),
    **of_display(
        "SearchCurveDisplay.from_estimator",
        {"search": "estimator", "param": "choice"},
        search=SEARCHED,
        param="lr",
    ),
    **of_display(
        "ThresholdCurveDisplay.from_estimator",
        {"optimizer": "estimator", "y": "labels"},
        optimizer=OPTIMIZER(),
        y=LABELS,
    ),
    **of_display(
        "ThresholdCurveDisplay.from_predictions",
        {
            "y": "labels",
            "p": "probabilities",
            "thresholds": "thresholds",
            "label_names": "names",
        },
        y=LABELS,
        p=PROBABILITIES,
        thresholds=[0.5, 0.4, 0.3],
        label_names=NAMES,
    ),
    **of_display(
        "TrainingHistoryDisplay.from_estimator",
        {"estimator": "estimator"},
        estimator=trained(),
    ),
    **of_display(
        "TrainingHistoryDisplay.from_history",
        {"history": "history", "best_iter": "count"},
        history=HISTORY,
        best_iter=3,
    ),
}
