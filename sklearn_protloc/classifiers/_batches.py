"""Batches of images, copied once from where they lie to the device."""

import itertools
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import numpy as np
import torch
from torch.utils.data import Dataset

from sklearn_protloc.augmentation import augment_batch
from sklearn_protloc.classifiers._crops import crop_corner
from sklearn_protloc.classifiers._failures import naming_image
from sklearn_protloc.utils import augment_image, check_finite, read_image

_MOST_PIXELS = 2**24  # changed on the device at a time, as that takes much memory


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
    batches come in a new random order every epoch, cropped at random and changed by
    the augmenter, on the device where both can; others are cropped in the middle.
    """

    def __init__(
        self,
        dataset,
        *,
        batch_size,
        device="cpu",
        standardize=False,
        rng=None,
        sampler=None,
        augmenter=None,
        crop_size=None,
        num_workers=0,
        team=None,
    ):
        self.dataset = dataset
        self.batch_size = batch_size
        self.device = torch.device(device)
        self.standardize = standardize
        self.rng = rng  # None: in order, without chance
        self.sampler = sampler
        self.augmenter = augmenter if rng is not None else None
        self.augments_batches = _augments_batches(self.augmenter, self.device)
        self.image_size = crop_size or tuple(dataset.X.shape[2:])
        self.num_workers = num_workers
        self.team = team  # which shares each batch, if there is one
        self._buffers = None

    def __len__(self):
        return len(self._bounds()) - 1

    def _bounds(self):
        """Where batches begin and end; none of one sample, if that can be helped.

        Batch normalisation after global pooling cannot train on a single sample.
        """
        n = len(self.dataset)
        bounds = [*range(0, n, self.batch_size), n]
        trains = self.rng is not None
        if trains and len(bounds) > 2 and n - bounds[-2] < 2:
            del bounds[-2]
        return bounds

    def __iter__(self):
        for rows, pixels, rngs in self.read():
            images = self._to_float(self._augment(pixels.to(self.device), rngs))
            weights = self._to_device(self.dataset.weights, rows)
            inputs = images if weights is None else (images, weights)
            targets = self._to_device(self.dataset.targets, rows)
            yield inputs, torch.zeros(len(rows)) if targets is None else targets

    def read(self):
        """Yield rows, their pixels, good until the next are asked for, and chance."""
        n_ahead = 1 if self.num_workers else 0
        if self._buffers is None:
            self._buffers = self._allocate(n_ahead + 1)
        buffers = itertools.cycle(self._buffers)
        with _pool(self.num_workers) as submit:
            pending = deque()
            for rows in self._batches_of_rows():
                # workers read it while the batches before are trained on
                pending.append(self._start(submit, rows, next(buffers)))
                if len(pending) > n_ahead:
                    yield _finish(*pending.popleft())
            while pending:
                yield _finish(*pending.popleft())

    def _batches_of_rows(self):
        rows = self.dataset.rows
        if self.rng is not None and self.sampler is not None:
            rows = rows[self._sample(self.dataset.targets[rows])]
        elif self.rng is not None:
            rows = self.rng.permutation(rows)
        return [rows[a:b] for a, b in itertools.pairwise(self._bounds())]

    def _sample(self, targets):
        """Let the sampler draw images, as many as there are in an epoch."""
        if targets.shape[1] == 1:  # of two classes, each counts as a label
            targets = np.hstack([1 - targets, targets])
        drawn = np.asarray(self.sampler(targets, self.rng))
        fits = drawn.shape == (len(targets),) and drawn.dtype.kind in "iu"
        if not fits or drawn.min() < 0 or drawn.max() >= len(targets):
            raise ValueError(
                f"The sampler was given the targets of {len(targets)} images, and has "
                f"to return as many row numbers below that; it returned {drawn!r}."
            )
        return drawn

    def _allocate(self, n_buffers):
        """Allocate memory for all batches of all epochs: fresh pages cost time."""
        X = self.dataset.X
        dtype = {"u1": torch.uint8, "u2": torch.uint16}.get(X.dtype.str[1:])
        pinned = self.device.type == "cuda"
        n_images = int(max(np.diff(self._bounds())))
        shape = (n_images, X.shape[1], *self.image_size)
        return [
            torch.empty(shape, dtype=dtype or torch.float32, pin_memory=pinned)
            for _ in range(n_buffers)
        ]

    def _start(self, submit, rows, buffer):
        """Have the images of a batch read into a buffer; chance is drawn here."""
        seeds = [None] * len(rows)
        if self.rng is not None:
            seeds = self.rng.integers(2**63, size=len(rows))
        if self.team is not None:
            rows, seeds = self.team.share(rows), self.team.share(seeds)
        pixels = buffer[: len(rows)]
        jobs = [
            submit(self._read, row, seed, out)
            for row, seed, out in zip(rows, seeds, pixels.numpy(), strict=False)
        ]
        return rows, pixels, jobs

    def _read(self, row, seed, out):
        with naming_image(self.dataset.X, row):
            return self._read_named(row, seed, out)

    def _read_named(self, row, seed, out):
        """Read, crop and change one image; return what its chance comes from."""
        image = read_image(self.dataset.X, row)
        rng = None
        if seed is not None and (
            image.shape != out.shape or self.augmenter is not None
        ):
            rng = np.random.default_rng(seed)  # own stream: any worker may do it
        if image.shape != out.shape:
            top, left = crop_corner(image.shape[1:], out.shape[1:], rng)
            height, width = out.shape[1:]
            image = image[:, top : top + height, left : left + width]
        if self.augmenter is not None and not self.augments_batches:
            image = augment_image(self.augmenter, image, rng)
        with np.errstate(over="ignore"):  # too large for float32: told just below
            out[...] = image
        check_finite(out)
        return rng

    def _augment(self, pixels, rngs):
        """Change images where they are, each by its own chance, if that is to be."""
        if self.augments_batches:
            step = max(1, _MOST_PIXELS // (pixels.shape[2] * pixels.shape[3]))
            for start in range(0, len(pixels), step):
                few = slice(start, start + step)
                pixels[few] = augment_batch(self.augmenter, pixels[few], rngs[few])
        return pixels

    def _to_float(self, pixels):
        """Scale unsigned integers to [0, 1]; then mean 0 and deviation 1 if asked."""
        images = pixels.to(torch.float32, copy=True, memory_format=torch.channels_last)
        if not pixels.is_floating_point():
            images /= torch.iinfo(pixels.dtype).max
        return standardize_(images) if self.standardize else images

    def _to_device(self, values, rows):
        if values is None:
            return None
        return torch.from_numpy(values[rows]).to(self.device)


def parts_of(batch, n_parts):
    """Divide (inputs, targets) into parts of equal size, as far as possible."""
    inputs, targets = batch
    if n_parts == 1:
        return [batch]
    if isinstance(inputs, tuple):
        inputs = zip(*(part.tensor_split(n_parts) for part in inputs), strict=True)
    else:
        inputs = inputs.tensor_split(n_parts)
    return zip(inputs, targets.tensor_split(n_parts), strict=True)


def standardize_(images):
    """Give each channel of each image mean 0 and deviation 1, in place."""
    std, mean = torch.std_mean(images, dim=(2, 3), correction=0, keepdim=True)
    images -= mean
    images /= std + 1e-7
    return images


def _augments_batches(augmenter, device):
    """Whether the augmenter is one of ours, and the device faster than OpenCV."""
    if augmenter is None or device.type == "cpu":
        return False
    try:
        augment_batch(augmenter, torch.empty(0, 1, 1, 1), [])
    except TypeError:  # a function of the user's
        return False
    return True


@contextmanager
def _pool(num_workers):
    """Provide a function that has a job done, by threads or right away.

    What it returns is called for the result.
    """
    if not num_workers:
        yield _done
        return
    pool = ThreadPoolExecutor(num_workers, thread_name_prefix="read")
    try:
        yield lambda *job: pool.submit(*job).result
    finally:
        pool.shutdown(cancel_futures=True)


def _done(job, *args):
    result = job(*args)
    return lambda: result


def _finish(rows, pixels, jobs):
    return rows, pixels, [result() for result in jobs]
