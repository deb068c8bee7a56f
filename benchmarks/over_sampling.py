"""What samplers make of the labels of the 2018 Kaggle challenge.

    python benchmarks/over_sampling.py

Labels of 31,072 images, nine of 28 locations with fewer than 500 images. The variant of
GapNet (M. Madeira and M. T. Parreira, section 2.1) made 34,098 of them, so that every
location has 500. Random choice is repeated with several seeds; of greedy choice the
seed decides only which images of a set of labels get one copy more. LP-ROS and ML-ROS
may make as many copies as the paper did. REMEDIAL repeats images whose SCUMBLE is above
the mean; by the letter of its paper also those of which one of both would keep no
label, which are counted. No image is read.

A copy of an image inflates each of its labels that had 500 images before. Images of
rods and rings counts how many different images the samples with the rarest location
stand for: the inverse of the sum of squared shares, 11 if all are used evenly.
"""

import argparse
import time

import numpy as np
import pandas as pd
from real_data import DATA

from sklearn_protloc.over_sampling import (
    REMEDIAL,
    LPRandomOverSampler,
    MLRandomOverSampler,
    RareLabelOverSampler,
    imbalance_report,
)
from sklearn_protloc.over_sampling._imbalance import concurrence, imbalance_ratios

PAPER = 34_098 - 31_072


def load_labels():
    """Return the 0/1 labels of the training images, a column per location."""
    table = pd.read_csv(DATA / "tables" / "train_2018.csv")
    return table["Target"].str.get_dummies(" ").sort_index(axis=1, key=pd.to_numeric)


def measure(sampler, y):
    """Return what a sampler makes of the labels, as figures by name."""
    started = time.perf_counter()
    sampler.fit(np.zeros((len(y), 1)), y)
    seconds = time.perf_counter() - started
    rows, counts = sampler.sample_indices_, sampler.report_
    after = imbalance_report(y.to_numpy()[rows])
    frequent = counts["before"] >= 500
    times = np.bincount(rows)
    of_rarest = times[y.iloc[:, counts["before"].argmin()] == 1]
    return {
        "copies": len(rows) - len(y),
        "fewest of a label": counts["after"].min(),
        "labels inflated": (counts["after"] - counts["before"])[frequent].sum(),
        "images copied": (times > 1).sum(),
        "images of rods and rings": of_rarest.sum() ** 2 / (of_rarest**2).sum(),
        "MeanIR": after.mean_ir,
        "max IR": after.max_ir,
        "SCUMBLE": after.scumble,
        "seconds": seconds,
    }


def describe_remedial(y):
    """Print how many images REMEDIAL divides, and how many its paper would."""
    mixed = concurrence(y.to_numpy(), imbalance_ratios(y.to_numpy()))
    n_divided = REMEDIAL().fit(np.zeros((len(y), 1)), y).is_augmented_.sum()
    n_letter = (mixed > mixed.mean()).sum()
    print(
        f"REMEDIAL divides {n_divided} images; {n_letter} have a SCUMBLE above the "
        f"mean, and {n_letter - n_divided} of these would stay without any label once"
    )


def main():
    """Measure each sampler and print a row for it."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seeds", type=int, default=20)
    args = parser.parse_args()
    y = load_labels()
    before = imbalance_report(y)
    print(
        f"{len(y)} images, MeanIR {before.mean_ir:.1f}, max IR {before.max_ir:.1f}, "
        f"SCUMBLE {before.scumble:.3f}, {before.n_label_sets} sets of labels"
    )
    ratio = (PAPER + 0.5) / len(y)
    samplers = {
        "random": RareLabelOverSampler(selection="random"),
        **{
            f"greedy {c}": RareLabelOverSampler(concentration=c) for c in (1, 1.5, 2, 4)
        },
        "LP-ROS": LPRandomOverSampler(ratio),
        "ML-ROS": MLRandomOverSampler(ratio),
    }
    rows = {}
    for name, sampler in samplers.items():
        runs = pd.DataFrame(
            [measure(sampler.set_params(random_state=s), y) for s in range(args.seeds)]
        )
        rows[name] = runs.mean()
        if name == "random":
            low, high = runs["copies"].min(), runs["copies"].max()
    print(pd.DataFrame(rows).T.to_string(float_format="{:.4g}".format), end="\n\n")
    print(
        f"random makes {low} to {high} copies over {args.seeds} seeds; paper: {PAPER}"
    )
    describe_remedial(y)


if __name__ == "__main__":
    main()
