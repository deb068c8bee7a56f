"""The loss as the net calls it: weighted, of maps, of one column of classes."""

import pytest
import torch
from torch import nn

from sklearn_protloc.classifiers._criterion import Criterion
from sklearn_protloc.losses import (
    AuxiliaryLoss,
    BinaryCrossEntropyLoss,
    DiceLoss,
    FocalLoss,
    MaskedMapLoss,
)
from sklearn_protloc.networks import Localization


@pytest.fixture
def batch():
    rng = torch.Generator().manual_seed(0)
    maps = torch.randn(6, 4, 5, 5, generator=rng)
    auxiliary = torch.randn(6, 4, generator=rng)
    output = Localization(maps.amax(dim=(2, 3)), maps, auxiliary)
    targets = (torch.rand(6, 4, generator=rng) < 0.5).float()
    return output, targets, torch.rand(6, 4, 20, 20, generator=rng)


@pytest.fixture
def weights():
    return torch.rand(6, 4, generator=torch.Generator().manual_seed(1))


LOSSES = [
    nn.BCEWithLogitsLoss,
    BinaryCrossEntropyLoss,
    FocalLoss,
    MaskedMapLoss,
    lambda reduction: AuxiliaryLoss(FocalLoss(reduction=reduction), weight=0.4),
]
OURS = [(loss, "sum_over_labels") for loss in LOSSES[1:]]


@pytest.mark.parametrize(
    ("loss", "reduction"),
    [(loss, reduction) for loss in LOSSES for reduction in ("mean", "sum")] + OURS,
)
def test_weights_keep_the_reduction(loss, reduction, batch, weights):
    """Weights of one change nothing, others count as often as they say."""
    plain = Criterion(loss(reduction=reduction), weighted=False, exclusive=False)
    weighted = Criterion(loss(reduction=reduction), weighted=True, exclusive=False)
    of_one = weighted(*batch, torch.ones(6, 4))
    torch.testing.assert_close(of_one, plain(*batch))
    inner, (output, targets, _) = weighted.loss, batch
    takes_all = weighted.takes_images
    each = inner(*batch) if takes_all else inner(output.logits, targets)
    total = (each * weights).sum()
    n = {"mean": 24, "sum": 1, "sum_over_labels": 6}[reduction]
    torch.testing.assert_close(weighted(*batch, weights), total / n)


def test_the_users_loss_stays_as_it_was(batch, weights):
    loss = FocalLoss(reduction="sum_over_labels")
    Criterion(loss, weighted=True, exclusive=False)(*batch, weights)
    assert loss.reduction == "sum_over_labels"


@pytest.mark.parametrize("loss", [DiceLoss, nn.BCEWithLogitsLoss(reduction="none")])
def test_weights_need_a_reduction(loss):
    message = r"'mean', 'sum', 'sum_over_labels', and .*Weigh inside the loss"
    with pytest.raises(ValueError, match=message):
        Criterion(loss, weighted=True, exclusive=False)


@pytest.mark.parametrize("loss", [nn.CrossEntropyLoss, FocalLoss])
def test_weights_of_exclusive_classes(loss, batch, weights):
    """One for each sample, whether the loss is of samples or of their classes."""
    classes = torch.eye(4)[[0, 1, 2, 3, 0, 1]]
    of_samples = weights[:, :1].expand(6, 4)
    weighted = Criterion(loss, weighted=True, exclusive=True)
    each = loss(reduction="none")(batch[0].logits, classes)
    factor = weights[:, 0] if each.ndim == 1 else weights[:, :1]
    value = weighted(batch[0], classes, batch[2], of_samples)
    torch.testing.assert_close(value, (each * factor).mean())


def test_only_training_hears_the_auxiliary_head(batch):
    criterion = Criterion(AuxiliaryLoss, weighted=False, exclusive=False)
    output, targets, images = batch
    bce = nn.BCEWithLogitsLoss()
    main, second = bce(output.logits, targets), bce(output.auxiliary, targets)
    torch.testing.assert_close(criterion(*batch), main + second)
    criterion.eval()
    torch.testing.assert_close(criterion(*batch), main)
    torch.testing.assert_close(criterion(output.logits, targets, images), main)
