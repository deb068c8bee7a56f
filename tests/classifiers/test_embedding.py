"""The classifier as a transformer: images to what its output layer reads."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import Pipeline
from torch import nn

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.classifiers._freezing import output_layer
from sklearn_protloc.networks import CytoFCN, GapNetPL, Localization, TinyNet
from tests.networks.narrow import NARROW, SIZES, class_of

RNG = np.random.default_rng(0)
Y = np.array([[1, 0, 0], [0, 1, 1], [1, 1, 0], [0, 0, 1]])


def images(*size):
    return RNG.integers(0, 256, (4, 4, *size), dtype=np.uint8)


def fitted(network, X, **params):
    params = {"max_epochs": 1, "lr": 1e-4, "random_state": 0} | params
    return LocalizationClassifier(network, **params).fit(X, Y)


@pytest.mark.parametrize("name", NARROW)
def test_output_layers_of_embeddings_give_the_logits(name):
    size = min(SIZES.get(name, [(32, 48)]))
    X = images(*size)
    model = fitted(class_of(name), X, network_params=NARROW[name])
    features = model.transform(X)
    assert features.dtype == np.float32
    assert len(model.get_feature_names_out()) == features.shape[1]
    output = model.net_.module_.get_submodule(
        output_layer(model.net_.module_, model.net_.n_outputs)
    )
    if isinstance(output, nn.Linear):
        with torch.no_grad():
            logits = output(torch.from_numpy(features))
        assert_allclose(logits, model.decision_function(X), rtol=1e-4, atol=1e-4)
    assert not any(m._forward_pre_hooks for m in model.net_.module_.modules())


def test_maps_of_a_convolution_are_averaged():
    X = images(64, 48)
    model = fitted(CytoFCN, X, network_params={"width": 4}, standardize=False)
    with torch.no_grad():
        maps = model.net_.module_.features(torch.from_numpy(X / np.float32(255)))
    assert_allclose(model.transform(X), maps.mean(dim=(2, 3)), rtol=1e-4, atol=1e-5)


def test_tiles_are_averaged(X, y):
    model = LocalizationClassifier(
        TinyNet, max_epochs=1, crop_size=8, tile_overlap=0.5, random_state=0
    ).fit(X, y)
    corners = [(top, left) for top in (0, 4, 8) for left in (0, 4, 8)]
    tiles = [model.transform(X[:, :, a : a + 8, b : b + 8]) for a, b in corners]
    assert_allclose(model.transform(X), np.mean(tiles, axis=0), atol=1e-5)
    assert model.set_params(aggregate=None).transform(X).shape == (60, 32)


def test_rows_and_names(X, y, classifier):
    with pytest.raises(NotFittedError):
        classifier.transform(X)
    features = classifier.fit_transform(X, y)
    assert features.shape == (60, 32)
    assert_array_equal(classifier.transform(X), features)
    assert_allclose(classifier.transform(X[::-1])[::-1], features, atol=1e-5)
    names = classifier.get_feature_names_out()
    assert names[[0, -1]].tolist() == [
        "localizationclassifier0",
        "localizationclassifier31",
    ]
    table = classifier.set_output(transform="pandas").transform(X)
    assert isinstance(table, pd.DataFrame)
    assert table.columns.tolist() == names.tolist()
    assert_array_equal(table, features)


def test_a_forest_reads_the_embedding(X, y):
    pipeline = Pipeline(
        [
            ("embed", LocalizationClassifier(TinyNet, max_epochs=2, random_state=0)),
            ("forest", RandomForestClassifier(20, random_state=0)),
        ]
    )
    assert pipeline.fit(X, y).predict(X).shape == y.shape
    again = clone(pipeline).fit(X, y)
    assert_array_equal(again.predict(X), pipeline.predict(X))
    scores = cross_val_score(pipeline, X, y, cv=3, scoring="f1_macro")
    assert np.isfinite(scores).all()
    small = clone(pipeline).set_params(embed__network_params={"width": 4}).fit(X, y)
    assert small["forest"].n_features_in_ == 8


def test_training_ways_stay_out_of_it(X, y):
    model = LocalizationClassifier(GapNetPL, tta="mean", max_epochs=1, random_state=0)
    features = model.fit(X, y).transform(X)
    assert_array_equal(model.set_params(tta=None).transform(X), features)
    model.net_.amp = True
    assert_allclose(model.transform(X), features, atol=0.05)


class Unused(nn.Module):
    """Its last layer with weights serves training alone."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.output = nn.Linear(n_channels, n_labels)
        self.second = nn.Linear(n_channels, n_labels)

    def forward(self, images):
        means = images.mean(dim=(2, 3))
        second = self.second(means) if self.training else None
        return Localization(self.output(means), auxiliary=second)


def test_a_network_whose_last_layer_is_not_used():
    model = fitted(Unused, images(8, 8))
    with pytest.raises(ValueError, match="Unused does not use its layer 'second'"):
        model.transform(images(8, 8))


class Disordered(nn.Module):
    """Names its output layer before the one that it is given."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.classify = nn.Linear(7, n_labels)
        self.maps = nn.Conv2d(n_channels, 7, 3)

    def forward(self, images):
        return self.classify(self.maps(images).mean(dim=(2, 3)))


@pytest.mark.parametrize(
    "use",
    [
        lambda model, X, y: model.transform(X),
        lambda model, X, y: model.get_feature_names_out(),
        lambda model, X, y: model.fine_tune(X, y),
        lambda model, X, y: model.fine_tune(X, y, trainable="output"),
        lambda model, X, y: model.fine_tune(X, y[:, :2], trainable="all"),
    ],
    ids=["transform", "names", "head", "output", "other labels"],
)
def test_a_last_layer_that_cannot_be_the_output_layer_is_refused(X, y, use):
    model = LocalizationClassifier(Disordered, max_epochs=1, random_state=0).fit(X, y)
    proba = model.predict_proba(X)
    with pytest.raises(ValueError, match=r"'maps', has 7 outputs, and 5 logits.*head"):
        use(model, X, y)
    assert_array_equal(model.predict_proba(X), proba)
    model.fine_tune(X, y, trainable="classify")
