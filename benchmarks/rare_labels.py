"""What copies of rare cells are worth on real cells of the Human Protein Atlas.

    python benchmarks/rare_labels.py --amp --out rare_labels.csv

Three of the five locations of 2,160 cells are made as rare as the rarest of the atlas.
For each seed a third of the montages that cells were cut from is held out, stratified
by location. On the training side 20 cells of each of the three locations are drawn, as
far as they go over different montages, and all other cells with one of them are left
out; the held-out side stays as it is. GapNet-PL is trained as in real_cells.py, but
without weights of the labels, on:

plain         the cells as they are
over-sampled  with copies from RareLabelOverSampler, each changed as in the variant of
              GapNet, until every location has --min-count cells
weighted      as they are, with the weights of the labels of real_cells.py
class-aware   as they are, in epochs drawn by ClassAwareSampler

Each gets as many images to see: where copies make epochs longer, there are fewer. The
held-out montages are divided into halves; thresholds are tuned on one half and scored
on the other, and the other way round. The table gives means over seeds for the three
rare locations, and for each way the difference to plain with its 95 % t interval over
seeds, which are paired: same cells, same seed of the network.

Image credit: Human Protein Atlas, www.proteinatlas.org.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import pandas as pd
from imblearn.pipeline import make_pipeline
from real_cells import load_cells
from scipy.stats import ttest_1samp
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import average_precision_score, f1_score
from skorch.callbacks import GradientNormClipping, LRScheduler
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc.augmentation import RandomDihedral, gapnet_variant
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.networks import GapNetPL
from sklearn_protloc.over_sampling import ClassAwareSampler, RareLabelOverSampler

RARE = ["Nucleoli", "Plasma membrane", "Mitochondria"]
WAYS = ["plain", "over-sampled", "weighted", "class-aware"]


def thin_out(y, rows, montages, n_cells, seed):
    """Keep some cells of each rare location, and all cells without any."""
    rng = np.random.default_rng(seed)
    kept = []
    for name in RARE:
        candidates = rng.permutation(rows[y[name].to_numpy()[rows] == 1])
        turn = pd.Series(montages[candidates]).groupby(montages[candidates]).cumcount()
        kept.append(candidates[np.argsort(turn.to_numpy(), kind="stable")[:n_cells]])
    others = rows[~y[RARE].to_numpy()[rows].any(axis=1)]
    return np.unique(np.concatenate([*kept, others]))


def make_model(way, X, y, args, seed):
    """Return an estimator that is trained in one of the ways."""
    sampler = RareLabelOverSampler(
        args.min_count, augmenter=gapnet_variant(), random_state=seed
    )
    max_epochs = args.max_epochs
    if way == "over-sampled":
        n_new = len(sampler.fit(X, y).sample_indices_)
        max_epochs = max(1, round(max_epochs * len(y) / n_new))
    schedule = LRScheduler(OneCycleLR, max_lr=args.lr, total_steps=max_epochs)
    present = y.mean().to_numpy().clip(1e-3, 1 - 1e-3)
    classifier = LocalizationClassifier(
        GapNetPL,
        max_epochs=max_epochs,
        augmenter=RandomDihedral(),
        tta="mean",
        callbacks=[("one_cycle", schedule), ("clip", GradientNormClipping(5.0))],
        class_weight=np.sqrt((1 - present) / present) if way == "weighted" else None,
        sampler=ClassAwareSampler() if way == "class-aware" else None,
        amp=args.amp,
        random_state=seed,
    )
    return make_pipeline(sampler, classifier) if way == "over-sampled" else classifier


def score(model, X, y, montages, seed):
    """Return figures of the rare locations on held-out montages, by name."""
    rare = y.columns.get_indexer(RARE)
    proba, tuned = np.zeros(y.shape), np.zeros(y.shape, dtype=int)
    halves = MultilabelStratifiedGroupKFold(2, shuffle=True, random_state=seed)
    for tune, test in halves.split(X, y, montages):
        optimizer = MultiLabelThresholdOptimizer(FrozenEstimator(model), cv="prefit")
        optimizer.fit(X[tune], y.iloc[tune])
        proba[test] = optimizer.predict_proba(X[test])
        tuned[test] = proba[test] >= optimizer.thresholds_
    truth = y.to_numpy()[:, rare]
    of_each = f1_score(truth, tuned[:, rare], average=None, zero_division=0)
    return {
        "F1 tuned": of_each.mean(),
        "F1 at 0.5": f1_score(
            truth, proba[:, rare] >= 0.5, average="macro", zero_division=0
        ),
        "AP": average_precision_score(truth, proba[:, rare], average="macro"),
        **{f"F1 tuned {name}": f1 for name, f1 in zip(RARE, of_each, strict=True)},
    }


def run(seed, X, y, montages, args):
    """Train and score all ways on one division of the montages."""
    outer = MultilabelStratifiedGroupKFold(3, shuffle=True, random_state=seed)
    train, test = next(outer.split(X, y, montages))
    train = thin_out(y, train, montages, args.cells, seed)
    print(f"seed {seed}: {len(train)} cells to train on, ", end="")
    print(", ".join(f"{n} {name}" for name, n in y.iloc[train].sum().items()))
    rows = []
    for way in args.ways:
        started = time.perf_counter()
        model = make_model(way, X[train], y.iloc[train], args, seed)
        model.fit(X[train], y.iloc[train])
        figures = score(model, X[test], y.iloc[test], montages[test], seed)
        minutes = (time.perf_counter() - started) / 60
        tuned = figures["F1 tuned"]
        print(f"  {way}: tuned F1 {tuned:.3f} ({minutes:.1f} min)", flush=True)
        rows.append({"seed": seed, "way": way, **figures})
    return rows


def differences(results):
    """Return the mean difference to plain and its 95 % interval, for each way."""
    by_way = results.set_index(["way", "seed"])
    rows = {}
    for way in results["way"].unique()[1:]:
        paired = by_way.loc[way] - by_way.loc["plain"]
        low, high = ttest_1samp(paired, 0).confidence_interval(0.95)
        rows[way] = [
            f"{mean:+.3f} [{a:+.3f}, {b:+.3f}]"
            for mean, a, b in zip(paired.mean(), low, high, strict=True)
        ]
    return pd.DataFrame(rows, index=by_way.columns)


def main():
    """Run all seeds and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=5, help="at least 2")
    parser.add_argument("--max-epochs", type=int, default=60)
    parser.add_argument("--lr", type=float, default=1e-3, help="peak of the cycle")
    parser.add_argument("--cells", type=int, default=20, help="of each rare location")
    parser.add_argument("--min-count", type=int, default=100)
    parser.add_argument(
        "--ways", nargs="+", choices=WAYS, default=WAYS[:2], help="plain comes first"
    )
    parser.add_argument("--montages", type=int, help="only so many, for a trial")
    parser.add_argument("--amp", action="store_true", help="compute in bfloat16")
    parser.add_argument("--out", type=Path, help="keep the figures here (.csv)")
    args = parser.parse_args()
    args.ways = [way for way in WAYS if way == "plain" or way in args.ways]
    X, y, montages, _ = load_cells()
    if args.montages:
        names = np.random.default_rng(0).permutation(np.unique(montages))
        chosen = np.isin(montages, names[: args.montages])
        X, y, montages = X[chosen], y[chosen], montages[chosen]
    print(f"{len(X)} cells of {len(set(montages))} montages; {args}")
    results = pd.DataFrame(
        [row for seed in range(args.seeds) for row in run(seed, X, y, montages, args)]
    )
    if args.out:
        results.to_csv(args.out, index=False)
    means = results.drop(columns="seed").groupby("way", sort=False).mean().T
    print("", means.to_string(float_format="{:.3f}".format), sep="\n")
    print("", differences(results).to_string(), sep="\n")


if __name__ == "__main__":
    main()
