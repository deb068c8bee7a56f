"""Promises that every exported network keeps."""

import inspect
import pickle

import pytest
import torch
from torch import nn

from sklearn_protloc import networks
from tests.networks.narrow import (
    ALL,
    ANY_SIZE,
    NARROW,
    SIZES,
    build,
    class_of,
    logits_of,
    smallest_size,
)

# Sizes that a network cannot work with, and what its error says is needed.
REFUSED = {
    "ConvolutionalMIL": [((134, 200), "at least 135 x 135")],
    "ConvolutionalMIL table7": [((64, 31), "at least 32 x 32")],
    "MCNN": [((128, 192), "multiples of 128"), ((64, 64), "multiples of 128")],
    "DenseNet121": [((28, 64), "at least 29 x 29")],
    "InceptionResNetV2": [((75, 74), "at least 75 x 75")],
    "InceptionV3": [((74, 75), "at least 75 x 75")],
    "InceptionV3 auxiliary": [((298, 299), "at least 299 x 299")],
}

ORIGINAL_DEEP_LOC = {
    "norm": "batch",
    "widths": (64, 128, 256),
    "n_hidden": 512,
    "image_size": 60,
}
# (network, arguments, channels, labels, trainable parameters) as the papers or their
# authors' programs have them.
PARAMETERS = [
    ("ConvolutionalMIL", {}, 4, 13, 485_792),
    ("ConvolutionalMIL", {"variant": "table7"}, 4, 13, 593_143),
    ("ConvolutionalMIL", {"variant": "table7", "image_size": 512}, 4, 13, 463_351),
    ("ConvolutionalMIL", {"variant": "table7", "image_size": 256}, 4, 13, 430_903),
    ("CytoCNN", {}, 4, 13, 21_761_549),
    ("CytoCNN", {"width": 16}, 4, 13, 9_838_349),
    ("CytoCNN", {"width": 64}, 4, 13, 52_672_013),
    ("CytoCNN", {"kernel_size": 5}, 4, 13, 30_135_821),
    ("CytoFCN", {}, 4, 13, 4_721_165),
    ("CytoFCN", {"width": 16}, 4, 13, 1_183_245),
    ("CytoFCN", {"width": 64}, 4, 13, 18_861_069),
    ("CytoFCN", {"head_kernel_size": 3}, 4, 13, 4_774_413),
    ("DeepLoc", {}, 4, 13, 201_715_277),
    ("DeepLoc", {"image_size": 512}, 4, 13, 50_720_333),
    ("DeepLoc", {"norm": "batch"}, 4, 13, 201_716_967),
    ("DeepLoc", {"norm": "batch", "image_size": 512}, 4, 13, 50_722_023),
    ("DeepLoc", ORIGINAL_DEEP_LOC, 2, 19, 10_991_417),
    ("DeepYeast", {}, 4, 28, 78_106_012),
    ("DeepYeast", {"image_size": 64}, 2, 12, 10_987_788),
    ("GapNetPL", {}, 4, 13, 626_221),
    ("GapNetVariant", {}, 4, 28, 594_308),
    ("GapNetVariant", {"mid_convs": 4}, 4, 28, 631_364),
    ("MCNN", {}, 4, 13, 34_193_853),
    ("MCNN", {"image_size": 512}, 4, 28, 9_035_724),
    ("TUNet", {}, 4, 28, 14_872_152),
    ("TUNet", {"batch_norm": False}, 4, 28, 14_869_208),
    ("DenseNet121", {}, 4, 13, 6_970_317),
    ("DenseNet121", {}, 4, 28, 6_985_692),
    ("DenseNet121", {}, 3, 1000, 7_978_856),
    ("InceptionResNetV2", {}, 4, 13, 54_326_733),
    ("InceptionResNetV2", {}, 4, 28, 54_349_788),
    ("InceptionResNetV2", {}, 3, 1000, 55_843_464),
    ("InceptionV3", {}, 4, 13, 21_812_493),
    ("InceptionV3", {}, 4, 28, 21_843_228),
    ("InceptionV3", {}, 3, 1000, 23_834_568),
    ("InceptionV3", {"auxiliary": True}, 3, 1000, 27_161_264),
    ("ResNet34", {}, 4, 13, 21_294_477),
    ("ResNet34", {}, 4, 28, 21_302_172),
    ("ResNet34", {"n_hidden": 512}, 4, 28, 21_830_044),
    ("ResNet34", {}, 3, 1000, 21_797_672),
    ("ResNet50", {}, 4, 13, 23_537_805),
    ("ResNet50", {}, 1, 28, 23_559_132),
    ("ResNet50", {}, 3, 1000, 25_557_032),
    ("ResNet50", {"extra_conv": True}, 1, 28, 31_748_572),
    ("ResNet50", {"extra_conv": True}, 3, 28, 31_754_844),
    ("ResNet50", {"extra_conv": True}, 4, 28, 31_757_980),
]


def parts_of(output):
    """List logits, and maps and an auxiliary output where there are any."""
    if not isinstance(output, networks.Localization):
        return [output]
    return [part for part in output if part is not None]


@pytest.fixture(params=NARROW)
def name(request):
    torch.manual_seed(0)
    return request.param


def test_every_network_is_tested():
    assert sorted({name.split()[0] for name in NARROW}) == ALL


