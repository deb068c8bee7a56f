"""One network trained by several processes."""

import os
import subprocess
import sys

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from torch import nn

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._team import Team
from sklearn_protloc.losses import BinaryCrossEntropyLoss
from sklearn_protloc.networks import TinyNet

# Every step is of 14 images, 7 for each of two processes, the last of which is odd.
SCRIPT = """
import os
import sys

import numpy as np

from tests.classifiers.test_team import MODELS, model_of

with np.load(sys.argv[1]) as data:
    X, y = data["X"], data["y"]
learnt = {}
for name in MODELS:
    model = model_of(name, device="accelerate").fit(X, y)
    learnt[name] = model.predict_proba(X)
    learnt[name + " loss"] = model.history_[:, ("train_loss", "valid_loss")]
np.savez(sys.argv[2] + os.environ["RANK"], **learnt)
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


MODELS = {
    "mean": {"clip_norm": 1.0, "l2_penalty": 1e-3, "accumulate_steps": 2},
    "sum": {"loss": BinaryCrossEntropyLoss(reduction="sum"), "lr": 1e-3},
    "normalized": {"network": NormalizedNet},
}


def model_of(name, **params):
    params = {"network": TinyNet, "lr": 0.01, **MODELS[name], **params}
    if params["network"] is TinyNet:
        params["dropout"] = 0.0
    return LocalizationClassifier(
        batch_size=14,
        max_epochs=3,
        early_stopping=True,
        augmenter=RandomDihedral(),
        random_state=0,
        **params,
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
        env={**os.environ, "ACCELERATE_USE_CPU": "true", "PYTHONPATH": os.getcwd()},
        timeout=120,
    )
    return [np.load(folder / f"learnt{rank}.npz") for rank in range(2)]


@pytest.mark.parametrize("name", MODELS)
def test_all_processes_have_the_same_model(learnt, name):
    first, second = learnt
    assert_array_equal(first[name], second[name])
    assert_array_equal(first[f"{name} loss"], second[f"{name} loss"])


@pytest.mark.parametrize("name", ["mean", "sum"])
def test_the_model_is_that_of_one_process(learnt, X, y, name):
    """Without dropout and batch normalisation, which see the images of one process."""
    model = model_of(name).fit(X, y)
    assert_allclose(learnt[0][name], model.predict_proba(X), atol=1e-5)
    losses = model.history_[:, ("train_loss", "valid_loss")]
    assert_allclose(learnt[0][f"{name} loss"], losses, atol=1e-5)


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
    model = LocalizationClassifier(device="accelerate", batch_size=7, random_state=0)
    with pytest.raises(ValueError, match="4 processes need batches of 8"):
        Team.of(model, 100)


def test_without_accelerate_the_extra_is_named(X, y, monkeypatch):
    monkeypatch.setitem(sys.modules, "accelerate", None)
    model = LocalizationClassifier(TinyNet, device="accelerate", random_state=0)
    with pytest.raises(ImportError, match=r"sklearn-protloc\[accelerate\]"):
        model.fit(X, y)
