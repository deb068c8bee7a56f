"""``protloc predict``: from a model and a folder of images to a table."""

import contextlib
import os

import numpy as np
import pandas as pd

from sklearn_protloc._cli._bundle import configure, load_bundle
from sklearn_protloc.datasets import load_hpa
from sklearn_protloc.model_selection._cross_fit import decide
from sklearn_protloc.utils import label_probabilities, replacing
from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["run"]


def run(args):
    """Predict the locations of all images of a folder and write them down."""
    if args.proba and os.path.realpath(args.proba) == os.path.realpath(args.out):
        raise ValueError(f"Expected two different files, got {args.out} twice.")
    bundle = load_bundle(args.model)
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(replacing(args.out))
        proba_out = stack.enter_context(replacing(args.proba)) if args.proba else None
        hpa = load_hpa(
            _images_to_predict(args.ids) if args.ids else None,
            args.images,
            channels=bundle["channels"],
            image_size=bundle["image_size"],
        )
        model = bundle["model"]
        configure(model, args)
        proba = label_probabilities(model, hpa.data, len(bundle["label_ids"]))
        present = _decide(model, proba)
        _submission(hpa.ids, present, bundle["label_ids"]).to_csv(out, index=False)
        if proba_out is not None:
            table = pd.DataFrame(proba, hpa.ids, bundle["label_names"])
            table.to_csv(proba_out, index_label="Id")
    print(f"Wrote the locations of {len(hpa.ids)} images to {args.out}.")


def _decide(model, proba):
    """Return what `predict` answers, without another look at the images."""
    thresholds = fitted_attribute(model, "thresholds_")
    empty = fitted_attribute(model, "empty_")
    return decide(proba, 0.5 if thresholds is None else thresholds, empty)


def _images_to_predict(path):
    """Return the Ids of a table as a table of labels, which are not looked at."""
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False)
    except ValueError as error:  # empty, or no CSV
        raise ValueError(f"{path} is not a readable CSV table: {error}") from error
    if "Id" not in table:
        raise ValueError(
            f"{path} lacks the column Id: it has {', '.join(map(str, table))}."
        )
    return table[["Id"]].assign(Target="0")


def _submission(ids, present, label_ids):
    """Return the table of the 2018 Kaggle challenge."""
    label_ids = np.asarray(label_ids)
    rows = [" ".join(map(str, sorted(label_ids[row]))) for row in present]
    return pd.DataFrame({"Id": ids, "Predicted": rows})
