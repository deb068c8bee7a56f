"""Files of other versions of the library."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest

from sklearn_protloc.losses import FocalLoss
from sklearn_protloc.persistence import ModelFileError, load_model, save_model
from sklearn_protloc.preprocessing import Resize

DATA = Path(__file__).with_name("data")
PROBA = [
    [0.45417783, 0.61207455],
    [0.45083091, 0.62045479],
    [0.45054737, 0.61543173],
    [0.46067339, 0.61868364],
    [0.4729403, 0.6287275],
    [0.47494006, 0.63554877],
    [0.4739756, 0.62868142],
    [0.46243438, 0.61972785],
    [0.4536103, 0.61908466],
    [0.4490577, 0.61665559],
    [0.45100775, 0.61266369],
    [0.46912426, 0.62590253],
]


@pytest.mark.filterwarnings("ignore:Trying to unpickle")  # scikit-learn's own version
def test_a_file_of_format_1_opens_and_predicts_what_it_did():
    """The first file, never to be written anew.

    It holds ``{"model": make_pipeline(Resize(6), MultiLabelThresholdOptimizer(
    LocalizationClassifier(TinyNet, loss=FocalLoss(), augmenter=RandomDihedral(), ...),
    cv=2, step=0.1)), "channels": "RG"}``, fitted to the images below.
    """
    images = np.arange(12 * 2 * 8 * 8) * 37 % 251
    images = images.astype(np.uint8).reshape(12, 2, 8, 8)
    opened = load_model(DATA / "format-1.protloc")
    assert opened["channels"] == "RG"
    resize, optimizer = opened["model"].named_steps.values()
    assert resize.image_size == 6
    assert isinstance(optimizer.estimator.loss, FocalLoss)
    assert optimizer.report_["label"].tolist() == ["Golgi", "Nucleus"]
    np.testing.assert_allclose(optimizer.thresholds_, [0.2, 0.4])
    np.testing.assert_allclose(opened["model"].predict_proba(images), PROBA, rtol=1e-5)
    assert opened["model"].predict(images).tolist() == [[1, 1]] * 12


@pytest.mark.parametrize(
    ("version", "told"),
    [("9.1.0rc1", True), ("evil\nversion", False), (3, False), (None, False)],
)
def test_errors_tell_which_version_wrote_a_file(version, told, tmp_path):
    save_model(Resize(8), tmp_path / "m")
    with zipfile.ZipFile(tmp_path / "m") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members["manifest.json"])
    manifest["versions"]["sklearn-protloc"] = version
    members["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(tmp_path / "newer", "w") as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    assert load_model(tmp_path / "newer").image_size == 8
    content = (tmp_path / "newer").read_bytes()
    (tmp_path / "changed").write_bytes(content.replace(b"Resize", b"Recise"))
    with pytest.raises(ModelFileError, match="Bad CRC-32") as caught:
        load_model(tmp_path / "changed")
    assert (f"sklearn-protloc {version} wrote it" in str(caught.value)) is told
