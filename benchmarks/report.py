"""A comparison and a report of quickly trained models on real cells.

A network and a random forest on statistics of the channels are compared on three folds
of cells of the Human Protein Atlas, grouped by the montage that a cell was cut from.
Then the network is trained on two thirds of the montages, with a threshold per label,
and the report on the rest is written. Trainings are far too short to be good: this
shows the page, not what a network can do; see real_cells.py for that.

    python benchmarks/report.py --out report.html

Image credit: Human Protein Atlas, www.proteinatlas.org.
"""

import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from real_cells import channel_statistics, load_cells
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_protloc import networks
from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.reporting import compare, report


def make_models(args):
    """Return the models by name."""
    return {
        args.network: LocalizationClassifier(
            getattr(networks, args.network),
            max_epochs=args.max_epochs,
            augmenter=RandomDihedral(),
            clip_norm=5.0,
            random_state=0,
        ),
        "random forest": make_pipeline(
            FunctionTransformer(channel_statistics),
            RandomForestClassifier(200, min_samples_leaf=3, random_state=0),
        ),
    }


def main():
    """Compare, report, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--out", type=Path, required=True, help="page to write")
    parser.add_argument("--network", default="TinyNet")
    parser.add_argument("--max-epochs", type=int, default=5)
    parser.add_argument("--n-cells", type=int, default=2160, help="use only so many")
    parser.add_argument("--no-comparison", action="store_true")
    args = parser.parse_args()
    X, y, montages, pure = load_cells()
    chosen = np.random.default_rng(0).permutation(len(X))[: args.n_cells]
    X, y, montages, pure = X[chosen], y.iloc[chosen], montages[chosen], pure[chosen]
    models = make_models(args)
    folds = MultilabelStratifiedGroupKFold(3, shuffle=True, random_state=0)
    if not args.no_comparison:
        comparison = compare(models, X, y, cv=folds, groups=montages, progress=True)
        print(comparison.to_markdown())
    train, test = next(folds.split(X, y, montages))
    model = MultiLabelThresholdOptimizer(models[args.network], cv=folds)
    model.fit(X[train], y.iloc[train], groups=montages[train])
    kinds = np.where(pure, "one montage's labels", "mixed")
    report(
        model,
        X[test],
        y.iloc[test],
        groups=montages[test],
        metadata=pd.DataFrame({"cell": kinds[test]}),
        X_train=X[train],
        y_train=y.iloc[train],
        groups_train=montages[train],
        title=f"{args.network} on cells of the Human Protein Atlas",
        path=args.out,
    )
    print(f"Wrote {args.out}.")


if __name__ == "__main__":
    main()
