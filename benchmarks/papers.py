"""Every recipe of the five papers, trained and judged on real cells of the atlas.

All recipes get the same cells, divided once by the montage that a cell was cut from:
two thirds to train on, one third to judge. Prints the tables of gapnet-pl-2019: means
over the labels with a one-sided Wilcoxon test against the recipe of the best F1
(Table 1), F1 of each label (Table 2), and time and parameters (Table 7), seconds per
epoch relative to GapNet-PL in the same run. Predictions are cut at 0.5, as there.

Few epochs on few cells, as on a CPU by default, show that everything runs and what it
costs, not which network is best: learning rates of the papers are made for hundreds of
epochs. `--max-epochs 0` keeps the recipes' own.

    python benchmarks/papers.py --amp
    python benchmarks/papers.py --cells 2160 --max-epochs 0 --amp    # on a GPU

Image credit: Human Protein Atlas, www.proteinatlas.org.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from real_cells import load_cells
from sklearn.metrics import precision_recall_fscore_support, roc_auc_score

from sklearn_protloc.classifiers import LocalizationClassifier, get_recipe_names
from sklearn_protloc.metrics import macro_average_precision_score, wilcoxon_test
from sklearn_protloc.model_selection import MultilabelStratifiedGroupKFold
from sklearn_protloc.preprocessing import ChannelSelector

CHANNELS = {"stacked-resnet-1": "G", "stacked-resnet-2": "G", "stacked-resnet-3": "GBR"}


def load(args):
    """Return cells and labels of the training side, and of the other side."""
    X, y, montages, _ = load_cells()
    names = np.random.default_rng(args.seed).permutation(np.unique(montages))
    kept = np.isin(montages, names[: args.cells * len(names) // len(X)])
    X, y, montages = X[kept], y[kept], montages[kept]
    y = y.loc[:, y.sum() > 0]
    folds = MultilabelStratifiedGroupKFold(3, shuffle=True, random_state=args.seed)
    train, test = next(folds.split(X, y, montages))
    return (X[train], y.iloc[train]), (X[test], y.iloc[test])


def make_model(name, args):
    """Return the recipe for cells of 128 pixels and for the time there is."""
    changes = {"crop_size": None, "amp": args.amp, "random_state": args.seed}
    if args.max_epochs:
        changes["max_epochs"] = args.max_epochs
    return LocalizationClassifier.from_recipe(name, **changes)


def judge(y, proba):
    """Return F1, precision, recall and AUC of each label, and the mean AP."""
    precision, recall, f1, _ = precision_recall_fscore_support(
        y, proba >= 0.5, average=None, zero_division=0
    )
    varies = np.flatnonzero((y.sum() > 0) & (y.sum() < len(y)))
    auc = roc_auc_score(y.iloc[:, varies], proba[:, varies], average=None)
    average_precision = macro_average_precision_score(y, proba)
    return {"F1": f1, "AUC": auc, "precision": precision, "recall": recall}, (
        average_precision
    )


def run(name, train, test, args):
    """Train one recipe; return its scores and costs."""
    selector = ChannelSelector(CHANNELS.get(name, "RGBY"))
    X = selector.fit_transform(train[0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of labels too rare for the held-out cells
        model = make_model(name, args).fit(X, train[1])
    scores, ap = judge(test[1], model.predict_proba(selector.transform(test[0])))
    seconds = np.median(model.history_[:, "dur"])
    n_parameters = sum(p.numel() for p in model.net_.module_.parameters())
    print(f"{name}: {model.n_iter_} epochs, AP {ap:.3f}", flush=True)
    return {
        "scores": scores,
        "AP": ap,
        "epochs": model.n_iter_,
        "seconds": seconds,
        "parameters": n_parameters,
    }


def print_tables(results, label_names, cells):
    """Print what gapnet-pl-2019 prints in its Tables 1, 2 and 7."""
    best = max(results, key=lambda name: results[name]["scores"]["F1"].mean())
    rows = {}
    for name, result in results.items():
        f1 = [results[which]["scores"]["F1"] for which in (best, name)]
        alike = np.array_equal(*f1)
        row = {"F1": None, "p-value": "-" if alike else wilcoxon_test(*f1).pvalue}
        for score, values in result["scores"].items():
            row[score] = f"{values.mean():.2f} ± {values.std():.2f}"
        rows[name] = {**row, "AP": result["AP"]}
    print("\nTable 1: means and deviations over the labels; p-value against", best)
    print(pd.DataFrame(rows).T.to_string(float_format="{:.2g}".format))
    f1 = pd.DataFrame({name: r["scores"]["F1"] for name, r in results.items()})
    f1.index = [f"{label} ({n})" for label, n in zip(label_names, cells, strict=True)]
    print("\nTable 2: F1 of each label (cells to judge by)")
    print(f1.T.to_string(float_format="{:.2f}".format))
    unit = results.get("gapnet-pl", results[best])["seconds"]
    costs = {
        name: {
            "seconds an epoch / GapNet-PL": f"{result['seconds'] / unit:.2f}",
            "parameters": f"{result['parameters']:,}",
            "epochs": result["epochs"],
        }
        for name, result in results.items()
    }
    print("\nTable 7: time and parameters at 128 x 128 pixels")
    print(pd.DataFrame(costs).T.to_string())


def main():
    """Run the recipes and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--cells", type=int, default=324, help="of 2160")
    parser.add_argument("--max-epochs", type=int, default=2, help="0: the recipes'")
    parser.add_argument("--recipes", nargs="+", default=get_recipe_names())
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--amp", action="store_true", help="compute in bfloat16")
    args = parser.parse_args()
    train, test = load(args)
    print(f"{len(train[0])} cells to train on, {len(test[0])} to judge; {args}")
    results = {name: run(name, train, test, args) for name in args.recipes}
    print_tables(results, test[1].columns, test[1].sum())


if __name__ == "__main__":
    main()
