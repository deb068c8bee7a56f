"""What the standard backbones do beside the promises of all networks."""

import math

import numpy as np
import pytest
import torch
from torch import nn

from sklearn_protloc.networks import (
    DenseNet121,
    InceptionResNetV2,
    InceptionV3,
    Localization,
    ResNet34,
    ResNet50,
)

NARROW = {
    DenseNet121: {"growth_rate": 8, "n_blocks": (1, 2, 1, 1)},
    InceptionResNetV2: {"width": 0.125, "n_blocks": (2, 1, 2)},
    InceptionV3: {"width": 0.125},
    ResNet34: {"width": 8},
    ResNet50: {"width": 8},
}


def narrow(network, **arguments):
    torch.manual_seed(0)
    return network(4, 5, **NARROW[network] | arguments)


def on_meta(network, **arguments):
    with torch.device("meta"):
        return network(4, 5, **arguments)


def fill(model, rng):
    """Draw parameters and statistics from a generator that stays the same for ever."""
    for name, tensor in model.state_dict().items():
        drawn = torch.from_numpy(rng.standard_normal(tuple(tensor.shape)))
        if tensor.ndim > 1:
            tensor.copy_(drawn * math.sqrt(2 / tensor[0].numel()))
        elif tensor.is_floating_point():
            centre = float(name.endswith(("weight", "running_var")))
            tensor.copy_(centre + drawn.clamp(-2, 2) / 4)
    return model.eval()


@pytest.mark.parametrize(
    ("network", "n_maps", "side"),
    [
        (DenseNet121, 1024, 16),
        (InceptionResNetV2, 1536, 14),
        (InceptionV3, 2048, 14),
        (ResNet34, 512, 16),
        (ResNet50, 2048, 16),
    ],
)
def test_last_maps_of_an_image_of_512_pixels(network, n_maps, side):
    features = on_meta(network).features
    images = torch.empty(2, 4, 512, 512, device="meta")
    assert features.maps(images).shape == (2, n_maps, side, side)
    assert features(images).shape == (2, n_maps)


@pytest.mark.parametrize("network", NARROW)
def test_logits_are_averages_of_class_activation_maps(network):
    model = narrow(network).eval()
    seen = []
    model.features.maps.register_forward_hook(lambda *args: seen.append(args[2]))
    logits = model(torch.rand(2, 4, 110, 130))
    last = model.head if isinstance(model.head, nn.Linear) else model.head[-1]
    activation = torch.einsum("lm,nmhw->nlhw", last.weight, seen[0])
    expected = activation.mean(dim=(2, 3)) + last.bias
    torch.testing.assert_close(logits, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("network", "arguments", "least", "alone"),
    [
        (DenseNet121, {}, 29, 61),
        (InceptionResNetV2, {}, 75, 107),
        (InceptionV3, {}, 75, 107),
        (InceptionV3, {"auxiliary": True}, 299, 347),
        (ResNet34, {}, 1, 33),
        (ResNet50, {}, 1, 33),
    ],
)
def test_one_image_trains_from_the_size_on_that_is_named(
    network, arguments, least, alone
):
    model = narrow(network, **arguments)
    with pytest.raises(ValueError, match=f"two or more.*{alone} rows or columns"):
        model(torch.rand(1, 4, alone - 1, alone - 1))
    model(torch.rand(1, 4, least, alone))
    model(torch.rand(2, 4, least, least))


def test_one_image_never_trains_a_hidden_layer_with_batch_norm():
    model = narrow(ResNet34, n_hidden=8)
    with pytest.raises(ValueError, match=r"two or more images to a batch\.$"):
        model(torch.rand(1, 4, 64, 64))
    assert model.eval()(torch.rand(1, 4, 64, 64)).shape == (1, 5)


def test_hidden_layer_reads_largest_values_and_averages():
    model, images = narrow(ResNet34, n_hidden=8), torch.rand(2, 4, 64, 64)
    maps = model.features.maps(images)
    expected = torch.cat([maps.amax(dim=(2, 3)), maps.mean(dim=(2, 3))], dim=1)
    torch.testing.assert_close(model.features(images), expected)


def test_densenet_drops_out_once_in_each_of_its_58_layers():
    rates = [m.p for m in on_meta(DenseNet121).modules() if isinstance(m, nn.Dropout)]
    assert rates == [0.2] * 58


def test_extra_conv_stands_in_the_twelve_identity_blocks():
    def n_square_convs(model):
        return sum(
            isinstance(m, nn.Conv2d) and m.kernel_size == (3, 3)
            for m in model.modules()
        )

    assert n_square_convs(on_meta(ResNet50)) == 16
    assert n_square_convs(on_meta(ResNet50, extra_conv=True)) == 16 + 12


def test_inception_resnet_scales_what_blocks_add():
    blocks = [m for m in on_meta(InceptionResNetV2).modules() if hasattr(m, "scale")]
    expected = [0.17] * 10 + [0.1] * 20 + [0.2] * 9 + [1.0]
    assert [block.scale for block in blocks] == expected
    has_relu = [isinstance(block.relu, nn.ReLU) for block in blocks]
    assert has_relu == [True] * 39 + [False]


def test_auxiliary_head_speaks_in_training_only():
    model = narrow(InceptionV3, auxiliary=True, dropout=0.0)
    images = torch.rand(2, 4, 299, 310)
    output = model(images)
    assert isinstance(output, Localization)
    assert output.maps is None
    assert output.auxiliary.shape == (2, 5)
    torch.testing.assert_close(output.logits, model.head(model.features(images)))
    model.eval()
    assert isinstance(model(images), torch.Tensor)
    assert model(images[:, :, :75, :75]).shape == (2, 5)


@pytest.mark.parametrize(
    ("network", "layer", "deviation"),
    [
        (DenseNet121, "features.maps.4.new.1.2", math.sqrt(2 / (32 * 9))),
        (ResNet34, "features.maps.17.layers.1.0", math.sqrt(2 / (64 * 9))),
        (ResNet34, "features.maps.15.layers.0.0", math.sqrt(2 / (64 * 9))),
        (InceptionV3, "features.maps.0.8.branches.2.2.0", 0.088),
        (InceptionResNetV2, "features.maps.0.5.0", math.sqrt(2 / (10 + 24) / 9)),
    ],
)
def test_starting_weights(network, layer, deviation):
    weight = narrow(network).get_submodule(layer).weight
    assert weight.std().item() == pytest.approx(deviation, rel=0.1)


# Logits of narrow networks. At full width the same layers answered as those of
# pytorchcv 0.0.67, once weights were copied over (ResNet50 as its resnet50b, which has
# the stride where it is here).
LOGITS = {
    DenseNet121: [-1.10572, 1.94633, 0.66477, 0.8143, -0.5691],
    InceptionResNetV2: [-5.45086, -0.12019, 5.02697, 8.19281, 9.47271],
    InceptionV3: [-1.04319, 2.53265, 1.99662, -1.37134, 0.84573],
    ResNet34: [1503.79406, 962.53879, 1061.56317, -1544.84332, -2449.05326],
    ResNet50: [-3389.06963, 302.19641, 1073.42453, 3181.03765, -1656.02447],
}


@pytest.mark.parametrize("network", LOGITS)
def test_answers_stay_those_of_the_published_layers(network):
    rng = np.random.RandomState(0)
    images = torch.from_numpy(rng.standard_normal((1, 4, 120, 110)))
    logits = fill(narrow(network), rng).double()(images)[0].tolist()
    assert logits == pytest.approx(LOGITS[network], rel=1e-4, abs=1e-4)
