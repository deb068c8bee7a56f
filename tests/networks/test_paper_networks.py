"""What the papers' own networks do beside the promises of all networks."""

from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.special import expit
from torch import nn
from torch.nn.functional import binary_cross_entropy, binary_cross_entropy_with_logits

from sklearn_protloc import networks
from sklearn_protloc.networks._noisy_and import NoisyAnd

BOUND = ["ConvolutionalMIL", "CytoCNN", "DeepLoc", "DeepYeast", "MCNN"]


@pytest.fixture(autouse=True)
def seeded():
    torch.manual_seed(0)


def on_meta(network, n_labels=13, **arguments):
    with torch.device("meta"):
        return network(4, n_labels, **arguments)


def images_on_meta(side):
    return torch.zeros(2, 4, side, side, device="meta")


def shapes_of(layers, model, images):
    """List the heights and numbers of maps that layers of a model give for images."""
    seen = []
    for layer in layers:
        layer.register_forward_hook(lambda _, __, out: seen.append((*out.shape[1:3],)))
    with torch.no_grad():
        model(images)
    return seen


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


def test_guide_names_every_network_with_its_parameters():
    guide = Path(__file__).parents[2] / "docs" / "user_guide" / "networks.rst"
    text = guide.read_text()
    for name in set(networks.__all__) - {"Localization"}:
        model = on_meta(getattr(networks, name))
        count = f"{sum(p.numel() for p in model.parameters()):,}"
        assert f":class:`{name}`" in text, name
        assert count in text, (name, count)


def noisy_and(p, slope, share):
    """Return the probability as the papers write it."""
    low, high = expit(-slope * share), expit(slope * (1 - share))
    return (expit(slope * (p - share)) - low) / (high - low)


@pytest.mark.parametrize(("slope", "share"), [(5, 0.0), (10, 0.1), (7.5, 1.0)])
def test_noisy_and_is_that_of_the_papers(slope, share):
    maps = torch.randn(6, 3, 4, 5, dtype=torch.float64) * 3
    pool = NoisyAnd(3, slope, share).double()
    expected = noisy_and(maps.sigmoid().mean(dim=(2, 3)).numpy(), slope, share)
    np.testing.assert_allclose(pool(maps).sigmoid().detach(), expected, rtol=1e-7)


def test_noisy_and_keeps_the_learnt_share_between_0_and_1():
    maps = torch.randn(2, 2, 4, 4)
    pool, limits = NoisyAnd(2, 5, 0), NoisyAnd(2, 5, 0)
    pool.share.data = torch.tensor([-0.5, 1.5])
    limits.share.data = torch.tensor([0.0, 1.0])
    assert torch.equal(pool(maps), limits(maps))


@pytest.mark.parametrize("dtype", [torch.float16, torch.float32])
@pytest.mark.parametrize("value", [-60.0, -200.0, 60.0, 200.0])
def test_noisy_and_of_maps_that_are_sure(dtype, value):
    maps = torch.full((1, 1, 8, 8), value, dtype=dtype, requires_grad=True)
    logits = NoisyAnd(1, 10, 0.1).to(dtype)(maps)
    target = torch.full_like(logits, float(value < 0))
    binary_cross_entropy_with_logits(logits, target).backward()
    assert logits.dtype == dtype
    assert abs(logits.item()) > 40
    assert torch.isfinite(maps.grad).all()


def test_auxiliary_of_mil_is_the_logit_of_its_noisy_and():
    """So the usual loss of it is plain cross-entropy of the probability."""
    model = networks.ConvolutionalMIL(4, 3, variant="table7", image_size=64).eval()
    output = model(torch.randn(5, 4, 64, 64))
    p = output.maps.sigmoid().mean(dim=(2, 3)).detach().double().numpy()
    expected = torch.from_numpy(noisy_and(p, slope=5, share=0.0))
    targets = torch.randint(2, (5, 3)).double()
    torch.testing.assert_close(
        binary_cross_entropy_with_logits(output.auxiliary.double(), targets),
        binary_cross_entropy(expected, targets),
    )


