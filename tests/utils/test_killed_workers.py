"""What becomes of worker processes is told by whoever started them."""

import multiprocessing
import os
import signal

import cv2
import numpy as np
import pytest
from joblib.externals.loky.process_executor import TerminatedWorkerError
from sklearn.model_selection import cross_val_score
from sklearn.utils.parallel import Parallel

from sklearn_protloc.classifiers import (
    LocalizationClassifier,
    SoftVotingClassifier,
)
from sklearn_protloc.datasets import ImageCollection, make_cells
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.reporting import compare

CELLS = make_cells(12, image_size=32, labels=2, random_state=0)


class Killed(TinyNet):
    """Ends its process as a system without memory does, in workers only."""

    def forward(self, images):
        assert "Loky" in multiprocessing.current_process().name
        os.kill(os.getpid(), signal.SIGKILL)


def model_of(network, **params):
    return LocalizationClassifier(network, max_epochs=1, random_state=0, **params)


def test_a_worker_names_the_image_that_it_cannot_read(tmp_path):
    paths = [[tmp_path / f"{number}.png"] for number in range(12)]
    for cell, (path,) in zip(CELLS.data, paths, strict=True):
        cv2.imwrite(str(path), np.ascontiguousarray(cell[0]))
    X = ImageCollection(paths)
    paths[5][0].write_bytes(b"no image")
    model = model_of(TinyNet, num_workers=2)
    with pytest.raises(ValueError, match=r"5\.png is not a readable image"):
        cross_val_score(model, X, CELLS.target, cv=2, n_jobs=2, error_score="raise")


def test_a_killed_worker_is_explained():
    model = MultiLabelThresholdOptimizer(model_of(Killed), cv=2, n_jobs=2)
    before = set(vars(model))
    with pytest.raises(RuntimeError, match=r"n_jobs=2 was killed") as caught:
        model.fit(CELLS.data, CELLS.target)
    assert "SIGKILL" in str(caught.value)
    assert set(vars(model)) == before


def fit_votes(model):
    SoftVotingClassifier([("a", model)], n_jobs=2).fit(CELLS.data, CELLS.target)


def fit_comparison(model):
    compare({"a": model, "b": model}, CELLS.data, CELLS.target, cv=2, n_jobs=2)


@pytest.mark.parametrize("fit", [fit_votes, fit_comparison])
def test_others_that_train_in_workers_explain_it_too(fit, monkeypatch):
    def work(parallel, jobs):
        raise TerminatedWorkerError("SIGKILL")

    monkeypatch.setattr(Parallel, "__call__", work)
    with pytest.raises(RuntimeError, match=r"n_jobs=2 was killed.*SIGKILL"):
        fit(model_of(TinyNet))
