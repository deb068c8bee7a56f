"""The same steps on a batch of torch, on any device.

Images have steps of different kinds. In each round, those whose next step is of the
kind that most of them need are changed together, until no step is left.
"""

from collections import Counter, deque
from functools import lru_cache

import cv2
import numpy as np

from sklearn_protloc.augmentation._checks import check_generator
from sklearn_protloc.augmentation._matrices import exact_move
from sklearn_protloc.augmentation._random_change import RandomChange
from sklearn_protloc.augmentation._steps import (
    NOISE_CENTER,
    NOISE_STD,
    Blur,
    Levels,
    Warp,
    blur_radius,
    fuse,
    noise_bank,
)

__all__ = ["augment_batch"]


def augment_batch(augmenter, images, rngs):
    """Change every image of a batch of torch, where the batch is.

    Each image is changed as ``augmenter(image, rng)`` would change it, up to
    interpolation and rounding: ``rngs`` are drawn from by NumPy, and torch carries out
    what was drawn, on a GPU if the batch is on one.

    Parameters
    ----------
    augmenter : augmenter
        One of this module.
    images : torch.Tensor of shape (n_samples, n_channels, height, width)
        The images, which are left as they are: uint8, uint16 or floating.
    rngs : list of numpy.random.Generator
        Where chance comes from, one for each image.

    Returns
    -------
    images : torch.Tensor of shape (n_samples, n_channels, height, width)
        The changed images, of the same dtype and on the same device.

    Raises
    ------
    TypeError
        If the augmenter is not of this module, or images are no tensor of these types.
    ValueError
        If the images have no four dimensions, or there are not as many generators.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from sklearn_protloc.augmentation import RandomDihedral, augment_batch
    >>> images = torch.rand(8, 4, 32, 32)
    >>> rngs = [np.random.default_rng([0, i]) for i in range(8)]
    >>> augment_batch(RandomDihedral(), images, rngs).shape
    torch.Size([8, 4, 32, 32])
    """
    import torch

    rngs = list(rngs)
    _check(augmenter, images, rngs)
    shape = tuple(images.shape[1:])
    queues = [deque(fuse(augmenter.draw(shape, rng))) for rng in rngs]
    dtype, unsigned = images.dtype, not images.is_floating_point()
    working = torch.float64 if dtype == torch.float64 else torch.float32
    pixels = images.to(working, copy=True)
    if unsigned:
        pixels /= torch.iinfo(dtype).max
    while any(queues):
        kind, rows = _next_rows(queues)
        changed = _HOW[kind](pixels[rows], [queues[row].popleft() for row in rows])
        pixels[rows] = changed.clamp_(0, 1) if unsigned else changed
    if unsigned:
        pixels = pixels.mul_(torch.iinfo(dtype).max).round_()
    return pixels.to(dtype)


def _check(augmenter, images, rngs):
    import torch

    if not isinstance(augmenter, RandomChange):
        raise TypeError(
            "Expected an augmenter of sklearn_protloc.augmentation, got "
            f"{augmenter!r}: other functions change images of NumPy one by one."
        )
    if not isinstance(images, torch.Tensor):
        raise TypeError(
            f"Expected images as a torch.Tensor, got {type(images).__name__}. Images "
            "of NumPy are changed one by one: augmenter(image, rng)."
        )
    if images.ndim != 4 or 0 in images.shape[1:]:
        raise ValueError(
            "Expected images of shape (n_samples, n_channels, height, width), got "
            f"{tuple(images.shape)}."
        )
    unsigned = images.dtype in (torch.uint8, torch.uint16)
    if not unsigned and not images.is_floating_point():
        raise TypeError(
            f"Expected images of type uint8, uint16 or floating, got {images.dtype}."
        )
    if len(rngs) != len(images):
        raise ValueError(
            f"Expected a generator for each of {len(images)} images, got {len(rngs)}."
        )
    for rng in rngs:
        check_generator(rng)


