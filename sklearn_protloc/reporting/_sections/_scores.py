"""How good the predictions are."""

import numpy as np
import pandas as pd

from sklearn_protloc.metrics import (
    expected_calibration_error,
    label_scores,
    macro_f1_score,
)
from sklearn_protloc.plotting import (
    LabelScoresDisplay,
    LocalizationConfusionDisplay,
    ReliabilityDisplay,
)
from sklearn_protloc.reporting._formats import between, count, ends, number, share
from sklearn_protloc.reporting._page import Section, Table, Text, as_table
from sklearn_protloc.reporting._pictures import chart
from sklearn_protloc.reporting._scores import all_scores, intervals
from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["calibration_section", "confusion_section", "labels_section", "overall"]

N_CONFUSIONS = 10
OF_ALWAYS = "of every label that occurs here, always"


def overall(e):
    """Return the scores of all labels together, and whether they are worth anything."""
    scores = all_scores(e.y_true, e.predicted, e.scores)
    found = intervals(e.y_true, e.predicted, e.groups, random_state=0)
    # Absent labels are left out of this mean as of that of the model.
    occurs = e.y_true.to_numpy().any(axis=0, keepdims=True)
    always = macro_f1_score(e.y_true, np.repeat(occurs, len(e.y_true), axis=0))

    def with_interval(name):
        return between(scores[name], found[f"{name}_low"], found[f"{name}_high"])

    rows = [
        ["Macro F1", with_interval("macro_f1"), "mean of F1 over labels"],
        ["Micro F1", with_interval("micro_f1"), "of all decisions together"],
        ["Exactly right", share(scores["exact"]), "of the images, in all labels"],
    ]
    if e.scores is not None:
        ap, auc = scores["macro_average_precision"], scores["macro_roc_auc"]
        rows += [
            ["Macro average precision", number(ap), "needs no thresholds"],
            ["Macro ROC AUC", number(auc), "0.5 by chance"],
        ]
    rows.append(["For comparison: macro F1", number(always), OF_ALWAYS])
    blocks = []
    if not found["macro_f1_low"] > always:
        text = (
            "Macro F1 is not clearly above what naming every label that occurs here "
            f"for every image has, {number(always)}."
        )
        blocks.append(Text(text, important=True))
    caption = "Scores of all labels, with 95 % bootstrap intervals over " + (
        "images" if e.groups is None else f"{len(set(e.groups)):,} groups"
    )
    return [*blocks, Table(caption, ["Score", "Value", "What it is"], rows)]


def labels_section(e):
    """Return the section on each label."""
    drawn = []

    def draw():
        drawn.append(
            LabelScoresDisplay.from_predictions(e.y_true, e.predicted, groups=e.groups)
        )
        return drawn[0]

    picture = chart(
        draw,
        "Dots of F1 of each label with bars for its 95 % interval, and a line at their "
        "mean; the same numbers stand in the table.",
    )
    table = label_scores(e.y_true, e.predicted, e.scores)
    low, high = (part.iloc[:, 0].tolist() for part in (drawn[0].low, drawn[0].high))
    table["interval"] = list(zip(low, high, strict=True))
    columns = {
        "n_positive": ("Images", count),
        "n_predicted": ("Predicted", count),
        "f1": ("F1", number),
        "interval": ("95 % interval", ends),
        "precision": ("Precision", number),
        "recall": ("Recall", number),
    }
    if e.scores is not None:
        columns |= {
            "average_precision": ("Average precision", number),
            "roc_auc": ("ROC AUC", number),
        }
    notes = [Text(_of_groups(e))]
    thresholds = fitted_attribute(e.model, "thresholds_")
    if thresholds is not None:
        table["threshold"] = np.asarray(thresholds, dtype=float)
        columns["threshold"] = ("Threshold", number)
        notes.append(
            Text(
                "A label is predicted where its probability reaches its threshold. The "
                "thresholds came with the model; none was tuned for this report."
            )
        )
    table = table.sort_values("n_positive", ascending=False, kind="stable")
    caption = "Scores of each label, the most frequent first"
    scores = as_table(caption, table, columns, index_name="Label")
    return Section("Labels", "labels", [scores, *notes, picture])


def _of_groups(e):
    """Return what the intervals hold for."""
    if e.groups is None:
        return (
            "Intervals tell how much scores would move with other images. Where "
            "several images show one antibody or plate and no groups were given, they "
            "are too narrow."
        )
    return "Intervals tell how much scores would move with other groups of images."


def confusion_section(e):
    """Return the section on what is taken for what."""
    drawn = []

    def draw():
        drawn.append(
            LocalizationConfusionDisplay.from_predictions(e.y_true, e.predicted)
        )
        return drawn[0]

    picture = chart(
        draw,
        "Matrix of true labels against those predicted in their place; the largest "
        "numbers beside the diagonal stand in the table.",
        "In a row, of the images with that label: the share in which it was found, on "
        "the diagonal, and what was falsely predicted where it was missed.",
    )
    table = _worst_pairs(drawn[0].matrix.to_numpy(), e.y_true)
    if not len(table):
        text = "No label was predicted in place of one that was missed."
        return Section("Confusion", "confusion", [Text(text), picture])
    most = as_table(
        "Labels most often predicted where another was missed",
        table.set_index("true"),
        {
            "wrong": ("Predicted in its place", str),
            "share": ("Share of its images", share),
            "images": ("Its images", count),
        },
        index_name="True label",
    )
    return Section("Confusion", "confusion", [picture, most])


def _worst_pairs(shares, y_true):
    """Return a table of the labels most often taken for others."""
    others = np.where(np.eye(len(shares), dtype=bool), 0, np.nan_to_num(shares))
    order = np.argsort(-others, axis=None, kind="stable")[:N_CONFUSIONS]
    true, wrong = np.unravel_index(order[others.ravel()[order] > 0], others.shape)
    return pd.DataFrame(
        {
            "true": y_true.columns[true],
            "wrong": y_true.columns[wrong],
            "share": others[true, wrong],
            "images": y_true.to_numpy().sum(axis=0, dtype=int)[true],
        }
    )


def calibration_section(e):
    """Return the section on whether probabilities are right."""
    if e.proba is None:
        return None
    drawn = []

    def draw():
        drawn.append(ReliabilityDisplay.from_predictions(e.y_true, e.proba))
        return drawn[0]

    picture = chart(
        draw,
        "Share of labels that are there against the probability given to them; on the "
        "diagonal both are equal.",
        "Decisions on all labels together. Below the diagonal, probabilities are too "
        "high.",
    )
    macro = expected_calibration_error(e.y_true, e.proba)
    pooled = drawn[0].errors.iloc[0]
    text = (
        f"Probabilities are off by {macro:.3f} on average as a mean over labels, and "
        f"by {pooled:.3f} for decisions on all labels together, as in the picture "
        "(expected calibration error, ECE; 0 is perfect, and noise alone makes it "
        "larger)."
    )
    return Section("Calibration", "calibration", [Text(text), picture])
