"""Plain values, arrays and tables come back as they were, and with their types."""

import functools
import pathlib

import numpy as np
import pandas as pd
import pytest
import torch
from scipy import stats
from scipy.sparse import csr_matrix
from sklearn.utils import Bunch
from torch import nn

from sklearn_protloc.losses import FocalLoss
from sklearn_protloc.networks import GapNetPL
from sklearn_protloc.persistence import load_model, save_model
from tests.persistence.conftest import (
    assert_refused,
    members_of,
    node_of,
    write_members,
)


def round_trip(value, tmp_path):
    save_model(value, tmp_path / "m")
    return load_model(tmp_path / "m")


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -(2**70),
        0.1,
        float("inf"),
        -0.0,
        "Zellkörper \ud800 \x00",
        (1, (2.5, "a"), []),
        {"a": 1, "kind": "ref", "to": 0},
        {1: "a", (0, 1): None, "b": {}},
        {1, 2, "x"},
        frozenset([3]),
        slice(1, None, 2),
        range(3, 9, 2),
        np.float32(0.1),
        np.float64(0.1),
        np.int16(-3),
        np.bool_(True),
        np.str_("Nucleus"),
        np.longlong(-(2**40)),
        np.ulonglong(7),
        np.complex64(1 - 2j),
        np.complex128(3j),
        np.datetime64("2024-02-29T12", "h"),
        np.timedelta64(-3, "s"),
        np.bytes_(b"\xff\x01"),
        b"\x00\xff",
        -1.5 + 2j,
        complex(0.0, float("-inf")),
        pathlib.PurePosixPath("a/b"),
        np.dtype("float32"),
        torch.device("cuda:1"),
        GapNetPL,
        torch.optim.SGD,
        np.log1p,
        nn.ReLU,
        float,
    ],
    ids=repr,
)
def test_plain_values(value, tmp_path):
    loaded = round_trip(value, tmp_path)
    assert loaded == value
    assert isinstance(loaded, type(value) if value is not None else type(None))


def test_nan(tmp_path):
    assert np.isnan(round_trip(float("nan"), tmp_path))


@pytest.mark.parametrize(
    "array",
    [
        np.arange(6.0).reshape(2, 3),
        np.asfortranarray(np.arange(6).reshape(2, 3)),
        np.zeros((0, 4), dtype=np.float16),
        np.array(3.5),
        np.array([True, False]),
        np.array([np.nan, -np.inf]),
        np.array(["Golgi", "ER"]),
        np.array(["2024-01-01"], dtype="datetime64[D]"),
        np.array(["a", None, 1.5], dtype=object),
        np.empty((2, 0), dtype=object),
        np.arange(10)[::3],
        np.ma.MaskedArray([1, 2], [True, False], fill_value=7),
    ],
    ids=lambda array: f"{array.dtype}-{array.shape}",
)
def test_arrays(array, tmp_path):
    loaded = round_trip([array], tmp_path)[0]
    assert type(loaded) is type(array)
    assert (loaded.dtype, loaded.shape) == (array.dtype, array.shape)
    assert loaded.flags.f_contiguous == np.copy(array, order="K").flags.f_contiguous
    assert loaded.flags.writeable
    np.testing.assert_equal(loaded, array)


def test_tables(tmp_path):
    table = pd.DataFrame(
        {"label": ["a", "b"], "n": [1, 2], "f1": [0.5, np.nan], "who": [None, "x"]},
        index=["first", "second"],
    )
    pd.testing.assert_frame_equal(round_trip(table, tmp_path), table)
    pd.testing.assert_frame_equal(round_trip(table.iloc[:0], tmp_path), table.iloc[:0])
    named = table.rename_axis(index="image", columns=("property"))
    pd.testing.assert_frame_equal(round_trip(named, tmp_path), named)


@pytest.mark.parametrize(
    "column",
    [
        pd.Series([1.5, 2.0], index=["a", "b"], name="weight"),
        pd.Series([1, 2, 3]),
        pd.Series(["x", None], index=pd.Index([3, 5], name="image")),
        pd.Series([], dtype=float),
    ],
    ids=range(4),
)
def test_columns(column, tmp_path):
    pd.testing.assert_series_equal(round_trip(column, tmp_path), column)


