"""Bad values of options, names, paths, tables and tensors."""

import numpy as np
import torch

from tests.bad_inputs.values import (
    ACCEPTED,
    EITHER,
    IMAGES,
    NO_DATA,
    Value,
    constantly,
)

NUMBER = [
    Value("word", constantly("some")),
    Value("object", constantly(object())),
    Value("NaN", constantly(np.nan)),
    Value("list", lambda good: [good]),
    Value("None", constantly(None), EITHER),
    Value("infinity", constantly(np.inf), EITHER),
    Value("zero", constantly(0), EITHER),
]
COUNT = [
    *[value for value in NUMBER if value.name != "zero"],
    Value("negative", constantly(-1)),
    Value("a fraction", constantly(1.5)),
    Value("zero", constantly(0), EITHER),
]
SHARE = [
    *NUMBER,
    Value("negative", constantly(-0.5)),
    Value("above one", constantly(1.5)),
]
CHOICE = [
    Value("unknown word", constantly("no such thing")),
    Value("empty word", constantly("")),
    Value("number", constantly(3), EITHER),
    Value("object", constantly(object())),
    Value("list", lambda good: [good], EITHER),
    Value("None", constantly(None), EITHER),
]
NAMES = [
    Value("too few", lambda good: good[:-1]),
    Value("too many", lambda good: [*good, "more"]),
    Value("number", constantly(3)),
    Value("object", constantly(object())),
    Value("two dimensions", lambda good: [[name] for name in good], EITHER),
    Value("duplicated", lambda good: ["a"] * len(good), EITHER),
    Value("unicode", lambda good: [f"Å細胞 {k}" for k in range(len(good))], ACCEPTED),
    Value("missing", lambda good: [None, *good[1:]], EITHER),
]
INPUT_PATH = [
    Value("missing file", lambda good: f"{good} is not here"),
    Value("empty word", constantly("")),
    Value("number", constantly(3)),
    Value("None", constantly(None)),
    Value("object", constantly(object())),
    Value(
        "folder for file", lambda good: good.parent if good.is_file() else good / "f"
    ),
    Value("null character", constantly("a\0b")),
    Value("unicode", lambda good: unicode_copy(good), ACCEPTED),
]


def unicode_copy(path):
    """Return another path to a file, with letters of other scripts and a blank."""
    other = path.with_name(f"Zélé 細胞 {path.name}")
    other.symlink_to(path)
    return other


OUTPUT_PATH = [
    Value("no such folder", lambda good: good.parent / "nowhere" / good.name),
    Value("folder for file", lambda good: good.parent),
    Value("empty word", constantly("")),
    Value("number", constantly(3)),
    Value("object", constantly(object())),
    Value("null character", constantly("a\0b")),
    Value("unicode", lambda good: good.with_name(f"Zélé 細胞 {good.name}"), ACCEPTED),
]
ESTIMATOR = [
    Value("None", constantly(None)),
    Value("word", constantly("some")),
    Value("class", lambda good: type(good)),
    Value("object", constantly(object())),
]
GENERATOR = [
    Value("None", constantly(None)),
    Value("number", constantly(0)),
    Value("word", constantly("some")),
    Value("RandomState", constantly(np.random.RandomState(0))),
]
CHANNELS = [
    Value("None", constantly(None)),
    Value("number", constantly(0)),
    Value("word", constantly("green")),
    Value("none", constantly([])),
    Value("beyond", constantly([4])),
    Value("negative", constantly([-1])),
    Value("object", constantly(object())),
    Value("fractions", constantly([0.5])),
]
ONE_OR_MORE = [
    *[value for value in COUNT if value.name not in ("zero", "None", "infinity")],
    Value("None", constantly(None)),
    Value("infinity", constantly(np.inf)),
    Value("zero", constantly(0)),
]
SIZE = [
    *[value for value in ONE_OR_MORE if value.name not in ("None", "list")],
    Value("None", constantly(None), EITHER),
    Value("three numbers", constantly((8, 8, 8))),
]
INPUT_FOLDER = [value for value in INPUT_PATH if value.name != "empty word"]
MAPS = [
    v
    for v in IMAGES
    if v.name not in ("saturated", "no channels", "channels last", "16-bit")
]
TABLE_OF_FILES = [
    *INPUT_PATH[1:5],
    Value("no rows", lambda good: good[:0]),
    Value("no such columns", lambda good: good[["plate"]]),
    Value("missing files", lambda good: good.assign(red="nowhere.png")),
    Value("missing names", lambda good: good.assign(red=None)),
    Value("numbers for names", lambda good: good.assign(red=3)),
    Value("duplicated ids", lambda good: good.assign(well="a")),
    Value("duplicated columns", lambda good: good[[*good.columns, "red"]], EITHER),
]
PATHS = [
    *NO_DATA,
    Value("no rows", constantly([])),
    Value("missing files", lambda good: [["nowhere.png"]] * 4),
    Value("flat list", lambda good: [row[0] for row in good]),
    Value("missing names", lambda good: [[None], *good[1:]]),
    Value("numbers", lambda good: [[3], *good[1:]]),
    Value("ragged", lambda good: [good[0] * 2, *good[1:]]),
]
DATASET = [*NO_DATA[:4], Value("no samples", constantly([]))]
HISTORY = [
    *NO_DATA,
    Value("no epochs", constantly([])),
    Value("words", lambda good: ["a"]),
]

# A tensor on a GPU is not searched for NaN: that would wait for it.
TENSORS = [
    *NO_DATA,
    Value("array", lambda good: good.numpy()),
    Value("a label less", lambda good: good[:, :-1]),
    Value("one dimension less", lambda good: good[:, 0]),
    Value("one dimension more", lambda good: good[:, :, None]),
]
TENSOR_IMAGES = [
    *NO_DATA,
    Value("array", lambda good: good.numpy()),
    Value("one dimension less", lambda good: good[0]),
    Value("one dimension more", lambda good: good[None]),
    Value("zero size", lambda good: good[..., :0]),
    Value("complex", lambda good: good.to(torch.complex64)),
    Value("64-bit integers", lambda good: good.long()),
    Value("negative", lambda good: -good, ACCEPTED),
    Value("all zero", lambda good: good * 0, ACCEPTED),
    Value("16-bit", lambda good: (good * 65535).to(torch.uint16), EITHER),
]
# What is called for every image does not search it for NaN once more.
NO_PATH = ("empty word", "number", "None", "object", "null character")
CSV = [v for v in INPUT_PATH if v.name != "None"]
