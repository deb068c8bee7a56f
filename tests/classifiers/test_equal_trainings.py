"""Trainings that are the same, of two processes with one checkpoint_dir."""

import os
import time

import numpy as np
import pytest

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet

HOUR = 3600


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 256, (12, 2, 8, 8), dtype=np.uint8)
    y = np.array([[1, 0], [0, 1], [1, 1]] * 4)
    return X, y


def training(folder):
    return LocalizationClassifier(
        TinyNet, max_epochs=2, random_state=0, checkpoint_dir=folder
    )


@pytest.mark.filterwarnings("ignore:checkpoint_dir")
def test_an_equal_training_leaves_what_another_one_writes(data, tmp_path, monkeypatch):
    write_down, others = os.fsync, []

    def write_down_while_another_trains(descriptor):
        if not others:
            others.append(training(tmp_path))
            others[0].fit(*data)
        write_down(descriptor)

    monkeypatch.setattr(os, "fsync", write_down_while_another_trains)
    model = training(tmp_path).fit(*data)
    expected = training(None).fit(*data).predict_proba(data[0])
    for same in (model, *others):
        np.testing.assert_array_equal(same.predict_proba(data[0]), expected)
    assert not list(tmp_path.glob("*.part"))


def test_parts_of_killed_processes_are_deleted_once_they_are_old(data, tmp_path):
    training(tmp_path).fit(*data)
    young, old = (tmp_path / f".protloc-{n}.part" for n in (1, 2))
    for part in (young, old):
        part.write_bytes(b"half")
    os.utime(old, (time.time() - 2 * HOUR,) * 2)
    with pytest.warns(UserWarning, match="finished before"):
        training(tmp_path).fit(*data)
    assert young.exists()
    assert not old.exists()
