"""Every network answers in onnxruntime as in torch, for other batches and sizes too."""

import inspect
import os

import numpy as np
import pytest
import torch

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.persistence import export_onnx
from tests.networks.narrow import ANY_SIZE, NARROW, SIZES, class_of, smallest_size

# The exporter takes seconds for each network; these stand for the others.
QUICK = (
    "ConvolutionalMIL table7",
    "CytoCNN",
    "CytoFCN",
    "DeepLoc",
    "DeepYeast",
    "GapNetPL",
    "GapNetVariant",
    "MCNN",
    "ResNet34",
    "TinyNet",
)
slow = pytest.mark.skipif(
    "PROTLOC_SLOW" not in os.environ, reason="takes seconds: set PROTLOC_SLOW=1 to run"
)
CASES = [pytest.param(n, marks=() if n in QUICK else slow) for n in NARROW]


def pictures(n_images, size, seed):
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (n_images, 2, *size), dtype=np.uint8)


def expected(model, images):
    """Return the probabilities of images of any size, from the network alone."""
    pixels = torch.from_numpy(images).float() / 255
    std, mean = torch.std_mean(pixels, dim=(2, 3), correction=0, keepdim=True)
    with torch.inference_mode():
        output = model.net_.module_((pixels - mean) / (std + 1e-7))
    return getattr(output, "logits", output).sigmoid().numpy()


@pytest.mark.parametrize("name", CASES)
def test_other_batches_and_sizes(name, tmp_path):
    pytest.importorskip("onnxscript", reason="needs the extra onnx")
    onnxruntime = pytest.importorskip("onnxruntime", reason="needs onnxruntime")
    network, size = class_of(name), smallest_size(name)
    model = LocalizationClassifier(
        network, network_params=NARROW[name], max_epochs=1, random_state=0
    ).fit(pictures(4, size, seed=0), np.eye(4, 3, dtype=int))
    export_onnx(model, tmp_path / "n.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "n.onnx")
    bound = "image_size" in inspect.signature(network).parameters
    sizes = [size] if bound else SIZES.get(name, ANY_SIZE)
    for other in sizes:
        images = pictures(3, other, seed=1)
        came = session.run(["probabilities"], {"images": images})[0]
        np.testing.assert_allclose(came, expected(model, images), atol=1e-5)
