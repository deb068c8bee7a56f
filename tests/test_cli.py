"""The protloc command, in this process unless a signal has to be sent."""

import argparse
import json
import os
import re
import signal
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.pipeline import make_pipeline

from sklearn_protloc import __version__
from sklearn_protloc._cli import main
from sklearn_protloc._cli._main import _with_options
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import HPA_LOCATIONS, load_hpa, make_cells
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.persistence import load_model, save_model
from sklearn_protloc.preprocessing import Resize
from sklearn_protloc.utils import replacing

QUICK = ["--network", "TinyNet", "--max-epochs", "1"]
COLORS = ("red", "green", "blue", "yellow")


@pytest.fixture(scope="session")
def cells_folder(tmp_path_factory):
    """Return a folder in Kaggle form: train.csv and images/."""
    folder = tmp_path_factory.mktemp("cells")
    (folder / "images").mkdir()
    cells = make_cells(24, image_size=32, labels=3, random_state=0)
    ids = [f"cell{i}" for i in range(len(cells.data))]
    for name, image in zip(ids, cells.data, strict=True):
        for color, channel in zip(COLORS, image, strict=True):
            cv2.imwrite(str(folder / "images" / f"{name}_{color}.png"), channel)
    label_ids = np.array([HPA_LOCATIONS.index(n) for n in cells.target_names])
    targets = [" ".join(map(str, label_ids[row == 1])) for row in cells.target]
    pd.DataFrame({"Id": ids, "Target": targets}).to_csv(
        folder / "train.csv", index=False
    )
    return folder


def train_arguments(folder, out, *more):
    labels, images = str(folder / "train.csv"), str(folder / "images")
    data = ["--labels", labels, "--images", images]
    return ["train", *data, "--out", str(out), *QUICK, *more]


@pytest.fixture(scope="session")
def model_file(cells_folder):
    out = cells_folder / "model.protloc"
    assert main(train_arguments(cells_folder, out)) == 0
    return out


def predict_arguments(model, images, out, *more):
    return ["predict", str(model), "--images", str(images), "--out", str(out), *more]


def assert_one_error(capsys, message):
    err = capsys.readouterr().err
    assert err.startswith("protloc: error: ")
    assert err.count("\n") == 1, err
    assert message in err


def test_demo_prints_a_row_per_label_and_both_means(capsys):
    arguments = ["demo", "--n-samples", "80", "--image-size", "32", *QUICK]
    assert main(arguments) == 0
    out = capsys.readouterr().out
    for label in make_cells(1).target_names:
        assert label in out
    means = [float(line.split()[-1]) for line in out.splitlines() if "macro F1" in line]
    assert len(means) == 3
    assert all(0 <= mean <= 1 for mean in means)


def test_demo_follows_its_seed(capsys):
    outs = []
    for seed in ("1", "1", "2"):
        arguments = ["demo", "--n-samples", "40", "--image-size", "32", *QUICK]
        assert main([*arguments, "--random-state", seed]) == 0
        outs.append(capsys.readouterr().out)
    assert outs[0] == outs[1] != outs[2]


def test_demo_leaves_labels_without_test_cells_out_of_the_means(capsys):
    assert main(["demo", "--n-samples", "16", "--image-size", "32", *QUICK]) == 0
    out = capsys.readouterr().out
    assert "Left out of the means" in out
    assert "nan" not in out


def test_a_missing_folder_of_the_output_is_named(cells_folder, tmp_path, capsys):
    arguments = train_arguments(cells_folder, tmp_path / "nowhere" / "m")
    assert main(arguments) == 2
    assert_one_error(capsys, f"Folder of the output not found: {tmp_path / 'nowhere'}.")


def test_train_keeps_labels_that_occur_and_all_that_predict_needs(model_file):
    bundle = load_model(model_file)
    names = ["Nucleoplasm", "Plasma membrane", "Cytosol"]
    assert bundle["label_names"] == names  # in the order of their ids
    assert bundle["label_ids"] == [HPA_LOCATIONS.index(name) for name in names]
    assert bundle["model"].thresholds_.shape == (3,)
    assert bundle["channels"] == "RGBY"
    assert bundle["image_size"] is None
    with zipfile.ZipFile(model_file) as archive:
        manifest = json.loads(archive.read("manifest.json"))
    assert manifest["versions"]["sklearn-protloc"] == __version__


