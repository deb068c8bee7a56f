"""Searches on workers of Dask, in processes of their own, some of which die."""

import os
import pickle
import signal
from collections import namedtuple
from unittest import mock

import cv2
import joblib
import numpy as np
import pytest
from numpy.testing import assert_array_equal
from pandas.testing import assert_frame_equal
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils import Bunch

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._options import resolve_device
from sklearn_protloc.datasets import ImageCollection, make_cells
from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
    dask_client,
)
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.reporting import compare

FOLDS = MultilabelStratifiedKFold(2, shuffle=True, random_state=0)


@pytest.fixture(scope="module")
def client():
    distributed = pytest.importorskip("distributed")
    with (
        distributed.LocalCluster(
            2, threads_per_worker=1, dashboard_address=":0", silence_logs="CRITICAL"
        ) as cluster,
        dask_client(cluster) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def cells():
    # Dask sends what has more than 1,000 bytes by itself, as here the rows of a fold
    return make_cells(300, image_size=32, labels=3, random_state=0)


@pytest.fixture(scope="module")
def model():
    return LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)


class DeadlyOnce:
    """Augmenter that kills its process, the first of all that get there."""

    def __init__(self, mark):
        self.mark = mark

    def __call__(self, image, rng):
        try:
            self.mark.touch(exist_ok=False)
            os.kill(os.getpid(), signal.SIGKILL)
        except FileExistsError:
            pass
        return image


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


def test_a_search_outlives_a_worker(client, cells, model, tmp_path):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, augmenter=DeadlyOnce(tmp_path / "mark"), random_state=0
    )
    grid = {"dropout": [0.0, 0.2]}
    search = GridSearchCV(
        model, grid, cv=FOLDS, scoring="average_precision", error_score="raise"
    )
    workers = set(client.run(os.getpid).values())
    with joblib.parallel_config(backend="dask"):
        on_cluster = search.set_params(n_jobs=-1).fit(cells.data, cells.target)
    assert (tmp_path / "mark").exists()
    client.wait_for_workers(2)
    assert len(workers & set(client.run(os.getpid).values())) == 1
    scores = on_cluster.cv_results_["mean_test_score"]
    probabilities = on_cluster.predict_proba(cells.data)
    search.set_params(n_jobs=None).fit(cells.data, cells.target)
    assert_array_equal(scores, search.cv_results_["mean_test_score"])
    assert_array_equal(probabilities, search.predict_proba(cells.data))


def test_everything_with_n_jobs_gives_the_same_there(client, cells, model, tmp_path):
    X, y = write_images(cells.data[:60], tmp_path), cells.target[:60]

    def results(n_jobs):
        scoring = {"cv": FOLDS, "scoring": "average_precision", "n_jobs": n_jobs}
        optimizer = MultiLabelThresholdOptimizer(model, cv=FOLDS, n_jobs=n_jobs)
        comparison = compare({"tiny": model}, X, y, cv=FOLDS, n_jobs=n_jobs)
        return (
            cross_val_score(model, X, y, **scoring),
            optimizer.fit(X, y).thresholds_,
            comparison.to_frame().drop(columns=["fit_time", "epoch_time"]),
        )

    scores, thresholds, table = results(None)
    with joblib.parallel_config(backend="dask"):
        theirs = results(-1)
    assert_array_equal(theirs[0], scores)
    assert_array_equal(theirs[1], thresholds)
    assert_frame_equal(theirs[2], table)


def test_what_only_a_dead_worker_had_is_sent_again(client):
    rows = np.arange(1000)
    future = client.scatter(rows)
    future.result()
    client.wait_for_workers(2)
    pids = client.run(os.getpid)
    for address in client.who_has(future)[future.key]:
        os.kill(pids[address], signal.SIGKILL)
    assert_array_equal(client.submit(np.flip, future).result(60), rows[::-1])


def test_large_data_are_sent_without_a_warning(client, recwarn):
    rows = np.arange(2_000_000)  # Dask warns from 10 MB on
    assert_array_equal(client.scatter(rows).result(), rows)
    assert not recwarn.list
    client.submit(np.sum, rows).result()
    assert any("Sending large graph" in str(w.message) for w in recwarn)


def test_data_go_where_they_are_asked_for(client):
    client.wait_for_workers(2)
    first, second = client.scheduler_info(-1)["workers"]
    futures = client.scatter([np.arange(3), np.arange(4)], broadcast=True)
    assert all(len(at) == 2 for at in client.who_has(futures).values())
    for place in (first, second):
        future = client.scatter(np.arange(5), workers=[place], hash=False)
        future.result()
        assert client.who_has(future)[future.key] == (place,)
    with pytest.raises(ValueError, match=r"Leave out direct=True"):
        client.scatter([1], direct=True)


def test_data_are_scattered_as_by_dask(client):
    Pair = namedtuple("Pair", "a b")
    for many in ([1, 2], (1, 2), Pair(1, 2), {1, 2}, frozenset({1, 2})):
        assert sorted(f.result() for f in client.scatter(many)) == [1, 2]
        assert type(client.scatter(many)) is type(many)
    assert client.scatter(range(2))[1].result() == 1
    bunch = Bunch(a=1)
    assert client.scatter(bunch).result() == bunch
    assert client.scatter(7).key == client.scatter(7).key
    assert client.scatter(7, hash=False).key != client.scatter(7, hash=False).key
    with pytest.raises(TypeError, match="Iterators"):
        client.scatter(iter([1, 2]))


def test_data_given_by_name_or_in_lists_are_sent_too(client):
    rows = [np.arange(3), np.arange(4)]
    assert_array_equal(client.scatter(rows)[1].result(), rows[1])
    assert_array_equal(client.scatter({"rows": rows[0]})["rows"].result(), rows[0])


def test_collections_travel_as_names_however_large_the_images_are(tmp_path):
    sizes = []
    for size in (8, 256):
        folder = tmp_path / f"{size:03}"
        folder.mkdir()
        X = write_images(np.zeros((20, 2, size, size), np.uint8), folder)
        sizes.append(len(pickle.dumps(X)))
    assert abs(sizes[1] - sizes[0]) < 10
    assert max(sizes) < 20 * 2 * 100


def gpu_of_worker():
    with (
        mock.patch("torch.cuda.is_available", return_value=True),
        mock.patch("torch.cuda.device_count", return_value=2),
        mock.patch("torch.empty"),
    ):
        return str(resolve_device("auto"))


def test_workers_take_turns_with_gpus(client):
    client.wait_for_workers(2)
    workers = list(client.scheduler_info(-1)["workers"])
    gpus = [client.submit(gpu_of_worker, workers=[w], pure=False) for w in workers]
    assert sorted(client.gather(gpus)) == ["cuda:0", "cuda:1"]
