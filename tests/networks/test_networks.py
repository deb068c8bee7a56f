"""Promises that every exported network keeps."""

import inspect
import pickle

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_protloc import networks

EXPORTED = [getattr(networks, name) for name in networks.__all__]
ALL = [network for network in EXPORTED if issubclass(network, nn.Module)]

# Trainable parameters at 4 channels and 13 labels, from the papers.
PARAMETERS = {"GapNetPL": 626_221}


@pytest.fixture(params=ALL, ids=lambda network: network.__name__)
def network(request):
    torch.manual_seed(0)
    return request.param


@pytest.mark.parametrize(("n_channels", "n_labels"), [(1, 1), (4, 28)])
@pytest.mark.parametrize("size", [(64, 64), (45, 70), (8, 8)])
def test_logits_of_any_size(network, n_channels, n_labels, size):
    logits = network(n_channels, n_labels)(torch.rand(2, n_channels, *size))
    assert logits.shape == (2, n_labels)
    assert torch.isfinite(logits).all()


def test_sizes_come_first_and_options_by_keyword(network):
    first, second, *rest = inspect.signature(network).parameters.values()
    assert (first.name, second.name) == ("n_channels", "n_labels")
    assert all(p.kind is p.KEYWORD_ONLY for p in rest)
    assert all(p.default is not p.empty for p in rest)
    assert "dropout" in [p.name for p in rest]


def test_features_then_head(network):
    model = network(4, 5).eval()
    images = torch.rand(3, 4, 32, 32)
    assert torch.equal(model(images), model.head(model.features(images)))


def test_one_image_in_evaluation(network):
    model = network(4, 5).eval()
    images = torch.rand(3, 4, 32, 32)
    torch.testing.assert_close(model(images[:1]), model(images)[:1])


def test_every_parameter_gets_a_gradient(network):
    model = network(4, 5)
    model(torch.rand(4, 4, 32, 32)).square().sum().backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None, name
        assert parameter.grad.abs().sum() > 0, name


def test_dropout_acts_in_training_only(network):
    model, images = network(4, 5, dropout=0.5), torch.rand(2, 4, 32, 32)
    model.train()
    assert not torch.equal(model(images), model(images))
    model.eval()
    assert torch.equal(model(images), model(images))


def test_state_and_pickle_round_trip(network):
    model, images = network(4, 5).eval(), torch.rand(2, 4, 32, 32)
    other = network(4, 5).eval()
    other.load_state_dict(model.state_dict())
    assert torch.equal(other(images), model(images))
    assert torch.equal(pickle.loads(pickle.dumps(model))(images), model(images))


def test_overfits_eight_images(network):
    images = torch.randn(8, 2, 16, 16)
    targets = torch.tensor([[i & 1, i >> 1 & 1] for i in range(8)]).float()
    model, loss = network(2, 2, dropout=0.0), nn.BCEWithLogitsLoss()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
    for _ in range(150):
        optimizer.zero_grad()
        current = loss(model(images), targets)
        current.backward()
        optimizer.step()
    assert ((model(images) > 0) == targets.bool()).all(), float(current)


@pytest.mark.parametrize("name", PARAMETERS)
def test_parameter_counts_of_the_papers(name):
    with torch.device("meta"):
        model = getattr(networks, name)(4, 13)
    assert sum(p.numel() for p in model.parameters()) == PARAMETERS[name]


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