def test_train_prints_an_honest_table(cells_folder, tmp_path, capsys):
    arguments = train_arguments(cells_folder, tmp_path / "m", "--channels", "GB")
    assert main([*arguments, "--image-size", "24", "--cv", "2", "--lr", "0.01"]) == 0
    out = capsys.readouterr().out
    assert "Out-of-fold" in out
    assert "optimistic" in out
    assert "macro F1 to expect on other images" in out
    target = make_cells(24, image_size=32, labels=3, random_state=0).target
    always = f1_score(target, np.ones_like(target), average="macro")
    assert f"macro F1, every label always: {always:.3f}" in out
    assert "2 channels, 24 x 24" in out
    assert all(name in out for name in ("Nucleoplasm", "Cytosol", "Plasma membrane"))
    net = load_model(tmp_path / "m")["model"].estimator_
    assert net.image_shape_ == (2, 24, 24)


def test_options_of_train_reach_the_classifier(cells_folder, tmp_path):
    options = (
        "--batch-size 5 --lr 0.02 --dropout 0.25 --random-state 7 --device cpu "
        "--crop-size 16 --num-workers 1"
    )
    arguments = train_arguments(cells_folder, tmp_path / "m", "--amp", "--cv", "2")
    assert main([*arguments, *options.split()]) == 0
    model = load_model(tmp_path / "m")["model"]
    params = model.estimator_.get_params()
    assert params["batch_size"] == 5
    assert params["lr"] == 0.02
    assert params["dropout"] == 0.25
    assert params["random_state"] == 7
    assert params["device"] == "cpu"
    assert params["amp"] is True
    assert params["crop_size"] == 16
    assert params["num_workers"] == 1
    assert model.cv.n_splits == 2


def test_folds_keep_antibodies_together(cells_folder, tmp_path, capsys):
    """Six antibodies of four images each: their numbers begin the Ids."""
    (tmp_path / "images").mkdir()
    table = pd.read_csv(cells_folder / "train.csv")
    for i, name in enumerate(table["Id"]):
        table.loc[i, "Id"] = f"{i % 6}_1_A1_{i}"
        for color in COLORS:
            old = cells_folder / "images" / f"{name}_{color}.png"
            new = tmp_path / "images" / f"{table.loc[i, 'Id']}_{color}.png"
            new.write_bytes(old.read_bytes())
    table.to_csv(tmp_path / "train.csv", index=False)
    assert main(train_arguments(tmp_path, tmp_path / "m", "--cv", "2")) == 0
    assert "each of 6 antibodies together" in capsys.readouterr().out
    model = load_model(tmp_path / "m")["model"]
    assert type(model.cv).__name__ == "MultilabelStratifiedGroupKFold"


def test_learning_rate_goes_up_and_down_again(cells_folder, tmp_path):
    arguments = train_arguments(cells_folder, tmp_path / "m", "--lr", "0.01")
    assert main([*arguments, "--max-epochs", "10"]) == 0
    rates = load_model(tmp_path / "m")["model"].estimator_.history_[:, "event_lr"]
    top = int(np.argmax(rates))
    assert 0 < top < 9
    assert rates[top] == pytest.approx(0.01, rel=0.05)
    assert rates[0] < 0.1 * rates[top]
    assert rates[-1] < 0.1 * rates[top]


def test_predict_writes_the_kaggle_format(model_file, cells_folder, tmp_path):
    out, proba_out = tmp_path / "submission.csv", tmp_path / "proba.csv"
    images = cells_folder / "images"
    arguments = predict_arguments(model_file, images, out, "--proba", str(proba_out))
    assert main(arguments) == 0
    assert out.read_text().startswith("Id,Predicted\n")
    table = pd.read_csv(out, keep_default_na=False, index_col="Id")
    proba = pd.read_csv(proba_out, index_col="Id")
    assert sorted(table.index) == sorted(f"cell{i}" for i in range(24))
    bundle = load_model(model_file)
    assert proba.columns.tolist() == bundle["label_names"]
    present = proba.to_numpy() >= bundle["model"].thresholds_
    for image_id, row in zip(proba.index, present, strict=True):
        wanted = [k for k, here in zip(bundle["label_ids"], row, strict=True) if here]
        assert table.Predicted[image_id] == " ".join(map(str, sorted(wanted)))


