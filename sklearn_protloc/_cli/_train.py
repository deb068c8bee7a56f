"""``protloc train``: from a table of labels and a folder of images to a model."""

import numpy as np

from sklearn_protloc._cli._model import make_model, print_table
from sklearn_protloc.datasets import load_hpa
from sklearn_protloc.persistence._save import write_model
from sklearn_protloc.utils import replacing

__all__ = ["run"]


def run(args):
    """Train, save the model, and print what each label's threshold is worth."""
    with replacing(args.out) as file:
        hpa = load_hpa(
            args.labels,
            args.images,
            channels=args.channels,
            image_size=args.image_size,
            as_frame=True,
        )
        label_ids = np.flatnonzero(hpa.target.to_numpy().any(axis=0))
        if len(label_ids) < 2:
            raise ValueError(
                f"Expected two or more different locations in {args.labels}, got only "
                f"{hpa.target_names[label_ids[0]]!r}: there is nothing to tell apart."
            )
        target = hpa.target.iloc[:, label_ids]
        model = make_model(args, grouped=hpa.groups is not None)
        model.set_params(estimator__checkpoint_dir=args.checkpoint_dir)
        n_images, n_channels, height, width = hpa.data.shape
        print(
            f"Training {args.network} on {n_images} images ({n_channels} channels, "
            f"{height} x {width}) with {len(label_ids)} locations ...",
            flush=True,
        )
        if hpa.groups is not None:
            n_groups = len(set(hpa.groups))
            print(f"Folds keep the images of each of {n_groups} antibodies together.")
        model.fit(hpa.data, target, groups=hpa.groups)
        write_model(_bundle(model, target, label_ids, args), file)
    _report(model, len(target))
    print(f"\nSaved {args.out}.")


def _bundle(model, target, label_ids, args):
    """Collect what a prediction needs to know."""
    return {
        "model": model,
        "label_ids": label_ids.tolist(),
        "label_names": target.columns.tolist(),
        "channels": args.channels,
        "image_size": args.image_size,
    }


def _report(model, n_images):
    """Print the thresholds, what they are worth here, and what to expect elsewhere."""
    print(
        "\nOut-of-fold F1. Thresholds were chosen on these very predictions, so that "
        "the tuned\nF1 is optimistic; for the cross-fitted one they were chosen on the "
        "other folds."
    )
    titles = {
        "n_positive": "positives",
        "threshold_std": "+/-",
        "f1_at_half": "F1 at 0.5",
        "f1": "F1 tuned",
        "f1_cross_fitted": "cross-fitted",
    }
    table = model.report_.drop(columns="status").rename(columns=titles)
    print_table(table)
    for title in ("F1 at 0.5", "F1 tuned"):
        print(f"macro {title}: {table[title].mean():.3f}")
    print(f"macro F1 to expect on other images: {model.score_estimate_:.3f}")
    share = model.report_["n_positive"] / n_images
    print(f"macro F1, every label always: {(2 * share / (1 + share)).mean():.3f}")
