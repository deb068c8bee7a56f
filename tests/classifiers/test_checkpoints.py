"""Trainings that are killed go on, and end as if nothing had been."""

import copy
import errno
import itertools
import os
import pickle
import shutil
import signal
import stat
import subprocess
import sys
import time

import cv2
import numpy as np
import pytest
import torch
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Checkpoint, EpochScoring, LRScheduler
from torch import nn
from torch.optim.lr_scheduler import MultiStepLR, OneCycleLR, ReduceLROnPlateau

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import (
    LocalizationClassifier,
    _checkpoints,
    _state_file,
    lr_range_test,
)
from sklearn_protloc.classifiers._batches import ImageDataset
from sklearn_protloc.classifiers._engine import LocalizationNet
from sklearn_protloc.classifiers._fingerprint import stamps_of, training_fingerprint
from sklearn_protloc.datasets import ImageCollection, as_lazy
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.utils import DatasetImages


def model_of(folder=None, **params):
    params = {"max_epochs": 5, "batch_size": 16, "random_state": 0, **params}
    params = {"network": TinyNet, **params}
    return LocalizationClassifier(checkpoint_dir=folder, **params)


def assert_same(model, expected):
    state = model.net_.module_.state_dict()
    for name, tensor in expected.net_.module_.state_dict().items():
        assert torch.equal(state[name], tensor), name
    rows, others = (
        [{**row, "dur": None} for row in one.history_] for one in (model, expected)
    )
    assert rows == others
    assert model.best_iter_ == expected.best_iter_
    assert model.n_iter_ == expected.n_iter_


@pytest.fixture
def interrupt(monkeypatch):
    """Give a function that sets after how many steps training is interrupted."""
    original = LocalizationNet.train_step_single

    def after(n_steps):
        steps = itertools.count(1)

        def step(self, batch, **kwargs):
            if next(steps) > n_steps:
                raise KeyboardInterrupt
            return original(self, batch, **kwargs)

        monkeypatch.setattr(LocalizationNet, "train_step_single", step)

    yield after
    monkeypatch.undo()


def interrupted(model, X, y, **kwargs):
    with pytest.raises(KeyboardInterrupt), pytest.warns(match="interrupted"):
        model.fit(X, y, **kwargs)


class _Scaled(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, output, targets):
        return (self.scale * (output.sigmoid() - targets) ** 2).mean()


class Normed(TinyNet):
    def __init__(self, n_channels, n_labels):
        super().__init__(n_channels, n_labels, dropout=0.5)
        self.features.insert(1, nn.BatchNorm2d(16))


def with_chance(y, rng):
    return rng.integers(len(y), size=len(y))


TRAININGS = {
    "chance": {
        "lr_schedule": OneCycleLR,
        "dropout": 0.5,
        "augmenter": RandomDihedral(),
        "sampler": with_chance,
        "crop_size": 12,
        "num_workers": 2,
        "amp": True,
    },
    "early stopping": {
        "optimizer": torch.optim.SGD,
        "momentum": 0.9,
        "lr": 0.5,
        "lr_schedule": ReduceLROnPlateau,
        "lr_schedule_params": {"patience": 0},
        "early_stopping": True,
        "validation_fraction": 0.3,
        "n_iter_no_change": 3,
        "scoring": "f1_macro",
        "max_epochs": 20,
    },
    "a norm and a loss with weights": {
        "network": Normed,
        "loss": _Scaled(),
        "lr_schedule": MultiStepLR,
        "lr_schedule_params": {"milestones": [1, 2, 4]},
        "accumulate_steps": 2,
        "l2_penalty": 1e-3,
    },
    "skorch's callbacks": {
        "validation_fraction": 0.3,
        "callbacks": [
            EpochScoring("f1_macro", lower_is_better=False, name="f1"),
            LRScheduler("StepLR", step_size=2, gamma=0.1, event_name="rate"),
        ],
    },
    "LBFGS": {"optimizer": torch.optim.LBFGS, "lr": 0.05, "batch_size": 60},
}


