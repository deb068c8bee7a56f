"""Measure how well maps find the compartments of labels, pixel by pixel.

Networks are trained on the labels of synthetic fields of two cells, without masks, and
draw maps of held-out fields. For each label of an image, the area under the ROC curve
(AUC) says how often a pixel inside its compartment has a higher value than one outside.

The competitor is the protein channel. Its threshold is the mask that maps are trained
with: blurred, scaled and thresholded as in MaskedMapLoss. Its brightness, without any
threshold, is harder to beat: in an image of one label the bright protein *is* the
compartment, in an image of several it is all of them. The AUC within the protein leaves
pixels of none of the image's labels out: only telling compartments apart counts.

    OMP_NUM_THREADS=1 python benchmarks/maps.py

CytoFCN and TUNet are trained on all images, as in their papers, and on those of one
label only, where the mask is right. Means are over labels, of means over images; 95 %
intervals are from a bootstrap of the images. Settings were chosen with seed 0.
"""

import argparse
import time

import numpy as np
import pandas as pd
import torch
from scipy.ndimage import gaussian_filter, maximum_filter
from sklearn.metrics import average_precision_score, roc_auc_score
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.losses import DiceFocalLoss, MaskedMapLoss
from sklearn_protloc.networks import CytoFCN, GapNetPL, TUNet

FCN = {
    "network": CytoFCN,
    "network_params": {"width": 8},
    "loss": MaskedMapLoss(),
    "lr": 5e-3,
}
TWIN = {
    "network": TUNet,
    "network_params": {"width": 4},
    "loss": DiceFocalLoss(),
    "lr": 5e-3,
}
# Arguments, whether images of several labels are trained on, and how finely to draw.
WAYS = {
    "CytoFCN": (FCN, True, 8),
    "TUNet": (TWIN, True, 1),
    "CytoFCN, one label": (FCN, False, 8),
    "TUNet, one label": (TWIN, False, 1),
    "GapNetPL": ({"network": GapNetPL, "lr": 2e-3}, True, 1),
}
THRESHOLD = "protein above threshold"


def make_fields(n, args, seed):
    return make_cells(
        n,
        image_size=args.image_size,
        labels=args.labels,
        cells_per_image=2,
        return_masks=True,
        random_state=seed,
    )


def train(way, fields, args):
    """Return a trained model, the images it saw and the seconds it took."""
    params, several, _ = WAYS[way]
    rows = fields.target.any(axis=1) if several else fields.target.sum(axis=1) == 1
    model = LocalizationClassifier(
        **params,
        max_epochs=args.max_epochs,
        batch_size=16,
        lr_schedule=OneCycleLR,
        clip_norm=5.0,
        augmenter=RandomDihedral(),
        random_state=0,
    )
    start = time.perf_counter()
    model.fit(fields.data[rows], fields.target[rows])
    return model, rows.sum(), time.perf_counter() - start


def threshold_protein(protein):
    """Return masks of the protein, made as MaskedMapLoss makes them."""
    blurred = gaussian_filter(protein, (0, *[min(protein.shape[1:]) / 128] * 2))
    low, high = (f(blurred, axis=(1, 2), keepdims=True) for f in (np.min, np.max))
    return maximum_filter(blurred > low + 0.3 * (high - low), (1, 3, 3))


def pixel_aucs(values, fields):
    """Return a table of AUCs, a row for each label of each image.

    Parameters
    ----------
    values : callable
        Called with image and label; returns values of the pixels.
    fields : Bunch
        Images with masks.
    """
    rows = []
    for i, k in zip(*np.nonzero(fields.target), strict=True):
        mask, of_pixels = fields.masks[i, k], values(i, k)
        protein = fields.masks[i].any(axis=0)
        n_labels = fields.target[i].sum()
        if not 0 < mask.sum() < mask.size:
            continue
        row = {"image": i, "label": k, "several": n_labels > 1}
        row["auc"] = roc_auc_score(mask.ravel(), of_pixels.ravel())
        inside = mask[protein]
        row["within"] = (
            np.nan if inside.all() else roc_auc_score(inside, of_pixels[protein])
        )
        rows.append(row)
    return pd.DataFrame(rows)


def mean_of_labels(table, column):
    return table.groupby("label")[column].mean().mean()


def with_interval(table, column, seed=0, n_resamples=300):
    """Return the mean over labels and its interval over images, as text."""
    rng = np.random.default_rng(seed)
    by_image = dict(list(table.groupby("image")))
    images = list(by_image)
    means = [
        mean_of_labels(
            pd.concat([by_image[i] for i in rng.choice(images, len(images))]), column
        )
        for _ in range(n_resamples)
    ]
    low, high = np.nanquantile(means, [0.025, 0.975])
    return f"{mean_of_labels(table, column):.3f} [{low:.3f}, {high:.3f}]"


def gain(table, other):
    """Return a table of how much higher AUCs are than those of another one."""
    return table.assign(gain=table["auc"] - other["auc"])


def summarize(results, names):
    """Print AUCs by method, and of each label beside others."""
    several = {name: t[t["several"]] for name, t in results.items()}
    other = several[THRESHOLD]
    columns = {
        "one label": [with_interval(t[~t["several"]], "auc") for t in results.values()],
        "several": [with_interval(t, "auc") for t in several.values()],
        "more than threshold": [
            with_interval(gain(t, other), "gain") for t in several.values()
        ],
        "within the protein": [with_interval(t, "within") for t in several.values()],
    }
    print("\nPixel AUC of held-out images: of one label, and of several labels")
    print(pd.DataFrame(columns, index=list(results)).to_string())
    for column in ("auc", "within"):
        by_label = {n: t.groupby("label")[column].mean() for n, t in several.items()}
        table = pd.DataFrame(by_label).rename(index=dict(enumerate(names)))
        print(f"\nBy label, images of several labels: {column}")
        print(table.T.to_string(float_format="{:.3f}".format))


def main():
    """Train, draw and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=2)
    parser.add_argument("--images", type=int, default=900, help="to train on")
    parser.add_argument("--test-images", type=int, default=150)
    parser.add_argument("--image-size", type=int, default=96)
    parser.add_argument("--labels", type=int, default=6)
    parser.add_argument("--max-epochs", type=int, default=15)
    parser.add_argument("--ways", nargs="+", choices=list(WAYS), default=list(WAYS))
    args = parser.parse_args()
    torch.set_flush_denormal(True)  # else a step takes longer the surer a network is
    fields = make_fields(args.images, args, 2 * args.seed)
    held_out = make_fields(args.test_images, args, 2 * args.seed + 1)
    protein = held_out.data[:, 1].astype(np.float32)
    mask = threshold_protein(protein)
    results = {
        THRESHOLD: pixel_aucs(lambda i, _: mask[i], held_out),
        "protein's brightness": pixel_aucs(lambda i, _: protein[i], held_out),
    }
    for way in args.ways:
        model, n_images, seconds = train(way, fields, args)
        proba = model.predict_proba(held_out.data)
        precision = average_precision_score(held_out.target, proba, average="macro")
        start = time.perf_counter()
        maps = model.predict_maps(held_out.data, n_shifts=WAYS[way][2])
        print(
            f"{way}: {n_images} images to train on, {seconds:.0f} s, average precision "
            f"{precision:.3f}, maps of {len(maps)} images in "
            f"{time.perf_counter() - start:.0f} s",
            flush=True,
        )
        results[way] = pixel_aucs(lambda i, k, maps=maps: maps[i, k], held_out)
    summarize(results, held_out.target_names)


if __name__ == "__main__":
    main()
