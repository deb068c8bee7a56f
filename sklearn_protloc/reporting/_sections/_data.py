"""What the images are."""

import pandas as pd

from sklearn_protloc.metrics import accuracy_by_n_labels
from sklearn_protloc.plotting import LabelFrequencyDisplay, LabelsPerImageDisplay
from sklearn_protloc.reporting._formats import count, share
from sklearn_protloc.reporting._page import Section, Table, Text, as_table
from sklearn_protloc.reporting._pictures import chart

__all__ = ["data_section"]


def data_section(e):
    """Return the section on images and their labels."""
    y_true = e.y_true
    sets = {"these images": y_true}
    if e.training.y is not None:
        sets["training images"] = pd.DataFrame(e.training.y, columns=y_true.columns)
    frequency = chart(
        lambda: LabelFrequencyDisplay.from_labels(sets if len(sets) > 1 else y_true),
        f"Bars of the number of images with each of {y_true.shape[1]} labels; the same "
        "numbers stand in the table of scores.",
        "Images with each label, on a logarithmic scale.",
    )
    by_number = as_table(
        "Images by their number of labels, and how many of these are right",
        accuracy_by_n_labels(y_true, e.predicted),
        {
            "n_samples": ("Images", count),
            "share": ("Share", share),
            "found": ("All labels found", share),
            "exact": ("Exactly right", share),
        },
        index_name="Labels",
    )
    per_image = chart(
        lambda: LabelsPerImageDisplay.from_predictions(y_true, e.predicted),
        "Bars of the number of images with one label, two labels and so on, divided "
        "by how many are right; the same numbers stand in the table above.",
    )
    blocks = [_facts(e), *_of_absent_labels(y_true), frequency, by_number, per_image]
    return Section("Data", "data", blocks)


def _facts(e):
    """Return the table of what the images are."""
    n_samples, n_labels = e.y_true.shape
    rows = [["Images", count(n_samples)]]
    if e.has_images:
        _, n_channels, height, width = e.X.shape
        rows += [
            ["Channels", str(n_channels) + (f" ({e.order})" if e.order else "")],
            ["Size", f"{height} x {width} pixels"],
            ["Type of pixels", str(e.X.dtype)],
        ]
    elif hasattr(e.X, "shape"):
        rows.append(["Features of each", " x ".join(map(str, e.X.shape[1:]))])
    rows += [
        ["Labels", count(n_labels)],
        ["Labels per image, mean", f"{e.y_true.to_numpy().sum(axis=1).mean():.2f}"],
    ]
    if e.groups is not None:
        rows.append(["Groups", count(len(set(e.groups)))])
    if e.training.y is not None:
        rows.append(["Training images", count(len(e.training.y))])
    return Table("What was predicted", ["What", "Value"], rows)


def _of_absent_labels(y_true):
    """Return a paragraph on labels that no image has, if there are any."""
    absent = y_true.columns[~y_true.to_numpy().any(axis=0)]
    if not len(absent):
        return []
    names = ", ".join(absent)
    return [
        Text(
            f"No image here has {names}. Such labels have no recall; means leave them "
            "out, unless they were predicted, which is wrong and has an F1 of 0."
        )
    ]
