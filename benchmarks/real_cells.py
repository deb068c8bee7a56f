"""GapNet-PL beside a random forest on real cells of the Human Protein Atlas.

Both get the same three folds, grouped by the montage that a cell was cut from. Inside
each training side five folds that are grouped alike give out-of-fold probabilities, on
which thresholds are tuned, and five models, whose probabilities are averaged on the
test side. The forest sees simple statistics of each channel: mean, deviation,
percentiles, and the correlations between channels. Network and schedule are fixed;
learning rate, clipping, weights of the labels and the average over turned and mirrored
copies were chosen on inner splits of the first training side. Its cells are test cells
of the other folds, so that this choice saw some of them.

    python benchmarks/real_cells.py --out real_cells.npz

Image credit: Human Protein Atlas, www.proteinatlas.org.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from real_data import DATA
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score, f1_score
from sklearn.model_selection import GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, MultiLabelBinarizer
from skorch.callbacks import GradientNormClipping, LRScheduler
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import HPA_LOCATIONS
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import GapNetPL

PERCENTILES = [1, 5, 25, 50, 75, 95, 99]


def load_cells():
    """Return images, a 0/1 DataFrame, the montage of each cell, and which are pure."""
    file = np.load(DATA / "hpa_montages" / "cells_128.npz")
    binarizer = MultiLabelBinarizer()
    target = binarizer.fit_transform([row.split() for row in file["Target"]])
    names = [HPA_LOCATIONS[int(label)] for label in binarizer.classes_]
    montages = np.array([name.rsplit("_t", 1)[0] for name in file["cell_id"]])
    return file["X"], pd.DataFrame(target, columns=names), montages, file["pure"]


def channel_statistics(images):
    """Describe each image by statistics of its channels."""
    pixels = images.reshape(*images.shape[:2], -1).astype(np.float32)
    upper = np.triu_indices(images.shape[1], k=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        correlations = [np.nan_to_num(np.corrcoef(image))[upper] for image in pixels]
    blocks = [pixels.mean(axis=2), pixels.std(axis=2), np.array(correlations)]
    blocks += list(np.percentile(pixels, PERCENTILES, axis=2))
    return np.hstack(blocks)


def make_models(args):
    """Return an untuned estimator by name."""
    schedule = LRScheduler(OneCycleLR, max_lr=args.lr, total_steps=args.max_epochs)
    return {
        "random forest": make_pipeline(
            FunctionTransformer(channel_statistics),
            RandomForestClassifier(500, random_state=args.seed),
        ),
        "GapNet-PL": LocalizationClassifier(
            GapNetPL,
            max_epochs=args.max_epochs,
            augmenter=RandomDihedral(),
            tta="mean",
            # as the paper does: without, training can collapse to a constant
            callbacks=[("one_cycle", schedule), ("clip", GradientNormClipping(5.0))],
            amp=args.amp,
            random_state=args.seed,
        ),
    }


def cross_validate(estimator, X, y, groups, args):
    """Return held-out probabilities, tuned predictions and the fold of each cell."""
    proba = np.zeros(y.shape)
    tuned = np.zeros(y.shape, dtype=int)
    fold_of = np.zeros(len(y), dtype=int)
    outer = GroupKFold(3, shuffle=True, random_state=args.seed)
    for fold, (train, test) in enumerate(outer.split(X, y, groups)):
        inner = GroupKFold(5, shuffle=True, random_state=args.seed)
        model = MultiLabelThresholdOptimizer(
            estimator, cv=inner, ensemble=True, n_jobs=args.n_jobs
        )
        if isinstance(estimator, LocalizationClassifier):
            present = y.iloc[train].mean().to_numpy()
            estimator.set_params(class_weight=np.sqrt((1 - present) / present))
        started = time.perf_counter()
        model.fit(X[train], y.iloc[train], groups=groups[train])
        proba[test], tuned[test] = model.predict_proba(X[test]), model.predict(X[test])
        fold_of[test] = fold
        score = f1_score(y.iloc[test], tuned[test], average="macro")
        minutes = (time.perf_counter() - started) / 60
        print(f"  fold {fold}: tuned F1 {score:.3f} ({minutes:.1f} min)", flush=True)
    return proba, tuned, fold_of


def summary(y, proba, tuned, fold_of, pure):
    """Return one row of the table: macro F1 pooled over the folds, and by kind."""

    def macro(rows, predicted):
        return f1_score(y[rows], predicted[rows], average="macro", zero_division=0)

    everywhere = np.ones(len(y), dtype=bool)
    by_fold = [macro(fold_of == fold, tuned) for fold in range(3)]
    return {
        "macro F1 at 0.5": macro(everywhere, proba >= 0.5),
        "macro F1 tuned": macro(everywhere, tuned),
        "per fold": " ".join(f"{score:.3f}" for score in by_fold),
        "pure cells": f1_score(
            y[pure], tuned[pure], average="macro", labels=np.flatnonzero(y[pure].any(0))
        ),
        "mixed cells": macro(~pure, tuned),
        "macro AP": average_precision_score(y, proba, average="macro"),
    }


def main():
    """Run both models and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--max-epochs", type=int, default=60)
    parser.add_argument("--lr", type=float, default=1e-3, help="peak of the cycle")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--n-jobs", type=int, default=None)
    parser.add_argument("--amp", action="store_true", help="compute in bfloat16")
    parser.add_argument("--models", nargs="+", help="only these")
    parser.add_argument("--out", type=Path, help="keep the predictions here (.npz)")
    args = parser.parse_args()
    X, y, montages, pure = load_cells()
    print(f"{len(X)} cells of {len(set(montages))} montages, {pure.sum()} pure; {args}")
    rows, per_label, kept = {}, {"cells": y.sum()}, {}
    for name, estimator in make_models(args).items():
        if args.models and name not in args.models:
            continue
        print(name)
        proba, tuned, fold_of = cross_validate(estimator, X, y, montages, args)
        rows[name] = summary(y.to_numpy(), proba, tuned, fold_of, pure)
        per_label[name] = f1_score(y, tuned, average=None)
        kept[f"{name} proba"], kept[f"{name} tuned"] = proba, tuned
    print(pd.DataFrame(rows).T.to_string(float_format="{:.3f}".format), end="\n\n")
    print(pd.DataFrame(per_label).to_string(float_format="{:.3f}".format))
    if args.out:
        np.savez_compressed(args.out, target=y.to_numpy(), **kept)


if __name__ == "__main__":
    main()