def test_logits_of_mil_weigh_the_noisy_and_or_every_place():
    images = torch.randn(2, 4, 200, 180)
    kraus = networks.ConvolutionalMIL(4, 3).eval()
    output = kraus(images)
    weighed = kraus.head.output(output.auxiliary.sigmoid())
    torch.testing.assert_close(output.logits, weighed)
    table7 = networks.ConvolutionalMIL(4, 3, variant="table7", image_size=(200, 180))
    output = table7.eval()(images)
    assert output.maps.shape == (2, 3, 6, 5)
    weighed = table7.head.output(output.maps.flatten(1))
    torch.testing.assert_close(output.logits, weighed)


def test_mil_maps_a_crop_of_the_paper_to_32_places_a_side():
    model = on_meta(networks.ConvolutionalMIL, variant="table7")
    assert model(images_on_meta(1024)).maps.shape == (2, 13, 32, 32)


def test_mil_of_kraus_reads_other_sizes_than_it_was_built_for():
    model = networks.ConvolutionalMIL(4, 3, image_size=135, n_hidden=8)
    assert model(torch.rand(2, 4, 199, 167)).maps.shape == (2, 3, 3, 2)


@pytest.mark.parametrize("name", BOUND)
def test_networks_of_one_size_refuse_others(name):
    arguments = {"variant": "table7"} if name == "ConvolutionalMIL" else {}
    model = on_meta(getattr(networks, name), image_size=(128, 256), **arguments)
    message = f"{name}.* of 128 x 256 pixels.* got 128 x 128 pixels"
    with pytest.raises(ValueError, match=message):
        model(images_on_meta(128))


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        (
            "ConvolutionalMIL",
            {"variant": "table 7"},
            "'kraus' or 'table7', got 'table 7'",
        ),
        ("DeepLoc", {"norm": "layer"}, "None or 'batch', got 'layer'"),
    ],
)
def test_unknown_variants_are_refused(name, arguments, message):
    with pytest.raises(ValueError, match=message):
        getattr(networks, name)(4, 13, **arguments)


@pytest.mark.parametrize(
    ("name", "arguments"), [("DeepYeast", {}), ("DeepLoc", {"norm": "batch"})]
)
def test_dense_batch_norm_cannot_learn_from_one_image(name, arguments):
    model = getattr(networks, name)(4, 5, n_hidden=8, image_size=16, **arguments)
    with pytest.raises(ValueError, match="two or more images to a batch"):
        model(torch.rand(1, 4, 16, 16))
    assert model.eval()(torch.rand(1, 4, 16, 16)).shape == (1, 5)


def test_deep_loc_has_selu_or_batch_norm():
    selu = networks.DeepLoc(4, 13, image_size=16)
    kinds = [type(m).__name__ for m in selu.modules()]
    assert kinds.count("SELU") == 8 + 2
    assert kinds.count("AlphaDropout") == 2
    assert not {"ReLU", "Dropout", "BatchNorm2d"} & set(kinds)
    norm = networks.DeepLoc(4, 13, norm="batch", image_size=16)
    kinds = [type(m).__name__ for m in norm.modules()]
    assert (kinds.count("ReLU"), kinds.count("Dropout")) == (8 + 2, 2)
    assert (kinds.count("BatchNorm2d"), kinds.count("NormLinear")) == (8, 3)
    logits = norm(torch.randn(64, 4, 16, 16))
    torch.testing.assert_close(logits.mean(dim=0), torch.zeros(13), rtol=0, atol=1e-5)


def test_gapnet_variant_norms_before_it_convolves_and_pools():
    block = networks.GapNetVariant(4, 28).features.block_a
    kinds = [type(m).__name__ for m in block.modules() if not list(m.children())]
    assert kinds == ["BatchNorm2d", "Conv2d", "ReLU", "BatchNorm2d", "MaxPool2d"]


