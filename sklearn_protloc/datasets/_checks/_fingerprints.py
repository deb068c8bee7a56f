"""Fingerprints by which a picture is known again, and the search for equal ones."""

import hashlib

import cv2
import numpy as np

_SIDE = 32
# The 64 lowest frequencies first: their signs are the first word of a fingerprint.
_ROWS, _COLUMNS = np.indices((_SIDE, _SIDE)).reshape(2, -1)
_ORDER = np.argsort(np.maximum(_ROWS, _COLUMNS) >= 8, kind="stable")
# Compressed, resized, blurred, brighter or slightly moved pictures differ in at most
# 10 of the 64 coarse signs, and in less than a tenth of all 1024. So do many pairs of
# single nuclei in the coarse signs, but no two cells in all.
_MAX_COARSE = 10
_MAX_SIGNS = 102
_MIN_SPREAD = 8


def digest(pixels):
    """Return bytes that only equal pixels share."""
    return hashlib.blake2b(np.ascontiguousarray(pixels), digest_size=16).digest()


def signs(pixels):
    """Return the signs of the low frequencies of an image, a bit each.

    A perceptual hash in two steps: the first of the 16 words tells the coarse picture,
    all of them tell it in detail.

    Parameters
    ----------
    pixels : ndarray of shape (height, width), dtype float32
        One channel.

    Returns
    -------
    words : ndarray of shape (16,), dtype uint64
        1024 signs of the cosine transform of the channel at 32 x 32 pixels.
    """
    small = cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    if _spread(small) < _MIN_SPREAD:
        # All signs tell where the one bright spot is. Those of a digest are as good as
        # random: such a picture is like its equals only.
        words = hashlib.shake_128(pixels).digest(len(_ORDER) // 8)
        return np.frombuffer(words, np.uint64)
    return np.packbits(cv2.dct(small).ravel()[_ORDER] > 0).view(np.uint64)


def _spread(small):
    """Return by how many pixels the variation of an image is carried."""
    squares = np.square(small - small.mean(dtype=float), dtype=float)
    return squares.sum() ** 2 / max((squares**2).sum(), np.finfo(float).tiny)


def near_pairs(digests, words):
    """Find pictures that are equal or nearly so.

    Parameters
    ----------
    digests : ndarray of shape (n_images,), dtype object
        `digest` of each image.
    words : ndarray of shape (n_images, 16), dtype uint64
        `signs` of each image.

    Returns
    -------
    pairs : ndarray of shape (n_pairs, 2), dtype int
        Rows of images that are alike, the earlier one first. Of images with equal
        pixels, only the first is paired with others.
    """
    _, first, which = np.unique(digests, return_index=True, return_inverse=True)
    copies = np.flatnonzero(first[which] != np.arange(len(digests)))
    equal = np.column_stack([first[which[copies]], copies])
    first = np.sort(first)
    return np.vstack([equal, first[_near(words[first])]])


def _near(words):
    """Return the pairs of rows that differ in few bits."""
    coarse = np.ascontiguousarray(words[:, 0])
    pairs = [np.empty((0, 2), np.intp)]
    for i in range(len(words) - 1):
        n_coarse = np.bitwise_count(coarse[i + 1 :] ^ coarse[i])
        rows = i + 1 + np.flatnonzero(n_coarse <= _MAX_COARSE)
        n_signs = np.bitwise_count(words[rows] ^ words[i]).sum(axis=1)
        rows = rows[n_signs <= _MAX_SIGNS]
        if len(rows):
            pairs.append(np.column_stack([np.full_like(rows, i), rows]))
    return np.vstack(pairs)
