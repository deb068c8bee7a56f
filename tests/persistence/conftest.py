import copy
import json
import zipfile

import numpy as np
import psutil
import pytest
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.losses import FocalLoss
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.persistence import ModelFileError, load_model, save_model
from sklearn_protloc.persistence._archive import ArchiveWriter
from sklearn_protloc.preprocessing import Resize


@pytest.fixture(scope="session")
def X():
    images = np.random.default_rng(0).integers(0, 256, (24, 4, 12, 12), dtype=np.uint8)
    images.setflags(write=False)
    return images


@pytest.fixture(scope="session")
def y(X):
    """Three labels of which each occurs in every third of the images."""
    target = np.array([[1, 0, 1], [0, 1, 0], [1, 1, 0], [0, 0, 1]] * 6)
    target.setflags(write=False)
    return target


@pytest.fixture
def classifier(trained):
    """Return a copy, as some tests train it further."""
    return copy.deepcopy(trained)


@pytest.fixture(scope="session")
def trained(X, y):
    """Return a fitted classifier with a parameter of every sort."""
    return LocalizationClassifier(
        TinyNet,
        dropout=0.1,
        loss=FocalLoss(gamma=1.5),
        augmenter=RandomDihedral(),
        max_epochs=2,
        validation_fraction=0.25,
        random_state=0,
    ).fit(X, y)


@pytest.fixture(scope="session")
def pipeline(X, y, trained):
    return make_pipeline(Resize(8), clone(trained)).fit(X, y)


@pytest.fixture(scope="session")
def model_file(pipeline, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "model.protloc"
    save_model(pipeline, path)
    return path


@pytest.fixture
def forged(model_file, tmp_path):
    """Return a function that writes the model file anew, with checksums that fit.

    It calls `change(config, members)`, where members are bytes by name, which may
    return another configuration.
    """

    def forge(change):
        config, members = members_of(model_file)
        config = change(config, members) or config
        return write_members(tmp_path / "forged.protloc", config, members)

    return forge


def members_of(path):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    del members["manifest.json"]
    return json.loads(members.pop("config.json")), members


def write_members(path, config, members):
    with zipfile.ZipFile(path, "w") as archive:
        writer = ArchiveWriter(archive, {})
        for name, content in members.items():
            writer._write(name, content)
        writer.finish(config)
    return path


def node_of(config, kind):
    """Return the first object of a kind in a configuration."""
    return next(node for node in config["objects"] if node["kind"] == kind)


def assert_refused(path, message):
    before = psutil.Process().memory_info().rss
    with pytest.raises(ModelFileError, match=message) as caught:
        load_model(path)
    assert str(path) in str(caught.value)
    assert psutil.Process().memory_info().rss - before < 200 * 2**20
