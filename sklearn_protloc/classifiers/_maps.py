"""From images to maps of where each label is, in tiles or just as they are."""

import itertools
import math
from collections.abc import Iterable
from numbers import Integral

import numpy as np
import torch
from torch.nn.functional import adaptive_avg_pool2d, pad

from sklearn_protloc.classifiers._batches import Batches, ImageDataset, standardize_
from sklearn_protloc.classifiers._map_layers import (
    Grid,
    cut_at_maps,
    find_maps,
    resample,
)
from sklearn_protloc.classifiers._outputs import logits_of
from sklearn_protloc.classifiers._prediction import (
    split_into_tiles,
    tiling,
    told_of_sizes,
)
from sklearn_protloc.classifiers._private_copy import private_net

__all__ = ["label_numbers", "predict_maps"]

_MOST_PIXELS = 2**22  # of images at a time: 16 of 512 x 512
_MOST_VALUES = 2**26  # of maps or gradients at a time: 256 MB


def predict_maps(
    net, X, *, labels, upsample, n_shifts, tile_overlap, aggregate, num_workers
):
    """Compute the probability of labels at each place.

    Parameters
    ----------
    net : LocalizationNet
        Trained, on the device to work on.
    X : array-like of shape (n_samples, n_channels, height, width)
        Images.
    labels : ndarray of shape (n_labels,)
        Numbers of the labels.
    upsample : bool
        Whether maps get the size of images.
    n_shifts : int
        How many times finer maps are to be, by moving the images.
    tile_overlap, aggregate, num_workers : float, str or None, int
        As for LocalizationClassifier.

    Returns
    -------
    maps : ndarray of shape (n_samples, n_labels, map_height, map_width), dtype float32
        Probabilities.
    """
    corners, tile_size = tiling(net, X, tile_overlap, aggregate)
    with told_of_sizes(net, tile_size):
        mapper = _Mapper(net, (X.shape[1], *tile_size), labels, n_shifts)
    canvas = _Canvas(mapper.grid, tuple(X.shape[2:]), tile_size, corners, upsample)
    most = max(1, min(net.batch_size, _MOST_PIXELS // math.prod(X.shape[2:])))
    batches = Batches(
        ImageDataset(X), batch_size=most, device=net.device, num_workers=num_workers
    )
    maps = np.empty((X.shape[0], len(labels), *canvas.map_size), np.float32)
    start = 0
    for images, _ in batches:
        stop = start + len(images)
        maps[start:stop] = canvas.draw(images, mapper).cpu().numpy()
        start = stop
    return maps


def label_numbers(labels, label_names):
    """Return the numbers of labels that were given by name or number, or of all."""
    names = list(label_names)
    if labels is None:
        return np.arange(len(names))
    single = isinstance(labels, str | Integral)
    wanted = list(labels) if isinstance(labels, Iterable) and not single else [labels]
    numbers = [names.index(label) if label in names else label for label in wanted]
    if not all(isinstance(k, Integral) and 0 <= k < len(names) for k in numbers):
        raise ValueError(
            "Expected labels as names or numbers of labels that the model knows, got "
            f"{labels!r}. It knows 0 to {len(names) - 1}: {', '.join(map(str, names))}."
        )
    return np.array(numbers, dtype=np.int64)


class _Canvas:
    """Maps of whole images, put together of those of tiles."""

    def __init__(self, grid, image_size, tile_size, corners, upsample):
        self.grid = grid
        self.image_size = image_size
        self.tile_size = tile_size
        self.corners = corners
        self.upsample = upsample
        shares = zip(image_size, tile_size, grid.size, strict=True)
        native = tuple(math.ceil(side * n / tile) for side, tile, n in shares)
        self.map_size = image_size if upsample else native

    def draw(self, images, mapper):
        """Compute maps of shape (n_images, n_labels, *map_size)."""
        if len(self.corners) == 1:
            return self._enlarge(mapper(images)) if self.upsample else mapper(images)
        most = max(1, _MOST_PIXELS // math.prod(self.tile_size))
        weights = self._weights(images.device)
        total = torch.zeros(self.image_size, device=images.device)
        maps, corners = None, iter(self.corners)
        for tiles in split_into_tiles(images, self.corners, self.tile_size, most):
            for part in self._enlarge(mapper(tiles)).split(len(images)):
                if maps is None:
                    maps = part.new_zeros((*part.shape[:2], *self.image_size))
                top, left = next(corners)
                bottom, right = top + self.tile_size[0], left + self.tile_size[1]
                maps[:, :, top:bottom, left:right] += part * weights
                total[top:bottom, left:right] += weights
        maps /= total
        return maps if self.upsample else adaptive_avg_pool2d(maps, self.map_size)

    def _enlarge(self, maps):
        return resample(maps, self.grid, Grid(self.tile_size))

    def _weights(self, device):
        """Return how much each pixel of a tile counts: less towards the borders."""
        sides = []
        for side in self.tile_size:
            pixels = torch.arange(1, side + 1, device=device)
            sides.append(torch.minimum(pixels, side + 1 - pixels) / side)
        return torch.outer(*sides)


class _Mapper:
    """Computes probabilities at the places of the maps of a network."""

    def __init__(self, net, image_shape, labels, n_shifts):
        self.source = find_maps(net.module_, image_shape)
        # places are not moved by less than a pixel
        self.n_shifts = tuple(
            max(1, min(n_shifts, int(step))) for step in self.source.grid.step
        )
        self.grid = self.source.grid.refined(self.n_shifts)
        self.labels = torch.as_tensor(labels, device=net.device)
        self.net = private_net(net)
        self.leaves = cut_at_maps(self.net.module_, self.source.layers)

    def __call__(self, images):
        """Compute probabilities of shape (n_images, n_labels, *grid.size)."""
        if self.net.standardize:
            standardize_(images)
        if self.n_shifts == (1, 1):
            return self._map(images)
        fine = images.new_empty((len(images), len(self.labels), *self.grid.size))
        for i, j in itertools.product(*map(range, self.n_shifts)):
            down, right = self._shift(0, i), self._shift(1, j)
            # less than nothing is cut off
            moved = pad(images, (-right, right, -down, down), "replicate")
            fine[:, :, i :: self.n_shifts[0], j :: self.n_shifts[1]] = self._map(moved)
        return fine

    def _shift(self, axis, k):
        """Return by how many pixels the images are moved for the k-th map."""
        return round((k - self.n_shifts[axis] // 2) * self.grid.step[axis])

    def _map(self, images):
        if self.net.kind == "multiclass":
            outputs = torch.arange(self.net.n_outputs, device=images.device)
            return self._logits(images, outputs).softmax(dim=1)[:, self.labels]
        if self.net.kind == "binary":
            present = self._logits(images, torch.zeros_like(self.labels)).sigmoid()
            absent = (self.labels == 0)[:, None, None]
            return torch.where(absent, 1 - present, present)
        return self._logits(images, self.labels).sigmoid()

    def _logits(self, images, outputs):
        if self.source.layers:
            return self._evidence(images, outputs)
        with torch.no_grad():
            return self.net.infer(images).maps[:, outputs]

    def _evidence(self, images, outputs):
        """Add to the logits what each place says more, or less, than the average."""
        with torch.enable_grad():
            logits = logits_of(self.net.infer(images))
        leaves = [self.leaves[layer] for layer in self.source.layers]
        most = max(1, _MOST_VALUES // sum(leaf.numel() for leaf in leaves))
        parts = [self._gains(logits, leaves, few) for few in outputs.split(most)]
        evidence = logits.detach()[:, outputs, None, None] + torch.cat(parts, dim=1)
        # of places it is large where few of them decide, and ends where float32 does
        return evidence.sign() * evidence.abs().log1p()

    def _gains(self, logits, leaves, outputs):
        """Compute what the maps add to some logits, place by place, of mean 0."""
        basis = logits.new_zeros((len(outputs), *logits.shape))
        basis[torch.arange(len(outputs)), :, outputs] = 1
        grads = torch.autograd.grad(
            logits, leaves, basis, retain_graph=True, is_grads_batched=True
        )
        gains = 0
        for grad, leaf, grid in zip(grads, leaves, self.source.grids, strict=True):
            added = (grad * leaf.detach()).sum(dim=2, dtype=torch.float32)
            added = added.transpose(0, 1) * math.prod(grid.size)
            added = added - added.mean(dim=(2, 3), keepdim=True)
            gains = gains + resample(added, grid, self.source.grid)
        return gains
