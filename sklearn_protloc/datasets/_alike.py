"""What holds for every sample of a collection."""

import numpy as np


def unlike(image, collection, name):
    """Return the error for an image that differs from the others of its collection."""
    _, n_channels, height, width = collection.shape
    if image.dtype != collection.dtype:
        return ValueError(
            f"{name} is {image.dtype}, but the collection holds {collection.dtype} "
            "images. Convert the files to one type."
        )
    if len(image) != n_channels:
        return ValueError(
            f"{name} has {len(image)} channels, but the collection holds images of "
            f"{n_channels}. Give all samples the same channels."
        )
    return ValueError(
        f"{name} has {image.shape[1]} x {image.shape[2]} pixels, but the collection "
        f"holds images of {height} x {width}. Set image_size=... to resize all images "
        "when they are read."
    )


def check_ids(ids, n_samples):
    """Return the names of samples as a read-only array of objects, or None."""
    if ids is None:
        return None
    ids = np.array(ids, dtype=object)
    if ids.shape != (n_samples,):
        raise ValueError(
            f"Expected ids of shape ({n_samples},), one per sample, got {ids.shape}."
        )
    ids.flags.writeable = False
    return ids
