"""Compare the strategies of the threshold optimizer on samples not tuned on.

Each classifier is fitted once per random split; all strategies then choose thresholds
from the same out-of-fold probabilities of the training part and meet the same
probabilities of the test part. Scores are macro F1 over the labels that have a
positive sample in both parts; differences are to the strategy "f1", split by split.
The strategy "dice" is meant for probabilities of training samples and gets the
out-of-fold ones here, like the others.

    python benchmarks/threshold_quality.py --cache scores.joblib --n-jobs 2

The cache keeps the probabilities, so that another run has nothing to fit. The rules
were developed on the splits of seeds 0 to 19; the default seeds are others, of the same
samples.

Splits of one data set share samples, so they are not independent. The standard error
over splits says how sure the mean over further splits of the same samples is. For new
samples it is too small: multiplied by the factor printed beside it, it is that of [1].
Data sets and classifiers of the summary are related as well.

References
----------
.. [1] C. Nadeau, Y. Bengio, "Inference for the generalization error", Machine
   Learning 52, 2003.
"""

import argparse
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.metrics import f1_score
from threshold_cases import fit_splits, network_splits, tabular_names

from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer

REFERENCE = "f1"
STRATEGIES = [
    *(REFERENCE, "dice", "least_squares", "prevalence", "fold_mean", "plug_in"),
    *("global", "shrunk", "auto"),
]


class Scores(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose samples are the probabilities to predict."""

    def fit(self, X, y):
        """Do nothing."""
        return self

    def predict_proba(self, X):
        """Return the samples."""
        return X

    def __sklearn_is_fitted__(self):
        return True


def load_cases(args):
    """Return the splits of each data set and classifier, from the cache if there."""
    cached = args.cache is not None and args.cache.exists()
    cases = joblib.load(args.cache) if cached else {}
    for dataset, classifier in tabular_names():
        splits = cases.get((dataset, classifier), [])
        if len(splits) >= args.n_splits:
            continue
        print(f"fitting {classifier} on {dataset}", flush=True)
        seeds = range(args.first_seed, args.first_seed + args.n_splits)
        cases[dataset, classifier] = fit_splits(dataset, classifier, seeds, args.n_jobs)
        if args.cache is not None:
            joblib.dump(cases, args.cache)
    fitted = {name: cases[name][: args.n_splits] for name in tabular_names()}
    return fitted | network_splits(args.first_seed)


def evaluate_split(strategies, out_of_fold, y_tune, probabilities, y_test):
    """Return test F1, estimated F1 and in-sample F1, a row per strategy."""
    both = y_tune.any(axis=0) & y_test.any(axis=0)
    scores = np.empty((len(strategies), 3))
    for i, strategy in enumerate(strategies):
        optimizer = MultiLabelThresholdOptimizer(
            Scores(), cv="prefit", strategy=strategy
        ).fit(out_of_fold[:, both], y_tune[:, both])
        predicted = optimizer.predict(probabilities[:, both])
        test = f1_score(y_test[:, both], predicted, average="macro", zero_division=0)
        scores[i] = test, optimizer.score_estimate_, optimizer.oof_f1_.mean()
    return scores


def mean_and_error(values):
    """Return the mean over splits and its standard error, in units of 0.001."""
    error = values.std(axis=0, ddof=1) / np.sqrt(len(values))
    return 1000 * values.mean(axis=0), 1000 * error


def print_differences(results, strategies, factors):
    """Print what each strategy gains on the reference, for each case."""
    rows = {}
    for name, scores in results.items():
        test = scores[:, :, 0]
        gain, error = mean_and_error(test[:, 1:] - test[:, :1])
        flags = np.where(gain < -2 * error, "*", " ")
        cells = zip(gain, error, flags, strict=True)
        rows[name] = [
            f"{1000 * test[:, 0].mean():.0f}",
            *(f"{a:+.1f} ({b:.1f}){flag}" for a, b, flag in cells),
            f"{factors[name]:.1f}",
        ]
    columns = [f"F1 of {REFERENCE}", *strategies[1:], "factor"]
    print(
        f"\nTest macro F1 minus that of {REFERENCE}, in 0.001: mean over splits "
        "(standard error), * if worse\nby more than two; the factor makes it the "
        "error for new samples."
    )
    print(pd.DataFrame.from_dict(rows, "index", columns=columns).to_string())


def print_optimism(results, strategies):
    """Print how far each strategy's estimate lies above its test score."""
    rows = {}
    for name, scores in results.items():
        cells = zip(*mean_and_error(scores[:, :, 1] - scores[:, :, 0]), strict=True)
        rows[name] = [f"{a:+.1f} ({b:.1f})" for a, b in cells]
    print("\nscore_estimate_ minus test macro F1, in 0.001: mean (standard error).")
    print(pd.DataFrame.from_dict(rows, "index", columns=strategies).to_string())


def print_summary(results, strategies, factors):
    """Print means over all cases, and in how many a strategy is better or worse."""
    widen = np.array([factors[name] for name in results])[:, np.newaxis]
    test, estimate, in_sample = np.moveaxis(
        np.array([scores.mean(axis=0) for scores in results.values()]), 2, 0
    )
    paired = [mean_and_error(s[:, :, 0] - s[:, :1, 0]) for s in results.values()]
    gain, error = np.moveaxis(np.array(paired), 1, 0)
    table = {
        "gain": gain.mean(axis=0).round(2),
        "worst case": gain.min(axis=0).round(2),
        "better": (gain > 2 * error).sum(axis=0),
        "worse": (gain < -2 * error).sum(axis=0),
        "better, new samples": (gain > 2 * widen * error).sum(axis=0),
        "worse, new samples": (gain < -2 * widen * error).sum(axis=0),
        "estimate": 1000 * (estimate - test).mean(axis=0).round(4),
        "in sample": 1000 * (in_sample - test).mean(axis=0).round(4),
    }
    print(
        f"\nOver {len(results)} cases, in 0.001: mean and worst gain on {REFERENCE}; "
        "cases better or worse by more than two\nstandard errors, also those for new "
        "samples; optimism of score_estimate_ and of the F1 in sample."
    )
    print(pd.DataFrame(table, index=strategies).to_string())


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cache", type=Path, help="file that keeps probabilities")
    parser.add_argument("--n-splits", type=int, default=20)
    parser.add_argument("--first-seed", type=int, default=1000, help="of the splits")
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--strategies", nargs="+", default=STRATEGIES)
    args = parser.parse_args()
    # The reference comes first, whatever is compared with it.
    others = [name for name in args.strategies if name != REFERENCE]
    args.strategies = [REFERENCE, *others]
    return args


def main():
    args = parse_arguments()
    cases = load_cases(args)
    results, factors = {}, {}
    for name, splits in cases.items():
        scores = joblib.Parallel(args.n_jobs)(
            joblib.delayed(evaluate_split)(args.strategies, *split) for split in splits
        )
        results[" / ".join(name)] = np.array(scores)
        ratio = len(splits[0][3]) / len(splits[0][1])
        factors[" / ".join(name)] = np.sqrt(1 + len(splits) * ratio)
    print_differences(results, args.strategies, factors)
    print_optimism(results, args.strategies)
    print_summary(results, args.strategies, factors)


if __name__ == "__main__":
    main()
