"""Measure what `check_images` finds, and what it takes for a fault that is none.

Run ``python benchmarks/image_checks.py``. Real images are read from the folder in
PROTLOC_DATA (``../shared/data`` if not set).
"""

import resource
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from real_data import DATA

from sklearn_protloc.datasets import ImageCollection, check_images
from sklearn_protloc.datasets._checks._damage import inspect
from sklearn_protloc.datasets._checks._fingerprints import near_pairs, signs
from sklearn_protloc.datasets._sources._decode import decode

N_DAMAGES = 20
FORMATS = {
    "PNG": ("png", []),
    "TIFF, deflate": ("tif", [cv2.IMWRITE_TIFF_COMPRESSION, 8]),
    "TIFF, LZW": ("tif", [cv2.IMWRITE_TIFF_COMPRESSION, 5]),
    "TIFF, uncompressed": ("tif", [cv2.IMWRITE_TIFF_COMPRESSION, 1]),
    "JPEG": ("jpg", []),
    "JPEG, progressive": ("jpg", [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
}
COLORS = ["red", "green", "blue", "yellow"]
RNG = np.random.default_rng(0)


def moved(pixels, share):
    return np.roll(pixels, max(1, round(share * pixels.shape[1])), axis=1)


def cut(pixels, share):
    edge = round(share * pixels.shape[0])
    return pixels[edge:-edge, edge:-edge]


CHANGES = {
    "JPEG, quality 90": lambda a: cv2.imdecode(cv2.imencode(".jpg", a, [1, 90])[1], -1),
    "JPEG, quality 50": lambda a: cv2.imdecode(cv2.imencode(".jpg", a, [1, 50])[1], -1),
    "half the size": lambda a: cv2.resize(a, None, None, 0.5, 0.5, cv2.INTER_AREA),
    "0.6 of the light": lambda a: cv2.convertScaleAbs(a, alpha=0.6),
    "1.6 of the light": lambda a: cv2.convertScaleAbs(a, alpha=1.6),
    "gamma 0.7": lambda a: (255 * (a / 255) ** 0.7).astype(np.uint8),
    "noise of 5 levels": lambda a: cv2.convertScaleAbs(
        np.clip(a + RNG.normal(0, 5, a.shape), 0, 255)
    ),
    "blur of 2 pixels": lambda a: cv2.GaussianBlur(a, (0, 0), 2),
    "moved by 0.4 %": lambda a: moved(a, 0.004),
    "moved by 1 %": lambda a: moved(a, 0.01),
    "edges of 1 % cut": lambda a: cut(a, 0.01),
    "turned": np.rot90,
    "mirrored": np.fliplr,
}


def print_exposures():
    """Print how weak and how bright images in use are."""
    table = pd.read_csv(DATA / "features" / "image_meta_train.csv.gz")
    print(f"{len(table)} images of the 2018 Kaggle training set, of 256 grey levels")
    for color in ("red", "green", "blue"):
        deviation, mean = table[f"{color}_std"], table[f"{color}_mean"]
        # A share s at full brightness alone makes a mean square of s.
        most = (deviation**2 + mean**2).max()
        print(
            f"  {color:6} smallest deviation {255 * deviation.min():.2f} levels, "
            f"saturated share at most {most:.2f}"
        )


def print_found(name, channels):
    """Print the share of changed pictures that are taken for duplicates."""
    own = [signs(channel.astype(np.float32)) for channel in channels]
    print(f"{len(channels)} channels of {name}: found when")
    names = np.array([b"a", b"b"], dtype=object)
    for change, function in CHANGES.items():
        n_found = 0
        for channel, words in zip(channels, own, strict=True):
            again = signs(np.ascontiguousarray(function(channel), np.float32))
            n_found += len(near_pairs(names, np.array([words, again])))
        print(f"  {change:18} {n_found / len(channels):5.0%}")


def print_faults(name, X, **options):
    """Print what is found in real images, and the cost of it."""
    start = time.perf_counter()
    report = check_images(X, policy="drop", n_jobs=1, **options)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
    shape = "x".join(map(str, np.shape(X)))
    print(f"{name} ({shape}): {report}")
    print(f"  {seconds:.1f} s on one thread, {peak:.0f} MB in all at most")


def print_damage(channels):
    """Print how much of the damage inside of files is found."""
    print(
        f"{len(channels)} channels, each damaged {N_DAMAGES} times: found of those that"
    )
    print("  changed pixels, after  one byte  512 bytes")
    with tempfile.TemporaryDirectory() as folder:
        for name, (extension, options) in FORMATS.items():
            path = Path(folder) / f"damaged.{extension}"
            shares = [
                share_found(path, channels, options, n_bytes) for n_bytes in (1, 512)
            ]
            print(f"  {name:22}{shares[0]:8.0%}   {shares[1]:8.0%}", flush=True)


def share_found(path, channels, options, n_bytes):
    """Return the share of changed pictures whose files are found to be damaged."""
    n_found = n_changed = 0
    for channel in channels:
        sound = cv2.imencode(path.suffix, channel, options)[1]
        pixels = cv2.imdecode(sound, cv2.IMREAD_UNCHANGED)
        for start in RNG.integers(len(sound) // 4, 3 * len(sound) // 4, N_DAMAGES):
            damaged = sound.copy()
            damaged[start : start + n_bytes] ^= RNG.integers(
                1, 256, n_bytes, dtype=np.uint8
            )
            path.write_bytes(damaged)
            try:
                changed = not np.array_equal(decode(path), pixels)
                found = bool(inspect(path).damage)
            except ValueError:  # by OpenCV itself
                changed = found = True
            n_changed += changed
            n_found += changed and found
    return n_found / n_changed


def print_search():
    """Print how long the search among as many images as Kaggle's takes."""
    words = RNG.integers(0, 2**64, (31072, 16), dtype=np.uint64)
    digests = np.array([bytes(row) for row in words[:, :2]], dtype=object)
    start = time.perf_counter()
    near_pairs(digests, words)
    seconds = time.perf_counter() - start
    words[:, 0] = RNG.choice(words[:40, 0], len(words))
    start = time.perf_counter()
    near_pairs(digests, words)
    print(
        f"search among 31,072 images, a channel: {seconds:.1f} s; with one pair in 40 "
        f"alike at first sight: {time.perf_counter() - start:.1f} s"
    )


def main():
    fields = sorted((DATA / "hpa_fullres" / "images").glob("*.png"))
    fields = [[str(path)[: -len("blue.png")] + f"{c}.png" for c in COLORS]
              for path in fields if path.stem.endswith("_blue")]  # fmt: skip
    montages = ImageCollection.from_folder(
        DATA / "hpa_montages" / "images", "{id}_{channel}.png", channels=COLORS
    )
    cells = np.load(DATA / "hpa_montages" / "cells_128.npz")["X"]
    print_faults("fields of 2048 and 3072 pixels", fields, image_size=512)
    print_faults("montages", montages)
    print_faults("single cells", cells)
    whole = ImageCollection(fields, image_size=512)
    few = [montages[i] for i in range(0, len(montages), 60)]
    print_damage([channel for image in [*few, *whole] for channel in image])
    print_search()
    print_exposures()
    print_found("montages", [channel for image in montages[::6] for channel in image])
    print_found("single cells", list(cells[::36].reshape(-1, 128, 128)))


if __name__ == "__main__":
    main()
