"""Measure the memory of a search and of a training on data larger than memory.

    python benchmarks/memory.py search   # GridSearchCV on a collection of 2 GB
    python benchmarks/memory.py limit    # 31,072 images under a memory limit

Real montages of the Human Protein Atlas are read from the folder in PROTLOC_DATA
(``../shared/data`` if not set), again and again until there are enough, else synthetic
cells. Linux only.

`search` compares 2048 images with 128, and with 128 that stand in 2048 rows: the same
work on a sixteenth of the data. What a long search adds is not what much data adds. The
allocator of the C library takes tensors of up to 32 MB from one heap once some were
freed, and cannot give back a hole in it; which holes there are is chance, and there are
more in a long search. With MALLOC_MMAP_THRESHOLD_ set, tensors do not go to the heap,
so everything is measured that way too.

`limit` decodes files in a process whose address space is limited to a tenth of what the
images take, and trains for one epoch.
"""

import argparse
import os
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


def search_peak(path, n_jobs, n_samples):
    """Search over two learning rates, and return the peak of resident memory.

    The images of the file are taken again and again, up to the number of samples.
    """
    from sklearn_protloc.classifiers import LocalizationClassifier
    from sklearn_protloc.networks import TinyNet

    X = ImageCollection.from_array(path)
    X = X[np.arange(n_samples) % len(X)]
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
    n = args.n_samples
    with tempfile.TemporaryDirectory() as folder:
        few, many = (cached_array(size, Path(folder)) for size in (128, n))
        for n_jobs in (1, 2) if args.n_jobs is None else (args.n_jobs,):
            for threshold in (None, 2**20):
                peaks = [
                    int(
                        run(
                            "peak",
                            *("--path", path, "--n-jobs", n_jobs, "--n-samples", rows),
                            threshold=threshold,
                        )
                    )
                    for path, rows in [(few, 128), (few, n), (many, n)]
                ]
                print_search(n, n_jobs, threshold, peaks)


def print_search(n_samples, n_jobs, threshold, peaks):
    short, long, many = peaks
    size = n_samples * 2**20
    print(
        f"GridSearchCV, n_jobs={n_jobs}, MALLOC_MMAP_THRESHOLD_={threshold}: peak "
        f"{short / GIB:.2f} GiB with 128 images, {long / GIB:.2f} with 128 in "
        f"{n_samples} rows, {many / GIB:.2f} with {size / GIB:.1f} GiB of images:\n"
        f"  {(many - short) / size:+.1%} of the data (goal: 5 %), "
        f"{(many - long) / size:+.1%} at the same work",
        flush=True,
    )


def limit(args):
    """Print whether training ends where the images would not fit."""
    size = args.n_samples * 2**20
    bound = size // 10
    print(f"{size / GIB:.1f} GiB of images in {bound / GIB:.1f} GiB of address space")
    start = time.perf_counter()
    print(run("limited", "--n-samples", args.n_samples, "--bound", bound))
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


def run(part, *options, threshold=None):
    """Run a part in a process of its own and return what it printed."""
    command = [sys.executable, __file__, part, *map(str, options)]
    environment = dict(os.environ)
    if threshold is not None:
        environment["MALLOC_MMAP_THRESHOLD_"] = str(threshold)
    done = subprocess.run(command, check=True, stdout=-1, text=True, env=environment)
    return done.stdout.strip()


def main():
    """Run one part."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("part", choices=["search", "limit", "peak", "limited"])
    parser.add_argument("--n-samples", type=int)
    parser.add_argument("--n-jobs", type=int)
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
        print(search_peak(args.path, args.n_jobs, args.n_samples))


if __name__ == "__main__":
    main()
