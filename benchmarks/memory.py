"""Measure the memory of a search and of a training on data larger than memory.

    python benchmarks/memory.py search   # GridSearchCV on a collection of 2 GB
    python benchmarks/memory.py limit    # 31,072 images under a memory limit

Real montages of the Human Protein Atlas are read from the folder in PROTLOC_DATA
(``../shared/data`` if not set), again and again until there are enough, else synthetic
cells. `limit` decodes files in a process whose address space is limited to a tenth of
what the images take, and trains for one epoch. Linux only.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
from real_data import DATA
from sklearn.model_selection import GridSearchCV

from sklearn_protloc.datasets import ImageCollection, load_hpa, make_cells

GIB = 2**30


def montages(n_samples, folder):
    """Return a collection of files of 4 x 512 x 512 pixels."""
    data = DATA / "hpa_montages"
    if data.is_dir():
        paths = load_hpa(data / "train.csv", data / "images").data.paths
    else:
        cells = make_cells(24, image_size=512, cells_per_image=9, random_state=0)
        paths = np.empty((len(cells.data), 4), dtype=object)
        for i, k in np.ndindex(paths.shape):
            paths[i, k] = str(folder / f"{i}_{k}.png")
            cv2.imwrite(paths[i, k], cells.data[i, k])
    return ImageCollection(np.resize(paths, (n_samples, 4)))


def labels(n_samples):
    """Return 28 labels without a meaning, each in some of the images."""
    return (np.random.default_rng(0).random((n_samples, 28)) < 0.1).astype(int)


def cached_array(n_samples, folder):
    """Write the pixels of a collection to a file without decoding each image anew."""
    X = montages(min(n_samples, 240), folder)
    pixels = np.asarray(X)
    path = folder / f"{n_samples}.npy"
    shape = (n_samples, *X.shape[1:])
    out = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    for start in range(0, n_samples, len(pixels)):
        part = out[start : start + len(pixels)]
        part[...] = pixels[: len(part)]
    return path


class PeakOfTree(threading.Thread):
    """Watch the resident memory of this process and its children together."""

    def __init__(self):
        super().__init__(daemon=True)
        self.peak, self.stopped = 0, threading.Event()

    def run(self):
        """Add up, 50 times a second."""
        process = psutil.Process()
        while not self.stopped.wait(0.02):
            total = 0
            for one in [process, *process.children(recursive=True)]:
                try:
                    total += one.memory_info().rss
                except psutil.NoSuchProcess:
                    continue
            self.peak = max(self.peak, total)


def search_peak(path, n_jobs):
    """Search over two learning rates, and return the peak of resident memory."""
    from sklearn_protloc.classifiers import LocalizationClassifier
    from sklearn_protloc.networks import TinyNet

    X = ImageCollection.from_array(path)
    y = labels(len(X))
    model = LocalizationClassifier(TinyNet, max_epochs=1, crop_size=256, random_state=0)
    search = GridSearchCV(
        model, {"lr": [1e-3, 1e-2]}, cv=2, scoring="average_precision", n_jobs=n_jobs
    )
    watch = PeakOfTree()
    watch.start()
    search.fit(X, y)
    watch.stopped.set()
    assert np.isfinite(search.best_score_)
    return watch.peak


def search(args):
    """Print what 2 GB of images add to the memory of a search."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [cached_array(n, Path(folder)) for n in (128, args.n_samples)]
        for n_jobs in (1, 2):
            few, many = (
                int(run("peak", "--path", str(path), "--n-jobs", str(n_jobs)))
                for path in paths
            )
            added = (many - few) / (args.n_samples * 2**20)
            print(
                f"GridSearchCV, n_jobs={n_jobs}: peak {few / GIB:.2f} GiB with 128 "
                f"images, {many / GIB:.2f} with {args.n_samples / 1024:.1f} GiB of "
                f"them: {added:+.1%} of the data (goal: 5 %)",
                flush=True,
            )


def limit(args):
    """Print whether training ends where the images would not fit."""
    size = args.n_samples * 2**20
    bound = size // 10
    print(f"{size / GIB:.1f} GiB of images in {bound / GIB:.1f} GiB of address space")
    start = time.perf_counter()
    print(run("limited", "--n-samples", str(args.n_samples), "--bound", str(bound)))
    print(f"trained to the end in {(time.perf_counter() - start) / 60:.1f} min")


def train_in_bounds(args):
    """Train for an epoch, and report the peak of this process."""
    resource.setrlimit(resource.RLIMIT_AS, (args.bound, args.bound))
    from sklearn_protloc.classifiers import LocalizationClassifier
    from sklearn_protloc.networks import TinyNet

    with tempfile.TemporaryDirectory() as folder:
        X, y = montages(args.n_samples, Path(folder)), labels(args.n_samples)
        model = LocalizationClassifier(
            TinyNet, max_epochs=1, crop_size=128, num_workers=2, random_state=0
        ).fit(X, y)
        loss = model.history_[-1]["train_loss"]
    try:
        np.ones(X.shape, np.uint8)
    except MemoryError:
        print("as an array the images do not fit;", end=" ")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(f"loss {loss:.3f}, {len(X)} images, peak {peak / GIB:.2f} GiB resident")


def run(part, *options):
    """Run a part in a process of its own and return what it printed."""
    command = [sys.executable, __file__, part, *options]
    return subprocess.run(command, check=True, stdout=-1, text=True).stdout.strip()


def main():
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("part", choices=["search", "limit", "peak", "limited"])
    parser.add_argument("--n-samples", type=int)
    parser.add_argument("--n-jobs", type=int, default=1)
    parser.add_argument("--bound", type=int)
    parser.add_argument("--path")
    args = parser.parse_args()
    if args.part == "search":
        args.n_samples = args.n_samples or 2048
        search(args)
    elif args.part == "limit":
        args.n_samples = args.n_samples or 31072
        limit(args)
    elif args.part == "limited":
        train_in_bounds(args)
    else:
        print(search_peak(args.path, args.n_jobs))


if __name__ == "__main__":
    main()
