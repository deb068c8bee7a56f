"""Maps of where labels are: drawn by the network, or read off its last maps."""

import threading

import numpy as np
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from scipy.special import expit
from torch import nn

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._map_layers import Grid, find_maps, resample
from sklearn_protloc.networks import (
    ConvolutionalMIL,
    CytoFCN,
    DenseNet121,
    GapNetPL,
    Localization,
    ResNet34,
    TinyNet,
    TUNet,
)
from tests.networks.narrow import NARROW, SIZES, class_of

RNG = np.random.default_rng(0)
Y = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]])


def images(*size, n=4):
    return RNG.integers(0, 256, (n, 4, *size), dtype=np.uint8)


def fitted(network, X, y=Y, **params):
    """Train so little that maps of features stay as they were drawn."""
    params = {"max_epochs": 1, "lr": 1e-4, "random_state": 0} | params
    return LocalizationClassifier(network, **params).fit(X, y)


def evidence(maps):
    """Undo what keeps evidence in [0, 1]."""
    maps = maps.astype(np.float64)
    return np.where(maps >= 0.5, (2 * maps - 1) / (1 - maps), 2 - 1 / maps)


def seen(X):
    """Return images as the network sees them."""
    X = X / np.float32(255)
    X = X - X.mean(axis=(2, 3), keepdims=True)
    X /= X.std(axis=(2, 3), keepdims=True) + 1e-7
    return torch.from_numpy(X)


def own(model, X):
    """Return what the network itself answers."""
    with torch.no_grad():
        return model.net_.module_(seen(X))


@pytest.mark.parametrize("name", NARROW)
def test_every_network_has_maps(name):
    size = max(SIZES.get(name, [(64, 48)]))
    X = images(*size)
    model = fitted(class_of(name), X, network_params=NARROW[name])
    module = model.net_.module_
    module.zero_grad()
    before = [p.clone() for p in module.state_dict().values()]
    maps = model.predict_maps(X)
    assert maps.shape == (4, 3, *size)
    assert maps.dtype == np.float32
    assert maps.min() >= 0
    assert maps.max() <= 1
    assert not any(layer.training for layer in module.modules())
    assert not any(layer._forward_hooks for layer in module.modules())
    assert all(p.grad is None and p.requires_grad for p in module.parameters())
    assert all(map(torch.equal, before, module.state_dict().values()))
    assert_array_equal(model.predict_maps(X), maps)
    assert_allclose(model.predict_maps(X[::-1])[::-1], maps, atol=1e-4)


@pytest.mark.parametrize("network", [CytoFCN, TUNet])
def test_maps_of_the_network_are_its_probabilities(network):
    X = images(64, 48)
    model = fitted(network, X, network_params={"width": 4})
    expected = expit(own(model, X).maps.numpy())
    assert_allclose(model.predict_maps(X, upsample=False), expected, atol=1e-5)
    larger = model.predict_maps(X)
    assert larger.shape == (4, 3, 64, 48)
    if network is CytoFCN:  # a place of 16 pixels lies in their middle
        middle = (larger[..., 7::16, 7::16] + larger[..., 8::16, 8::16]) / 2
        assert_allclose(middle, expected, atol=0.02)


@pytest.mark.parametrize(
    ("network", "params"),
    [
        (TinyNet, {}),
        (DenseNet121, NARROW["DenseNet121"]),
        (ResNet34, NARROW["ResNet34"]),
    ],
)
def test_means_of_class_activation_maps_are_the_logits(network, params):
    X = images(80, 64)
    model = fitted(network, X, network_params=params)
    maps = evidence(model.predict_maps(X, upsample=False))
    assert_allclose(maps.mean(axis=(2, 3)), model.decision_function(X), atol=1e-3)
    module = model.net_.module_
    convolutions = module.features[:4] if network is TinyNet else module.features.maps
    head = module.head[-1] if isinstance(module.head, nn.Sequential) else module.head
    with torch.no_grad():
        features = convolutions(seen(X))
        expected = torch.einsum("lk,bkhw->blhw", head.weight, features)
    expected = expected.numpy() + head.bias.detach().numpy()[:, None, None]
    assert_allclose(maps, expected, rtol=1e-3, atol=1e-3)


