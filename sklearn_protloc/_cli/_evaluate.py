"""``protloc evaluate``: from a model and images with labels to a page."""

from sklearn_protloc._cli._bundle import configure, load_bundle
from sklearn_protloc.datasets import load_hpa
from sklearn_protloc.reporting import report
from sklearn_protloc.utils import replacing

__all__ = ["run"]

# What of the metadata may make images harder or easier.
_PARTS = ["cell_line", "plate"]


def run(args):
    """Predict images whose labels are known, and write a report on it."""
    if (args.train_labels is None) != (args.train_images is None):
        raise ValueError("Expected both or none of train_labels and train_images.")
    bundle = load_bundle(args.model)
    with replacing(args.out) as file:
        hpa = _read(args.labels, args.images, bundle)
        known, notes = _known_labels(hpa.target, bundle)
        model = bundle["model"]
        configure(model, args)
        groups = (
            hpa.groups if hpa.groups is not None and len(set(hpa.groups)) > 1 else None
        )
        page = report(
            model,
            hpa.data,
            known,
            groups=groups,
            metadata=None if hpa.metadata is None else hpa.metadata[_PARTS],
            **_training(args, bundle, grouped=groups is not None),
            order=bundle["channels"],
            notes=notes,
            title=args.title,
        )
        file.write(page.encode())
    print(f"Wrote a report on {len(known)} images to {args.out}.")


def _read(labels, images, bundle):
    """Return images as the model was trained on, and their labels."""
    return load_hpa(
        labels,
        images,
        channels=bundle["channels"],
        image_size=bundle["image_size"],
        as_frame=True,
    )


def _known_labels(target, bundle):
    """Return the labels that the model knows, and what is to be said of the others."""
    known = target.iloc[:, bundle["label_ids"]]
    others = target.drop(columns=known.columns)
    n_images = int(others.any(axis=1).sum())
    if not n_images:
        return known, []
    names = ", ".join(others.columns[others.any()])
    note = (
        f"{n_images} of {len(target)} images have locations that the model was not "
        f"trained on: {names}. It cannot name them, and no score counts them."
    )
    print(note)
    return known, [note]


def _training(args, bundle, grouped):
    """Return what is known of the training images."""
    if args.train_labels is None:
        return {}
    hpa = _read(args.train_labels, args.train_images, bundle)
    return {
        "X_train": hpa.data,
        "y_train": hpa.target.iloc[:, bundle["label_ids"]],
        "groups_train": hpa.groups if grouped else None,
    }