@pytest.mark.parametrize(
    ("name", "size"),
    [(name, size) for name in NARROW for size in SIZES.get(name, ANY_SIZE)],
)
@pytest.mark.parametrize(("n_channels", "n_labels"), [(1, 1), (4, 28)])
def test_output_at_every_size(name, n_channels, n_labels, size):
    model = build(name, n_channels, n_labels, size)
    output = model(torch.rand(2, n_channels, *size))
    assert logits_of(output).shape == (2, n_labels)
    for part in parts_of(output):
        assert part.shape[:2] == (2, n_labels)
        assert torch.isfinite(part).all()


@pytest.mark.parametrize(
    ("name", "size", "message"),
    [(name, *refused) for name in REFUSED for refused in REFUSED[name]],
)
def test_impossible_sizes_are_refused_with_what_is_needed(name, size, message):
    with pytest.raises(ValueError, match=message) as error:
        build(name, 4, 5, size)(torch.rand(2, 4, *size))
    assert f"{size[0]} x {size[1]}" in str(error.value)


@pytest.mark.parametrize("name", ALL)
def test_sizes_come_first_and_options_by_keyword(name):
    first, second, *rest = inspect.signature(class_of(name)).parameters.values()
    assert (first.name, second.name) == ("n_channels", "n_labels")
    assert all(p.kind is p.KEYWORD_ONLY for p in rest)
    assert all(p.default is not p.empty for p in rest)
    assert "dropout" in [p.name for p in rest]


def test_features_then_head(name):
    size = smallest_size(name)
    model, images = build(name, 4, 5, size).eval(), torch.rand(3, 4, *size)
    answer = model.head(model.features(images))
    parts = parts_of(model(images))
    assert any(p.shape == answer.shape and torch.equal(p, answer) for p in parts)


def test_last_layer_with_parameters_gives_the_labels(name):
    model = build(name, 4, 5, smallest_size(name))
    last = [m for m in model.head.modules() if any(True for _ in m.parameters(False))]
    assert isinstance(last[-1], nn.Linear | nn.Conv2d)
    assert last[-1].weight.shape[0] == 5


def test_one_image_in_evaluation(name):
    size = smallest_size(name)
    model, images = build(name, 4, 5, size).eval(), torch.rand(3, 4, *size)
    with torch.no_grad():
        for one, all_three in zip(
            parts_of(model(images[:1])), parts_of(model(images)), strict=True
        ):
            torch.testing.assert_close(one, all_three[:1], rtol=1e-4, atol=1e-5)


def test_channels_last(name):
    size = smallest_size(name)
    model, images = build(name, 4, 5, size).eval(), torch.rand(3, 4, *size)
    expected = logits_of(model(images))
    model = model.to(memory_format=torch.channels_last)
    logits = logits_of(model(images.to(memory_format=torch.channels_last)))
    torch.testing.assert_close(logits, expected, rtol=1e-3, atol=1e-5)


def test_every_parameter_gets_a_gradient(name):
    size = smallest_size(name)
    model = build(name, 4, 5, size)
    sum(
        part.square().mean() for part in parts_of(model(torch.rand(4, 4, *size)))
    ).backward()
    for parameter_name, parameter in model.named_parameters():
        assert parameter.grad is not None, parameter_name
        assert parameter.grad.abs().sum() > 0, parameter_name


def test_dropout_acts_in_training_only(name):
    size = smallest_size(name)
    model = build(name, 4, 5, size, dropout=0.5)
    images = torch.rand(2, 4, *size)
    model.train()
    assert not torch.equal(logits_of(model(images)), logits_of(model(images)))
    model.eval()
    assert torch.equal(logits_of(model(images)), logits_of(model(images)))


def test_state_and_pickle_round_trip(name):
    size = smallest_size(name)
    images = torch.rand(2, 4, *size)
    model, other = build(name, 4, 5, size).eval(), build(name, 4, 5, size).eval()
    for parameter in other.parameters():
        parameter.data.zero_()
    other.load_state_dict(model.state_dict())
    copy = pickle.loads(pickle.dumps(model))
    logits = logits_of(model(images))
    assert torch.equal(logits_of(other(images)), logits)
    assert torch.equal(logits_of(copy(images)), logits)


def test_overfits_eight_images(name):
    size = min(SIZES.get(name, [(16, 16)]))
    images = torch.randn(8, 2, *size)
    targets = torch.tensor([[i & 1, i >> 1 & 1] for i in range(8)]).float()
    model, loss = build(name, 2, 2, size, dropout=0.0), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(300):
        optimizer.zero_grad()
        logits, *others = parts_of(model(images))
        if ((logits > 0) == targets.bool()).all():
            break
        auxiliary = [part for part in others if part.ndim == 2]
        sum(loss(part, targets) for part in [logits, *auxiliary]).backward()
        optimizer.step()
    assert ((logits > 0) == targets.bool()).all()


@pytest.mark.parametrize(
    ("name", "arguments", "n_channels", "n_labels", "count"), PARAMETERS
)
def test_parameter_counts_of_the_papers(name, arguments, n_channels, n_labels, count):
    with torch.device("meta"):
        model = class_of(name)(n_channels, n_labels, **arguments)
    assert sum(p.numel() for p in model.parameters()) == count


@pytest.mark.parametrize("name", sorted({name for name, *_ in PARAMETERS}))
def test_docstring_states_the_parameters(name):
    counts = [count for other, *_, count in PARAMETERS if other == name]
    stated = " ".join(class_of(name).__doc__.split())
    assert any(f"{count:,} parameters" in stated for count in counts)
