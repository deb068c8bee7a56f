"""Bad values of images, labels and what else there is one of for each sample."""

from datetime import timedelta
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy import sparse

REFUSED, EITHER, ACCEPTED = "refused", "either", "accepted"


class Value(NamedTuple):
    """A bad value, or one that only looks bad."""

    name: str
    make: object
    must_be: str = REFUSED


def with_one(value, dtype=np.float64):
    """Return a function that puts a value at the first place of an array."""

    def change(good):
        changed = np.array(good, dtype=dtype)
        changed.reshape(-1)[0] = value
        return changed

    return change


def constantly(value):
    return lambda good: value


def read_only(good):
    changed = np.array(good)
    changed.flags.writeable = False
    return changed


def strided(good):
    """Return an equal array that lies in memory backwards, and with gaps."""
    good = np.asarray(good)
    return np.repeat(good[::-1], 2, axis=0)[::2][::-1]


def as_frame(good, **kwargs):
    return pd.DataFrame(np.asarray(good), **kwargs)


def with_ids(good):
    """Return a table with a column that names the images."""
    return as_frame(good).assign(image=[f"image{k}" for k in range(len(good))])


MEMORY = [
    Value("read-only", read_only, ACCEPTED),
    Value("non-contiguous", strided, ACCEPTED),
]
NO_DATA = [
    Value("None", constantly(None)),
    Value("word", constantly("some")),
    Value("number", constantly(3)),
    Value("object", constantly(object())),
    Value("dict", lambda good: {"one": good}),
]
NO_NUMBERS = [
    Value("text", lambda good: np.full(np.shape(good), "a")),
    Value("objects", lambda good: np.full(np.shape(good), None)),
    Value("complex", lambda good: np.asarray(good).astype(complex)),
    Value("dates", lambda good: np.full(np.shape(good), np.datetime64("2020"))),
    Value("durations", lambda good: np.full(np.shape(good), timedelta(1)), EITHER),
]
NOT_FINITE = [
    Value("NaN", with_one(np.nan)),
    Value("infinity", with_one(np.inf)),
    Value("minus infinity", with_one(-np.inf)),
]

IMAGES = [
    *NO_DATA,
    *NO_NUMBERS,
    *NOT_FINITE,
    *MEMORY,
    Value("one dimension less", lambda good: np.asarray(good)[0]),
    Value("one dimension more", lambda good: np.asarray(good)[np.newaxis]),
    Value("channels last", lambda good: np.moveaxis(np.asarray(good), -3, -1)),
    Value("object dtype", lambda good: np.asarray(good).astype(object)),
    Value("zero size", lambda good: np.asarray(good)[..., :0]),
    Value("no channels", lambda good: np.asarray(good)[..., :0, :, :]),
    Value("sparse", lambda good: sparse.csr_matrix(np.asarray(good).reshape(4, -1))),
    Value("booleans", lambda good: np.asarray(good) > 0, EITHER),
    Value("64-bit integers", lambda good: np.asarray(good).astype(np.int64), EITHER),
    Value("negative", lambda good: -np.asarray(good).astype(np.int16), EITHER),
    Value("negative floats", lambda good: -np.asarray(good, np.float32), EITHER),
    Value("huge floats", with_one(1e38, np.float32), EITHER),
    Value("half floats", lambda good: np.asarray(good).astype(np.float16), EITHER),
    Value("list", lambda good: np.asarray(good).tolist(), EITHER),
    Value("big-endian", lambda good: np.asarray(good).astype(">u2"), EITHER),
    Value("16-bit", lambda good: np.asarray(good).astype(np.uint16) * 257, ACCEPTED),
    Value("all zero", lambda good: np.zeros_like(np.asarray(good)), ACCEPTED),
    Value("saturated", lambda good: np.full_like(np.asarray(good), 255), ACCEPTED),
]
STACK = [
    Value("shapes differ", lambda good: [good[0], good[0, :, 1:], *good[2:]]),
    Value(
        "one image all zero",
        lambda good: np.concatenate([good[:1] * 0, good[1:]]),
        ACCEPTED,
    ),
]


def column_of(value):
    """Return a function that gives the last label the same value in every sample."""

    def change(good):
        changed = np.array(good)
        changed[:, -1] = value
        return changed

    return change


