"""Compare the threshold search with the ways it is written elsewhere.

Run ``python benchmarks/thresholds.py [train.csv]``, where the table has the column
`Target` with the labels of each sample, such as "16 0". Without one, labels are drawn.
The ways take turns, and every ratio is the median of the ratios of the turns.
"""

import sys
import time
import tracemalloc

import numpy as np
import pandas as pd
from sklearn.metrics import f1_score, precision_recall_curve

from sklearn_protloc.metrics import f1_from_counts
from sklearn_protloc.model_selection._strategies._f1 import f1

N_SAMPLES, N_LABELS, N_STEPS = 31_072, 28, 1000
REPEATS, F1_CALLS = 15, 20


def labels(path):
    """Return the label matrix of the table, or one drawn with rare labels."""
    if path is not None:
        table = pd.read_csv(path)["Target"].str.get_dummies(" ")
        return np.ascontiguousarray(table, dtype=np.int8)
    rng = np.random.default_rng(0)
    prevalence = np.geomspace(0.4, 0.0004, N_LABELS)
    return (rng.random((N_SAMPLES, N_LABELS)) < prevalence).astype(np.int8)


def simulated_scores(y):
    """Return scores that tell present from absent labels, but not perfectly."""
    logits = 2 * y - 2 + np.random.default_rng(0).normal(size=y.shape)
    return 1 / (1 + np.exp(-logits))


def ours(y, p):
    return f1(y, p, step=1 / N_STEPS, metric=f1_from_counts)


def curve_loop(y, p):
    """Search the break points of precision_recall_curve, label by label."""
    thresholds = np.empty(y.shape[1])
    for k in range(y.shape[1]):
        precision, recall, candidates = precision_recall_curve(y[:, k], p[:, k])
        both = np.maximum(precision + recall, 1e-12)
        thresholds[k] = candidates[np.argmax((2 * precision * recall / both)[:-1])]
    return thresholds


def f1_calls(y, p):
    """Call f1_score for some of the labels and thresholds."""
    for j in range(F1_CALLS):
        f1_score(y[:, j % y.shape[1]], p[:, j % y.shape[1]] >= j / F1_CALLS)


def times_in_turns(functions, y, p):
    """Return the times of each function, one row per turn."""
    times = np.empty((REPEATS, len(functions)))
    for turn in range(REPEATS):
        for i, function in enumerate(functions):
            start = time.perf_counter()
            function(y, p)
            times[turn, i] = time.perf_counter() - start
    return times


def extra_memory(function, y, p):
    """Return the peak of what the function allocates, in bytes."""
    tracemalloc.start()
    function(y, p)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak


def main():
    path = sys.argv[1] if len(sys.argv) > 1 else None
    y = labels(path)
    p = simulated_scores(y)
    kind = "labels drawn" if path is None else f"labels of {path}"
    print(f"{y.shape[0]} x {y.shape[1]}, scores simulated, {kind}")
    times = times_in_turns([ours, curve_loop, f1_calls], y, p)
    n_calls = y.shape[1] * (N_STEPS + 1)
    curve, calls = np.median(times[:, 1:] / times[:, :1], axis=0)
    print(f"grid search here                 {np.median(times[:, 0]) * 1e3:8.1f} ms")
    print(f"precision_recall_curve per label {curve:8.1f} x")
    print(f"f1_score per label and threshold {calls * n_calls / F1_CALLS:8.0f} x")
    print(f"  (extrapolated from {F1_CALLS} of {n_calls} calls)")
    for dtype in (np.float64, np.float32):
        scores = p.astype(dtype)
        memory, turns = extra_memory(ours, y, scores), times_in_turns([ours], y, scores)
        print(
            f"{np.dtype(dtype)}: {np.median(turns) * 1e3:.1f} ms, extra memory "
            f"{100 * memory / scores.nbytes:.1f} % of the scores"
        )


if __name__ == "__main__":
    main()
