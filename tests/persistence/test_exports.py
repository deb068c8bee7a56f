"""Networks for other programs answer as the classifier does."""

import json

import numpy as np
import pytest
import torch

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import CytoCNN, GapNetPL, TinyNet
from sklearn_protloc.persistence import export_onnx, export_torchscript

WIDER = 20


@pytest.fixture(scope="module")
def gapnet(X, y):
    return LocalizationClassifier(
        GapNetPL, network_params={"widths": (4, 4, 4)}, max_epochs=1, random_state=0
    ).fit(X, y)


def expected(model, images):
    """Return the probabilities of images of any size, from the network alone."""
    pixels = torch.from_numpy(images).float() / np.iinfo(images.dtype).max
    std, mean = torch.std_mean(pixels, dim=(2, 3), correction=0, keepdim=True)
    with torch.inference_mode():
        return model.net_.module_((pixels - mean) / (std + 1e-7)).sigmoid().numpy()


def run_torchscript(path, images):
    with torch.inference_mode():
        return torch.jit.load(path)(torch.from_numpy(images)).numpy()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_takes_any_batch_and_size(gapnet, X, tmp_path):
    export_torchscript(gapnet, tmp_path / "n.pt")
    came = run_torchscript(tmp_path / "n.pt", np.array(X))
    np.testing.assert_allclose(came, gapnet.predict_proba(X), atol=1e-6)
    wider = np.random.default_rng(1).integers(0, 256, (3, 4, 16, WIDER), dtype=np.uint8)
    came = run_torchscript(tmp_path / "n.pt", wider)
    np.testing.assert_allclose(came, expected(gapnet, wider), atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("kind", ["binary", "multiclass"])
def test_torchscript_of_single_columns_and_other_types(kind, X, tmp_path):
    target = np.arange(len(X)) % (2 if kind == "binary" else 3)
    images = X.astype(np.uint16) * 257
    model = LocalizationClassifier(
        TinyNet, standardize=False, max_epochs=1, random_state=0
    ).fit(images, target)
    export_torchscript(model, tmp_path / "n.pt", dtype="uint16")
    came = run_torchscript(tmp_path / "n.pt", images)
    np.testing.assert_allclose(came, model.predict_proba(images), atol=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_torchscript_of_a_network_of_one_size_knows_its_labels(X, y, tmp_path):
    images = np.random.default_rng(0).integers(0, 256, (8, 4, 32, 32), dtype=np.uint8)
    model = LocalizationClassifier(
        CytoCNN,
        network_params={"width": 2, "n_hidden": 4},
        max_epochs=1,
        random_state=0,
    ).fit(images, y[:8])
    export_torchscript(model, tmp_path / "n.pt")
    files = {"labels.json": ""}
    network = torch.jit.load(tmp_path / "n.pt", _extra_files=files)
    came = network(torch.from_numpy(images)).detach().numpy()
    np.testing.assert_allclose(came, model.predict_proba(images), atol=1e-6)
    assert json.loads(files["labels.json"]) == ["0", "1", "2"]


def test_onnx_takes_any_batch_and_size(gapnet, X, tmp_path):
    pytest.importorskip("onnxscript", reason="needs the extra onnx")
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime")
    export_onnx(gapnet, tmp_path / "n.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "n.onnx")
    came = session.run(["probabilities"], {"images": X})[0]
    np.testing.assert_allclose(came, gapnet.predict_proba(X), atol=1e-5)
    wider = np.random.default_rng(1).integers(0, 256, (3, 4, 16, WIDER), dtype=np.uint8)
    came = session.run(None, {"images": wider})[0]
    np.testing.assert_allclose(came, expected(gapnet, wider), atol=1e-5)
    assert session.get_inputs()[0].shape == ["batch", 4, "height", "width"]
    assert session.get_outputs()[0].shape == ["batch", 3]
    labels = session.get_modelmeta().custom_metadata_map["labels"]
    assert json.loads(labels) == ["0", "1", "2"]


@pytest.mark.parametrize("export", [export_onnx, export_torchscript])
def test_what_cannot_be_exported(export, pipeline, classifier, tmp_path):
    pytest.importorskip("onnxscript", reason="needs the extra onnx")
    with pytest.raises(TypeError, match=r"Take the one inside.*pipeline\[-1\]"):
        export(pipeline, tmp_path / "n")
    with pytest.raises(ValueError, match="Expected dtype as one of"):
        export(classifier, tmp_path / "n", dtype="int8")
    assert list(tmp_path.iterdir()) == []
