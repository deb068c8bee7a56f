"""Section `workers` of faults.py: kill workers of a Dask cluster amid searches.

Each search is a GridSearchCV over files of images, on two workers, of which one is
ended by SIGKILL at a random moment and started anew by Dask. Its results are compared
with those of the same search in one process.
"""

import importlib
import os
import pickle
import random
import signal
import tempfile
import threading
import time
from pathlib import Path

import cv2
import joblib
import numpy as np
from sklearn.model_selection import GridSearchCV

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection, make_cells
from sklearn_protloc.model_selection import MultilabelStratifiedKFold, dask_client
from sklearn_protloc.networks import TinyNet

GRID = {"dropout": [0.0, 0.2], "lr": [1e-3, 1e-2]}


def write_images(images, folder):
    """Write a file for each channel, and collect them."""
    paths = [
        [str(folder / f"{i:04}-{k}.png") for k in range(images.shape[1])]
        for i in range(len(images))
    ]
    for image, names in zip(images, paths, strict=True):
        for channel, name in zip(image, names, strict=True):
            cv2.imwrite(name, channel)
    return ImageCollection(paths)


def search_over(X, y, n_jobs=None):
    """Search in three folds, and return the scores and what the winner predicts."""
    folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=0)
    search = GridSearchCV(
        LocalizationClassifier(TinyNet, max_epochs=2, random_state=0),
        GRID,
        cv=folds,
        scoring="average_precision",
        error_score="raise",
        n_jobs=n_jobs,
    ).fit(X, y)
    scores = [search.cv_results_[f"split{k}_test_score"] for k in range(3)]
    return np.concatenate([*scores, search.predict_proba(X).ravel()])


class Killer(threading.Thread):
    """Kill a process after some seconds, if that is still wanted then."""

    def __init__(self, pid, after):
        super().__init__()
        self.pid = pid
        self.after = after
        self.over = threading.Event()
        self.killed = False

    def run(self):
        if not self.over.wait(self.after):
            os.kill(self.pid, signal.SIGKILL)
            self.killed = True


def cluster():
    """Start two workers that have imported everything."""
    client = dask_client(
        n_workers=2,
        threads_per_worker=1,
        dashboard_address=":0",
        silence_logs="CRITICAL",
    )
    client.wait_for_workers(2)
    client.run(importlib.import_module, "sklearn_protloc.classifiers")
    return client


def search_and_kill(X, y, after, rng):
    """Search on a new cluster while a worker is killed; return results, if it was."""
    with cluster() as client:
        killer = Killer(rng.choice(list(client.run(os.getpid).values())), after)
        killer.start()
        try:
            with joblib.parallel_config(backend="dask"):
                return search_over(X, y, n_jobs=-1), killer.killed
        except Exception as error:
            print(f"  lost: {type(error).__name__}: {error}")
            return None, killer.killed
        finally:
            killer.over.set()
            killer.join()


def workers(n_kills=10):
    """Kill workers, and count the searches that end as if nothing had been."""
    rng = random.Random(0)
    cells = make_cells(180, image_size=32, labels=3, random_state=0)
    n_killed = n_done = n_equal = 0
    with tempfile.TemporaryDirectory() as folder:
        X = write_images(cells.data, Path(folder))
        expected = search_over(X, cells.target)
        with cluster(), joblib.parallel_config(backend="dask"):
            start = time.perf_counter()
            search_over(X, cells.target, n_jobs=-1)
        duration = time.perf_counter() - start
        while n_killed < n_kills:
            after = rng.random() * duration / 2  # mostly before the search is over
            results, killed = search_and_kill(X, cells.target, after, rng)
            if killed:
                n_killed += 1
                n_done += results is not None
                n_equal += results is not None and np.array_equal(results, expected)
                print(
                    f"{n_killed} workers killed, each amid a search: {n_done} searches "
                    f"completed, {n_equal} equal to the search in one process.",
                    flush=True,
                )
        print(
            f"{len(X)} images of {X[0].nbytes * len(X):,} bytes travel as "
            f"{len(pickle.dumps(X)):,} bytes of names."
        )