def test_predict_keeps_the_ids_of_a_table(model_file, cells_folder, tmp_path):
    """Files are named without the gene, which one of the Ids begins with."""
    for color in COLORS:
        for i in range(3):
            old = cells_folder / "images" / f"cell{i}_{color}.png"
            (tmp_path / f"7_1_A1_{i}_{color}.png").write_bytes(old.read_bytes())
    table, out = tmp_path / "ids.csv", tmp_path / "out.csv"
    ids = ["7_1_A1_2", "ENSG00000000003_7_1_A1_0"]
    pd.DataFrame({"Predicted": [0, 0], "Id": ids}).to_csv(table, index=False)
    arguments = predict_arguments(model_file, tmp_path, out, "--ids", str(table))
    assert main([*arguments, "--proba", str(tmp_path / "proba.csv")]) == 0
    assert pd.read_csv(out)["Id"].tolist() == ids
    found = pd.read_csv(tmp_path / "proba.csv", index_col="Id")
    images = cells_folder / "images"
    arguments = predict_arguments(model_file, images, out, "--num-workers", "2")
    assert main([*arguments, "--proba", str(tmp_path / "proba.csv")]) == 0
    expected = pd.read_csv(tmp_path / "proba.csv", index_col="Id")
    expected = expected.loc[["cell2", "cell0"]].to_numpy()
    np.testing.assert_allclose(found.to_numpy(), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name\ncell0\n", "lacks the column Id: it has Name"),
        ("", "ids.csv is not a readable CSV table"),
        ("Id\n", "lists no images"),
        ("Id\nnobody\n", "nobody_red.png"),
    ],
)
def test_tables_of_ids_that_do_not_fit(
    text, message, model_file, cells_folder, tmp_path, capsys
):
    table, images = tmp_path / "ids.csv", cells_folder / "images"
    table.write_text(text)
    more = ["--ids", str(table)]
    assert main(predict_arguments(model_file, images, tmp_path / "out", *more)) == 2
    assert_one_error(capsys, message)
    assert list(tmp_path.iterdir()) == [table]


def test_parameters_are_called_like_options():
    args = argparse.Namespace(image_size=0, cv=3)
    told = "Expected image_size, got image_size=0. See a/image_size.png, max_epochs."
    assert _with_options(told, args) == (
        "Expected --image-size, got --image-size=0. See a/image_size.png, max_epochs."
    )
    assert _with_options("image_size.csv and my_image_size, cv", args) == (
        "image_size.csv and my_image_size, cv"
    )
    assert _with_options("Set cv=5, not a/cv=3 or my_cv=3.", args) == (
        "Set --cv=5, not a/cv=3 or my_cv=3."
    )


@pytest.fixture(scope="module")
def fitted():
    """A classifier fitted in Python, with labels in another order than the atlas's."""
    cells = make_cells(40, image_size=32, labels=3, random_state=0, as_frame=True)
    model = LocalizationClassifier(TinyNet, lr=0.01, max_epochs=2, random_state=0)
    return model.fit(cells.data, cells.target.iloc[:, ::-1])


