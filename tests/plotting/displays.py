"""A way to make each display, with few or many labels."""

from functools import cache

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc import plotting

LRS = np.geomspace(1e-6, 1, 40)
LOSSES = np.where(LRS < 0.1, 0.7 / (1 + 50 * LRS), 3.0)
RANGE_TEST = Bunch(lrs=LRS, losses=LOSSES, smoothed=LOSSES, suggestion=0.01)
HISTORY = [
    {"epoch": k + 1, "train_loss": 1 / (k + 1), "valid_loss": 0.5, "valid_score": 0.4}
    | {"lr": 10.0**-k, "dur": 1.0, "train_loss_best": True, "batches": []}
    for k in range(12)
]
SEARCH = {
    "param_lr": np.ma.array([1e-4, 1e-3, 1e-2] * 2),
    "param_network": np.ma.array(["TinyNet"] * 3 + ["GapNetPL"] * 3),
    "mean_test_score": np.array([0.3, 0.5, 0.4, 0.6, 0.7, 0.2]),
    "std_test_score": np.full(6, 0.05),
}


@cache
def data(n_labels, name="Microtubule organizing center"):
    """Return labels with long names, the last of which does not occur, and the rest.

    The name stands in those of labels, and of all else that users give names to.
    """
    rng = np.random.default_rng(0)
    names = [f"{name} {k}" for k in range(n_labels)]
    y = pd.DataFrame(rng.random((200, n_labels)) < 0.2, columns=names).astype(int)
    y[names[-1]] = 0
    return Bunch(
        names=names,
        y=y,
        p=(0.4 * y + 0.6 * rng.random(y.shape)).to_numpy(),
        images=rng.integers(0, 256, (6, 4, 24, 24), dtype=np.uint8),
        thresholds=np.full(n_labels, 0.4),
        name=name,
        history=[{**epoch, f"valid {name}": 0.5} for epoch in HISTORY],
        search={**SEARCH, f"param_{name}": np.ma.array(["GapNetPL", name] * 3)},
    )


# What draws each display, given data and axes or None.
DISPLAYS = {
    "ConfidenceDisplay": lambda d, ax: plotting.ConfidenceDisplay.from_predictions(
        d.y[:6], d.p[:6], thresholds=d.thresholds, images=d.images, ax=ax
    ),
    "CooccurrenceDisplay": lambda d, ax: plotting.CooccurrenceDisplay.from_labels(
        d.y, normalize=False, ax=ax
    ),
    "ImagePanelDisplay": lambda d, ax: plotting.ImagePanelDisplay.from_images(
        d.images, d.y[:6], ax=ax
    ),
    "LabelFrequencyDisplay": lambda d, ax: plotting.LabelFrequencyDisplay.from_labels(
        {"training images": d.y, d.name: d.y[:90]}, ax=ax
    ),
    "LabelScoresDisplay": lambda d, ax: plotting.LabelScoresDisplay.from_predictions(
        d.y, {"GapNet-PL": d.p > 0.4, d.name: d.p > 0.3}, ax=ax
    ),
    "LabelsPerImageDisplay": lambda d, ax: (
        plotting.LabelsPerImageDisplay.from_predictions(d.y, d.p > 0.4, ax=ax)
    ),
    "LearningRateDisplay": lambda d, ax: plotting.LearningRateDisplay.from_range_test(
        RANGE_TEST, ax=ax
    ),
    "LocalizationConfusionDisplay": lambda d, ax: (
        plotting.LocalizationConfusionDisplay.from_predictions(d.y, d.p > 0.4, ax=ax)
    ),
    "LocalizationMapDisplay": lambda d, ax: (
        plotting.LocalizationMapDisplay.from_predictions(
            np.tile(np.linspace(0, 1, 24), (len(d.names), 24, 1)),
            d.images[0],
            label_names=d.names,
            probabilities=d.p[0],
            masks=np.tile(np.arange(24) > 9, (len(d.names), 24, 1)),
            ax=ax,
        )
    ),
    "MultiLabelPrecisionRecallDisplay": lambda d, ax: (
        plotting.MultiLabelPrecisionRecallDisplay.from_predictions(
            d.y, d.p, thresholds=0.4, ax=ax
        )
    ),
    "ReliabilityDisplay": lambda d, ax: plotting.ReliabilityDisplay.from_predictions(
        d.y, d.p, average=None, ax=ax
    ),
    "SearchCurveDisplay": lambda d, ax: plotting.SearchCurveDisplay.from_cv_results(
        d.search, d.name, by="network", ax=ax
    ),
    "ThresholdCurveDisplay": lambda d, ax: (
        plotting.ThresholdCurveDisplay.from_predictions(
            d.y, d.p, thresholds=d.thresholds, ax=ax
        )
    ),
    "TrainingHistoryDisplay": lambda d, ax: (
        plotting.TrainingHistoryDisplay.from_history(d.history, best_iter=3, ax=ax)
    ),
}