def go_on(X, y, folder, interrupt, n_steps, **params):
    """Fit for some steps, and then, with a new model, to the end."""
    interrupt(n_steps)
    interrupted(model_of(folder, **params), X, y)
    interrupt(10**6)
    return model_of(folder, **params).fit(X, y)


@pytest.mark.parametrize("kind", TRAININGS)
def test_training_goes_on_as_if_it_had_not_stopped(X, y, tmp_path, interrupt, kind):
    params = TRAININGS[kind]
    n_steps = 41 if kind == "LBFGS" else 7  # which takes up to 20 a batch
    resumed = go_on(X, y, tmp_path, interrupt, n_steps, **params)
    assert_same(resumed, model_of(**params).fit(X, y))


def test_weights_of_the_best_epoch_survive(X, y, tmp_path, interrupt):
    """Early stopping after the interruption takes an epoch before it."""
    params = TRAININGS["early stopping"]
    expected = model_of(**params).fit(X, y)
    assert expected.n_iter_ == expected.best_iter_ + 3
    n_steps = expected.history_[0, "train_batch_count"] * (expected.best_iter_ + 2)
    resumed = go_on(X, y, tmp_path, interrupt, n_steps + 1, **params)
    assert_same(resumed, expected)


def test_a_checkpoint_of_skorch_is_found_again(X, y, tmp_path, interrupt):
    """It loads the best epoch from its folder, which is that of the first fit."""
    own = tmp_path / "skorch"
    best = Checkpoint(dirname=own, monitor="rate_best", load_best=True)
    falling = EpochScoring(lambda net, X, y: -len(net.history), name="rate")
    falling.lower_is_better = False  # the first epoch is the best
    params = {"validation_fraction": 0.3, "callbacks": [falling, best]}
    resumed = go_on(X, y, tmp_path / "states", interrupt, 10, **params)
    assert len(list(own.iterdir())) == 1
    assert_same(resumed, model_of(**params).fit(X, y))


def test_second_stages_and_warm_starts_go_on(X, y, tmp_path, interrupt):
    """Also where they start from the same weights with other parameters."""
    first = model_of(warm_start=True).fit(X, y)
    expected = copy.deepcopy(first).fit(X, y)
    first.set_params(checkpoint_dir=tmp_path)
    interrupt(10)
    interrupted(copy.deepcopy(first), X, y)
    with pytest.raises(KeyboardInterrupt), pytest.warns(match="after epoch 7 of 10"):
        copy.deepcopy(first).fine_tune(X, y, trainable="head")
    interrupt(10**6)
    assert_same(copy.deepcopy(first).fit(X, y), expected)
    tuned = copy.deepcopy(first).fine_tune(X, y, trainable="head")
    assert_same(tuned, first.fine_tune(X, y, trainable="head", checkpoint_dir=None))


def test_a_search_goes_on(X, y, tmp_path, interrupt):
    """Folds and candidates never meet, and none is trained twice."""

    def search(folder):
        grid = {"lr": [1e-3, 1e-2]}
        model = model_of(folder, max_epochs=2)
        return GridSearchCV(model, grid, cv=3, scoring="average_precision").fit(X, y)

    def scores(found):
        names = [n for n in found.cv_results_ if "test_score" in n]
        return [found.cv_results_[name].tolist() for name in names]

    expected = search(None)
    n_steps = 2 * 3
    interrupt(3 * n_steps + 4)  # into the second epoch of the fourth fit
    with pytest.raises(KeyboardInterrupt), pytest.warns(match="interrupted"):
        search(tmp_path)
    assert len(list(tmp_path.glob("*.finished"))) == 3
    assert len(list(tmp_path.glob("*.unfinished"))) == 1
    interrupt(2 * n_steps + 3 + 2 * 4)  # two folds, one epoch, and all images
    with pytest.warns(UserWarning, match="finished before"):
        resumed = search(tmp_path)
    assert scores(resumed) == scores(expected)
    assert_same(resumed.best_estimator_, expected.best_estimator_)
    assert len(list(tmp_path.iterdir())) == 7


