"""Batches of images, copied once from where they lie to the device."""

import itertools

import numpy as np
import torch
from torch.utils.data import Dataset

from sklearn_protloc.utils import read_batch


class ImageDataset(Dataset):
    """Rows of X with their targets and weights; skorch passes it around whole."""

    def __init__(self, X, targets=None, weights=None, rows=None):
        self.X = X
        self.targets = targets
        self.weights = weights
        self.rows = np.arange(X.shape[0]) if rows is None else rows

    def __len__(self):
        return len(self.rows)


class Batches:
    """Iterate over (images, targets), or ((images, weights), targets).

    Images go to the device in their own type and become float there. Training
    batches come in a new random order every epoch, changed by the augmenter.
    """

    def __init__(self, dataset, *, batch_size, device, standardize, rng, augmenter):
        self.dataset = dataset
        self.batch_size = batch_size
        self.device = torch.device(device)
        self.standardize = standardize
        self.rng = rng  # None: in order, without augmentation
        self.augmenter = augmenter if rng is not None else None

    def __len__(self):
        return len(self._bounds()) - 1

    def _bounds(self):
        """Where batches begin and end; none of one sample, if that can be helped.

        Batch normalisation after global pooling cannot train on a single sample.
        """
        n = len(self.dataset)
        bounds = [*range(0, n, self.batch_size), n]
        if len(bounds) > 2 and n - bounds[-2] == 1:
            del bounds[-2]
        return bounds

    def __iter__(self):
        rows = self.dataset.rows
        if self.rng is not None:
            rows = self.rng.permutation(rows)
        bounds = self._bounds()
        buffer = self._buffer(max(np.diff(bounds)))
        for start, stop in itertools.pairwise(bounds):
            batch = rows[start:stop]
            pixels = buffer[: len(batch)]
            self._read(batch, pixels.numpy())
            images = self._to_float(pixels)
            weights = self._to_device(self.dataset.weights, batch)
            inputs = images if weights is None else (images, weights)
            targets = self._to_device(self.dataset.targets, batch)
            yield inputs, torch.zeros(len(batch)) if targets is None else targets

    def _buffer(self, n_images):
        """One buffer for all batches: fresh large ones cost page faults."""
        X = self.dataset.X
        dtype = {"u1": torch.uint8, "u2": torch.uint16}.get(X.dtype.str[1:])
        pinned = self.device.type == "cuda"
        shape = (int(n_images), *X.shape[1:])
        return torch.empty(shape, dtype=dtype or torch.float32, pin_memory=pinned)

    def _read(self, rows, out):
        read_batch(self.dataset.X, rows, out)
        if self.augmenter is not None:
            for image in out:
                image[...] = self._augment(image)

    def _augment(self, image):
        """Change a copy of an image, and see that it is still one of the batch."""
        changed = np.asarray(self.augmenter(image.copy(), self.rng))
        if changed.shape != image.shape or changed.dtype != image.dtype:
            raise ValueError(
                f"The augmenter was given {image.dtype} of shape {image.shape} and "
                f"returned {changed.dtype} of shape {changed.shape}: it must keep both."
            )
        return changed

    def _to_float(self, pixels):
        """Scale unsigned integers to [0, 1]; then mean 0 and deviation 1 if asked."""
        images = pixels.to(self.device).to(
            torch.float32, copy=True, memory_format=torch.channels_last
        )
        if not pixels.is_floating_point():
            images /= torch.iinfo(pixels.dtype).max
        if self.standardize:
            std, mean = torch.std_mean(images, dim=(2, 3), correction=0, keepdim=True)
            images -= mean
            images /= std + 1e-7
        return images

    def _to_device(self, values, rows):
        if values is None:
            return None
        return torch.from_numpy(values[rows]).to(self.device)
