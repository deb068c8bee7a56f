"""Promises that every exported loss keeps."""

import copy
import inspect
import pickle

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose
from sklearn.base import clone
from torch import nn

from sklearn_protloc import losses
from sklearn_protloc.networks import Localization
from tests.losses.references import REFERENCES, masks

ALL = [getattr(losses, name) for name in losses.__all__]
BY_ELEMENT = [
    losses.AsymmetricLoss,
    losses.BinaryCrossEntropyLoss,
    losses.FocalLoss,
    losses.MaskedMapLoss,
]
OF_MAPS = [losses.DiceFocalLoss, losses.MaskedMapLoss]


def named(cls):
    return cls.__name__


@pytest.fixture(params=ALL, ids=named)
def cls(request):
    return request.param


def make_batch(n=6, dtype=torch.float64, scale=2.0):
    """What a network said, what is true (its last label occurs nowhere), images."""
    rng = torch.Generator().manual_seed(0)

    def normal(*shape):
        return scale * torch.randn(n, *shape, generator=rng, dtype=dtype)

    output = Localization(normal(4), normal(4, 5, 7), normal(4))
    targets = (torch.rand(n, 4, generator=rng) < 0.5).to(dtype)
    targets[0, :3] = 1
    targets[:, 3] = 0
    return output, targets, torch.rand(n, 4, 20, 28, generator=rng)


def compute(loss, output, targets, images):
    """Call a loss as the classifier does."""
    if len(inspect.signature(loss.forward).parameters) == 3:
        return loss(output, targets, images)
    return loss(output.logits, targets)


def confident(targets, images, logit):
    """Logits, maps and auxiliary logits that say the truth, so loudly."""
    places = torch.from_numpy(masks(images.numpy(), targets.numpy(), (5, 7)))
    says = (2 * targets - 1) * logit
    return Localization(says, (2 * places - 1) * logit, says)


def test_value_is_that_of_the_formula(cls):
    output, targets, images = make_batch()
    expected = REFERENCES[cls.__name__](
        *(part.numpy() for part in output), targets.numpy(), images.numpy()
    )
    assert_allclose(compute(cls(), output, targets, images), expected, rtol=1e-9)


def test_gradient_is_that_of_the_value(cls):
    output, targets, images = make_batch(3)
    targets[0, 0] = 0.7
    parts = [part.requires_grad_() for part in output]

    def value(*parts):
        return compute(cls(), Localization(*parts), targets, images)

    assert torch.autograd.gradcheck(value, parts)


