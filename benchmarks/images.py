"""Compare the ways of reading images, and of putting batches together.

Run ``python benchmarks/images.py``. Real images of the Human Protein Atlas are read
from the folder in PROTLOC_DATA (``../shared/data`` if not set), else synthetic cells
are written as PNG files. The ways take turns, and every ratio is the median of the
ratios of the turns. Times are those of one processor, which others that use the machine
hardly disturb; all files are in memory, so that no way waits for a disk.
"""

import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
from real_data import DATA

from sklearn_protloc.augmentation import dihedral
from sklearn_protloc.classifiers._batches import Batches, ImageDataset
from sklearn_protloc.datasets import ImageCollection, load_hpa, make_cells

N_IMAGES, REPEATS = 24, 25


def folder_of(name):
    """Return a folder of real data, or None."""
    path = DATA / name
    return path if path.is_dir() else None


def montages():
    """Return the files of real montages, which are black between the cells."""
    data = folder_of("hpa_montages")
    X = load_hpa(data / "train.csv", data / "images").data[:N_IMAGES]
    return ImageCollection(X.paths)


def fields(folder):
    """Return files full of cells, as in the 2018 Kaggle challenge.

    Whole fields of view of 2048 and 3072 pixels, turned and mirrored, are resized to
    512 pixels and written as PNG, each channel about as large as a file of Kaggle's.
    """
    data = folder_of("hpa_fullres")
    if data is None:
        X = make_cells(N_IMAGES, image_size=512, cells_per_image=16).data
    else:
        labels, images = data / "labels.csv", data / "images"
        few = np.asarray(load_hpa(labels, images, image_size=512).data)
        X = [dihedral(few[i % len(few)], i // len(few)) for i in range(N_IMAGES)]
    for i, image in enumerate(X):
        for channel, letter in zip(image, "RGBY", strict=True):
            cv2.imwrite(str(folder / f"{i:03d}_{letter}.png"), channel)
    return ImageCollection.from_folder(folder, "{id}_{channel}.png", channels="RGBY")


def by_imread(X, buffer):
    """Read every file by OpenCV alone."""
    for row in X.paths:
        for channel, path in zip(buffer, row, strict=True):
            channel[...] = cv2.imread(path, cv2.IMREAD_UNCHANGED)


def by_index(X, buffer):
    """Read every image by its index."""
    for i in range(len(X)):
        buffer[...] = X[i]


def epoch(X, crop_size=None):
    """Return what reads the images once, as an epoch of training does."""
    rng = np.random.default_rng(0)
    size = None if crop_size is None else (crop_size, crop_size)
    batches = Batches(ImageDataset(X), batch_size=8, rng=rng, crop_size=size)

    def read():
        for _ in batches.read():
            pass

    return read


def times_in_turns(ways):
    """Return the processor time of each way, one row per turn."""
    times = np.empty((REPEATS, len(ways)))
    for turn in range(REPEATS):
        for i, way in enumerate(ways):
            start = time.process_time()
            way()
            times[turn, i] = time.process_time() - start
    return times


def reading(title, open_images):
    """Print how long decoding and reading from a cache take."""
    print(f"{title}, 4 x 512 x 512")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        X = open_images(folder)
        start = time.perf_counter()
        cached = X.cache(folder / "X.npy")
        took = time.perf_counter() - start
        assert (cached[0] == X[0]).all()
        buffer = np.empty(X.shape[1:], X.dtype)
        in_memory = np.asarray(cached)
        file_bytes = sum(Path(path).stat().st_size for path in X.paths.flat)
        imread, decoded, mapped, copied, *epochs = times_in_turns(
            [
                lambda: by_imread(X, buffer),
                lambda: by_index(X, buffer),
                lambda: by_index(cached, buffer),
                lambda: by_index(in_memory, buffer),
                epoch(X),
                epoch(cached),
                epoch(X, 256),
                epoch(cached, 256),
            ]
        ).T
    print(f"files of a channel    {file_bytes / X.paths.size / 1000:8.0f} kB")
    print(f"decoding an image     {1e3 * np.median(decoded) / len(X):8.2f} ms")
    print(f"making the cache      {1e3 * took / len(X):8.2f} ms an image")
    print(f"decoding / imread     {np.median(decoded / imread):8.3f}  (goal: 1.05)")
    print(f"decoding / cached     {np.median(decoded / mapped):8.0f}  (goal: 100)")
    print(
        f"decoding / memcpy     {np.median(decoded / copied):8.0f}  (the most there is)"
    )
    print(f"cached / memcpy       {np.median(mapped / copied):8.3f}")
    whole, whole_cached, crops, crops_cached = epochs
    print(f"epoch, files / cached {np.median(whole / whole_cached):8.0f}")
    print(f"the same, crops of 256{np.median(crops / crops_cached):8.0f}")


def assembling():
    """Print how long it takes to put batches of images in memory together."""
    X = np.random.default_rng(0).integers(0, 256, (256, 4, 512, 512), dtype=np.uint8)
    rng = np.random.default_rng(0)
    batches = Batches(ImageDataset(X), batch_size=32, rng=rng)
    buffer = np.empty((32, *X.shape[1:]), X.dtype)

    def by_memcpy():
        for start in range(0, len(X), 32):
            np.copyto(buffer, X[start : start + 32])

    def by_batches():
        for _ in batches.read():
            pass

    def by_index():
        rows = np.random.default_rng(0).permutation(len(X))
        for start in range(0, len(X), 32):
            X[rows[start : start + 32]]

    memcpy, ours, fancy = times_in_turns([by_memcpy, by_batches, by_index]).T
    print("batches of 32 x 4 x 512 x 512 uint8, in random order")
    print(f"batches / memcpy      {np.median(ours / memcpy):8.3f}  (goal: 1.3)")
    print(f"fancy index / memcpy  {np.median(fancy / memcpy):8.3f}")


if __name__ == "__main__":
    cv2.setNumThreads(1)
    assembling()
    kind = "real" if folder_of("hpa_fullres") else "synthetic"
    reading(f"{kind} fields of view", fields)
    if folder_of("hpa_montages"):
        reading("real montages", lambda _: montages())