def test_tables_of_early_files_have_no_names_of_indices(tmp_path):
    table = pd.DataFrame({"n": [1, 2]}).rename_axis(index="image")
    save_model([table], tmp_path / "m")
    config, members = members_of(tmp_path / "m")
    del node_of(config, "table")["index_name"], node_of(config, "table")["names_name"]
    path = write_members(tmp_path / "early", config, members)
    assert load_model(path)[0].index.name is None


def test_a_column_that_does_not_fit_its_index(tmp_path):
    save_model([pd.Series([1, 2])], tmp_path / "m")
    config, members = members_of(tmp_path / "m")
    node_of(config, "series")["index"]["ends"] = [0, 10**12, 1]
    path = write_members(tmp_path / "forged", config, members)
    assert_refused(path, "does not fit its index")


@pytest.mark.parametrize(
    "value",
    [
        np.longdouble(1),
        np.zeros(2, dtype=[("a", int)]),
        csr_matrix(np.eye(2)),
        pd.Timedelta("1D"),
        bytearray(b"x"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_values_that_no_file_holds_are_told(value, tmp_path):
    with pytest.raises(ValueError, match=r"model\[0\]: no file can hold a"):
        save_model([value], tmp_path / "m")


@pytest.mark.parametrize(
    "distribution",
    [
        stats.loguniform(0.1, b=10),
        stats.randint(2, 5),
        stats.norm(np.array([0, 1]), scale=2),
    ],
    ids=lambda frozen: frozen.dist.name,
)
def test_distributions(distribution, tmp_path):
    loaded = round_trip([distribution], tmp_path)[0]
    assert type(loaded) is type(distribution)
    drawn = [d.rvs(size=(5, 2), random_state=0) for d in (loaded, distribution)]
    np.testing.assert_array_equal(*drawn)


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("bootstrap", [[1.0]]),
        ("rv_continuous", []),
        ("__loader__", []),
        ("norm", ["a"]),
    ],
)
def test_distributions_that_are_none(name, args, tmp_path):
    node = {"kind": "distribution", "name": name}
    node["args"] = {"kind": "tuple", "items": args}
    node["options"] = {"kind": "names", "bunch": False, "items": {}}
    path = write_members(tmp_path / "m", {"objects": [node], "model": 1}, {})
    assert_refused(path, f"distribution '{name}'")


def test_shared_values_stay_shared(tmp_path):
    array, loss = np.zeros(3), FocalLoss()
    loaded = round_trip([array, {"a": array}, loss, loss], tmp_path)
    assert loaded[0] is loaded[1]["a"]
    assert loaded[2] is loaded[3]


def test_bunches_partials_and_tensors(tmp_path):
    loaded = round_trip(Bunch(a=1), tmp_path)
    assert type(loaded) is Bunch
    assert loaded.a == 1
    odd = Bunch()
    odd["self"] = 2
    assert round_trip(odd, tmp_path) == odd
    partial = round_trip(functools.partial(GapNetPL, 4, n_hidden=8), tmp_path)
    assert (partial.func, partial.args, partial.keywords) == (
        GapNetPL,
        (4,),
        {"n_hidden": 8},
    )
    tensor = torch.arange(6.0).reshape(2, 3)
    assert torch.equal(round_trip([tensor], tmp_path)[0], tensor)
    assert not round_trip(tensor, tmp_path).requires_grad
    assert round_trip(tensor.requires_grad_(), tmp_path).requires_grad


def test_losses_with_weights(tmp_path):
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0]))
    loaded = round_trip(loss, tmp_path)
    logits, targets = torch.randn(3, 2), torch.ones(3, 2)
    assert torch.equal(loaded(logits, targets), loss(logits, targets))
    assert list(loaded.state_dict()) == list(loss.state_dict())


def test_frozen_parameters_of_losses_stay_frozen(tmp_path):
    for frozen in (True, False):
        layer = nn.PReLU()
        layer.weight.requires_grad_(not frozen)
        assert round_trip(layer, tmp_path).weight.requires_grad is not frozen


def test_what_holds_itself_is_refused(tmp_path):
    endless = []
    endless.append(endless)
    with pytest.raises(ValueError, match="holds itself"):
        save_model(endless, tmp_path / "m")
    assert list(tmp_path.iterdir()) == []
