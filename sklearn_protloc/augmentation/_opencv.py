"""Steps carried out on one image by OpenCV.

An image stays as planes. Only a warp puts channels side by side, up to four at a time,
as OpenCV then works out where a pixel comes from once for all of them.
"""

import math
import threading

import cv2
import numpy as np

from sklearn_protloc.augmentation._look_up import look_up
from sklearn_protloc.augmentation._matrices import exact_move, resized_part
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
_BYTES = np.arange(256)
# Up to this sigma, the neighbours but one of a pixel weigh less than half of 1/256, the
# unit of the weights by which OpenCV blurs bytes.
_THREE_WIDE = 0.5


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
    part = resized_part(step.matrix, height, width)
    if part is not None:
        _resize(pixels, result, *part)
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


def _resize(pixels, result, rows, columns):
    """Enlarge a part of each plane, which is faster than a warp, and drop its rim."""
    height, width = pixels.shape[1:]
    size = width + 2 * columns.rim, height + 2 * rows.rim
    resized = np.empty(size[::-1], pixels.dtype)
    inner = resized[rows.rim : rows.rim + height, columns.rim : columns.rim + width]
    for plane, out in zip(pixels, result, strict=True):
        some = plane[rows.first : rows.stop, columns.first : columns.stop]
        cv2.resize(some, size, dst=resized, interpolation=cv2.INTER_LINEAR)
        np.copyto(out, inner)


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
    small = pixels.dtype == np.uint8
    if small and step.starts is None:
        _look_up(pixels, result, step)
    elif small and (step.gain == 1).all():
        _add_noise_to_bytes(pixels, result, step)
    else:
        _levels_and_noise(pixels, result, step)


def _look_up(pixels, result, step):
    """Work the step out for the 256 values that there are, and look them up."""
    tables = step.gain[:, np.newaxis] * _BYTES + 255 * step.offset[:, np.newaxis]
    tables = _to_bytes(np.rint(tables))
    if len(tables) == 1:  # all channels in one go
        pixels, result = (x.reshape(1, -1, x.shape[-1]) for x in (pixels, result))
    for plane, out, table in zip(pixels, result, tables, strict=True):
        look_up(plane, table, out)


def _add_noise_to_bytes(pixels, result, step):
    """Add noise that brightens, then subtract noise that darkens.

    Both are looked up for what the bank holds, and OpenCV adds bytes to bytes faster
    than it multiplies them. The noise of all channels may be the same.
    """
    shape = pixels.shape[1:]
    brighter, darker = np.empty((2, *shape), np.uint8)
    noise = 255 * step.std / NOISE_STD * (_BYTES - NOISE_CENTER)
    n_different = max(len(step.offset), len(step.starts))
    each = _of_each(pixels, result, step.offset, step.starts)
    for i, (plane, out, offset, start) in enumerate(each):
        if i < n_different:
            drawn = _noise_from(start, shape)
            added = np.rint(noise + 255 * offset)
            look_up(drawn, _to_bytes(added), brighter)
            look_up(drawn, _to_bytes(-added), darker)
        cv2.add(plane, brighter, dst=out)
        cv2.subtract(out, darker, dst=out)


def _levels_and_noise(pixels, result, step):
    top = full_range(pixels.dtype)
    scale = step.std * top / NOISE_STD
    starts = np.zeros(1, int) if step.starts is None else step.starts
    each = _of_each(pixels, result, step.gain, step.offset, starts)
    for plane, out, gain, offset, start in each:
        shift = top * offset
        if step.starts is None:
            cv2.addWeighted(plane, gain, plane, 0, shift, dst=out)
        else:
            noise = _noise_from(start, plane.shape).astype(plane.dtype, copy=False)
            shift -= NOISE_CENTER * scale
            cv2.addWeighted(plane, gain, noise, scale, shift, dst=out)


def _of_each(pixels, result, *values):
    """Yield each plane, its result and its values; there may be one for all."""
    n = len(pixels)
    values = (v.tolist() * n if len(v) == 1 else v.tolist() for v in values)
    return zip(pixels, result, *values, strict=True)


def _noise_from(start, shape):
    n_pixels = shape[0] * shape[1]
    return noise_bank(n_pixels)[start : start + n_pixels].reshape(shape)


def _to_bytes(values):
    return values.clip(0, 255).astype(np.uint8)


def _blur(pixels, result, step):
    size = 2 * blur_radius(step.sigma) + 1
    if pixels.dtype == np.uint8 and step.sigma <= _THREE_WIDE:
        size = 3
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
    0: lambda plane, out: np.copyto(out, plane),
    1: lambda plane, out: cv2.rotate(plane, cv2.ROTATE_90_COUNTERCLOCKWISE, dst=out),
    2: lambda plane, out: cv2.flip(plane, -1, dst=out),
    3: lambda plane, out: cv2.rotate(plane, cv2.ROTATE_90_CLOCKWISE, dst=out),
    4: lambda plane, out: cv2.flip(plane, 1, dst=out),
    5: lambda plane, out: cv2.flip(cv2.transpose(plane), -1, dst=out),
    6: lambda plane, out: cv2.flip(plane, 0, dst=out),
    7: lambda plane, out: cv2.transpose(plane, dst=out),
}