def test_gapnet_adds_up_its_three_collections():
    X = images(64, 64)
    model = fitted(GapNetPL, X)
    features, head = model.net_.module_.features, model.net_.module_.head
    with torch.no_grad():
        a = features.block_a(seen(X))
        b = features.block_b(a)
        c = features.block_c(b)
    means = torch.cat([m.mean(dim=(2, 3)) for m in (a, b, c)], dim=1)
    slope = torch.autograd.functional.jacobian(
        lambda means: head(means).sum(dim=0), means
    ).split([32, 64, 128], dim=2)
    parts = [
        torch.einsum("lbk,bkhw->blhw", s, m)
        for s, m in zip(slope, (a, b, c), strict=True)
    ]
    fine = Grid((16, 16), (1, 1), (4, 4))
    coarse = Grid((4, 4), (5, 5), (16, 16))
    expected = model.decision_function(X)[..., None, None]
    for part, grid in zip(parts, [fine, coarse, coarse], strict=True):
        part = part - part.mean(dim=(2, 3), keepdim=True)
        expected = expected + resample(part, grid, fine).numpy()
    maps = model.predict_maps(X, upsample=False)
    assert_allclose(evidence(maps), expected, rtol=1e-3, atol=1e-3)


class Pixel(nn.Module):
    """Votes of pixels, as an image-sized map or only as their mean."""

    def __init__(self, n_channels, n_labels, *, draws=True):
        super().__init__()
        self.votes = nn.Conv2d(n_channels, n_labels, 1)
        self.draws = draws

    def forward(self, images):
        votes = self.votes(images)
        logits = votes.mean(dim=(2, 3))
        return Localization(logits, votes) if self.draws else logits


def test_a_network_of_ones_own_without_a_head():
    X = images(12, 12)
    params = {"standardize": False, "max_epochs": 3}
    model = fitted(Pixel, X, network_params={"draws": False}, **params)
    maps = evidence(model.predict_maps(X))
    with torch.no_grad():
        votes = model.net_.module_.votes(torch.from_numpy(X / np.float32(255)))
    assert_allclose(maps, votes, rtol=1e-3, atol=1e-3)


class Decides(Pixel):
    """Looks at figures, of which shapes alone have none."""

    def forward(self, images):
        return super().forward(images if images.sum() > -1e9 else -images)


def test_a_network_that_decides_by_figures():
    X = images(12, 12)
    expected = fitted(Pixel, X).predict_maps(X)
    assert_array_equal(fitted(Decides, X).predict_maps(X), expected)


class Flat(nn.Sequential):
    def __init__(self, n_channels, n_labels, *, image_size):
        n_pixels = n_channels * image_size[0] * image_size[1]
        super().__init__(nn.Flatten(), nn.Linear(n_pixels, n_labels))


def test_networks_without_maps_are_told_apart():
    X = images(8, 8)
    with pytest.raises(ValueError, match=r"Flat has no maps of images of 8 x 8.*Cyto"):
        fitted(Flat, X).predict_maps(X)


@pytest.mark.parametrize(
    ("network", "params", "size", "expected"),
    [
        (ConvolutionalMIL, {}, (256, 200), Grid((4, 3), (67, 67), (32, 32))),
        (CytoFCN, {"width": 2}, (64, 70), Grid((4, 5), (7.5, 7.5), (16, 16))),
        (ResNet34, NARROW["ResNet34"], (64, 96), Grid((2, 3), (0, 0), (32, 32))),
        (TUNet, {"width": 2}, (33, 40), Grid((33, 40))),
    ],
)
def test_places_are_where_convolutions_look(network, params, size, expected):
    source = find_maps(network(4, 3, **params), (4, *size))
    assert source.grid == expected


def test_resampling_keeps_a_ramp_and_goes_on_at_the_ends():
    grid, image = Grid((3, 2), (4, 1), (8, 6)), Grid((24, 8))
    rows, columns = np.arange(3) * 8 + 4.0, np.arange(2) * 6 + 1.0
    ramp = rows[:, None] + 10 * columns
    found = resample(torch.tensor(ramp[None, None], dtype=torch.float32), grid, image)
    rows, columns = np.clip(np.arange(24), 4, 20), np.clip(np.arange(8), 1, 7)
    assert_allclose(found[0, 0], rows[:, None] + 10 * columns, atol=1e-4)
    assert resample(found, image, image) is found


def test_labels_by_name_and_number(X, y):
    import pandas as pd

    names = ["Nucleoli", "Cytosol", "Vesicles", "Aggresome", "Rods & rings"]
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    model.fit(X, pd.DataFrame(y, columns=names))
    maps = model.predict_maps(X)
    assert_allclose(model.predict_maps(X, labels="Cytosol"), maps[:, [1]], atol=1e-6)
    assert_allclose(model.predict_maps(X, labels=3), maps[:, [3]], atol=1e-6)
    some = model.predict_maps(X, labels=["Vesicles", 0])
    assert_allclose(some, maps[:, [2, 0]], atol=1e-6)
    for wrong in ("Golgi", 5, [-1], [0.0]):
        with pytest.raises(
            ValueError, match=r"Expected labels as.*0 to 4: Nucleoli, C"
        ):
            model.predict_maps(X, labels=wrong)
    with pytest.raises(ValueError, match="n_shifts == 0"):
        model.predict_maps(X, n_shifts=0)


