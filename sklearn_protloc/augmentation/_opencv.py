"""Steps carried out on one image by OpenCV.

An image stays as planes. Only a warp puts channels side by side, up to four at a time,
as OpenCV then works out where a pixel comes from once for all of them.
"""

from itertools import groupby

import cv2
import numpy as np

from sklearn_protloc.augmentation._matrices import exact_move
from sklearn_protloc.augmentation._steps import (
    NOISE_CENTER,
    NOISE_STD,
    Blur,
    Levels,
    Noise,
    Warp,
    blur_radius,
    fuse,
    noise_bank,
)

# OpenCV knows no half floats, and no other order of bytes than the machine's.
_WORKING = {"u1": "u1", "u2": "u2", "f2": "f4", "f4": "f4", "f8": "f8"}
_LONGEST_SIDE = 32766  # of what OpenCV warps


def change(image, steps):
    """Return a changed copy of an image."""
    pixels = np.ascontiguousarray(image, dtype=_WORKING[image.dtype.str[1:]])
    for kind, alike in groupby(fuse(steps), key=type):
        pixels = _HOW[kind](pixels, list(alike))
    if np.may_share_memory(pixels, image):  # nothing was to be done
        return pixels.copy()
    return pixels.astype(image.dtype, copy=False)


def full_range(dtype):
    """Return what the range of the pixels is taken to be: that of [0, 1] for floats."""
    return np.iinfo(dtype).max if dtype.kind == "u" else 1.0


def _warp(pixels, steps):
    (step,) = steps
    height, width = pixels.shape[1:]
    result = np.empty_like(pixels)
    move = exact_move(step.matrix, height, width)
    if move is not None:
        for plane, out in zip(pixels, result, strict=True):
            _MOVES[move](plane, out)
        return result
    if max(height, width) > _LONGEST_SIDE:
        raise ValueError(
            f"Expected an image of at most {_LONGEST_SIDE} pixels on a side to move "
            f"its pixels, got {height} x {width}: cut or resize it first."
        )
    for first in range(0, len(pixels), 4):
        some = slice(first, first + 4)
        warped = cv2.warpAffine(
            cv2.merge(list(pixels[some])),
            step.matrix[:2],
            (width, height),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=0,
        )
        cv2.split(warped, list(result[some]))
    return result


def _levels(pixels, steps):
    if pixels.dtype == np.uint8:
        return _look_up(pixels, steps)
    for step in steps:
        gains = np.broadcast_to(step.gain, len(pixels))
        offsets = np.broadcast_to(step.offset, len(pixels)) * full_range(pixels.dtype)
        result = np.empty_like(pixels)
        for plane, out, gain, offset in zip(
            pixels, result, gains, offsets, strict=True
        ):
            cv2.addWeighted(plane, gain, plane, 0, offset, dst=out)
        pixels = result
    return pixels


def _look_up(pixels, steps):
    """Work all steps out for the 256 values that there are, and look them up."""
    table = np.arange(256)[np.newaxis]
    for step in steps:
        table = step.gain[:, np.newaxis] * table + 255 * step.offset[:, np.newaxis]
        table = np.clip(np.rint(table), 0, 255)
    table = table.astype(np.uint8)
    if len(table) == 1:
        rows = pixels.reshape(-1, pixels.shape[-1])
        return cv2.LUT(rows, table).reshape(pixels.shape)
    result = np.empty_like(pixels)
    for plane, out, values in zip(pixels, result, table, strict=True):
        cv2.LUT(plane, values, dst=out)
    return result


def _blur(pixels, steps):
    for step in steps:
        size = 2 * blur_radius(step.sigma) + 1
        result = np.empty_like(pixels)
        for plane, out in zip(pixels, result, strict=True):
            cv2.GaussianBlur(
                plane,
                (size, size),
                step.sigma,
                dst=out,
                borderType=cv2.BORDER_REPLICATE,
            )
        pixels = result
    return pixels


def _noise(pixels, steps):
    n_pixels = pixels[0].size
    bank = noise_bank(n_pixels)
    for step in steps:
        scale = step.std * full_range(pixels.dtype) / NOISE_STD
        starts = np.broadcast_to(step.starts, len(pixels))
        result = np.empty_like(pixels)
        for plane, out, start in zip(pixels, result, starts, strict=True):
            noise = bank[start : start + n_pixels].reshape(plane.shape)
            noise = noise.astype(plane.dtype, copy=False)
            cv2.addWeighted(plane, 1, noise, scale, -NOISE_CENTER * scale, dst=out)
        pixels = result
    return pixels


_HOW = {Warp: _warp, Levels: _levels, Blur: _blur, Noise: _noise}
_MOVES = {
    1: lambda plane, out: cv2.rotate(plane, cv2.ROTATE_90_COUNTERCLOCKWISE, dst=out),
    2: lambda plane, out: cv2.flip(plane, -1, dst=out),
    3: lambda plane, out: cv2.rotate(plane, cv2.ROTATE_90_CLOCKWISE, dst=out),
    4: lambda plane, out: cv2.flip(plane, 1, dst=out),
    5: lambda plane, out: cv2.flip(cv2.transpose(plane), -1, dst=out),
    6: lambda plane, out: cv2.flip(plane, 0, dst=out),
    7: lambda plane, out: cv2.transpose(plane, dst=out),
}
