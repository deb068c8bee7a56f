"""Classes of the user's own: refused unless named on both sides."""

import functools
import math

import numpy as np
import pytest
import torch
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from torch import nn

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.persistence import ModelFileError, load_model, save_model


class MyNetwork(nn.Module):
    """A network with a tensor that is no weight, and one that its weights decide."""

    def __init__(self, n_channels, n_labels, *, width=4):
        super().__init__()
        self.scale = torch.ones(1) * 2
        self.dense = nn.Linear(n_channels, width)
        self.head = nn.Linear(width, n_labels)
        self.bound = 1 / math.sqrt(float(self.dense.weight.abs().max()))

    def forward(self, images):
        return self.head(self.dense(images.mean(dim=(2, 3)) * self.scale).relu())


class MyAugmenter:
    def __init__(self, shift):
        self.shift = shift

    def __call__(self, image, rng):
        return np.roll(image, self.shift, axis=2)


def my_loss(logits, targets):
    return nn.functional.binary_cross_entropy_with_logits(logits, targets)


OWN = [MyNetwork, MyAugmenter, my_loss]


@pytest.fixture(scope="module")
def model(X, y):
    return LocalizationClassifier(
        MyNetwork,
        network_params={"width": 3},
        loss=my_loss,
        augmenter=MyAugmenter(2),
        max_epochs=1,
        random_state=0,
    ).fit(X, y)


def test_own_classes_named_on_both_sides(model, X, tmp_path):
    save_model(model, tmp_path / "m", trusted=OWN)
    before = torch.random.get_rng_state()
    loaded = load_model(tmp_path / "m", trusted=OWN)
    assert torch.equal(torch.random.get_rng_state(), before)
    assert (loaded.predict_proba(X) == model.predict_proba(X)).all()
    assert loaded.augmenter.shift == 2
    assert loaded.loss is my_loss


@pytest.mark.parametrize("left_out", OWN, ids=lambda thing: thing.__name__)
def test_each_own_class_is_refused_unless_named(left_out, model, tmp_path):
    known = [thing for thing in OWN if thing is not left_out]
    name = left_out.__name__
    with pytest.raises(ValueError, match=rf"{name} is not part.*trusted=\[{name}\]"):
        save_model(model, tmp_path / "m", trusted=known)
    assert list(tmp_path.iterdir()) == []
    save_model(model, tmp_path / "m", trusted=OWN)
    with pytest.raises(ModelFileError, match=rf"trusted=\[{name}\]"):
        load_model(tmp_path / "m", trusted=known)


def test_the_place_of_what_cannot_be_saved_is_told(model, tmp_path):
    with pytest.raises(
        ValueError, match=r"Cannot save model\['mine'\]\[1\]\.network: "
    ):
        save_model({"mine": [1, model]}, tmp_path / "m")


def test_a_class_that_has_moved_is_found_by_its_name(model, X, tmp_path):
    save_model(model, tmp_path / "m", trusted=OWN)
    moved = type("MyNetwork", (MyNetwork,), {"__module__": "somewhere.else"})
    moved.__qualname__ = "MyNetwork"
    loaded = load_model(tmp_path / "m", trusted=[moved, MyAugmenter, my_loss])
    assert loaded.network is moved


@pytest.mark.parametrize(
    ("trusted", "error", "message"),
    [
        ([MyAugmenter(1)], TypeError, "Give the class itself"),
        ([lambda x: x], ValueError, "define it with def"),
    ],
)
def test_trusted_things_that_cannot_be(trusted, error, message, tmp_path):
    with pytest.raises(error, match=message):
        save_model([], tmp_path / "m", trusted=trusted)


@pytest.mark.parametrize(
    "thing",
    [
        lambda x: x,
        print,
        functools.partial(print),
        object,
        open,
        torch.load,
        math,
        GradientBoostingClassifier(),
        KNeighborsClassifier(),
        SVC(),
        bytearray(b"bytes"),
        iter([]),
    ],
    ids=str,
)
def test_what_is_not_on_the_list_is_refused(thing, tmp_path):
    if thing is object:
        thing = object.__subclasses__
    with pytest.raises(ValueError, match=r"Cannot save model"):
        save_model([thing], tmp_path / "m")


def test_networks_rebuilt_by_hand_are_refused(X, y, tmp_path):
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0).fit(X, y)
    model.net_.module_.extra = nn.Linear(2, 2)
    with pytest.raises(ValueError, match="no longer as it was built"):
        save_model(model, tmp_path / "m")


def test_hooks_are_refused(tmp_path):
    loss = nn.BCEWithLogitsLoss()
    loss.register_forward_hook(print)
    with pytest.raises(ValueError, match="hooks"):
        save_model(loss, tmp_path / "m")
