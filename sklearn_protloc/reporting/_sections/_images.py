"""The images that are predicted best and worst."""

import numpy as np

from sklearn_protloc.reporting._page import Card, Gallery, Section, Text
from sklearn_protloc.reporting._pictures import heat, photo, stains_of
from sklearn_protloc.utils import to_logits
from sklearn_protloc.utils._maps_inside import maps_inside

__all__ = ["images_section"]

# Probabilities nearer to 0 and 1 count as this near: rounding must not decide.
EDGE = 1e-7
# Letters for channels of which nothing is known but their number.
ORDERS = {1: "G", 2: "RG", 3: "RGB", 4: "RGBY"}
STAINS = {
    "R": "microtubules in red",
    "G": "protein in green",
    "B": "nucleus in blue",
    "Y": "endoplasmic reticulum in yellow",
}
COLORS = {"R": "red", "G": "green", "B": "blue", "Y": "yellow"}
MOST_MAPS = 2
# By whether a label is annotated, and predicted.
VERDICTS = {
    (True, True): "right",
    (True, False): "missed",
    (False, True): "false",
    (False, False): "rightly not predicted",
}


def images_section(e, n_images):
    """Return the section with images, or None where there are none to show."""
    if not e.has_images or n_images == 0:
        return None
    order = e.order or ORDERS.get(e.X.shape[1])
    if order is None:
        text = f"Images of {e.X.shape[1]} channels are not drawn: at most four can be."
        return Section("Images", "images", [Text(text)])
    ranked = np.argsort(_losses(e), kind="stable")
    n_images = min(n_images, len(ranked) // 2)
    rows = [*ranked[::-1][:n_images], *ranked[:n_images]]
    draw_maps, note = _maps_of(e, rows[0])
    by = "mean log loss" if e.proba is not None else "number of wrong labels"
    text = (
        f"The images with the highest and the lowest {by} over labels. "
        f"{_legend(e, order)} Each stain is stretched to its own contrast. {note}"
    )
    hint = (
        "The worst are worth the look of an expert: sometimes the annotation is wrong."
    )
    pixels = stains_of(e.X, rows, order)
    cards = [
        _card(e, row, *pair, draw_maps) for row, pair in zip(rows, pixels, strict=True)
    ]
    galleries = [
        Gallery("Worst", cards[:n_images]),
        Gallery("Best", cards[n_images:]),
    ]
    return Section("Images", "images", [Text(text), Text(hint), *galleries])


def _losses(e):
    """Return how wrong the prediction of each image is."""
    truth = e.y_true.to_numpy()
    if e.proba is None:
        return (truth != e.predicted).sum(axis=1)
    logits = to_logits(e.proba, edge=EDGE)
    return np.logaddexp(0, np.where(truth == 1, -logits, logits)).mean(axis=1)


def _legend(e, order):
    """Return what the colours are."""
    if e.order is None and e.X.shape[1] != len(STAINS):
        colors = ", ".join(COLORS[letter] for letter in order)
        return f"Channels are drawn in {colors}, in their order."
    stains = ", ".join(STAINS[letter] for letter in order)
    known = (
        "" if e.order else ", the order of the Human Protein Atlas, as none was given"
    )
    return f"Stains: {stains}{known}."


def _maps_of(e, row):
    """Return a function that draws where labels are, or None, and what maps are."""

    def maps(row, labels):
        return maps_inside(e.model, e.X[[row]], labels=[int(k) for k in labels])[0]

    try:
        maps(row, [0])
    except TypeError:  # no single network inside
        return None, ""
    except ValueError as error:  # networks without places, such as dense ones
        return None, f"The network tells no places: {error}"
    note = (
        "Maps tell where the network sees a label, from clear (probability 0) over "
        "violet and red to light yellow (1), on the protein in grey. They are of wrong "
        "labels first, then of right ones, then of the likeliest."
    )
    return maps, note


def _card(e, row, merged, protein, draw_maps):
    """Return an image with its maps and labels."""
    title, names = e.ids[row], e.y_true.columns
    truth, predicted = e.y_true.to_numpy()[row] == 1, e.predicted[row] == 1
    pictures = [photo(merged, f"{title}: stains merged", "Stains merged")]
    if draw_maps is not None:
        rank = 2 * (truth != predicted) + (truth & predicted)
        likely = np.lexsort((-e.scores[row], -rank))[:MOST_MAPS]
        pictures += [
            photo(
                heat(part, protein),
                f"{title}: where the network sees {names[k]}",
                f"{names[k]} ({VERDICTS[truth[k], predicted[k]]})",
            )
            for part, k in zip(draw_maps(row, likely), likely, strict=True)
        ]
    facts = [
        ("Annotated", ", ".join(names[truth]) or "no label"),
        ("Predicted", _with_probabilities(e, row, predicted) or "no label"),
    ]
    if (truth & ~predicted).any():
        facts.append(("Missed", _with_probabilities(e, row, truth & ~predicted)))
    return Card(title, pictures, facts)


def _with_probabilities(e, row, chosen):
    """Return the names of labels, with their probabilities if there are any."""
    names = e.y_true.columns
    if e.proba is None:
        return ", ".join(names[chosen])
    return ", ".join(
        f"{names[k]} {e.proba[row, k]:.2f}" for k in np.flatnonzero(chosen)
    )
