"""Files with checksums that fit, and contents that save_model would not write."""

import io
import json
import pickle
import struct
import sys

import numpy as np
import pytest
import safetensors.numpy
from sklearn.tree import DecisionTreeClassifier

from sklearn_protloc.persistence import load_model, save_model
from tests.persistence.conftest import (
    assert_refused,
    members_of,
    node_of,
    write_members,
)


class _Dangerous:
    def __reduce__(self):
        return print, ("code was run",)


@pytest.mark.parametrize(
    "name",
    [
        "os.system",
        "posix.system",
        "builtins.eval",
        "builtins.exec",
        "builtins.getattr",
        "subprocess.Popen",
        "torch.load",
        "numpy.load",
        "numpy.os.system",
        "joblib.load",
        "sklearn.os.system",
        "sklearn.ensemble.GradientBoostingClassifier",
        "sklearn.svm.SVC",
        "sklearn.utils.os",
        "sklearn.metrics._scorer.copy",
        "sklearn_protloc._cli.main",
        "sklearn_protloc.classifiers.os",
        "sklearn_protloc.classifiers._engine.LocalizationNet",
        "sklearn_protloc.datasets.fetch_hpa",
        "sklearn_protloc.persistence.load_model",
        "skorch.callbacks.Checkpoint",
        "torch.optim.lr_scheduler.warnings",
        "__main__.X",
        "",
        ".",
    ],
)
@pytest.mark.parametrize("kind", ["name", "object", "module"])
def test_foreign_names(name, kind, forged):
    def change(config, members):
        members.clear()
        node = {"kind": kind, "name": name, "class": name, "state": {}}
        more = {"parameters": [], "buffers": [], "children": {}}
        return {"objects": [], "model": {**node, **more}}

    assert_refused(forged(change), "not part of the library")


def of_net(**fields):
    def change(config, members):
        node_of(config, "net").update(fields)

    return change


def of_weights(change_weights):
    def change(config, members):
        name = node_of(config, "net")["weights"]
        weights = safetensors.numpy.load(members[name])
        members[name] = safetensors.numpy.save(change_weights(weights))

    return change


def of_class(name, **state):
    def change(config, members):
        node = next(
            n for n in config["objects"] if n.get("class", "").endswith(f".{name}")
        )
        node["state"].update(state)

    return change


def garbled_weights(config, members):
    members[node_of(config, "net")["weights"]] = struct.pack("<Q", 2**60) + b"{}"


def of_header(change_header):
    """Change what the header of the weights says, and leave their bytes."""

    def change(config, members):
        name = node_of(config, "net")["weights"]
        (length,) = struct.unpack_from("<Q", members[name])
        header = json.loads(members[name][8 : 8 + length])
        # the largest is the weight of a convolution, of four dimensions
        sizes = {n: np.prod(t["shape"]) for n, t in header.items()}
        largest, *_, smallest = sorted(sizes, key=sizes.get, reverse=True)
        change_header(header, header[largest], header[smallest])
        text = json.dumps(header).encode()
        rest = members[name][8 + length :]
        members[name] = struct.pack("<Q", len(text)) + text + rest

    return change


def overlap(header, tensor, other):
    other["data_offsets"] = [
        tensor["data_offsets"][0],
        tensor["data_offsets"][0] + np.diff(other["data_offsets"]).item(),
    ]


def lie_of_dtype(dtype):
    return of_header(lambda header, tensor, other: tensor.update(dtype=dtype))


def turn_shape(header, tensor, other):
    tensor["shape"] = tensor["shape"][::-1]


def swap_places(header, tensor, other):
    places = [t["data_offsets"] for t in (other, tensor)]
    tensor["data_offsets"], other["data_offsets"] = places


def used_twice(config, members):
    name = node_of(config, "net")["weights"]
    config["model"] = [config["model"], {"kind": "tensor", "weights": name}]


