"""``protloc predict``: from a model and a folder of images to a table."""

import contextlib
import os

import pandas as pd

from sklearn_protloc.datasets import load_hpa
from sklearn_protloc.persistence import load_model
from sklearn_protloc.utils import replacing

__all__ = ["load_bundle", "run"]

_KEYS = {"model", "label_ids", "label_names", "channels", "image_size"}


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
        model.estimator_.set_params(device=args.device)
        if args.num_workers is not None:
            model.estimator_.set_params(num_workers=args.num_workers)
        proba = model.predict_proba(hpa.data)
        present = proba >= model.thresholds_
        _submission(hpa.ids, present, bundle["label_ids"]).to_csv(out, index=False)
        if proba_out is not None:
            table = pd.DataFrame(proba, hpa.ids, bundle["label_names"])
            table.to_csv(proba_out, index_label="Id")
    print(f"Wrote the locations of {len(hpa.ids)} images to {args.out}.")


def load_bundle(path):
    """Return what `protloc train` saved."""
    bundle = load_model(path)
    if not isinstance(bundle, dict) or not bundle.keys() >= _KEYS:
        raise ValueError(f'{path} is not a model that "protloc train" saved.')
    return bundle


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
    rows = [
        " ".join(str(k) for k, here in zip(label_ids, row, strict=True) if here)
        for row in present
    ]
    return pd.DataFrame({"Id": ids, "Predicted": rows})