@pytest.mark.parametrize("tuned", [False, True])
def test_predict_takes_a_classifier_of_save_model(
    tuned, fitted, cells_folder, tmp_path
):
    images, out = cells_folder / "images", tmp_path / "out.csv"
    hpa = load_hpa(cells_folder / "train.csv", images, as_frame=True)
    model = fitted
    if tuned:
        model = MultiLabelThresholdOptimizer(FrozenEstimator(fitted), empty="argmax")
        model.fit(hpa.data, hpa.target[fitted.label_names_])
    save_model(model, tmp_path / "model.protloc")
    arguments = predict_arguments(tmp_path / "model.protloc", images, out)
    assert main([*arguments, "--num-workers", "1"]) == 0
    table = pd.read_csv(out, keep_default_na=False, index_col="Id")
    for name, row in zip(hpa.ids, model.predict(hpa.data), strict=True):
        found = sorted(map(HPA_LOCATIONS.index, fitted.label_names_[row == 1]))
        assert table.Predicted[name] == " ".join(map(str, found))
    labels = ["--labels", str(cells_folder / "train.csv")]
    page = predict_arguments(tmp_path / "model.protloc", images, tmp_path / "a.html")
    assert main(["evaluate", *page[1:], *labels]) == 0


def test_predict_resizes_as_the_classifier_was_trained(fitted, tmp_path):
    save_model(fitted, tmp_path / "model")
    for color in COLORS:
        cv2.imwrite(str(tmp_path / f"a_{color}.png"), np.zeros((40, 48), np.uint8))
    out = tmp_path / "out.csv"
    assert main(predict_arguments(tmp_path / "model", tmp_path, out)) == 0
    assert pd.read_csv(out)["Id"].tolist() == ["a"]


def test_classifiers_that_tell_too_little_are_refused(
    fitted, cells_folder, tmp_path, capsys
):
    cells = make_cells(20, image_size=32, labels=3, random_state=0, as_frame=True)
    X, y = cells.data, cells.target
    pipeline = make_pipeline(Resize(16), clone(fitted))
    for model, message in (
        (clone(fitted).fit(X[:, :2], y), "which 2 of the channels RGBY it takes"),
        (clone(fitted).fit(X, y.to_numpy()), "not named as in"),
        (clone(fitted).fit(X, y["Cytosol"]), "a column per location"),
        (pipeline.fit(X, y), "the steps of a pipeline"),
        (LogisticRegression().fit([[0], [1]] * 5, [0, 1] * 5), "no Localization"),
        (Resize(16), "and no classifier"),
    ):
        save_model(model, tmp_path / "model")
        images = cells_folder / "images"
        assert main(predict_arguments(tmp_path / "model", images, tmp_path / "o")) == 2
        assert_one_error(capsys, message)
    assert [path.name for path in tmp_path.iterdir()] == ["model"]


def test_predict_leaves_images_without_a_location_empty(
    model_file, cells_folder, tmp_path
):
    bundle = load_model(model_file)
    bundle["model"].thresholds_[:] = 2
    save_model(bundle, tmp_path / "strict")
    out = tmp_path / "submission.csv"
    images = cells_folder / "images"
    assert main(predict_arguments(tmp_path / "strict", images, out)) == 0
    assert set(pd.read_csv(out, keep_default_na=False).Predicted) == {""}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--network", "ResNet"], "Unknown network 'ResNet'"),
        (["--max-epochs", "0"], "--max-epochs"),
        (["--lr", "-1"], "lr"),
        (["--dropout", "2"], "dropout"),
        (["--batch-size", "0"], "--batch-size"),
        (["--image-size", "0"], "Expected --image-size of at least 1"),
        (["--cv", "1"], "n_splits"),
        (["--cv", "99"], "n_splits=99"),
        (["--channels", "RX"], "letters of RGBY"),
        (["--device", "tpu9"], "device"),
        (["--random-state", "-1"], "Seed must be between 0"),
        (["--n-jobs", "0"], "--n-jobs"),
        (["--crop-size", "2000"], "--crop-size"),
        (["--crop-size", "0"], "--crop-size"),
        (["--num-workers", "-1"], "--num-workers"),
    ],
)
def test_impossible_training_options(options, message, cells_folder, tmp_path, capsys):
    out = tmp_path / "m"
    assert main(train_arguments(cells_folder, out, *options)) == 2
    assert_one_error(capsys, message)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "required: COMMAND"),
        (["fly"], "invalid choice: 'fly'"),
        (["demo", "--n-samples", "many"], "invalid int value: 'many'"),
        (["train", "--labels", "t.csv"], "required: --images, --out"),
        (["predict"], "MODEL"),
        (
            train_arguments(Path("a"), "b", "--epochs", "3"),
            'unrecognized arguments: --epochs 3 (see "protloc train --help")',
        ),
        (["demo", "--n-samples", "many"], '(see "protloc demo --help")'),
    ],
)
def test_command_lines_that_cannot_be_read(arguments, message, capsys):
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    assert_one_error(capsys, message)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--n-samples", "0"], "--n-samples"),
        (["--n-samples", "2"], "n_splits"),
        (["--image-size", "4"], "--image-size"),
        (["--max-epochs", "0"], "--max-epochs"),
        (["--random-state", "-1"], "Seed must be between 0"),
    ],
)
def test_impossible_demo_options(options, message, capsys):
    assert main(["demo", *QUICK, *options]) == 2
    assert_one_error(capsys, message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Name,Target\ncell0,1\n", "lacks the column Id"),
        ("Id,Target\ncell0,1\ncell1,99\n", "unknown label '99'"),
        ("Id,Target\ncell0,1\nnobody,2\n", "nobody_red.png"),
        ("Id,Target\ncell0,1\nnobody,2\n", "pass --channels=... for fewer"),
        ("Id,Target\ncell0,1\ncell1,1\n", "only 'Nuclear membrane'"),
        ("", "the file is empty"),
    ],
)
def test_tables_of_labels_that_do_not_fit(
    text, message, cells_folder, tmp_path, capsys
):
    table, out = tmp_path / "labels.csv", tmp_path / "m"
    table.write_text(text)
    arguments = train_arguments(cells_folder, out, "--labels", str(table))
    assert main(arguments) == 2
    assert_one_error(capsys, message)
    assert list(tmp_path.iterdir()) == [table]


