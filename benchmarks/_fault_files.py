"""Section `files` of faults.py: damage files of models and images, and open them.

Each file is opened in a process of its own, so that a decoder that crashes, or takes
longer than `SECONDS`, is counted.
"""

import collections
import hashlib
import io
import json
import os
import random
import signal
import tempfile
import time
import warnings
import zipfile
from pathlib import Path

import cv2
import numpy as np
import tifffile
import torch

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection, check_images, make_cells
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.persistence import ModelFileError, load_model, save_model

SECONDS = 20
OUTCOMES = ("refused", "read", "wrong error", "crashed")


def changed(content, rng):
    """Flip, cut, repeat or insert a few bytes."""
    content = bytearray(content)
    place = rng.randrange(max(1, len(content)))
    match rng.randrange(4):
        case 0:
            for _ in range(rng.randrange(1, 4)):
                content[rng.randrange(len(content))] = rng.randrange(256)
        case 1:
            del content[place:]
        case 2:
            del content[place : place + rng.randrange(1, 40)]
        case 3:
            content[place:place] = rng.randbytes(rng.randrange(1, 40))
    return bytes(content)


def sealed(content, rng):
    """Change one member of a model, with checksums that fit."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    name = rng.choice(sorted(members))
    members[name] = changed(members[name], rng)
    digest = hashlib.sha256(members[name]).hexdigest()
    manifest["members"][name] = {"size": len(members[name]), "sha256": digest}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for other, member in members.items():
            archive.writestr(other, member)
        archive.writestr("manifest.json", json.dumps(manifest))
    return file.getvalue()


def open_model(path):
    load_model(path)


def open_images(path):
    np.asarray(ImageCollection([[path]]))


def examine_images(path):
    check_images([[path]])


def outcome_of(reader, errors, path):
    """Read a file in a process of its own."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(SECONDS)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 2)  # decoders tell what they miss
        warnings.simplefilter("ignore")
        try:
            reader(path)
        except errors:
            os._exit(0)
        except BaseException:
            os._exit(2)
        os._exit(1)
    _, status = os.waitpid(pid, 0)
    return OUTCOMES[3 if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)]


def whole_files(folder):
    """Write one file of each kind; return name, path, readers, errors and change."""
    cells = make_cells(12, image_size=32, labels=3, random_state=0)
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    save_model(model.fit(cells.data, cells.target), folder / "model")
    wrong = (ModelFileError,)
    yield "model", folder / "model", [open_model], wrong, changed
    yield "model, sealed anew", folder / "model", [open_model], wrong, sealed
    grey = np.ascontiguousarray(cells.data[0, 0])
    for suffix in ("png", "jpg"):
        cv2.imwrite(str(folder / f"cell.{suffix}"), grey)
    for name, options in {
        "plain": {},
        "deflate": {"compression": "zlib"},
        "tiled": {"tile": (16, 16), "compression": "zlib"},
    }.items():
        tifffile.imwrite(folder / f"{name}.tif", grey, **options)
    lzw = [cv2.IMWRITE_TIFF_COMPRESSION, 5]
    cv2.imwrite(str(folder / "lzw.tif"), grey, lzw)
    images = ["cell.png", "cell.jpg", "plain.tif", "lzw.tif", "deflate.tif"]
    for name in (*images, "tiled.tif"):
        readers = [open_images, examine_images]
        yield name, folder / name, readers, (ValueError, OSError), changed


def files(n_seconds=60):
    """Damage files of every kind in turn, and count how opening them ends."""
    rng = random.Random(0)
    torch.set_num_threads(1)  # forked processes cannot use the threads of this one
    cv2.setNumThreads(1)
    counts = collections.defaultdict(collections.Counter)
    with tempfile.TemporaryDirectory() as name:
        kinds = list(whole_files(Path(name)))
        for kind, path, readers, errors, _ in kinds:
            if any(outcome_of(r, errors, path) != "read" for r in readers):
                raise RuntimeError(f"{kind} is not read even when it is whole.")
        contents = [path.read_bytes() for _, path, *_ in kinds]
        end = time.monotonic() + n_seconds
        while time.monotonic() < end:
            for (kind, path, readers, errors, change), content in zip(
                kinds, contents, strict=True
            ):
                damaged = path.with_name(f"damaged{path.suffix}")
                damaged.write_bytes(change(content, rng))
                for reader in readers:
                    what = kind, reader.__name__
                    counts[what][outcome_of(reader, errors, damaged)] += 1
    for (kind, reader), count in counts.items():
        told = ", ".join(f"{count[outcome]} {outcome}" for outcome in OUTCOMES)
        print(f"{kind} ({reader}): {count.total()} damaged, {told}.")