def test_classes_share_a_place(X):
    three = np.arange(60) % 3
    model = LocalizationClassifier(TinyNet, max_epochs=1).fit(X, three)
    maps = model.predict_maps(X)
    assert_allclose(maps.sum(axis=1), 1, rtol=1e-5)
    assert_allclose(model.predict_maps(X, labels="2"), maps[:, [2]], atol=1e-6)
    model.fit(X, three == 1)
    maps = model.predict_maps(X)
    assert maps.shape == (60, 2, 16, 16)
    assert_allclose(maps.sum(axis=1), 1, rtol=1e-5)
    mean = evidence(model.predict_maps(X, labels=[1], upsample=False)).mean((1, 2, 3))
    assert_allclose(mean, model.decision_function(X), atol=1e-3)


def test_tiles_fade_into_each_other(X, y):
    """Of pixels' own votes, tiles show what the whole image does."""
    params = {"standardize": False, "max_epochs": 1, "random_state": 0}
    model = LocalizationClassifier(Pixel, crop_size=6, tile_overlap=0.3, **params)
    model.fit(X, y)
    with torch.no_grad():
        votes = model.net_.module_.votes(torch.from_numpy(X / np.float32(255)))
    assert_allclose(model.predict_maps(X), votes.sigmoid(), atol=1e-5)
    model.set_params(aggregate=None)
    assert_allclose(model.predict_maps(X), votes.sigmoid(), atol=1e-5)


def test_tiles_of_coarse_maps():
    X = images(96, 80)
    model = fitted(CytoFCN, X, network_params={"width": 4}, crop_size=(64, 48))
    assert model.predict_maps(X).shape == (4, 3, 96, 80)
    native = model.predict_maps(X, upsample=False)
    assert native.shape == (4, 3, 6, 5)
    one = model.predict_maps(X[:, :, :64, :48])
    assert_allclose(model.predict_maps(X)[:, :, :8, :8], one[:, :, :8, :8], atol=1e-5)
    message = "MCNN was trained on crops of 128 x 128.*aggregate=.mean"
    bound = fitted(
        class_of("MCNN"), images(200, 200), network_params=NARROW["MCNN"], crop_size=128
    )
    with pytest.raises(ValueError, match=message):
        bound.set_params(aggregate=None).predict_maps(images(200, 200))


def test_tiles_do_not_depend_on_how_many_pass_together(monkeypatch, X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=1, crop_size=9, random_state=0)
    maps = model.fit(X, y).predict_maps(X[:5])
    module = "sklearn_protloc.classifiers._maps"
    monkeypatch.setattr(f"{module}._MOST_PIXELS", 200)
    monkeypatch.setattr(f"{module}._MOST_VALUES", 200)
    assert_allclose(model.predict_maps(X[:5]), maps, atol=1e-5)


def test_shifts_make_finer_maps():
    X = images(64, 64)
    model = fitted(CytoFCN, X, network_params={"width": 4})
    coarse = model.predict_maps(X, upsample=False)
    fine = model.predict_maps(X, upsample=False, n_shifts=4)
    assert fine.shape == (4, 3, 16, 16)
    assert_allclose(fine[:, :, 2::4, 2::4], coarse, atol=1e-5)
    moved = seen(X)[:, :, 4:, :-8]
    moved = nn.functional.pad(moved, (8, 0, 0, 4), "replicate")
    with torch.no_grad():
        expected = model.net_.module_(moved).maps.sigmoid()
    assert_allclose(fine[:, :, 3::4, ::4], expected, atol=1e-5)
    exact = fitted(TUNet, X, network_params={"width": 4})
    assert_array_equal(exact.predict_maps(X, n_shifts=3), exact.predict_maps(X))


def test_reduced_precision_and_deterministic_algorithms(X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=2, amp=True, random_state=0)
    maps = model.fit(X, y).predict_maps(X)
    model.net_.amp = False
    assert_allclose(model.predict_maps(X), maps, atol=0.05)
    model.set_params(deterministic=True)
    assert_array_equal(model.predict_maps(X), model.predict_maps(X))


def test_threads_predict_at_once(X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0).fit(X, y)
    maps, proba, features = (
        f(X) for f in (model.predict_maps, model.predict_proba, model.transform)
    )
    found = []

    def work():
        for _ in range(5):
            found.append(
                (model.predict_maps(X), model.predict_proba(X), model.transform(X))
            )

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 20
    for results in found:
        for result, expected in zip(results, (maps, proba, features), strict=True):
            assert_allclose(result, expected, atol=1e-5)


def test_images_are_checked(X, y):
    model = LocalizationClassifier(TinyNet, max_epochs=1)
    with pytest.raises(Exception, match="not fitted"):
        model.predict_maps(X)
    model.fit(X, y)
    with pytest.raises(ValueError, match="3 features"):
        model.predict_maps(X[:, :3])
