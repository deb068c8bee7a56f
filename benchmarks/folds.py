"""Compare folds for multi-label targets with those of other packages.

Run ``python benchmarks/folds.py``. Real labels are read from the folder in PROTLOC_DATA
(``../shared/data`` if not set): those of the 2018 Kaggle challenge, and HPAv18, whose
groups are antibodies. Labels without repeated sets are drawn.

The ways take turns in one thread. Times are processor seconds, and every ratio is the
median of the ratios of the turns, to what is written here. Ways of packages that are
not installed are left out; install them by ``pip install --no-deps
iterative-stratification scikit-multilearn``.
"""

import os

os.environ["OMP_NUM_THREADS"] = "1"

import importlib
import time
import warnings

import numpy as np
import pandas as pd
from real_data import DATA
from sklearn.model_selection import GroupKFold, KFold, StratifiedGroupKFold

from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
    leakage_report,
)

N_SPLITS, TURNS = 5, 7
HERE = "this library"


def labels_of(table):
    return table["Target"].str.get_dummies(" ").to_numpy(dtype=np.int64)


def peer(package, module, name, **params):
    """Return a splitter of a package, or None."""
    try:
        return getattr(importlib.import_module(module), name)(N_SPLITS, **params)
    except ImportError:
        print(f"{package}: not installed")
        return None


def splitters():
    """Return the ways to be compared, this one first."""
    seeded = {"shuffle": True, "random_state": 0}
    iterstrat = "iterstrat.ml_stratifiers", "MultilabelStratifiedKFold"
    skmultilearn = "skmultilearn.model_selection", "IterativeStratification"
    found = {
        HERE: MultilabelStratifiedKFold(N_SPLITS, **seeded),
        "iterative-stratification": peer(
            "iterative-stratification", *iterstrat, **seeded
        ),
        "scikit-multilearn, order 1": peer("scikit-multilearn", *skmultilearn, order=1),
        "KFold, shuffled": KFold(N_SPLITS, **seeded),
    }
    return {name: splitter for name, splitter in found.items() if splitter is not None}


def folds_of(splitter, y, groups=None):
    """Return the fold of each sample, and the seconds it took."""
    start = time.process_time()
    splits = list(splitter.split(y, y, groups))
    seconds = time.process_time() - start
    folds = np.empty(len(y), dtype=np.int64)
    for fold, (_, test) in enumerate(splits):
        folds[test] = fold
    return folds, seconds


def deviation(counts):
    """Return by how many samples each fold is off its share."""
    return np.abs(counts - counts.mean(axis=0))


def pair_counts(y):
    """Return how many samples have each pair of labels."""
    return (y.T @ y)[np.triu_indices(y.shape[1], 1)]


def quality(y, folds):
    """Return how even the folds are."""
    parts = [y[folds == fold] for fold in range(N_SPLITS)]
    labels = np.array([part.sum(axis=0) for part in parts])
    pairs = np.array([pair_counts(part) for part in parts])
    sizes = np.bincount(folds, minlength=N_SPLITS)
    enough = y.sum(axis=0) >= N_SPLITS
    share = y.sum(axis=0)[enough] / N_SPLITS
    return {
        "label off, most": deviation(labels).max(),
        "label off, mean": deviation(labels).mean(),
        "label off, mean %": 100 * (deviation(labels[:, enough]) / share).mean(),
        "pair off, mean": deviation(pairs).mean(),
        "labels missing": np.count_nonzero(labels[:, enough] == 0),
        "rarest": " ".join(map(str, labels[:, y.sum(axis=0).argmin()])),
        "sizes": f"{sizes.min()} to {sizes.max()}",
    }


def compare(ways, y, groups=None, turns=TURNS):
    """Print times and evenness of every way."""
    seconds = np.empty((turns, len(ways)))
    rows = {}
    for turn in range(turns):
        for i, (name, splitter) in enumerate(ways.items()):
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of classes with few samples
                folds, seconds[turn, i] = folds_of(splitter, y, groups)
            rows.setdefault(name, quality(y, folds))
    ratios = np.median(seconds / seconds[:, :1], axis=0)
    table = pd.DataFrame.from_dict(rows, orient="index")
    table.insert(0, "seconds", np.median(seconds, axis=0))
    table.insert(1, "times ours", ratios)
    print(table.T.to_string(float_format="{:.3f}".format))


class LabelSetGroupKFold(StratifiedGroupKFold):
    """scikit-learn's folds, stratified by whole label sets."""

    def split(self, X, y, groups):
        """Generate indices to split the samples."""
        return super().split(X, np.unique(y, axis=0, return_inverse=True)[1], groups)


def compare_groups():
    """Print folds that keep the antibodies of HPAv18 together, and others."""
    table = pd.read_csv(DATA / "tables" / "hpav18_all.csv.gz", dtype=str)
    y, antibodies = labels_of(table), table["Id"].str.split("_").str[1].to_numpy()
    n_antibodies = len(np.unique(antibodies))
    print(f"\nHPAv18: {len(y)} x {y.shape[1]}, {n_antibodies} antibodies")
    seeded = {"shuffle": True, "random_state": 0}
    ways = {
        HERE: MultilabelStratifiedGroupKFold(N_SPLITS, **seeded),
        "GroupKFold": GroupKFold(N_SPLITS),
        "GroupKFold, shuffled": GroupKFold(N_SPLITS, **seeded),
        "StratifiedGroupKFold": LabelSetGroupKFold(N_SPLITS),
        "KFold, shuffled": KFold(N_SPLITS, **seeded),
    }
    compare(ways, y, antibodies, turns=3)
    for name in (HERE, "KFold, shuffled"):
        print(f"{name}: {leakage_report(y, cv=ways[name], groups=antibodies)}")


def main():
    ways = splitters()
    y = labels_of(pd.read_csv(DATA / "tables" / "train_2018.csv"))
    print(f"\nKaggle 2018: {y.shape[0]} x {y.shape[1]}")
    compare(ways, y, turns=3 if "scikit-multilearn, order 1" in ways else TURNS)
    ways = {name: ways[name] for name in ways if not name.startswith("scikit-")}
    for density in (0.1, 0.3, 0.5):
        y = (np.random.default_rng(0).random((31_072, 28)) < density).astype(np.int64)
        n_sets = len(np.unique(y, axis=0))
        print(f"\nDrawn: {y.shape[0]} x {y.shape[1]}, density {density}, {n_sets} sets")
        compare(ways, y, turns=3)
    compare_groups()


if __name__ == "__main__":
    main()
