"""Compare the bootstrap of macro F1 with calling scikit-learn on each resample.

Run ``python benchmarks/bootstrap.py [train.csv]``, where the table has the column
`Target` with the labels of each sample, such as "16 0". Without one, labels are drawn.
Both ways take turns, and ratios are medians of the ratios of the turns. Then it draws
test sets from the table and counts how many intervals hold the macro F1 of the whole
table; this takes a few minutes.
"""

import sys
import time
import tracemalloc

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score

from sklearn_protloc.metrics import bootstrap_interval, macro_f1_score

N_SAMPLES, N_LABELS = 31_072, 28
REPEATS, N_RESAMPLES, F1_CALLS = 5, 500, 5
# Test images of CYTO 2017 as used by GapNet-PL, and of the 2018 Kaggle challenge.
TEST_SIZES, N_TEST_SETS = (1_876, 11_702), 200


def labels(path):
    """Return the label matrix of the table, or one drawn with rare labels."""
    if path is not None:
        table = pd.read_csv(path)["Target"].str.get_dummies(" ")
        return np.ascontiguousarray(table, dtype=np.int8)
    rng = np.random.default_rng(0)
    prevalence = np.geomspace(0.4, 0.0004, N_LABELS)
    return (rng.random((N_SAMPLES, N_LABELS)) < prevalence).astype(np.int8)


def predictions(y, seed):
    """Return predictions that find two thirds of the labels, with false positives."""
    rng = np.random.default_rng(seed)
    found = y * (rng.random(y.shape) < 2 / 3)
    return (found | (rng.random(y.shape) < y.mean(axis=0) / 3)).astype(np.int8)


def ours(y, predicted, *others, **options):
    return bootstrap_interval(
        y, predicted, *others, n_resamples=N_RESAMPLES, random_state=0, **options
    )


def f1_calls(y, predicted):
    """Score a few resamples with scikit-learn."""
    rng = np.random.default_rng(0)
    for _ in range(F1_CALLS):
        rows = rng.integers(len(y), size=len(y))
        f1_score(y[rows], predicted[rows], average="macro", zero_division=np.nan)


def milliseconds(function, n_resamples, *arguments, **options):
    """Return the time per resample."""
    start = time.perf_counter()
    function(*arguments, **options)
    return (time.perf_counter() - start) / n_resamples * 1e3


def print_coverage(y, a, b, least):
    """Count the intervals of samples that hold the score of the whole."""
    rng = np.random.default_rng(0)
    kept = y.sum(axis=0) >= least
    y, a, b = y[:, kept], a[:, kept], b[:, kept]
    score, other = macro_f1_score(y, a), macro_f1_score(y, b)
    print(f"\n{kept.sum()} labels of {least} samples or more in the table")
    for n in TEST_SIZES:
        found = {"percentile": [], "bca": [], "difference": []}
        for _ in range(N_TEST_SETS):
            rows = rng.integers(len(y), size=n)
            y_, a_, b_ = y[rows], a[rows], b[rows]
            for method in ("percentile", "bca"):
                found[method].append((score, ours(y_, a_, method=method)))
            found["difference"].append((score - other, ours(y_, a_, b_)))
        for name, results in found.items():
            ends = np.array([r.confidence_interval for _, r in results])
            truth = results[0][0]
            held = np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1]))
            bias = np.mean([r.estimate for _, r in results]) - truth
            width = np.diff(ends).mean() / 2
            print(
                f"n={n:6} {name:10} holds {held:.0%}, half-width {width:.3f}, "
                f"estimate {bias:+.4f} of the whole"
            )


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else None
    y = labels(path)
    a, b = predictions(y, 1), predictions(y, 2)
    groups = np.arange(len(y)) // 6
    kind = "labels drawn" if path is None else f"labels of {path}"
    print(f"{y.shape[0]} x {y.shape[1]}, {kind}; per resample")
    cases = {
        "bootstrap_interval": ((y, a), {}),
        "  difference of two models": ((y, a, b), {}),
        "  groups of six": ((y, a), {"groups": groups}),
        "  a value per label": ((y, a), {"average": None}),
        "  bca": ((y, a), {"method": "bca"}),
    }
    times = []
    for _ in range(REPEATS):
        calls = milliseconds(f1_calls, F1_CALLS, y, a)
        here = [
            milliseconds(ours, N_RESAMPLES, *arguments, **options)
            for arguments, options in cases.values()
        ]
        times.append([calls, *here])
    times = np.array(times)
    print(f"{'sklearn.metrics.f1_score':30}{np.median(times[:, 0]):8.2f} ms")
    for k, name in enumerate(cases, 1):
        ratio = np.median(times[:, 0] / times[:, k])
        print(f"{name:30}{np.median(times[:, k]):8.3f} ms, 1/{ratio:.0f} of that")
    tracemalloc.start()
    ours(y, a)
    print(f"extra memory: {tracemalloc.get_traced_memory()[1] / 2**20:.0f} MiB")
    tracemalloc.stop()
    for least in (0, 500):
        print_coverage(y, a, b, least)


if __name__ == "__main__":
    main()
