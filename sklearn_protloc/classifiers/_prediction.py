"""From images to logits: in tiles, turned and mirrored, or just as they are."""

from contextlib import contextmanager

import numpy as np
import torch
from scipy.special import log_expit, log_softmax, logsumexp

from sklearn_protloc.classifiers._batches import Batches, ImageDataset, standardize_
from sklearn_protloc.classifiers._crops import tile_corners

__all__ = [
    "each_batch_of_tiles",
    "forward",
    "predict_logits",
    "split_into_tiles",
    "tiling",
    "told_of_sizes",
]

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
    exclusive = net.kind == "multiclass"

    def logits_of_moves(tiles):
        moves = [forward(net, _turn(tiles, move)) for move in _moves(tiles, tta)]
        return torch.stack(moves, dim=1)

    logits = []
    for tiles in each_batch_of_tiles(
        net,
        X,
        logits_of_moves,
        tile_overlap=tile_overlap,
        aggregate=aggregate,
        num_workers=num_workers,
    ):
        tiles = _combine(np.moveaxis(tiles, 2, 0), tta, exclusive)
        logits.append(_combine(tiles, aggregate, exclusive))
    return np.concatenate(logits).astype(np.float32, copy=False)


def each_batch_of_tiles(net, X, function, *, tile_overlap, aggregate, num_workers):
    """Yield what a function makes of the tiles of some images at a time.

    Parameters
    ----------
    net : LocalizationNet
        Trained, on the device to work on.
    X : array-like of shape (n_samples, n_channels, height, width)
        Images.
    function : callable
        Turns tiles, standardised if the network wants that, into a tensor of as many
        rows.
    tile_overlap, aggregate, num_workers : float, str or None, int
        As for LocalizationClassifier.

    Yields
    ------
    results : ndarray of shape (n_tiles, n_images, ...)
        Rows of each tile of each image; the only tile may be the image.
    """
    corners, tile_size = tiling(net, X, tile_overlap, aggregate)
    batches = Batches(
        ImageDataset(X),
        batch_size=_most_images(net, X.shape[2:]),
        device=net.device,
        num_workers=num_workers,
    )
    most = _most_images(net, tile_size)
    for images, _ in batches:
        parts = []
        for tiles in split_into_tiles(images, corners, tile_size, most):
            if net.standardize:
                standardize_(tiles)
            parts.append(function(tiles))
        # to the CPU once a batch, as nothing else waits for the device
        results = torch.cat(parts).cpu().numpy()
        yield results.reshape(len(corners), len(images), *results.shape[1:])


def tiling(net, X, tile_overlap, aggregate):
    """Return top and left of the tiles of each image, and their size."""
    tiled = net.crop_size is not None and aggregate is not None
    tile_size = net.crop_size if tiled else tuple(X.shape[2:])
    return tile_corners(X.shape[2:], tile_size, tile_overlap), tile_size


def _most_images(net, size):
    """Return how many images, or tiles, of this size the network sees at a time."""
    return max(1, min(net.batch_size, _MOST_PIXELS // (size[0] * size[1])))


def split_into_tiles(images, corners, size, most):
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


def _moves(images, tta):
    """Return the numbers of the moves to make, that of none without tta."""
    if tta is None:
        return [0]
    square = images.shape[2] == images.shape[3]
    return range(8) if square else range(0, 8, 2)


def _turn(images, move):
    """Make one of the eight moves of augmentation.dihedral."""
    turned = torch.rot90(images, move % 4, dims=(2, 3)) if move % 4 else images
    return turned.flip(3) if move >= 4 else turned


def forward(net, images):
    """Compute the logits of images."""
    with told_of_sizes(net, tuple(images.shape[2:])):
        return net.evaluation_step((images, None))


@contextmanager
def told_of_sizes(net, size):
    """Tell what to do where a network of one size sees images of another."""
    try:
        yield
    except (RuntimeError, ValueError) as error:
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