def test_missing_files_and_folders(cells_folder, model_file, tmp_path, capsys):
    images, out = cells_folder / "images", tmp_path / "out"
    nowhere = tmp_path / "nowhere"
    for arguments in (
        train_arguments(cells_folder, out, "--labels", str(nowhere)),
        train_arguments(cells_folder, out, "--images", str(nowhere)),
        train_arguments(cells_folder, nowhere / "m"),
        predict_arguments(nowhere, images, out),
        predict_arguments(model_file, nowhere, out),
        predict_arguments(model_file, images, nowhere / "out"),
        predict_arguments(model_file, images, out, "--proba", str(nowhere / "p")),
    ):
        assert main(arguments) == 2
        assert_one_error(capsys, "nowhere")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("out", [".", os.devnull])
def test_output_that_is_no_file(out, cells_folder, capsys):
    assert main(train_arguments(cells_folder, out)) == 2
    assert_one_error(capsys, "got a folder or device")
    assert os.path.exists(out)


def test_both_outputs_in_one_file(model_file, cells_folder, tmp_path, capsys):
    out, images = str(tmp_path / "out.csv"), cells_folder / "images"
    assert main(predict_arguments(model_file, images, out, "--proba", out)) == 2
    assert_one_error(capsys, "two different files")


def test_unreadable_image(model_file, cells_folder, tmp_path, capsys):
    images, out = tmp_path / "images", tmp_path / "out.csv"
    images.mkdir()
    for path in (cells_folder / "images").glob("cell[01]_*.png"):
        (images / path.name).write_bytes(path.read_bytes())
    (images / "cell1_blue.png").write_bytes(b"no image")
    out.write_text("as it was")
    assert main(predict_arguments(model_file, images, out)) == 2
    assert_one_error(capsys, "cell1_blue.png is not a readable image")
    assert out.read_text() == "as it was"
    assert sorted(tmp_path.iterdir()) == [images, out]


def test_images_of_another_size(model_file, tmp_path, capsys):
    for color in COLORS:
        cv2.imwrite(str(tmp_path / f"a_{color}.png"), np.zeros((40, 40), np.uint8))
    assert main(predict_arguments(model_file, tmp_path, tmp_path / "out.csv")) == 2
    assert_one_error(capsys, "(4, 40, 40)")


