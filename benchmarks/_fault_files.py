"""Section `files` of faults.py: damage files of models and images, and open them.

Each file is opened in a process of its own, so that a decoder that crashes or takes
longer than `SECONDS` is counted, and within `MEMORY`. What was read is compared with
what the whole file holds: images by their pixels, models by what they predict. A
damaged model that opens has to predict the same, for its bytes have checksums. One that
a forger sealed anew may hold other numbers; it must not run code or crash.
"""

import collections
import os
import random
import resource
import signal
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import tifffile
import torch
from _fault_changes import changed, sealed
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection, check_images, make_cells
from sklearn_protloc.losses import FocalLoss
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.persistence import ModelFileError, load_model, save_model
from sklearn_protloc.preprocessing import Resize

SECONDS = 20
MEMORY = 2 * 2**30  # bytes that reading a file may take
OUTCOMES = ("refused", "same", "other", "no answer", "wrong error", "ran code")
CRASHED = "crashed"
_FIRST_CODE = 40  # exit codes below are those of others
_OF_CODE = ("os.system", "os.exec", "os.posix_spawn", "subprocess.Popen", "os.remove")


class File(NamedTuple):
    """A kind of file, how it is read, and how it is damaged.

    `read(path)` opens it and returns a function of no arguments: what it holds.
    `faults` are the outcomes that must not be; `per_round` is how many are damaged
    before the next kind has its turn.
    """

    name: str
    path: Path
    read: callable
    errors: tuple
    change: callable
    faults: tuple = ("wrong error", "ran code", CRASHED)
    per_round: int = 1


def open_model(path, cells):
    """Open a model; its answers are what it holds."""
    models = load_model(path)
    rows = cells.data.reshape(len(cells.data), -1)[:, :20]
    return lambda: np.hstack(
        [models["cells"].predict_proba(cells.data), models["tree"].predict(rows)]
    )


def open_image(path):
    pixels = np.asarray(ImageCollection([[path]]))
    return lambda: pixels


def examine_image(path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # packages that would find more
        check_images([[path]])
    return open_image(path)


def outcome_of(file, path, expected):
    """Read a file in a process of its own; return the outcome and a wrong error."""
    ours, theirs = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(ours)
        outcome = _read(file, path, expected, theirs)
        os._exit(_FIRST_CODE + OUTCOMES.index(outcome))
    os.close(theirs)
    with os.fdopen(ours) as pipe:
        error = pipe.read()
    _, status = os.waitpid(pid, 0)
    number = os.waitstatus_to_exitcode(status) - _FIRST_CODE
    if 0 <= number < len(OUTCOMES):
        return OUTCOMES[number], error
    return CRASHED, f"exit code {number + _FIRST_CODE}"


def _read(file, path, expected, pipe):
    signal.alarm(SECONDS)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders tell what they miss
    warnings.simplefilter("ignore")
    _limit_memory()
    if file.errors == (ModelFileError,):
        _watch_for_code()
    try:
        contents = file.read(path)
    except file.errors:
        return "refused"
    except BaseException as error:
        os.write(pipe, f"{type(error).__name__}: {error}"[:200].encode())
        return "wrong error"
    try:
        came = contents()
    except Exception:
        return "no answer"
    return "same" if np.array_equal(came, expected) else "other"


def _limit_memory():
    with open("/proc/self/statm") as file:
        taken = int(file.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (taken + MEMORY, taken + MEMORY))


def _watch_for_code():
    """End the process where it starts programs, or writes or removes files."""

    def hook(event, args):
        writes = event == "open" and isinstance(args[1], str) and args[1][:1] in "wax"
        if writes or event.startswith(_OF_CODE):
            os._exit(_FIRST_CODE + OUTCOMES.index("ran code"))

    sys.addaudithook(hook)


def whole_files(folder):
    """Write files of each kind, and return them."""
    return [*_model_files(folder), *_image_files(folder)]


def _model_files(folder):
    cells = make_cells(12, image_size=32, labels=3, random_state=0)
    model = make_pipeline(
        Resize(16),
        LocalizationClassifier(
            TinyNet,
            loss=FocalLoss(),
            augmenter=RandomDihedral(),
            max_epochs=1,
            random_state=0,
        ),
    ).fit(cells.data, cells.target)
    rows = cells.data.reshape(12, -1)[:, :20]
    tree = DecisionTreeClassifier(random_state=0).fit(rows, cells.target)
    save_model({"cells": model, "tree": tree}, folder / "model")
    faults = ("wrong error", "ran code", CRASHED)
    for name, change, more in (
        ("model", changed, ("other", "no answer")),
        ("model, sealed anew", sealed, ()),  # a forger's own numbers are no fault
    ):
        yield File(
            name,
            folder / "model",
            lambda path: open_model(path, cells),
            (ModelFileError,),
            change,
            faults + more,
            per_round=6,
        )


def _image_files(folder):
    grey = make_cells(1, image_size=32, random_state=0).data[0, 0]
    grey = np.ascontiguousarray(grey)
    for name in ("checksums.png", "none.jpg"):
        cv2.imwrite(str(folder / name), grey)
    cv2.imwrite(str(folder / "lzw.tif"), grey, [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    for name, options in {
        "plain": {},
        "deflate": {"compression": "zlib"},
        "tiles": {"tile": (16, 16)},
        "deflated tiles": {"tile": (16, 16), "compression": "zlib"},
    }.items():
        tifffile.imwrite(folder / f"{name}.tif", grey, **options)
    for path in sorted(folder.glob("*.*")):
        for read in (open_image, examine_image):
            name = f"{path.name}, {read.__name__}"
            yield File(name, path, read, (ValueError, OSError), changed)


def files(n_seconds=90):
    """Damage files of every kind in turn, and count how opening them ends."""
    rng = random.Random(0)
    torch.set_num_threads(1)  # forked processes cannot use the threads of this one
    cv2.setNumThreads(1)
    with tempfile.TemporaryDirectory() as name:
        kinds = whole_files(Path(name))
        contents = [file.path.read_bytes() for file in kinds]
        expected = [file.read(file.path)() for file in kinds]
        for file, answer in zip(kinds, expected, strict=True):
            outcome, error = outcome_of(file, file.path, answer)
            if outcome != "same":
                raise RuntimeError(f"{file.name}, whole: {outcome} {error}")
        counts = [collections.Counter() for _ in kinds]
        told = collections.Counter()
        end = time.monotonic() + n_seconds
        while time.monotonic() < end:
            for file, content, answer, count in zip(
                kinds, contents, expected, counts, strict=True
            ):
                damaged = file.path.with_name(f"damaged{file.path.suffix}")
                for _ in range(file.per_round):
                    damaged.write_bytes(file.change(content, rng))
                    outcome, error = outcome_of(file, damaged, answer)
                    count[outcome] += 1
                    if outcome in file.faults:
                        told[f"{file.name}: {outcome} {error}"] += 1
    _print(kinds, counts, told)


def _print(kinds, counts, told):
    columns = (*OUTCOMES, CRASHED)
    print(f"{'file':36}{'damaged':>8}", *(f"{name:>12}" for name in columns))
    for file, count in zip(kinds, counts, strict=True):
        numbers = (f"{count[name]:>12}" for name in columns)
        print(f"{file.name:36}{count.total():>8}", *numbers)
    print(
        "Other pixels are no fault: of these formats only PNG has checksums of all "
        "that it holds, and deflate of the pixels alone."
    )
    print(f"Faults: {told.total()}")
    for fault, number in told.most_common():
        print(f"  {number} x {fault}")
