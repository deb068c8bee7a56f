"""Starting from weights that are there: of the fit before, or of a file."""

import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from safetensors.torch import save_file
from sklearn.base import clone

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import GapNetPL, TinyNet


def fitted(X, y, network=TinyNet, **params):
    params = {"max_epochs": 2, "lr": 0.01, "random_state": 0, **params}
    return LocalizationClassifier(network, **params).fit(X, y)


def state_of(model):
    state = model.net_.module_.state_dict()
    return {name: tensor.numpy().copy() for name, tensor in state.items()}


def test_warm_start_goes_on(X, y):
    model = fitted(X, y, warm_start=True)
    first = state_of(model)
    model.set_params(lr=1e-12).fit(X, y)
    assert_allclose(state_of(model)["head.1.weight"], first["head.1.weight"], rtol=1e-6)
    assert model.history_[:, "epoch"] == [1, 2, 3, 4]
    fresh = clone(model).set_params(lr=0.01).fit(X, y)
    assert_array_equal(fresh.predict_proba(X), fitted(X, y).predict_proba(X))
    assert fresh.n_iter_ == 2


@pytest.mark.parametrize(
    ("params", "columns", "message"),
    [
        ({}, 3, r"goes on with the labels \['0', '1', '2', '3', '4'\], and y has"),
        ({"network": GapNetPL}, 5, "the fit before.*do not fit GapNetPL: "),
        ({"network_params": {"width": 4}}, 5, r"is \(4,\) in the network and \(16,\)"),
    ],
)
def test_a_warm_start_needs_the_same_shapes(X, y, params, columns, message):
    model = fitted(X, y, warm_start=True)
    proba = model.predict_proba(X)
    model.set_params(**params)
    with pytest.raises(ValueError, match=message):
        model.fit(X, y[:, :columns])
    assert_array_equal(model.predict_proba(X), proba)


def test_a_warm_start_of_an_array_keeps_the_names_of_a_table(X, y):
    names = ["Nuclei", "ER", "Golgi", "Cytosol", "Plasma membrane"]
    table = pd.DataFrame(y, columns=names)
    model = fitted(X, table, warm_start=True).fit(X, y)
    assert model.label_names_.tolist() == names
    assert model.n_iter_ == 4
    twice = fitted(X, table, warm_start=True).fit(X, table)
    assert_array_equal(model.predict_proba(X), twice.predict_proba(X))
    for other in (y[:, :3], table.rename(columns={"ER": "Nucleoli"})):
        with pytest.raises(ValueError, match=r"goes on with the labels \['Nuclei', "):
            model.fit(X, other)


def test_a_warm_start_of_a_table_after_an_array_is_refused(X, y):
    model = fitted(X, y, warm_start=True)
    with pytest.raises(ValueError, match=r"goes on with the labels \['0', .*'a', 'b'"):
        model.fit(X, pd.DataFrame(y, columns=list("abcde")))


@pytest.fixture
def weights(X, y, tmp_path):
    """Write the weights of a trained network."""
    path = tmp_path / "weights.pt"
    torch.save(fitted(X, y).net_.module_.state_dict(), path)
    return path


def test_weights_of_a_file(X, y, weights):
    trained = fitted(X, y)
    model = fitted(X, y, init_weights=weights, lr=1e-12, random_state=1)
    assert_allclose(model.predict_proba(X), trained.predict_proba(X), atol=1e-6)
    assert model.n_iter_ == 2
    again = clone(model).set_params(init_weights=str(weights)).fit(X, y)
    assert_array_equal(again.predict_proba(X), model.predict_proba(X))


def test_a_head_of_another_size_starts_anew(X, y, weights):
    expected = torch.load(weights)["features.0.weight"]
    few = fitted(X, y[:, :3], init_weights=weights, lr=1e-12)
    assert_allclose(state_of(few)["features.0.weight"], expected, rtol=1e-6)
    assert few.predict(X).shape == (60, 3)
    without = {n: w for n, w in torch.load(weights).items() if "head" not in n}
    torch.save(without, weights)
    fitted(X, y, init_weights=weights)


@pytest.mark.parametrize(
    ("content", "error", "message"),
    [
        (None, FileNotFoundError, "there is no file"),
        (b"no weights", ValueError, "torch.save"),
        ([1, 2], ValueError, "torch.save"),
        ({"lr": 3.0}, ValueError, "torch.save"),
        (TinyNet(4, 5), ValueError, "torch.save"),
        (TinyNet(3, 5).state_dict(), ValueError, r"features.0.weight is \(16, 4, 3, 3"),
        ({"body": torch.ones(3)}, ValueError, "body is nothing in the network and"),
    ],
)
def test_files_that_do_not_fit(X, y, weights, content, error, message):
    weights.unlink()
    if isinstance(content, bytes):
        weights.write_bytes(content)
    elif content is not None:
        torch.save(content, weights)
    with pytest.raises(error, match=message):
        fitted(X, y, init_weights=weights)


def test_weights_of_safetensors(X, y, tmp_path):
    trained, path = fitted(X, y), tmp_path / "weights.safetensors"
    state = {n: w.contiguous() for n, w in trained.net_.module_.state_dict().items()}
    save_file(state, path)
    model = fitted(X, y, init_weights=path, lr=1e-12)
    assert_allclose(model.predict_proba(X), trained.predict_proba(X), atol=1e-6)