def test_files_that_are_no_model(cells_folder, tmp_path, capsys):
    images, out = cells_folder / "images", tmp_path / "out.csv"
    save_model({"model": 1}, tmp_path / "other")
    (tmp_path / "empty").touch()
    for name, message in (
        ("other", "is not a model"),
        ("empty", "cannot be opened as a model"),
    ):
        assert main(predict_arguments(tmp_path / name, images, out)) == 2
        assert_one_error(capsys, f"{name} {message}")
    labels = cells_folder / "train.csv"
    assert main(predict_arguments(labels, images, out)) == 2
    assert_one_error(capsys, "train.csv cannot be opened as a model")
    assert not out.exists()


def test_warnings_are_one_line_each(cells_folder, tmp_path, capsys):
    table = pd.read_csv(cells_folder / "train.csv", dtype=str)
    table.loc[0, "Target"] = "27"  # one positive: absent from a training fold
    table.to_csv(tmp_path / "labels.csv", index=False)
    labels = ["--labels", str(tmp_path / "labels.csv")]
    assert main(train_arguments(cells_folder, tmp_path / "m", *labels)) == 0
    err = capsys.readouterr().err
    assert "Rods & rings" in err
    assert all(line.startswith("protloc: warning: ") for line in err.splitlines())


def test_a_file_is_replaced_at_once_or_not_at_all(tmp_path):
    path = tmp_path / "file"
    path.write_text("before")

    def write_half():
        with replacing(path) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half()
    assert path.read_text() == "before"
    with replacing(path) as file:
        file.write(b"after")
        assert path.read_text() == "before"
    assert path.read_text() == "after"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_to_an_output_stays_a_link(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "file")
    with replacing(tmp_path / "link") as file:
        file.write(b"text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text() == "text"


def test_output_has_the_permissions_of_any_new_file(tmp_path):
    (tmp_path / "plain").touch()
    with replacing(tmp_path / "replaced"):
        pass
    modes = {path.stat().st_mode for path in tmp_path.iterdir()}
    assert len(modes) == 1


@pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl-C")
def test_ctrl_c_ends_all_training_and_leaves_nothing(cells_folder, tmp_path):
    arguments = train_arguments(cells_folder, tmp_path / "m", "--max-epochs", "100000")
    command = [sys.executable, "-m", "sklearn_protloc", *arguments]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout.readline().startswith("Training")
        time.sleep(0.5)  # into the first training
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=60)
    finally:
        process.kill()
    assert process.returncode == 130
    assert err == "protloc: interrupted, nothing was written\n"
    assert list(tmp_path.iterdir()) == []


def test_help_and_version_do_without_torch():
    code = (
        "import sys; from sklearn_protloc._cli import main\n"
        "try: main(sys.argv[1:])\n"
        "finally: assert 'torch' not in sys.modules"
    )
    for option, text in (("--help", "protloc demo"), ("--version", __version__)):
        command = [sys.executable, "-c", code, option]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert text in done.stdout


@pytest.mark.parametrize("command", ["demo", "train", "predict"])
def test_every_option_is_explained(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    out = capsys.readouterr().out
    assert "None" not in out
    no_help = re.findall(r"^  (--\S+)(?: [A-Z_]+)?\n(?! {10,})", out, re.MULTILINE)
    assert no_help == []


def test_real_montages(protloc_data, tmp_path, capsys):
    folder = protloc_data / "hpa_montages"
    table = pd.read_csv(folder / "train.csv", dtype=str).iloc[:60]
    table.to_csv(tmp_path / "train.csv", index=False)
    model, out = tmp_path / "model.protloc", tmp_path / "submission.csv"
    data = ["--labels", str(tmp_path / "train.csv"), "--images", str(folder / "images")]
    arguments = ["train", *data, "--out", str(model), "--image-size", "64", *QUICK]
    assert main(arguments) == 0
    assert "Out-of-fold F1" in capsys.readouterr().out
    assert main(predict_arguments(model, folder / "images", out)) == 0
    submission = pd.read_csv(out, keep_default_na=False)
    assert len(submission) == 240
    known = {str(k) for k in load_model(model)["label_ids"]}
    assert set(" ".join(submission.Predicted).split()) <= known