TABLE = [
    Value("one dimension less", lambda good: np.asarray(good)[:, 0]),
    Value("one dimension more", lambda good: np.asarray(good)[:, :, np.newaxis]),
    Value("zero size", lambda good: np.asarray(good)[:, :0]),
    Value("ragged lists", lambda good: [[1], [0, 1], *np.asarray(good)[2:].tolist()]),
]
LABELS = [
    *NO_DATA,
    *NO_NUMBERS,
    *NOT_FINITE,
    *MEMORY,
    *TABLE,
    Value("negative", with_one(-1, int)),
    Value("above one", with_one(2, int)),
    Value("one half", with_one(0.5)),
    Value("column of ids", with_ids),
    Value("names of labels", lambda good: ["cytosol"] * len(good)),
    Value(
        "lists of names",
        lambda good: [["cytosol"], [], *[["nucleus"]] * (len(good) - 2)],
    ),
    Value("missing in a frame", lambda good: as_frame(good).mask(indexes(good) == 0)),
    Value(
        "missing values", lambda good: as_frame(good, dtype="Int8").replace(1, pd.NA)
    ),
    Value(
        "duplicated ids", lambda good: as_frame(good, index=["a"] * len(good)), EITHER
    ),
    Value("duplicated names", lambda good: as_frame(good, columns=["a"] * 3), EITHER),
    Value("object dtype", lambda good: np.asarray(good).astype(object), EITHER),
    Value("sparse", sparse.csr_matrix, EITHER),
    Value("booleans", lambda good: np.asarray(good).astype(bool), ACCEPTED),
    Value("floats", lambda good: np.asarray(good).astype(float), ACCEPTED),
    Value("absent label", column_of(0), EITHER),
    Value("constant label", column_of(1), EITHER),
    Value("all positive", lambda good: np.ones_like(good), EITHER),
    Value("all negative", lambda good: np.zeros_like(good), EITHER),
]


def indexes(good):
    return np.broadcast_to(np.arange(len(good))[:, np.newaxis], np.shape(good))


SCORES = [
    *NO_DATA,
    *NO_NUMBERS[:-1],
    *NOT_FINITE,
    *MEMORY,
    *TABLE,
    Value("a label less", lambda good: np.asarray(good)[:, :-1]),
    Value("constant label", column_of(0.5), EITHER),
    Value("all zero", lambda good: np.zeros(np.shape(good)), EITHER),
    Value("all one", lambda good: np.ones(np.shape(good)), EITHER),
    Value("32-bit", lambda good: np.asarray(good).astype(np.float32), ACCEPTED),
]
PROBABILITIES = [
    *SCORES,
    Value("negative", with_one(-0.5)),
    Value("above one", with_one(1.5)),
    Value("logits", lambda good: np.asarray(good) * 20 - 10),
]
GROUPS = [
    *NO_DATA[1:],
    *MEMORY,
    Value("None", constantly(None), EITHER),
    Value("missing name", lambda good: [None, *good[1:]]),
    Value("NaN", lambda good: [np.nan, *good[1:]]),
    Value("two columns", lambda good: np.column_stack([good, good])),
    Value("one group", lambda good: np.repeat(good[0], len(good)), EITHER),
    Value("a group for each", lambda good: np.arange(len(good)), EITHER),
    Value(
        "unicode", lambda good: np.char.add(np.asarray(good, str), " Å細胞"), ACCEPTED
    ),
]
WEIGHTS = [
    *NO_DATA[1:],
    *NO_NUMBERS[:-1],
    *NOT_FINITE,
    *MEMORY,
    Value("None", constantly(None), ACCEPTED),
    Value("negative", with_one(-1.0)),
    Value("two columns", lambda good: np.column_stack([good, good])),
    Value("all zero", lambda good: np.zeros(len(good)), EITHER),
]
THRESHOLDS = [
    *NO_DATA[1:2],
    Value("text", lambda good: ["a"] * 3),
    Value("NaN", lambda good: [np.nan, 0.5, 0.5]),
    Value("too few", lambda good: [0.5, 0.5]),
    Value("too many", lambda good: [0.5] * 5),
    Value("two dimensions", lambda good: [[0.5, 0.5], [0.5, 0.5]]),
    Value("negative", lambda good: [-0.5, 0.5, 0.5], EITHER),
    Value("above one", lambda good: [1.5, 0.5, 0.5], EITHER),
]
COUNTS = [
    *NO_DATA[1:2],
    *NO_NUMBERS[:3],
    *MEMORY,
    Value("NaN", with_one(np.nan), EITHER),
    Value("negative", with_one(-1.0), EITHER),
    Value("all zero", lambda good: np.zeros(len(good)), EITHER),
    Value("other shape", lambda good: np.asarray(good)[:-1]),
]
SAMPLE = [
    *NO_DATA,
    *NO_NUMBERS[:-1],
    *NOT_FINITE,
    *MEMORY,
    Value("two dimensions", lambda good: np.asarray(good)[np.newaxis]),
    Value("one less", lambda good: good[:-1]),
    Value("empty", lambda good: good[:0]),
]
ONE_IMAGE = [
    v._replace(must_be=EITHER) if v in NOT_FINITE or v.name == "channels last" else v
    for v in IMAGES
]
FEW_IMAGES = [*NO_DATA, *NOT_FINITE, *MEMORY, *STACK[:1]]