def test_a_finished_training_is_read_and_says_so(X, y, tmp_path, interrupt):
    expected = model_of(tmp_path, early_stopping=True).fit(X, y)
    interrupt(0)
    again = model_of(tmp_path, early_stopping=True, verbose=1, num_workers=1, tta="max")
    with pytest.warns(UserWarning, match="Delete the folder to train anew"):
        assert_same(again.fit(X, y), expected)
    assert again.history_ == expected.history_
    interrupt(10**6)
    other = model_of(tmp_path, early_stopping=True, lr=1e-2).fit(X, y)
    assert not np.array_equal(other.predict_proba(X), expected.predict_proba(X))


def test_what_a_callback_of_scikit_learn_stops_is_not_finished(X, y, tmp_path):
    """They are not part of what makes two fits the same."""
    pytest.importorskip("sklearn.callback", reason="scikit-learn 1.9 or later")

    class Stop:
        max_propagation_depth = None

        def setup(self, estimator, context):
            pass

        teardown = on_fit_task_begin = setup

        def on_fit_task_end(self, estimator, context, **kwargs):
            return context.task_name == "epoch" and context.task_id == 2

    Stop.on_fit_task_begin = Stop.teardown = lambda *args, **kwargs: None
    stopped = model_of(tmp_path).set_callbacks(Stop()).fit(X, y)
    assert stopped.n_iter_ == 3
    assert_same(model_of(tmp_path).fit(X, y), model_of().fit(X, y))


@pytest.mark.parametrize("changed", ["lr", "y", "X", "sample_weight", "loss"])
def test_another_training_is_left_alone_and_named(
    X, y, tmp_path, interrupt, monkeypatch, changed
):
    interrupt(10)
    interrupted(model_of(tmp_path, loss=nn.BCEWithLogitsLoss()), X, y)
    interrupt(10**6)
    monkeypatch.setattr(_checkpoints, "_STARTED", time.time() + 1)  # another process
    model, images, weight = model_of(loss=nn.BCEWithLogitsLoss()), X, None
    if changed == "lr":
        model.set_params(lr=0.5)
    elif changed == "y":
        y = 1 - y
    elif changed == "X":
        images = X + 1
    elif changed == "sample_weight":
        weight = np.arange(60)
    else:
        pos_weight = torch.full((5,), 2.0)
        model.set_params(loss=nn.BCEWithLogitsLoss(pos_weight=pos_weight))
    expected = copy.deepcopy(model).fit(images, y, weight)
    message = f"unfinished training with another {changed}: training starts from"
    with pytest.warns(UserWarning, match=message):
        model.set_params(checkpoint_dir=tmp_path).fit(images, y, weight)
    assert_same(model, expected)
    assert len(list(tmp_path.glob("*.unfinished"))) == 1


def test_every_image_counts(X, y, tmp_path):
    """Training sets of folds may differ in one, at any place, and have equal labels."""
    y = np.tile(y[:1], (60, 1)) * np.array([0, 1, 0, 1, 1])
    for k in range(4):
        model_of(tmp_path, max_epochs=1).fit(np.delete(X, k, axis=0), y[1:])
        assert len(list(tmp_path.iterdir())) == k + 1


def in_files(X, folder):
    paths = [[str(folder / f"{row}-{c}.png") for c in range(4)] for row in range(60)]
    for image, names in zip(X, paths, strict=True):
        for channel, name in zip(image, names, strict=True):
            cv2.imwrite(name, channel)
    return ImageCollection(paths)


def in_cache(X, folder):
    return ImageCollection.from_array(X).cache(folder / "cache.npy")


def in_map(X, folder):
    np.save(folder / "map.npy", X)
    return np.load(folder / "map.npy", mmap_mode="r+")


def in_data_set(X, folder):
    return DatasetImages(torch.utils.data.TensorDataset(torch.tensor(X)))


def in_store(X, folder):
    zarr = pytest.importorskip("zarr")
    zarr.save_array(folder / "store", X)
    return zarr.open_array(folder / "store", mode="r")


