"""What the images share with those trained on."""

import numpy as np

from sklearn_protloc.datasets import as_lazy
from sklearn_protloc.model_selection import leakage_report
from sklearn_protloc.reporting._evaluation import image_shape
from sklearn_protloc.reporting._formats import count, number, share
from sklearn_protloc.reporting._joined_images import JoinedImages
from sklearn_protloc.reporting._page import Section, Text, as_table

__all__ = ["leakage_section"]

_KINDS = {"groups": "Groups", "duplicates": "Near duplicates"}
UNKNOWN = (
    "Whether the model was trained on any of these images is not known: nothing on its "
    "training images was given. If it was trained on some, or thresholds were tuned on "
    "them, all scores below are too good for what they have in common, and say nothing "
    "about new images."
)


def leakage_section(e):
    """Return the section on what is shared, and whether the result is worrying."""
    if e.training.y is None:
        return Section("Leakage", "leakage", [Text(UNKNOWN, important=True)]), UNKNOWN
    images, note = _both_images(e)
    both = e.training.groups is not None
    if images is None and not both:
        text = (
            "Neither groups nor images of the training were given, so that nothing "
            "tells whether the model was trained on any of these images."
        )
        blocks = [Text(text, important=True), *note]
        return Section("Leakage", "leakage", blocks), text
    n_train, n_test = len(e.training.y), len(e.y_true)
    split = (np.arange(n_train), np.arange(n_train, n_train + n_test))
    found = leakage_report(
        np.vstack([e.training.y, e.y_true.to_numpy()]),
        cv=[split],
        groups=np.concatenate([e.training.groups, e.groups]) if both else None,
        images=images,
    ).summary
    verdict = _verdict(found)
    leaks = bool(found["n_shared"].any())
    blocks = [
        Text(verdict, important=leaks),
        *([_table(found)] if leaks else []),
        *note,
    ]
    return Section("Leakage", "leakage", blocks), verdict


def _both_images(e):
    """Return training images followed by those predicted, or why not."""
    if e.training.X is None:
        text = "Near duplicates were not looked for: no training images were given."
    elif not e.has_images or image_shape(e.training.X) is None:
        text = "Near duplicates were not looked for: these are no images."
    elif image_shape(e.training.X) != image_shape(e.X):
        text = (
            "Near duplicates were not looked for: training images have the shape "
            f"{image_shape(e.training.X)}, these images {image_shape(e.X)}."
        )
    else:
        return JoinedImages([as_lazy(e.training.X), as_lazy(e.X)]), []
    return None, [Text(text)]


def _verdict(found):
    """Return what was found in a sentence or two."""
    shared = found[found["n_shared"] > 0]
    looked = " and ".join(_KINDS[kind].lower() for kind in found.index)
    if not len(shared):
        return f"Nothing is shared with the training images, as far as {looked} tell."
    parts = [
        f"{share(row.exposed)} of the images have "
        + ("images of their group" if row.Index == "groups" else "a near duplicate")
        + " among the training images"
        for row in shared.itertuples()
    ]
    return (
        f"{', and '.join(parts)}. Scores are too good by what the model remembers of "
        "those."
    )


def _table(found):
    return as_table(
        "What a model that only remembers training images would score here",
        found.rename(index=_KINDS),
        {
            "n_groups": ("Of two or more images", count),
            "n_shared": ("On both sides", count),
            "exposed": ("Images concerned", share),
            "f1_copied": ("Macro F1 of copying labels", number),
            "f1_base": ("Macro F1 of every label always", number),
        },
        index_name="Alike",
    )
