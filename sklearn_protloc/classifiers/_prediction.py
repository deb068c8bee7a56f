"""From images to logits: in tiles, turned and mirrored, or just as they are."""

import numpy as np
import torch
from scipy.special import expit, log_softmax, logit

from sklearn_protloc.classifiers._batches import Batches, ImageDataset, standardize_
from sklearn_protloc.classifiers._crops import tile_corners

__all__ = ["predict_logits"]

_MOST_PIXELS = 2**24  # in a batch of large images: 4 of 2048 x 2048
_SLOPE, _MIDDLE = 10.0, 0.5  # of the noisy-AND
_LEAST = 1e-15  # probability whose logarithm is taken


def predict_logits(net, X, *, tile_overlap, aggregate, tta, num_workers):
    """Compute one logit per output.

    Parameters
    ----------
    net : LocalizationNet
        Trained, on the device to work on.
    X : array-like of shape (n_samples, n_channels, height, width)
        Images.
    tile_overlap, aggregate, tta, num_workers : float, str or None, str or None, int
        As for LocalizationClassifier.

    Returns
    -------
    logits : ndarray of shape (n_samples, n_outputs), dtype float32
        Of the combined probabilities, where there was anything to combine.
    """
    image_size = tuple(X.shape[2:])
    tiled = net.crop_size is not None and aggregate is not None
    tile_size = net.crop_size if tiled else image_size
    corners = tile_corners(image_size, tile_size, tile_overlap)
    most_images = max(1, _MOST_PIXELS // (image_size[0] * image_size[1]))
    batches = Batches(
        ImageDataset(X),
        batch_size=min(net.batch_size, most_images),
        device=net.device,
        num_workers=num_workers,
    )
    exclusive = net.kind == "multiclass"
    logits = []
    for images, _ in batches:
        tiles = [
            _combine(_logits_of_moves(net, tile, tta), tta, exclusive)
            for tile in _tiles(images, corners, tile_size)
        ]
        logits.append(_combine(tiles, aggregate, exclusive))
    return np.concatenate(logits).astype(np.float32, copy=False)


def _tiles(images, corners, size):
    if len(corners) == 1:
        yield images
        return
    for top, left in corners:
        # a copy: each tile is standardised by itself, as each crop was
        yield images[:, :, top : top + size[0], left : left + size[1]].clone()


def _logits_of_moves(net, images, tta):
    """Compute the logits of images as they are, or of all their moves."""
    if net.standardize:
        standardize_(images)
    if tta is None:
        return [_forward(net, images)]
    square = images.shape[2] == images.shape[3]
    moves = range(8) if square else range(0, 8, 2)
    return [_forward(net, _turn(images, move)) for move in moves]


def _turn(images, move):
    """Make one of the eight moves of augmentation.dihedral."""
    turned = torch.rot90(images, move % 4, dims=(2, 3))
    return turned.flip(3) if move >= 4 else turned


def _forward(net, images):
    return net.evaluation_step((images, None)).cpu().numpy()


def _combine(logits, how, exclusive):
    """Return the logits of probabilities that are combined over the first axis."""
    if len(logits) == 1:
        return logits[0]
    logits = np.asarray(logits, dtype=np.float64)
    if how == "geometric_mean":
        return (log_softmax(logits, axis=-1) if exclusive else logits).mean(axis=0)
    proba = np.exp(log_softmax(logits, axis=-1)) if exclusive else expit(logits)
    proba = _COMBINATIONS[how](proba)
    if exclusive:
        return np.log(np.clip(proba, _LEAST, None))
    return logit(np.clip(proba, _LEAST, 1 - _LEAST))


def _noisy_and(proba):
    """Return the noisy-AND: present once about half of the image says so."""
    low, middle, high = (
        expit(_SLOPE * (share - _MIDDLE)) for share in (0, proba.mean(axis=0), 1)
    )
    return (middle - low) / (high - low)


_COMBINATIONS = {
    "mean": lambda proba: proba.mean(axis=0),
    "max": lambda proba: proba.max(axis=0),
    "noisy_and": _noisy_and,
}
