"""Large images computed in strips give what one pass gives."""

import pytest
import torch
from torch import nn

from sklearn_protloc.networks import (
    MCNN,
    ConvolutionalMIL,
    CytoFCN,
    DeepLoc,
    GapNetPL,
    GapNetVariant,
    _strips,
)
from sklearn_protloc.networks._strips import in_strips


@pytest.fixture(autouse=True)
def short_strips(monkeypatch):
    monkeypatch.setattr(_strips, "_STRIP_ROWS", 32)


def block_of(*layers):
    torch.manual_seed(0)
    return nn.Sequential(*layers).double().eval()


BLOCKS = {
    "strided": block_of(nn.Conv2d(2, 3, 3, 2, padding=1), nn.MaxPool2d(2)),
    "rounded up": block_of(
        nn.Conv2d(2, 3, 5, padding=2), nn.SELU(), nn.MaxPool2d(3, 2, ceil_mode=True)
    ),
    "without padding": block_of(nn.Conv2d(2, 3, 3), nn.ReLU(), nn.AvgPool2d(2)),
    "dilated": block_of(nn.Conv2d(2, 3, 3, padding=3, dilation=3), nn.BatchNorm2d(3)),
    "deep": block_of(
        *[nn.Conv2d(2, 2, 3, padding=1) for _ in range(4)],
        nn.MaxPool2d(2),
        nn.Conv2d(2, 2, 3, padding=1),
    ),
}


@pytest.mark.parametrize("height", [65, 96, 131])
@pytest.mark.parametrize("name", BLOCKS)
def test_strips_equal_one_pass(name, height):
    images = torch.rand(2, 2, height, 20, dtype=torch.float64)
    whole = BLOCKS[name](images)
    with torch.no_grad():
        strips = in_strips(BLOCKS[name], images)
    torch.testing.assert_close(strips, whole, rtol=0, atol=1e-12)


def test_a_strip_is_computed_with_the_rows_it_depends_on_and_no_more():
    """One convolution looks one row further: 3 strips of 32, 1 or 2 more rows each."""
    seen = []
    block = block_of(nn.Conv2d(1, 1, 3, padding=1))
    block.register_forward_pre_hook(lambda _, inputs: seen.append(inputs[0].shape[2]))
    with torch.no_grad():
        in_strips(block, torch.zeros(1, 1, 96, 4, dtype=torch.float64))
    assert seen == [33, 34, 33]


@pytest.mark.parametrize(
    "layer",
    [
        nn.AdaptiveAvgPool2d(1),
        nn.Conv2d(1, 1, 3, padding="same"),
        nn.Conv2d(1, 1, 3, padding=1, padding_mode="circular"),
        nn.Conv2d(1, 1, 3, padding=1, padding_mode="reflect"),
        nn.BatchNorm2d(1, track_running_stats=False),
        nn.MaxPool2d(97, ceil_mode=True),  # a stride longer than the image
    ],
    ids=repr,
)
def test_layers_that_strips_would_change_see_whole_images(layer):
    block = block_of(layer)
    images = torch.rand(1, 1, 96, 8, dtype=torch.float64)
    with torch.no_grad():
        assert torch.equal(in_strips(block, images), block(images))


def test_gapnet_predicts_large_images_in_strips(monkeypatch):
    torch.manual_seed(0)
    network = GapNetPL(4, 5).double()
    images = torch.rand(2, 4, 203, 40, dtype=torch.float64)
    rows = []
    first = network.features.block_a[0][0]
    first.register_forward_pre_hook(lambda _, inputs: rows.append(inputs[0].shape[2]))
    with torch.no_grad():
        strips = network.eval()(images)
        assert len(rows) == 6
        network.train()(images)
    whole = network.eval()(images)  # with gradients, for training
    assert rows[6:] == [203, 203]
    torch.testing.assert_close(strips, whole, rtol=0, atol=1e-12)


NETWORKS = [
    (ConvolutionalMIL, (390, 140), {"widths": (4,) * 5, "n_hidden": 8}),
    (CytoFCN, (391, 33), {"width": 4}),
    (DeepLoc, (384, 32), {"norm": "batch", "image_size": (384, 32)}),
    (GapNetVariant, (203, 33), {"widths": (4, 4, 4)}),
    (GapNetVariant, (203, 33), {"widths": (4, 4, 4), "stride": 2}),
    (MCNN, (384, 128), {"widths": (2,) * 7, "image_size": (384, 128)}),
]


@pytest.mark.parametrize(("network", "size", "arguments"), NETWORKS)
def test_networks_predict_in_strips_what_one_pass_gives(
    network, size, arguments, monkeypatch
):
    """Also where batch norm has learnt, and zeros around maps mean something else."""
    torch.manual_seed(0)
    model = network(2, 3, **arguments).double()
    images = torch.rand(2, 2, *size, dtype=torch.float64)
    model(images + 1)
    whole = model.eval()(images)
    striped, reach = [], _strips._reach
    monkeypatch.setattr(_strips, "_reach", lambda x: striped.append(x) or reach(x))
    with torch.no_grad():
        strips = model(images)
    assert striped
    torch.testing.assert_close(strips, whole, rtol=0, atol=1e-10)
