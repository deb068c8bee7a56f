"""From images to logits: in tiles, turned and mirrored, or just as they are."""

import numpy as np
import torch
from scipy.special import log_expit, log_softmax, logsumexp

from sklearn_protloc.classifiers._batches import Batches, ImageDataset, standardize_
from sklearn_protloc.classifiers._crops import tile_corners

__all__ = ["predict_logits"]

_MOST_PIXELS = 2**24  # in a batch of large images: 4 of 2048 x 2048
_SLOPE = 10.0  # of the noisy-AND


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
    tiled = net.crop_size is not None and aggregate is not None
    tile_size = net.crop_size if tiled else tuple(X.shape[2:])
    corners = tile_corners(X.shape[2:], tile_size, tile_overlap)
    batches = Batches(
        ImageDataset(X),
        batch_size=_most_images(net, X.shape[2:]),
        device=net.device,
        num_workers=num_workers,
    )
    exclusive = net.kind == "multiclass"
    logits = []
    for images, _ in batches:
        parts = [
            _logits_of_moves(net, tiles, tta)
            for tiles in _tiles(
                images, corners, tile_size, _most_images(net, tile_size)
            )
        ]
        # to the CPU once a batch, as nothing else waits for the device
        moves = torch.cat(parts, dim=1).cpu().numpy()
        tiles = _combine(moves, tta, exclusive)
        tiles = tiles.reshape(len(corners), len(images), -1)
        logits.append(_combine(tiles, aggregate, exclusive))
    return np.concatenate(logits).astype(np.float32, copy=False)


def _most_images(net, size):
    """Return how many images, or tiles, of this size the network sees at a time."""
    return max(1, min(net.batch_size, _MOST_PIXELS // (size[0] * size[1])))


def _tiles(images, corners, size, most):
    """Yield the tiles of all images, place by place, as many at a time as may be."""
    if len(corners) == 1:
        yield images
        return
    n_corners = max(1, most // len(images))
    for start in range(0, len(corners), n_corners):
        # copies: each tile is standardised by itself, as each crop was
        yield torch.cat(
            [
                images[:, :, top : top + size[0], left : left + size[1]]
                for top, left in corners[start : start + n_corners]
            ]
        )


def _logits_of_moves(net, images, tta):
    """Compute logits of shape (n_moves, n_images, n_outputs), one move without tta."""
    if net.standardize:
        standardize_(images)
    moves = [0]
    if tta is not None:
        square = images.shape[2] == images.shape[3]
        moves = range(8) if square else range(0, 8, 2)
    return torch.stack([_forward(net, _turn(images, move)) for move in moves])


def _turn(images, move):
    """Make one of the eight moves of augmentation.dihedral."""
    turned = torch.rot90(images, move % 4, dims=(2, 3)) if move % 4 else images
    return turned.flip(3) if move >= 4 else turned


def _forward(net, images):
    """Compute logits; tell what to do where a network of one size sees another."""
    try:
        return net.evaluation_step((images, None))
    except (RuntimeError, ValueError) as error:
        size = tuple(images.shape[2:])
        if net.crop_size in (None, size):
            raise
        raise ValueError(
            f"{type(net.module_).__name__} was trained on crops of "
            f"{net.crop_size[0]} x {net.crop_size[1]} pixels, aggregate=None shows it "
            f"whole images of {size[0]} x {size[1]}, and these it cannot predict. Set "
            'aggregate="mean", say, to predict images in tiles of the size of crops.'
        ) from error


def _combine(logits, how, exclusive):
    """Return the logits of probabilities that are combined over the first axis.

    Reckons with logarithms, as probabilities near 0 and 1 leave nothing to tell apart.
    Of exclusive classes, the result may lack a constant.
    """
    if len(logits) == 1:
        return logits[0]
    logits = np.asarray(logits, dtype=np.float64)
    present = log_softmax(logits, axis=-1) if exclusive else log_expit(logits)
    if how in ("max", "geometric_mean"):
        scores = present if exclusive else logits
        return scores.max(axis=0) if how == "max" else scores.mean(axis=0)
    mean = _log_mean(present)
    if exclusive:
        return mean if how == "mean" else _log_noisy_and(mean)
    others = _log_mean(log_expit(-logits))
    return mean - others if how == "mean" else _log_sinh(mean) - _log_sinh(others)


def _log_mean(values):
    return logsumexp(values, axis=0) - np.log(len(values))


def _log_noisy_and(log_mean):
    """Return the logarithm of the noisy-AND, but for a constant.

    Present once about half of the image says so: expit(slope * (mean - 1/2)), shifted
    and stretched to [0, 1]. That is sinh(slope / 2 * mean) over
    cosh(slope / 2 * (mean - 1/2)), but for a factor, and its odds are
    sinh(slope / 2 * mean) over sinh(slope / 2 * (1 - mean)).
    """
    middle = _SLOPE / 2 * (np.exp(log_mean) - 0.5)
    return _log_sinh(log_mean) - np.log(np.cosh(middle))


def _log_sinh(log_mean):
    """Return log(sinh(slope / 2 * mean)), also of means too small for a float."""
    x = _SLOPE / 2 * np.exp(log_mean)
    ratio = np.divide(np.sinh(x), x, out=np.ones_like(x), where=x > 0)
    return log_mean + np.log(_SLOPE / 2 * ratio)
