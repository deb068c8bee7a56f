"""Options that meet: norms in heads, parts of batches, scorers that look at images."""

import numpy as np
import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.losses import FocalLoss, SoftMacroF1Loss
from sklearn_protloc.networks import ConvolutionalMIL, DeepYeast, TinyNet


def _fit(X, y, network=TinyNet, **params):
    params = {"max_epochs": 1, "random_state": 0, **params}
    return LocalizationClassifier(network, **params).fit(X, y)


class NormedHead(nn.Module):
    """Batch norm after the average: it cannot learn from a single image."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.features = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.head = nn.Sequential(
            nn.BatchNorm1d(n_channels), nn.Linear(n_channels, n_labels)
        )

    def forward(self, images):
        return self.head(self.features(images))


def test_frozen_norms_of_dense_layers_keep_their_statistics(X, y):
    narrow = {"widths": (2, 2, 2), "n_hidden": 4}
    model = _fit(X, y, DeepYeast, network_params=narrow)
    before = {n: t.clone() for n, t in model.net_.module_.state_dict().items()}
    model.fine_tune(X, y, trainable="output", max_epochs=1)
    after = model.net_.module_.state_dict()
    changed = [name for name in before if not torch.equal(before[name], after[name])]
    assert changed
    assert not [name for name in changed if "running" in name]


@pytest.mark.parametrize(("batch_size", "n"), [(2, 7), (2, 6), (3, 10), (4, 9)])
def test_no_part_of_a_batch_is_a_single_image(X, y, batch_size, n):
    sizes = []

    class Watching(NormedHead):
        def forward(self, images):
            sizes.append(len(images))
            return super().forward(images)

    _fit(X[:n], y[:n], Watching, batch_size=batch_size, accumulate_steps=2)
    assert min(sizes) > 1
    assert sum(sizes) == n


def test_scorers_may_look_at_the_held_out_images(X, y):
    seen = []

    def brightness(estimator, images, target):
        seen.append((images.shape, len(target), np.asarray(images[:2]).shape))
        assert estimator.predict(images).shape == target.shape
        return float(np.asarray(images).mean())

    _fit(X, y, scoring=brightness, validation_fraction=0.2)
    assert seen == [((12, *X.shape[1:]), 12, (2, *X.shape[1:]))]


@pytest.mark.parametrize(
    ("scorer", "message"),
    [
        (lambda model, X, y: {"f1": 0.5}, "to return a number, got {'f1': 0.5}"),
        (lambda model, X, y: None, "to return a number, got None"),
        (lambda model, X, y: model.predict(X[:3]).mean(), "all 12 held-out images"),
    ],
)
def test_scorers_that_cannot_be_used(X, y, scorer, message):
    with pytest.raises(ValueError, match=message):
        _fit(X, y, scoring=scorer, validation_fraction=0.2)


def test_cross_entropy_over_classes_is_not_for_labels(X, y):
    for target in (y, y[:, 0]):
        with pytest.raises(ValueError, match="CrossEntropyLoss is for one of three"):
            _fit(X, target, loss=nn.CrossEntropyLoss)
    assert _fit(X, np.arange(60) % 3, loss=nn.CrossEntropyLoss).classes_.size == 3


@pytest.mark.parametrize(
    "loss", [FocalLoss(reduction="none"), lambda logits, targets: 1.0]
)
def test_a_loss_is_one_number(X, y, loss):
    with pytest.raises(ValueError, match="Expected loss to return one number"):
        _fit(X, y, loss=loss)


def test_weights_and_a_loss_without_elements(X, y):
    model = _fit(X, y, class_weight="balanced")
    with pytest.raises(ValueError, match="class_weight=None"):
        model.fine_tune(X, y, trainable="head", loss=SoftMacroF1Loss, max_epochs=1)
    model.fine_tune(
        X, y, trainable="head", loss=SoftMacroF1Loss, class_weight=None, max_epochs=1
    )


def test_a_share_that_left_its_range_comes_back():
    """The share of places is learnt from wherever a step has led it."""
    network = ConvolutionalMIL(2, 3, widths=(2, 2, 2, 2, 2), n_hidden=4)
    share = network.head.noisy_and.share
    with torch.no_grad():
        share.copy_(torch.tensor([-0.1, 0.5, 1.1]))
    network(torch.rand(2, 2, 140, 140)).auxiliary.sum().backward()
    assert (share.grad.abs() > 0).all()
    assert torch.equal(share.detach(), torch.tensor([0.0, 0.5, 1.0]))


def test_parameters_of_no_schedule(X, y):
    with pytest.raises(ValueError, match="there is none"):
        _fit(X, y, lr_schedule_params={"step_size": 3})


def test_cosine_falls_to_the_last_epoch(X, y):
    model = _fit(X, y, lr_schedule=CosineAnnealingLR, max_epochs=4, lr=0.1)
    assert model.history_[-1, "lr"] == pytest.approx(
        0.1 * (1 + np.cos(0.75 * np.pi)) / 2
    )


def test_files_that_are_no_weights(X, y, tmp_path):
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(b"no tensors")
    for path in (broken, tmp_path):
        with pytest.raises(ValueError, match="Expected init_weights as a file"):
            _fit(X, y, init_weights=path)