def no_longer_used(config, members):
    config["objects"], config["model"] = [], 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (of_net(n_channels=10**9), "expected torch.float32 of shape"),
        (of_net(n_outputs=2**62), "cannot be opened"),
        (of_net(n_outputs=-1), "cannot be opened"),
        (of_net(n_channels="4"), "'n_channels' in it is '4'"),
        (
            of_net(
                network={"kind": "name", "name": "sklearn_protloc.networks.MCNN"},
                options={
                    "kind": "names",
                    "bunch": False,
                    "items": {"n_mixed": 10**9, "image_size": 1024},
                },
            ),
            "weights",
        ),
        (
            of_net(
                network={
                    "kind": "name",
                    "name": "sklearn_protloc.networks.GapNetVariant",
                },
                options={
                    "kind": "names",
                    "bunch": False,
                    "items": {"mid_convs": 10**9},
                },
            ),
            "more layers than weights",
        ),
        (of_net(network={"kind": "name", "name": "torch.optim.Adam"}), "network"),
        (of_net(network=5), "'network' in it is 5"),
        (of_net(weights="config.json"), "used twice"),
        (of_net(weights="arrays/4711.npy"), "no member"),
        (garbled_weights, "weights cannot be read"),
        (of_weights(lambda w: {**w, "more": np.ones(3)}), "not those of TinyNet: more"),
        (of_weights(lambda w: {n: a.astype("f8") for n, a in w.items()}), "float64"),
        (of_weights(lambda w: {n: a[..., None] for n, a in w.items()}), "of shape"),
        (of_weights(lambda w: dict(list(w.items())[1:])), "not those of TinyNet"),
        (of_class("Resize", transform=1), "attribute 'transform'"),
        (of_class("Resize", __class__=1), "attribute '__class__'"),
        (of_class("Resize", zoom=1), "a parameter 'zoom'"),
        (of_class("LocalizationClassifier", predict=2), "attribute 'predict'"),
        (of_header(overlap), "weights cannot be read"),
        (of_header(swap_places), "weights cannot be read"),
        (of_header(turn_shape), "of shape"),
        (lie_of_dtype("I32"), "is torch.int32 of shape"),
        (lie_of_dtype("F64"), "weights cannot be read"),
        (lie_of_dtype("BF16"), "weights cannot be read"),
        (lie_of_dtype("object"), "weights cannot be read"),
        (used_twice, "used twice"),
        (no_longer_used, "nothing needs its member"),
    ],
)
def test_forged_models(change, message, forged):
    assert_refused(forged(change), message)


def test_a_parameter_newer_than_the_file_gets_its_default(forged):
    def change(config, members):
        node = next(
            n for n in config["objects"] if "interpolation" in n.get("state", ())
        )
        del node["state"]["interpolation"]

    assert load_model(forged(change))[0].interpolation == "area"


def npy(header, body=b""):
    header = header.encode()
    header += b" " * (-(len(header) + 11) % 64) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header + body


@pytest.mark.parametrize(
    "content",
    [
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (10000000000,), }"),
        npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(8)),
        npy("{'descr': '|V0', 'fortran_order': False, 'shape': (10000000000,), }"),
        npy("{'descr': '<U0', 'fortran_order': False, 'shape': (10000000000,), }"),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (-1, -1), }", bytes(8)),
        npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }", bytes(17)),
        npy("__import__('os').system('echo')"),
        pickle.dumps(_Dangerous()),
        b"",
    ],
    ids=range(9),
)
def test_forged_arrays(content, tmp_path, capsys):
    config = {"objects": [{"kind": "array", "member": "arrays/0.npy"}], "model": 1}
    path = write_members(tmp_path / "m", config, {"arrays/0.npy": content})
    assert_refused(path, "cannot be opened as a model")
    assert capsys.readouterr().out == ""


def test_a_table_of_endless_rows(tmp_path):
    rows = {"kind": "range", "ends": [0, 10**12, 1]}
    table = {"kind": "table", "index": rows, "names": rows, "columns": [rows]}
    path = write_members(tmp_path / "m", {"objects": [table], "model": 1}, {})
    assert_refused(path, "columns that do not fit")


@pytest.mark.parametrize("forge", ["left_child", "feature", "values", "n_features"])
def test_trees_that_lead_outside(forge, tmp_path):
    X = np.random.default_rng(0).random((30, 3))
    save_model(
        DecisionTreeClassifier(random_state=0).fit(X, X[:, 0] > 0.5), tmp_path / "m"
    )
    config, members = members_of(tmp_path / "m")
    tree = node_of(config, "tree")
    if forge == "n_features":
        tree["n_features"] = 2000
    else:
        node = tree["values"] if forge == "values" else tree["nodes"][forge]
        name = config["objects"][node["to"]]["member"]
        array = np.load(io.BytesIO(members[name]))
        array = (
            array[:, :, :1] if forge == "values" else np.where(array >= 0, 2**40, -1)
        )
        file = io.BytesIO()
        np.save(file, array)
        members[name] = file.getvalue()
    path = write_members(tmp_path / "forged", config, members)
    assert_refused(path, "tree in it")


def test_nothing_is_imported_because_a_file_says_so(forged):
    def change(config, members):
        members.clear()
        name = "sklearn_protloc.datasets._hpa_fetch.antigravity"
        return {"objects": [], "model": {"kind": "name", "name": name}}

    assert_refused(forged(change), "not part of the library")
    assert "antigravity" not in sys.modules
