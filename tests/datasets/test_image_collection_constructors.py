"""Collections from tables and folders, and how they are read."""

import os
import pickle

import cv2
import numpy as np
import pandas as pd
import pytest

from sklearn_protloc.datasets import ImageCollection

COLUMNS = ["red", "green", "blue", "yellow"]


@pytest.fixture
def table(paths):
    table = pd.DataFrame(paths, columns=COLUMNS).map(lambda path: path.name)
    return table.assign(name=[f"s{i}" for i in range(8)])


def test_table(table, paths, images):
    folder = paths[0][0].parent
    X = ImageCollection.from_table(table, COLUMNS, root=folder, id_column="name")
    np.testing.assert_array_equal(X, images)
    assert X[[5, 1]].ids.tolist() == ["s5", "s1"]
    assert X[3:4].ids.tolist() == ["s3"]
    assert X.paths[2, 1] == str(paths[2][1])


def test_table_in_a_file(table, paths, images, tmp_path):
    table.to_csv(tmp_path / "table.csv", index=False)
    X = ImageCollection.from_table(
        tmp_path / "table.csv", "green", root=paths[0][0].parent, image_size=(16, 8)
    )
    assert X.shape == (8, 1, 16, 8)
    assert X.ids is None


def test_table_lacks_a_column(table):
    with pytest.raises(ValueError, match=r"lacks the column far and id: it has red"):
        ImageCollection.from_table(table, ["red", "far"], id_column="id")


def test_table_lacks_a_file_name(table, tmp_path):
    table.loc[2, "blue"] = None
    with pytest.raises(ValueError, match=r"row 2 has no file name in column 'blue'"):
        ImageCollection.from_table(table, COLUMNS)


@pytest.fixture
def folder(tmp_path, images):
    for i, name in enumerate(["b_1", "a_2", "a_10"]):
        for k, channel in enumerate(COLUMNS):
            path = tmp_path / "plate[1]" / f"{name}_{channel}.png"
            path.parent.mkdir(exist_ok=True)
            cv2.imwrite(str(path), images[i, k])
    (tmp_path / "plate[1]" / "notes_red.txt").touch()
    return tmp_path


def test_folder(folder, images):
    X = ImageCollection.from_folder(
        folder / "plate[1]", "{id}_{channel}.png", channels=["green", "red"]
    )
    assert X.ids.tolist() == ["a_10", "a_2", "b_1"]
    np.testing.assert_array_equal(X, images[[2, 1, 0]][:, [1, 0]])


def test_folder_of_folders_and_several_fields(folder, images):
    X = ImageCollection.from_folder(
        folder, "{plate}/{well}_{field}_{channel}.png", channels=COLUMNS
    )
    assert X.ids.tolist() == ["plate[1]_a_10", "plate[1]_a_2", "plate[1]_b_1"]
    np.testing.assert_array_equal(X[2], images[0])


def test_folder_without_channels(folder):
    X = ImageCollection.from_folder(folder / "plate[1]", "{id}_green.png")
    assert X.shape == (3, 1, 32, 32)
    repeated = ImageCollection.from_folder(folder, "plate[1]/{a}_{b}_green.png")
    assert repeated.ids.tolist() == ["a_10", "a_2", "b_1"]


def test_folder_with_a_field_twice(tmp_path, images):
    (tmp_path / "a").mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / "a" / name), images[0, 0])
    assert ImageCollection.from_folder(tmp_path, "{id}/{id}.png").ids.tolist() == ["a"]


def test_folder_lacks_a_channel(folder):
    (folder / "plate[1]" / "a_2_blue.png").unlink()
    with pytest.raises(ValueError, match=r"not found: .*a_2_blue\.png\. .* 4 channels"):
        ImageCollection.from_folder(
            folder / "plate[1]", "{id}_{channel}.png", channels=COLUMNS
        )


@pytest.mark.parametrize(
    ("pattern", "channels", "message"),
    [
        ("{id}_{channel}.tif", ["red"], r"No images .* \{id\}_\{channel\}\.tif, with"),
        ("{id}.tif", None, r"No images in .*: expected files \{id\}\.tif\."),
        ("{id}_{channel}.png", None, r"Expected channels=\.\.\. where"),
        ("{id}.png", ["red"], r"Expected channels=\.\.\. where"),
        ("{channel}.png", ["red"], "with fields in braces"),
        ("a.png", None, "with fields in braces"),
        ("{0}.png", None, "with fields in braces"),
        ("{id}_{channel}.png", ["red", "red"], "Expected different channels"),
    ],
)
def test_wrong_pattern(folder, pattern, channels, message):
    with pytest.raises(ValueError, match=message):
        ImageCollection.from_folder(folder / "plate[1]", pattern, channels=channels)


def test_no_folder(tmp_path):
    with pytest.raises(ValueError, match="Folder of images not found"):
        ImageCollection.from_folder(tmp_path / "none", "{id}.png")


def test_wrong_ids(paths):
    with pytest.raises(ValueError, match=r"ids of shape \(8,\), one per sample"):
        ImageCollection(paths, ids=["a"])
    X = ImageCollection(paths, ids=range(8))
    with pytest.raises(ValueError, match="read-only"):
        X.ids[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        X[[1]].ids[0] = 3


@pytest.mark.parametrize("interpolation", ["nearest", "linear"])
def test_interpolation(paths, images, interpolation):
    X = ImageCollection(paths, image_size=8, interpolation=interpolation)
    pixels = images[2].reshape(4, 8, 4, 8, 4)
    if interpolation == "nearest":
        np.testing.assert_array_equal(X[2], pixels[:, :, 2, :, 2])
    else:
        means = pixels[:, :, 1:3, :, 1:3].mean((2, 4))
        np.testing.assert_allclose(X[2], means, atol=1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"interpolation": "cubic"}, ValueError, "'area', 'nearest' and 'linear'"),
        ({"image_size": (8, 8, 8)}, TypeError, r"int or as \(height, width\)"),
        ({"image_size": 8.5}, TypeError, r"int or as \(height, width\)"),
        ({"image_size": (8, 0)}, ValueError, "at least 1"),
    ],
)
def test_wrong_reading(paths, options, error, message):
    with pytest.raises(error, match=message):
        ImageCollection(paths, **options)


def test_a_name_costs_its_own_bytes_only(paths, tmp_path):
    """The folder is told once, however long, and a view takes its own names along."""
    X = ImageCollection(paths)
    name = len(paths[0][0].name)
    empty, full = (len(pickle.dumps(X[rows])) for rows in ([], slice(None)))
    assert (full - empty) / 8 <= 4 * name + 1
    assert os.path.basename(paths[0][0].parent).encode() in pickle.dumps(X[:1])