def _next_rows(queues):
    """Return the kind of step that most images need next, and which they are."""
    kinds = [type(queue[0]) if queue else None for queue in queues]
    kind, _ = Counter(filter(None, kinds)).most_common(1)[0]
    return kind, [row for row, other in enumerate(kinds) if other is kind]


def _warp(images, steps):
    height, width = images.shape[2:]
    moves = [exact_move(step.matrix, height, width) for step in steps]
    for move in set(moves):
        rows = [row for row, other in enumerate(moves) if other == move]
        if move is None:
            matrices = np.stack([steps[row].matrix for row in rows])
            images[rows] = _sample(images[rows], matrices)
        else:
            images[rows] = _turn(images[rows], move)
    return images


def _turn(images, move):
    turned = images.rot90(move % 4, (2, 3))
    return turned.flip(3) if move >= 4 else turned


def _sample(images, matrices):
    """Interpolate all images at once; matrices are in pixels, torch's from -1 to 1."""
    import torch
    from torch.nn import functional

    height, width = images.shape[2:]
    scaled = np.array(
        [[2 / width, 0, 1 / width - 1], [0, 2 / height, 1 / height - 1], [0, 0, 1]]
    )
    theta = (scaled @ matrices @ np.linalg.inv(scaled))[:, :2]
    theta = torch.as_tensor(theta, dtype=images.dtype, device=images.device)
    grid = functional.affine_grid(theta, images.shape, align_corners=False)
    return functional.grid_sample(images, grid, align_corners=False)


def _levels(images, steps):
    gains = _per_channel([step.gain for step in steps], images)
    offsets = _per_channel([step.offset for step in steps], images)
    images.mul_(gains).add_(offsets)
    rows = [row for row, step in enumerate(steps) if step.starts is not None]
    if rows:
        images[rows] = _add_noise(images[rows], [steps[row] for row in rows])
    return images


def _per_channel(values, images):
    """Return values, one or one per channel for each image, to multiply images by."""
    import torch

    values = np.stack([np.broadcast_to(v, images.shape[1]) for v in values])
    values = torch.as_tensor(values, dtype=images.dtype, device=images.device)
    return values[:, :, None, None]


def _blur(images, steps):
    import torch
    from torch.nn import functional

    n_images, n_channels, height, width = images.shape
    radius = max(blur_radius(step.sigma) for step in steps)
    kernels = np.zeros((n_images, 2 * radius + 1))
    for kernel, step in zip(kernels, steps, strict=True):
        size = 2 * blur_radius(step.sigma) + 1
        first = (len(kernel) - size) // 2
        kernel[first : first + size] = cv2.getGaussianKernel(size, step.sigma)[:, 0]
    weights = torch.as_tensor(kernels, dtype=images.dtype, device=images.device)
    weights = weights.repeat_interleave(n_channels, dim=0)[:, None]
    planes = images.reshape(1, -1, height, width)
    for pad, axis in [((radius, radius, 0, 0), 2), ((0, 0, radius, radius), 3)]:
        planes = functional.conv2d(
            functional.pad(planes, pad, mode="replicate"),
            weights.unsqueeze(axis),
            groups=n_images * n_channels,
        )
    return planes.reshape(images.shape)


def _add_noise(images, steps):
    import torch

    n_pixels = images.shape[2] * images.shape[3]
    windows = _bank_on(images.device, n_pixels).unfold(0, n_pixels, 1)
    starts = np.stack([np.broadcast_to(s.starts, images.shape[1]) for s in steps])
    noise = windows[torch.as_tensor(starts.ravel(), device=images.device)]
    noise = noise.reshape(images.shape).to(images.dtype).sub_(NOISE_CENTER)
    stds = _per_channel([np.array([step.std]) for step in steps], images)
    return images.add_(noise.mul_(stds / NOISE_STD))


@lru_cache(maxsize=2)
def _bank_on(device, n_pixels):
    """Return the bank of noise on a device, copied there once."""
    import torch

    return torch.from_numpy(noise_bank(n_pixels)).to(device)


_HOW = {Warp: _warp, Levels: _levels, Blur: _blur}
