"""Steps carried out on one image by OpenCV.

An image stays as planes. Only a warp puts channels side by side, up to four at a time,
as OpenCV then works out where a pixel comes from once for all of them.
"""

import math
import threading

import cv2
import numpy as np

from sklearn_protloc.augmentation._matrices import exact_move
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

# OpenCV knows no half floats, and no other order of bytes than the machine's.
_WORKING = {"u1": "u1", "u2": "u2", "f2": "f4", "f4": "f4", "f8": "f8"}
_LONGEST_SIDE = 32766  # of what OpenCV warps
_MOST_KEPT = 1 << 25  # bytes: those of 4 x 2048 x 2048 uint16
_KEPT = threading.local()


def change(image, steps):
    """Return a changed copy of an image."""
    pixels = np.ascontiguousarray(image, dtype=_WORKING[image.dtype.str[1:]])
    result = np.empty_like(pixels)
    for step in fuse(steps):
        _HOW[type(step)](pixels, result, step)
        pixels = result  # from now on in place
    if pixels is not result:  # nothing was to be done
        result[...] = pixels
    return result.astype(image.dtype, copy=False)


def full_range(dtype):
    """Return what the range of the pixels is taken to be: that of [0, 1] for floats."""
    return np.iinfo(dtype).max if dtype.kind == "u" else 1.0


def _warp(pixels, result, step):
    height, width = pixels.shape[1:]
    move = exact_move(step.matrix, height, width)
    if move is not None:
        for plane, out in zip(pixels, result, strict=True):
            _MOVES[move](plane, out)
        return
    if max(height, width) > _LONGEST_SIDE:
        raise ValueError(
            f"Expected an image of at most {_LONGEST_SIDE} pixels on a side to move "
            f"its pixels, got {height} x {width}: cut or resize it first."
        )
    for first in range(0, len(pixels), 4):
        some = list(range(len(pixels))[first : first + 4])
        if len(some) > 1:  # four channels are done faster than two or three
            some += [some[-1]] * (4 - len(some))
        merged, warped = _kept_arrays((height, width, len(some)), pixels.dtype)
        cv2.merge([pixels[i] for i in some], dst=merged)
        cv2.warpAffine(
            merged,
            step.matrix[:2],
            (width, height),
            dst=warped,
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
        cv2.split(warped, [result[i] for i in some])


def _kept_arrays(shape, dtype):
    """Return two arrays that the thread keeps from one image to the next.

    The page faults of new ones take as long as the warp. Those that OpenCV finds in
    line it writes past the cache, from where it takes as long again to read them.
    """
    key = shape, dtype
    if getattr(_KEPT, "key", None) == key:
        return _KEPT.arrays
    arrays = _out_of_line(shape, dtype), np.empty(shape, dtype)
    if arrays[0].nbytes <= _MOST_KEPT:
        _KEPT.key, _KEPT.arrays = key, arrays
    return arrays


def _out_of_line(shape, dtype):
    """Return an array that begins a little after a multiple of 64 bytes."""
    n_bytes = math.prod(shape) * dtype.itemsize
    memory = np.empty(n_bytes + 128, np.uint8)
    start = -memory.ctypes.data % 64 + max(dtype.itemsize, 2)
    return memory[start : start + n_bytes].view(dtype).reshape(shape)


def _levels(pixels, result, step):
    if step.starts is not None:
        _levels_and_noise(pixels, result, step)
        return
    if pixels.dtype == np.uint8:
        _look_up(pixels, result, step)
        return
    gains = np.broadcast_to(step.gain, len(pixels))
    offsets = np.broadcast_to(step.offset, len(pixels)) * full_range(pixels.dtype)
    for plane, out, gain, offset in zip(pixels, result, gains, offsets, strict=True):
        cv2.addWeighted(plane, gain, plane, 0, offset, dst=out)


def _look_up(pixels, result, step):
    """Work the step out for the 256 values that there are, and look them up."""
    table = step.gain[:, np.newaxis] * np.arange(256)
    table = table + 255 * step.offset[:, np.newaxis]
    table = np.clip(np.rint(table), 0, 255).astype(np.uint8)
    if len(table) == 1:  # all channels in one go
        pixels, result = (x.reshape(1, -1, x.shape[-1]) for x in (pixels, result))
    for plane, out, values in zip(pixels, result, table, strict=True):
        cv2.LUT(plane, values, dst=out)


def _levels_and_noise(pixels, result, step):
    n_pixels = pixels[0].size
    bank = noise_bank(n_pixels)
    top = full_range(pixels.dtype)
    scale = step.std * top / NOISE_STD
    values = (step.gain, step.offset, step.starts)
    values = (np.broadcast_to(value, len(pixels)) for value in values)
    for plane, out, gain, offset, start in zip(pixels, result, *values, strict=True):
        noise = bank[start : start + n_pixels].reshape(plane.shape)
        noise = noise.astype(plane.dtype, copy=False)
        shift = top * offset - NOISE_CENTER * scale
        cv2.addWeighted(plane, gain, noise, scale, shift, dst=out)


def _blur(pixels, result, step):
    size = 2 * blur_radius(step.sigma) + 1
    for plane, out in zip(pixels, result, strict=True):
        cv2.GaussianBlur(
            plane,
            (size, size),
            step.sigma,
            dst=out,
            borderType=cv2.BORDER_REPLICATE,
        )


_HOW = {Warp: _warp, Levels: _levels, Blur: _blur}
_MOVES = {
    1: lambda plane, out: cv2.rotate(plane, cv2.ROTATE_90_COUNTERCLOCKWISE, dst=out),
    2: lambda plane, out: cv2.flip(plane, -1, dst=out),
    3: lambda plane, out: cv2.rotate(plane, cv2.ROTATE_90_CLOCKWISE, dst=out),
    4: lambda plane, out: cv2.flip(plane, 1, dst=out),
    5: lambda plane, out: cv2.flip(cv2.transpose(plane), -1, dst=out),
    6: lambda plane, out: cv2.flip(plane, 0, dst=out),
    7: lambda plane, out: cv2.transpose(plane, dst=out),
}