@pytest.mark.parametrize("kept", [in_files, in_cache, in_map, in_data_set, in_store])
def test_every_image_counts_wherever_it_is(X, y, tmp_path, kept):
    (tmp_path / "images").mkdir()
    images = as_lazy(kept(X, tmp_path / "images"))
    same = pickle.loads(pickle.dumps(images[:]))  # as in another process
    assert digest_of_images(images) == digest_of_images(same)
    others = [
        images[1:],
        images[:-1],
        images[::-1],
        images[[*range(30), *range(31, 60)]],
    ]
    digests = {digest_of_images(other) for other in [images, *others]}
    assert len(digests) == 5
    changed = X.copy()
    changed[17, 2, 3, 4] ^= 1
    shutil.rmtree(tmp_path / "images")
    (tmp_path / "images").mkdir()
    changed = as_lazy(kept(changed, tmp_path / "images"))
    assert digest_of_images(changed) not in digests


def test_arrays_are_told_by_their_pixels_alone(X, tmp_path):
    """joblib hands them to processes as files that it makes for a while."""
    for images in (in_map(X, tmp_path), torch.tensor(X).numpy(), np.asfortranarray(X)):
        assert digest_of_images(images) == digest_of_images(X)


def digest_of_images(images):
    dataset = ImageDataset(images, np.zeros((len(images), 1)))
    cpu = torch.device("cpu")
    stamps = stamps_of(images)
    return training_fingerprint(model_of(), dataset, stamps, (0, 0), cpu, None)["X"]


def test_files_are_told_without_being_read(X, tmp_path, monkeypatch):
    images = in_files(X, tmp_path)
    monkeypatch.setattr(ImageCollection, "_read", None)
    digest_of_images(images)
    os.remove(images.paths[7, 0])
    with pytest.raises(OSError, match=r"Image 7: .* No such file"):
        digest_of_images(images)


def test_a_range_of_rates_writes_nothing(X, y, tmp_path):
    lr_range_test(model_of(tmp_path), X, y, n_steps=10)
    assert list(tmp_path.iterdir()) == []


def explode_after(n_events):
    """Kill this process at the n-th of all steps, writes and renamings."""
    events = itertools.count(1)

    def ticking(function, first=lambda *args: None):
        def call(*args, **kwargs):
            if next(events) == n_events:
                first(*args)
                os.kill(os.getpid(), signal.SIGKILL)
            return function(*args, **kwargs)

        return call

    step = LocalizationNet.train_step_single
    LocalizationNet.train_step_single = ticking(step)
    # what was written up to now is half of it
    sync = ticking(os.fsync, lambda file: os.truncate(file, 10_000))
    os.fsync = lambda file: sync(file) if stat.S_ISREG(os.fstat(file).st_mode) else None
    os.replace = ticking(os.replace)


# Amid an epoch, at the first write, as it takes its place, and twice later on.
MOMENTS = (2, 5, 6, 3, 7)


def train_and_be_killed(folder):
    """Kill process after process, each at another moment; let the last come through."""
    X, y = images_and_labels()
    n_killed = 0
    for moment in (*MOMENTS, 10**6):
        pid = os.fork()
        if pid == 0:
            explode_after(moment)
            model_of(folder, **TRAININGS["chance"]).fit(X, y)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        n_killed += os.WIFSIGNALED(status)
    print(n_killed)


def images_and_labels():
    rng = np.random.default_rng(0)
    X = rng.integers(0, 256, (60, 4, 16, 16), dtype=np.uint8)
    return X, rng.integers(0, 2, (60, 5))


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forks processes, to kill them")
def test_killed_again_and_again_and_none_the_worse(tmp_path):
    code = (
        "from tests.classifiers.test_checkpoints import train_and_be_killed\n"
        f"train_and_be_killed({str(tmp_path)!r})"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True
    )
    assert int(done.stdout) == len(MOMENTS)
    parts = list(tmp_path.glob("*.part"))  # of two that were killed amid writing
    assert len(parts) == 2
    for part in parts:
        os.utime(part, (0, 0))  # long ago, so that no process writes them any more
    X, y = images_and_labels()
    # read here: another process, with another order of its sets, knows it again
    with pytest.warns(UserWarning, match="finished before"):
        resumed = model_of(tmp_path, **TRAININGS["chance"]).fit(X, y)
    assert [path.suffix for path in tmp_path.iterdir()] == [".finished"]
    assert_same(resumed, model_of(**TRAININGS["chance"]).fit(X, y))


