"""Draw every picture of the library from real cells, to be looked at.

A GapNet-PL with a threshold per label is trained on two thirds of the montages of cells
of the Human Protein Atlas, and judged on the rest. Displays that must be legible at 28
labels are drawn a second time, from the scores of a network of the 2018 Kaggle
challenge for test images whose labels became known. That network probably saw these
images: its pictures show the layout, not what it can do.

    python benchmarks/figures.py --out figures

Image credit: Human Protein Atlas, www.proteinatlas.org.
"""

import argparse
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from real_cells import load_cells
from real_data import DATA
from sklearn.model_selection import GridSearchCV
from sklearn.preprocessing import MultiLabelBinarizer
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc import plotting
from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier, lr_range_test
from sklearn_protloc.datasets import HPA_LOCATIONS
from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.networks import GapNetPL, TinyNet


def make_model(network, max_epochs):
    """Return a classifier that is not fitted yet."""
    return LocalizationClassifier(
        network,
        lr=2e-3,
        max_epochs=max_epochs,
        lr_schedule=OneCycleLR,
        augmenter=RandomDihedral(),
        clip_norm=5.0,
        validation_fraction=0.1,
        random_state=0,
    )


def draw_data(X, y, n_images=3):
    """Yield displays of images and labels, without a model."""
    several = np.flatnonzero(y.sum(axis=1) > 1)[:n_images]
    yield plotting.ImagePanelDisplay.from_images(X[several], y.iloc[several])
    yield plotting.LabelFrequencyDisplay.from_labels(y)
    yield plotting.LabelsPerImageDisplay.from_labels(y)
    yield plotting.CooccurrenceDisplay.from_labels(y)


def draw_training(X, y, groups, max_epochs):
    """Yield displays of a range test and of a search, with a small network."""
    model = make_model(TinyNet, max_epochs)
    result = lr_range_test(model, X[:600], y.iloc[:600], n_steps=60)
    yield plotting.LearningRateDisplay.from_range_test(result)
    grid = {"lr": [3e-4, 1e-3, 3e-3, 1e-2], "dropout": [0.1, 0.3, 0.5]}
    cv = MultilabelStratifiedGroupKFold(2, shuffle=True, random_state=0)
    search = GridSearchCV(model, grid, cv=cv, scoring="average_precision", refit=False)
    search.fit(X[:600], y.iloc[:600], groups=groups[:600])
    yield plotting.SearchCurveDisplay.from_estimator(search, "lr", by="dropout")


def draw_model(model, X, y, groups):
    """Yield displays of a fitted threshold optimizer on images that it did not see."""
    yield plotting.TrainingHistoryDisplay.from_estimator(model.estimator_)
    yield plotting.LabelScoresDisplay.from_estimator(model, X, y, groups=groups)
    yield plotting.LabelsPerImageDisplay.from_estimator(model, X, y)
    yield plotting.LocalizationConfusionDisplay.from_estimator(model, X, y)
    yield plotting.MultiLabelPrecisionRecallDisplay.from_estimator(model, X, y)
    yield plotting.ReliabilityDisplay.from_estimator(model, X, y)
    yield plotting.ReliabilityDisplay.from_estimator(model, X, y, average=None)
    shown = np.flatnonzero(y.sum(axis=1) > 1)[:3]
    yield plotting.ConfidenceDisplay.from_estimator(model, X[shown], y.iloc[shown])
    present = np.flatnonzero(y.iloc[shown[0]])
    yield plotting.LocalizationMapDisplay.from_estimator(
        model.estimator_, X[shown[0]], labels=present
    )


def load_28():
    """Return labels and scores of 28 locations for images of the Kaggle test set."""
    file = np.load(DATA / "predictions" / "kaggle_test_probabilities.npz")
    table = pd.read_csv(DATA / "predictions" / "kaggle_test_labels_321.csv")
    rows = pd.Index(file["ids"]).get_indexer(table["Id"])
    labels = [[int(i) for i in row.split()] for row in table["Target"]]
    y = MultiLabelBinarizer(classes=range(28)).fit_transform(labels)
    proba = file["gapnet_512crop_5fold"][rows].astype(float)
    return pd.DataFrame(y, columns=HPA_LOCATIONS), proba


def draw_28(y, proba, threshold=0.2):
    """Yield the displays that are made of labels and scores."""
    pred = (proba >= threshold).astype(int)
    seen = y.loc[:, y.any() & ~y.all()]
    seen_proba = proba[:, y.columns.get_indexer(seen.columns)]
    yield plotting.LabelFrequencyDisplay.from_labels(y)
    yield plotting.CooccurrenceDisplay.from_labels(y)
    yield plotting.LabelScoresDisplay.from_predictions(y, pred)
    yield plotting.LocalizationConfusionDisplay.from_predictions(y, pred)
    yield plotting.MultiLabelPrecisionRecallDisplay.from_predictions(seen, seen_proba)
    yield plotting.ThresholdCurveDisplay.from_predictions(seen, seen_proba)
    yield plotting.ReliabilityDisplay.from_predictions(y, proba)
    yield plotting.ConfidenceDisplay.from_predictions(y.iloc[:2], proba[:2])


def save(displays, folder, prefix, drawn):
    """Write each display to a file and add its class to those drawn."""
    for i, display in enumerate(displays):
        name = type(display).__name__
        path = folder / f"{prefix}_{i}_{name}.png"
        display.figure_.savefig(path, dpi=80, bbox_inches="tight")
        plt.close("all")
        drawn.add(name)
        print(f"Wrote {path}.", flush=True)


def main():
    """Train and draw."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, required=True, help="folder to write")
    parser.add_argument("--max-epochs", type=int, default=10)
    parser.add_argument("--n-cells", type=int, default=2160, help="use only so many")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    plt.switch_backend("agg")
    X, y, montages, _ = load_cells()
    chosen = np.random.default_rng(0).permutation(len(X))[: args.n_cells]
    X, y, montages = X[chosen], y.iloc[chosen], montages[chosen]
    drawn = set()
    save(draw_28(*load_28()), args.out, "labels28", drawn)
    save(draw_data(X, y), args.out, "data", drawn)
    save(draw_training(X, y, montages, 2), args.out, "training", drawn)
    folds = MultilabelStratifiedGroupKFold(3, shuffle=True, random_state=0)
    train, test = next(folds.split(X, y, montages))
    model = MultiLabelThresholdOptimizer(
        make_model(GapNetPL, args.max_epochs), cv=folds
    )
    model.fit(X[train], y.iloc[train], groups=montages[train])
    curves = plotting.ThresholdCurveDisplay.from_estimator(model, y.iloc[train])
    save([curves], args.out, "thresholds", drawn)
    save(
        draw_model(model, X[test], y.iloc[test], montages[test]),
        args.out,
        "model",
        drawn,
    )
    missing = set(plotting.__all__) - drawn
    print(f"{len(drawn)} kinds of displays drawn; missing: {sorted(missing) or 'none'}")


if __name__ == "__main__":
    main()
