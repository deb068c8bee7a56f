"""How good the predictions are for parts of the images."""

from sklearn_protloc.metrics import scores_by_group
from sklearn_protloc.reporting._formats import count, number, share
from sklearn_protloc.reporting._page import Section, Text, as_table

__all__ = ["groups_section"]

MOST_GROUPS = 10


def groups_section(e):
    """Return the section with a table per column of the metadata."""
    if e.metadata is None:
        return None
    tables = [
        _table(e, column) for column in e.metadata if _divides(e.metadata[column])
    ]
    if not tables:
        return None
    text = Text(
        "Parts with other labels have means of other things: compare macro F1 only "
        "where the numbers of labels are alike."
    )
    return Section("Parts of the images", "parts", [text, *tables])


def _divides(column):
    """Whether some values stand for several images, and not all for the same."""
    sizes = column.astype(str).value_counts()
    return len(sizes) > 1 and sizes.iloc[0] > 1


def _table(e, column):
    """Return the scores of each value of a column."""
    values = e.metadata[column].astype(str)
    n_values = values.nunique()
    n_largest = MOST_GROUPS if n_values > MOST_GROUPS else None
    title = str(column).replace("_", " ")
    caption = f"By {title}"
    if n_largest:
        caption += f": the {n_largest} largest of {n_values:,}, and all others together"
    return as_table(
        caption,
        scores_by_group(e.y_true, e.predicted, values, n_largest=n_largest),
        {
            "n_samples": ("Images", count),
            "n_labels": ("Labels", count),
            "macro_f1": ("Macro F1", number),
            "micro_f1": ("Micro F1", number),
            "exact": ("Exactly right", share),
        },
        index_name=title[:1].upper() + title[1:],
    )