@pytest.mark.parametrize("n_written", [0, 3])
def test_a_full_disk_is_told_and_nothing_is_lost(
    X, y, tmp_path, monkeypatch, n_written
):
    fsync, written = os.fsync, itertools.count()

    def full(file):
        if next(written) == n_written:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        fsync(file)

    monkeypatch.setattr(os, "fsync", full)
    model = model_of(tmp_path)
    with pytest.raises(OSError, match=r"No space left on device\. Free space there"):
        model.fit(X, y)
    assert not hasattr(model, "net_")
    assert len(list(tmp_path.iterdir())) == min(n_written, 1)
    assert_same(model.fit(X, y), model_of().fit(X, y))


def test_too_little_space_is_told_before_training(X, y, tmp_path, interrupt):
    interrupt(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_checkpoints, "_TIMES_WEIGHTS", 10**12)
        with pytest.raises(OSError, match="MB are free there"):
            model_of(tmp_path).fit(X, y)


@pytest.mark.skipif(os.name == "nt", reason="folders of another kind")
def test_folders_that_cannot_be_written_to_are_told(X, y, tmp_path, interrupt):
    interrupt(0)
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "sub", "/proc/sub"):
        with pytest.raises(OSError, match="Expected checkpoint_dir as a folder"):
            model_of(folder).fit(X, y)


def test_a_seed_is_needed(X, y, tmp_path):
    with pytest.raises(ValueError, match="checkpoint_dir needs a random_state"):
        model_of(tmp_path, random_state=None).fit(X, y)
    with pytest.raises(ValueError, match="'checkpoint_dir' parameter"):
        model_of(3).fit(X, y)


@pytest.mark.parametrize("damage", ["cut", "changed", "code"])
def test_damaged_files_are_told_and_not_used(X, y, tmp_path, interrupt, damage):
    interrupt(10)
    interrupted(model_of(tmp_path), X, y)
    interrupt(10**6)
    (path,) = tmp_path.iterdir()
    content = bytearray(path.read_bytes())
    if damage == "cut":
        path.write_bytes(content[:-100])
    elif damage == "changed":
        content[len(content) // 2] ^= 1
        path.write_bytes(content)
    else:
        _state_file.write_state(path, {"history": print})  # could be any function
    with pytest.warns(UserWarning, match=r"unfinished (is damaged|cannot be read)"):
        model = model_of(tmp_path).fit(X, y)
    assert_same(model, model_of().fit(X, y))


class _Grown(TinyNet):
    width = 16

    def __init__(self, n_channels, n_labels):
        super().__init__(n_channels, n_labels, width=self.width)


def test_changes_that_nobody_sees_do_no_harm(X, y, tmp_path, interrupt, monkeypatch):
    interrupt(10)
    interrupted(model_of(tmp_path, network=_Grown), X, y)
    interrupt(10**6)
    monkeypatch.setattr(_Grown, "width", 8)
    with pytest.raises(ValueError, match="does not fit the code of its network"):
        model_of(tmp_path, network=_Grown).fit(X, y)


class _Odd(MultiStepLR):
    def state_dict(self):
        return {**super().state_dict(), "function": print}


def test_a_state_that_is_no_data_is_told_before_training(X, y, tmp_path, interrupt):
    interrupt(0)
    params = {"lr_schedule": _Odd, "lr_schedule_params": {"milestones": [1]}}
    with pytest.raises(ValueError, match="the state of _Odd has a builtin_function"):
        model_of(tmp_path, **params).fit(X, y)
    assert list(tmp_path.iterdir()) == []