def test_perfect_answers_cost_nothing_and_worse_ones_more(cls):
    _, targets, images = make_batch()
    values = [
        float(compute(cls(), confident(targets, images, logit), targets, images))
        for logit in (-30, -3, -0.5, 0.5, 0.9, 3, 30)
    ]
    assert np.all(np.diff(values) <= 0)
    assert values[-1] == pytest.approx(0, abs=1e-4)
    assert values[0] > values[3] > 0.01


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("target", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("n", [1, 6])
def test_large_logits_and_empty_targets_stay_finite(cls, dtype, target, n):
    output, targets, images = make_batch(n, dtype)
    for logit in (-100.0, 0.0, 100.0):
        said = Localization(*(torch.full_like(p, logit) for p in output))
        for part in said:
            part.requires_grad_()
        loss = compute(cls(), said, torch.full_like(targets, target), images)
        loss.backward()
        assert torch.isfinite(loss), logit
        grads = [part.grad for part in said if part.grad is not None]
        assert grads
        assert all(torch.isfinite(grad).all() for grad in grads), logit


def test_order_of_images_and_labels_does_not_matter(cls):
    output, targets, images = make_batch()
    rows, labels = torch.randperm(6), torch.randperm(4)
    expected = compute(cls(), output, targets, images)
    mixed = Localization(*(part[rows][:, labels] for part in output))
    value = compute(cls(), mixed, targets[rows][:, labels], images[rows])
    assert_allclose(value, expected, rtol=1e-9)


def test_losses_remember_nothing(cls):
    loss, (output, targets, images) = cls(), make_batch()
    before = compute(loss, output, targets, images)
    compute(loss, output, 1 - targets, images.flip(0))
    assert torch.equal(compute(loss, output, targets, images), before)
    assert list(loss.parameters()) == []


def test_copies_and_pickles(cls):
    loss, batch = cls(), make_batch()
    for other in (
        copy.deepcopy(loss),
        clone(loss, safe=False),
        pickle.loads(pickle.dumps(loss)),
    ):
        assert other is not loss
        assert torch.equal(compute(other, *batch), compute(loss, *batch))


def test_options_go_by_keyword_and_are_printed(cls):
    options = inspect.signature(cls).parameters
    keywords = [p for p in options.values() if p.kind is p.KEYWORD_ONLY]
    assert [name for name in options if options[name] not in keywords] in ([], ["loss"])
    for option in keywords:
        assert f"{option.name}={option.default!r}" in repr(cls())


def test_targets_may_be_of_any_type_but_not_of_another_shape(cls):
    output, targets, images = make_batch()
    value = compute(cls(), output, targets.bool(), images)
    assert torch.equal(value, compute(cls(), output, targets, images))
    with pytest.raises(ValueError, match=rf"{cls.__name__}|BinaryCross.*\(6, 4\)"):
        compute(cls(), output, targets[:, :1], images)


@pytest.mark.parametrize("cls", BY_ELEMENT, ids=named)
def test_reductions(cls):
    batch = make_batch()
    each = compute(cls(reduction="none"), *batch)
    assert each.shape == (6, 4)
    assert_allclose(compute(cls(), *batch), each.mean())
    assert_allclose(compute(cls(reduction="sum"), *batch), each.sum())
    over_labels = compute(cls(reduction="sum_over_labels"), *batch)
    assert_allclose(over_labels, each.sum(dim=1).mean())
    with pytest.raises(ValueError, match=r"'sum_over_labels'.*got 'max'"):
        cls(reduction="max")


def test_other_losses_have_no_reduction():
    for cls in set(ALL) - set(BY_ELEMENT) - {losses.AuxiliaryLoss}:
        assert not hasattr(cls(), "reduction")


@pytest.mark.parametrize("cls", OF_MAPS, ids=named)
def test_a_network_without_maps_is_named_as_what_is_missing(cls):
    output, targets, images = make_batch()
    for plain in (output.logits, Localization(output.logits)):
        message = rf"{cls.__name__} needs the `maps`.*CytoFCN, TUNet or Conv"
        with pytest.raises(ValueError, match=message):
            cls()(plain, targets, images)
    with pytest.raises(ValueError, match=r"\(6, 4\), got \(6, 3, 5, 7\)"):
        cls()(output._replace(maps=output.maps[:, :3]), targets, images)
    with pytest.raises(ValueError, match=r"channel 4.*images have 4.*protein_channel"):
        cls(protein_channel=4)(output, targets, images)


@pytest.mark.parametrize(
    ("cls", "options", "message"),
    [
        (losses.FocalLoss, {"gamma": -1}, "gamma as a number, from 0 upwards"),
        (losses.FocalLoss, {"gamma": "2"}, "gamma as a number"),
        (losses.AsymmetricLoss, {"clip": 1}, "clip below 1"),
        (losses.AsymmetricLoss, {"clip": 1.5}, "clip as a number, 0 to 1"),
        (losses.AsymmetricLoss, {"gamma_neg": float("nan")}, "gamma_neg"),
        (losses.DiceLoss, {"smooth": 0}, "smooth above 0"),
        (losses.DiceFocalLoss, {"alpha": 2}, "alpha as a number, 0 to 1"),
        (losses.MaskedMapLoss, {"threshold": 30}, "threshold as a number, 0 to 1"),
        (losses.MaskedMapLoss, {"sigma": 2}, "sigma as a number, 0 to 1"),
        (losses.MaskedMapLoss, {"dilation": 4}, "odd number of pixels"),
        (losses.MaskedMapLoss, {"dilation": -1}, "odd number of pixels"),
        (losses.MaskedMapLoss, {"protein_channel": -1}, "number of a channel"),
        (losses.BinaryCrossEntropyLoss, {"pos_weight": [1, -1]}, "from 0 upwards"),
        (losses.AuxiliaryLoss, {"weight": -1}, "weight as a number"),
    ],
)
def test_bad_options_are_refused(cls, options, message):
    with pytest.raises(ValueError, match=message):
        cls(**options)


def test_what_cannot_be_called_is_no_loss():
    with pytest.raises(TypeError, match=r"called as loss\(logits, targets\).*'focal'"):
        losses.AuxiliaryLoss("focal")


def test_the_noisy_and_of_the_authors_goes_through_two_sigmoids():
    output, targets, images = make_batch()
    twice = losses.AuxiliaryLoss(weight=0.5, double_sigmoid=True)
    bce = nn.BCEWithLogitsLoss()
    second = bce(output.auxiliary.sigmoid(), targets)
    expected = bce(output.logits, targets) + 0.5 * second
    assert_allclose(twice(output, targets, images), expected)


def test_gamma_of_zero_is_cross_entropy():
    output, targets, _ = make_batch()
    targets[0, 0] = 0.3
    expected = losses.BinaryCrossEntropyLoss()(output.logits, targets)
    for loss in (
        losses.FocalLoss(gamma=0),
        losses.AsymmetricLoss(gamma_neg=0, gamma_pos=0, clip=0),
    ):
        assert_allclose(loss(output.logits, targets), expected)


@pytest.mark.parametrize("gamma_neg", [0, 0.5, 1, 4])
@pytest.mark.parametrize("clip", [0, 0.05])
def test_gradients_of_absent_labels_are_finite_around_the_clip(gamma_neg, clip):
    logits = torch.linspace(-100, 100, 2001, requires_grad=True)
    loss = losses.AsymmetricLoss(gamma_neg=gamma_neg, clip=clip, reduction="sum")
    loss(logits[:, None], torch.zeros(2001, 1)).backward()
    assert torch.isfinite(logits.grad).all()
    assert (logits.grad >= 0).all()


def test_pos_weight_is_torchs():
    output, targets, _ = make_batch(dtype=torch.float32)
    weight = [1.0, 2.0, 0.5, 0.0]
    ours = losses.BinaryCrossEntropyLoss(pos_weight=weight)
    torchs = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(weight))
    assert_allclose(ours(output.logits, targets), torchs(output.logits, targets))
    with pytest.raises(ValueError, match="each of 3 labels, got 4"):
        ours(output.logits[:, :3], targets[:, :3])


def test_labels_absent_from_the_batch_do_not_count_in_f1():
    output, targets, _ = make_batch()
    loss = losses.SoftMacroF1Loss()
    without = loss(output.logits[:, :3], targets[:, :3])
    assert_allclose(loss(output.logits, targets), without)
    assert loss(output.logits, torch.zeros_like(targets)) == 0
