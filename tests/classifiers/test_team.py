"""One network trained by several processes."""

import os
import re
import subprocess
import sys
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from skorch.callbacks import Callback
from torch import nn

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._processes import Processes
from sklearn_protloc.classifiers._team import Team
from sklearn_protloc.losses import BinaryCrossEntropyLoss, SoftMacroF1Loss
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.utils import DatasetImages

SCRIPT = """
import sys

from tests.classifiers.test_team import learn

learn(*sys.argv[1:])
"""


class NormalizedNet(nn.Module):
    """A network with statistics, dropout, and a weight that has no gradient."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.spare = nn.Linear(1, 1)
        self.layers = nn.Sequential(
            nn.Conv2d(n_channels, 8, 3, stride=2),
            nn.BatchNorm2d(8),
            nn.ReLU(),
            nn.Flatten(),
            nn.Dropout(0.5),
            nn.Linear(8 * 7 * 7, n_labels),
        )

    def forward(self, images):
        return self.layers(images)


class EndsEarly(Callback):
    """End training after an epoch, in one process, where both have the callback."""

    def on_epoch_end(self, net, **kwargs):
        if os.environ["RANK"] == "1":
            raise KeyboardInterrupt


class Uneven(TinyNet):
    """A network that starts from other weights in each process."""

    def __init__(self, n_channels, n_labels):
        super().__init__(n_channels, n_labels)
        nn.init.constant_(self.head[-1].bias, int(os.environ["RANK"]))


class Unreadable(DatasetImages):
    """Images of which one process cannot read one."""

    def _read(self, i):
        if self.rows[i] == 7 and os.environ["RANK"] == "1":
            raise OSError("no such disk")
        return super()._read(i)


# Steps are of 14 images, 7 for each of two processes, or fewer at the end; of 17 and,
# of the 54 that are trained on, 3 at the end, which are for one process alone.
MODELS = {
    "mean": {"clip_norm": 1.0, "l2_penalty": 1e-3, "accumulate_steps": 2},
    "sum": {"loss": BinaryCrossEntropyLoss(reduction="sum"), "lr": 1e-3},
    "normalized": {"network": NormalizedNet},
    "small end": {"batch_size": 17},
    "small end, normalized": {"network": NormalizedNet, "batch_size": 17},
    "no seed": {"random_state": np.random.RandomState},
}

# What differs in the second process, or is not for several of them, and what is told.
FAILURES = {
    "y": "process 1 has another y than process 0",
    "lr": "process 1 has another lr than process 0",
    "first weights": "process 1 has another network with its first weights",
    "labels": "Process 1 of the 2 .* has failed, so none can go on: ValueError: Found",
    "image": "Process 1 of the 2 .* has failed, .*: OSError: Image 7: no such disk",
    "fits": "at different points: .*the end of a fit",
    "whole batches": "SoftMacroF1Loss.* is neither a mean nor a sum",
    "divided": "CrossEntropyLoss.* is neither a mean nor a sum",
}


def learn(source, target):
    """Fit models in one of several processes, and save what they answer."""
    with np.load(source) as data:
        X, y = data["X"], data["y"]
    learnt = {}
    for name in MODELS:
        model = model_of(name, device="accelerate").fit(X, y)
        learnt[name] = model.predict_proba(X)
        learnt[f"{name} loss"] = model.history_[:, ("train_loss", "valid_loss")]
        state = model.net_.module_.state_dict()
        learnt[f"{name} state"] = np.concatenate([state[n].ravel() for n in state])
        n_steps = state.get("layers.1.num_batches_tracked", 0)
        learnt[f"{name} steps of an epoch"] = n_steps / model.best_iter_
    for name in FAILURES:
        learnt[name] = fail(name, X, y)
        model = model_of("mean", device="accelerate").fit(X, y)
        learnt[f"after {name}"] = model.predict_proba(X)
    np.savez(target + os.environ["RANK"], **learnt)


def fail(name, X, y):
    """Return the error that this process gets, caught as searches do."""
    model = model_of("mean", device="accelerate")
    second = os.environ["RANK"] == "1"
    if name == "image":
        X = Unreadable(torch.utils.data.TensorDataset(torch.tensor(X)))
    elif name == "y" and second:
        y = y[::-1]
    elif name == "labels" and second:
        y = y[1:]
    elif name == "lr" and second:
        model.set_params(lr=0.02)
    elif name == "first weights":
        model.set_params(network=Uneven, dropout=None)
    elif name == "fits":
        model.set_params(callbacks=[("end", EndsEarly())])
    elif name == "whole batches":
        model.set_params(loss=SoftMacroF1Loss)
    elif name == "divided":
        y = y.sum(axis=1) % 3
        model.set_params(loss=nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2, 3])))
    try:
        model.fit(X, y)
    except (ValueError, OSError) as error:
        return str(error)
    return "none"


def model_of(name, **params):
    usual = {"network": TinyNet, "lr": 0.01, "batch_size": 14, "random_state": 0}
    params = {**usual, **MODELS[name], **params}
    if params["network"] is TinyNet:
        params["dropout"] = 0.0
    if isinstance(params["random_state"], type):
        params["random_state"] = params["random_state"]()
    return LocalizationClassifier(
        max_epochs=3, early_stopping=True, augmenter=RandomDihedral(), **params
    )


@pytest.fixture(scope="module")
def learnt(X, y, tmp_path_factory):
    """What each of two processes has learnt."""
    pytest.importorskip("accelerate")
    folder = tmp_path_factory.mktemp("team")
    np.savez(folder / "data", X=X, y=y)
    script = folder / "train.py"
    script.write_text(SCRIPT)
    launch = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]
    subprocess.run(
        [sys.executable, *launch, script, folder / "data.npz", folder / "learnt"],
        check=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
        timeout=120,
    )
    return [np.load(folder / f"learnt{rank}.npz") for rank in range(2)]


@pytest.mark.parametrize("name", MODELS)
def test_all_processes_have_the_same_model(learnt, name):
    first, second = learnt
    for kind in ("", " loss", " state"):
        assert_array_equal(first[name + kind], second[name + kind])


def test_norms_count_the_steps_that_a_process_had_no_images_in(learnt):
    assert learnt[0]["small end, normalized steps of an epoch"] == 4
    assert learnt[1]["small end, normalized steps of an epoch"] == 4


@pytest.mark.parametrize("name", ["mean", "sum", "small end"])
def test_the_model_is_that_of_one_process(learnt, X, y, name):
    """Without dropout and batch normalisation, which see the images of one process."""
    model = model_of(name).fit(X, y)
    assert_allclose(learnt[0][name], model.predict_proba(X), atol=1e-5)
    losses = model.history_[:, ("train_loss", "valid_loss")]
    assert_allclose(learnt[0][f"{name} loss"], losses, atol=1e-5)


@pytest.mark.parametrize("name", FAILURES)
def test_processes_fail_together_and_go_on_together(learnt, X, y, name):
    """A search catches errors: none may meet the next fit of another process."""
    first, second = (str(of_one[name]) for of_one in learnt)
    assert re.search(FAILURES[name], first)
    own = {"image": "^Image 7: no such disk", "labels": "^Found input variables"}
    assert re.search(own.get(name, FAILURES[name]), second)
    for of_one in learnt:
        assert_array_equal(of_one[f"after {name}"], learnt[0]["mean"])


def test_processes_interrupted_amid_an_exchange_are_not_used_again(monkeypatch):
    monkeypatch.setattr(Processes, "__init__", lambda self: None)
    monkeypatch.setattr(Processes, "_are_lost", False)
    processes = Processes()
    processes.size, processes.device = 2, "cpu"
    processes._exchange = mock.Mock(gather=mock.Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        processes.meet("a step")
    with pytest.raises(ValueError, match="Launch them anew"):
        processes.meet("a step")


def test_one_process_is_a_team_too(X, y, monkeypatch):
    pytest.importorskip("accelerate")
    monkeypatch.setenv("ACCELERATE_USE_CPU", "true")
    model = model_of("normalized", device="accelerate").fit(X, y)
    alone = model_of("normalized", device="cpu").fit(X, y)
    model.set_params(device="cpu")
    assert_array_equal(model.predict_proba(X), alone.predict_proba(X))


@pytest.mark.parametrize(
    ("params", "message"),
    [({"random_state": None}, "random_state"), ({"checkpoint_dir": "x"}, "process")],
)
def test_what_processes_cannot_do_together_is_refused(X, y, params, message):
    model = LocalizationClassifier(TinyNet, device="accelerate", random_state=0)
    with pytest.raises(ValueError, match=message):
        model.set_params(**params).fit(X, y)


def test_batches_too_small_for_the_processes_are_refused(monkeypatch):
    monkeypatch.setattr(Team, "__init__", lambda self: setattr(self, "size", 4))
    with pytest.raises(ValueError, match="4 processes need batches of 8"):
        Team().check_batches(7, 100)


@pytest.mark.parametrize("n_images", range(2, 20))
def test_no_process_has_a_share_of_one_image(monkeypatch, n_images):
    monkeypatch.setattr(Team, "__init__", lambda self: setattr(self, "size", 4))
    team, shares = Team(), []
    for team.index in range(4):
        shares.append(team.share(np.arange(n_images)))
    assert_array_equal(np.concatenate(shares), np.arange(n_images))
    assert 1 not in map(len, shares)


def test_without_accelerate_the_extra_is_named(X, y, monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    model = LocalizationClassifier(TinyNet, device="accelerate", random_state=0)
    with pytest.raises(ImportError, match=r"sklearn-protloc\[accelerate\]"):
        model.fit(X, y)


def test_processes_that_would_train_alone_are_told(X, y, monkeypatch):
    accelerate = pytest.importorskip("accelerate")
    alone = SimpleNamespace(device=None, num_processes=1, process_index=0)
    monkeypatch.setattr(accelerate, "Accelerator", lambda **options: alone)
    monkeypatch.setenv("WORLD_SIZE", "2")
    model = LocalizationClassifier(TinyNet, device="accelerate", random_state=0)
    with pytest.raises(ValueError, match="2 processes were launched, but accelerate"):
        model.fit(X, y)
