"""Promises that every exported network keeps."""

import inspect
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_protloc import networks

EXPORTED = {name: getattr(networks, name) for name in networks.__all__}
ALL = [name for name, thing in EXPORTED.items() if issubclass(thing, nn.Module)]

# Arguments of narrow networks, which are fast to test: one line per network, or one
# per variant, named "Network variant".
NARROW = {
    "GapNetPL": {"widths": (8, 16, 16), "n_hidden": 32},
    "TinyNet": {},
}

# Heights and widths of a network that does not take all of these.
ANY_SIZE = [(64, 64), (45, 70), (8, 8)]
SIZES = {}

# Sizes that a network cannot work with, and what its error says is needed.
REFUSED = {}

# (network, arguments, channels, labels, trainable parameters) as the papers or their
# authors' programs have them.
PARAMETERS = [
    ("GapNetPL", {}, 4, 13, 626_221),
]


def class_of(name):
    return EXPORTED[name.split()[0]]


def build(name, n_channels, n_labels, size, **arguments):
    """Build a narrow network, for images of the size if it is bound to one."""
    arguments = NARROW[name] | arguments
    if "image_size" in inspect.signature(class_of(name)).parameters:
        arguments["image_size"] = size
    torch.manual_seed(0)
    return class_of(name)(n_channels, n_labels, **arguments)


def smallest_size(name):
    return min(SIZES.get(name, [(32, 32)]))


def logits_of(output):
    return output.logits if isinstance(output, networks.Localization) else output


def parts_of(output):
    """List logits, and maps and an auxiliary output where there are any."""
    if not isinstance(output, networks.Localization):
        return [output]
    return [part for part in output if part is not None]


@pytest.fixture(params=NARROW)
def name(request):
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
    for _ in range(150):
        optimizer.zero_grad()
        logits = logits_of(model(images))
        if ((logits > 0) == targets.bool()).all():
            break
        loss(logits, targets).backward()
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


def test_gapnet_pl_reads_averages_after_pooling():
    """The features are 32 + 64 + 128 averages at 1/4, 1/16 and 1/16 of the size."""
    model = networks.GapNetPL(4, 13)
    images = torch.rand(1, 4, 64, 64)
    maps_a = model.features.block_a(images)
    maps_b = model.features.block_b(maps_a)
    assert maps_a.shape == (1, 32, 16, 16)
    assert maps_b.shape == (1, 64, 4, 4)
    assert model.features.block_c(maps_b).shape == (1, 128, 4, 4)
    assert model.features(images).shape == (1, 224)


def test_gapnet_pl_is_selu_with_alpha_dropout_throughout():
    kinds = [type(m).__name__ for m in networks.GapNetPL(4, 13).modules()]
    assert kinds.count("SELU") == 8 + 2
    assert kinds.count("AlphaDropout") == 2
    assert not {"ReLU", "Dropout", "BatchNorm2d"} & set(kinds)


def test_gapnet_pl_starts_self_normalised():
    """SELU with these weights keeps means near 0 and variances near 1."""
    model = networks.GapNetPL(4, 13).eval()
    weight = model.features.block_c[1][0].weight.detach().numpy()
    fan_in = np.prod(weight.shape[1:])
    assert np.abs(weight).max() <= 2 / np.sqrt(fan_in)
    assert weight.std() == pytest.approx(0.88 / np.sqrt(fan_in), rel=0.02)
    maps = model.features.block_a(torch.randn(8, 4, 64, 64)).detach()
    assert 0.2 < float(maps.std()) < 2