def test_cyto_networks_halve_and_double_as_the_paper_tells():
    for network, sizes in [(networks.CytoCNN, 5), (networks.CytoFCN, 4)]:
        model = on_meta(network)
        blocks = next(m for m in model.modules() if type(m).__name__ == "StripBlocks")
        kinds = [type(layer).__name__ for layer in blocks[0]]
        conv = ["Conv2d", "ReLU"]
        assert kinds == [*conv, *conv, "BatchNorm2d", "MaxPool2d"]
        expected = [(32 * 2**i, 256 // 2 ** min(i + 1, sizes)) for i in range(5)]
        assert shapes_of(blocks, model, images_on_meta(256)) == expected


def test_logits_of_the_fcn_are_the_largest_of_its_maps():
    output = networks.CytoFCN(4, 3, width=4)(torch.randn(2, 4, 70, 45))
    assert output.maps.shape == (2, 3, 5, 3)
    assert torch.equal(output.logits, output.maps.flatten(2).max(dim=2).values)


def test_both_branches_of_tunet_meet_at_a_32nd_of_the_image():
    model = on_meta(networks.TUNet, 28)
    ends = [model.features.encoder[-1], model.features.appearance]
    ends += [model.features.to_maps, model.features.structure]
    assert shapes_of(ends, model, images_on_meta(512)) == [
        (512, 32),
        (28, 512),
        (512, 16),
        (512, 16),
    ]


def test_tunet_draws_masks_of_the_size_of_the_image():
    model = networks.TUNet(4, 3, width=4).eval()
    assert model(torch.rand(1, 4, 75, 51)).maps.shape == (1, 3, 75, 51)


def test_tunet_names_what_its_masks_show():
    """Logits change with the masks alone, and so teach them."""
    model = networks.TUNet(4, 3, width=4).eval()
    images = torch.rand(2, 4, 40, 40)
    before = model(images).logits
    model.features.to_maps.bias.data += 2
    assert not torch.allclose(model(images).logits, before)


WEIGHTS = [
    (
        "GapNetVariant",
        lambda m: m.features.block_c[1][1],
        np.sqrt(2 / (9 * 256)),
        3**0.5,
    ),
    ("ConvolutionalMIL", lambda m: m.features[4][0][0], np.sqrt(2 / (9 * 256)), 6),
    ("MCNN", lambda m: m.features[2][0], np.sqrt(2 / (208 + 1024)), 3**0.5),
    ("DeepLoc", lambda m: m.features[1][2][3][0], 0.88 / np.sqrt(9 * 96), 2 / 0.88),
    ("DeepYeast", lambda m: m.features[1][2][3][0], np.sqrt(2 / (9 * 512)), 3**0.5),
    ("CytoCNN", lambda m: m.features[1][2][2], np.sqrt(2 / (9 * 256)), 3**0.5),
    ("CytoFCN", lambda m: m.features[0][2][2], np.sqrt(2 / (9 * 256)), 3**0.5),
    ("TUNet", lambda m: m.features.structure[3][1][0], np.sqrt(2 / (9 * 256)), 6),
]


@pytest.mark.parametrize(("name", "layer", "std", "most"), WEIGHTS)
def test_starting_weights(name, layer, std, most):
    """Deviation, and the largest weight in deviations, tell the distributions apart."""
    network = getattr(networks, name)
    model = network(4, 5, **({"image_size": 128} if name in BOUND[1:] else {}))
    layer = layer(model)
    assert isinstance(layer, nn.Conv2d)
    assert layer.weight.std().item() == pytest.approx(std, rel=0.02)
    largest = layer.weight.abs().max().item() / std
    assert largest == pytest.approx(most, rel=0.02) if most < 3 else 4 < largest < most
    assert not layer.bias.any()
