import gzip

import cv2
import numpy as np
import pandas as pd
import pytest
import tifffile

from sklearn_protloc.datasets import HPA_LOCATIONS, load_image_table
from tests.datasets.color_files import in_color

COLUMNS = ["red", "green", "blue", "yellow"]


@pytest.fixture
def table(paths):
    table = pd.DataFrame(paths[:4], columns=COLUMNS).map(lambda path: path.name)
    return table.assign(
        well=["A1", "A2", "B1", "B2"],
        plate=["p", "p", "q", "q"],
        nucleus=[1, 0, 1, 1],
        cytosol=[0, 0, 1, 0],
        where=["Nucleus", "Vesicles; Cytosol", "Cytosol;Nucleus", "Golgi apparatus"],
        Target=["16 0", "5", "27  0", "10"],
    )


@pytest.fixture
def root(paths):
    return paths[0][0].parent


@pytest.fixture(params=["frame", "csv", "csv.gz"])
def source(request, table, tmp_path):
    if request.param == "frame":
        return table
    table.to_csv(tmp_path / f"plate.{request.param}", index=False)
    return tmp_path / f"plate.{request.param}"


def test_columns_of_0_and_1(source, root, images):
    plate = load_image_table(
        source,
        COLUMNS,
        ["cytosol", "nucleus"],
        root=root,
        id_column="well",
        group_column="plate",
    )
    np.testing.assert_array_equal(plate.data, images[:4])
    assert plate.target.tolist() == [[0, 1], [0, 0], [1, 1], [0, 1]]
    assert plate.target.dtype == np.int8
    assert plate.target_names == ["cytosol", "nucleus"]
    assert plate.ids.tolist() == plate.data.ids.tolist() == ["A1", "A2", "B1", "B2"]
    assert plate.groups.tolist() == ["p", "p", "q", "q"]


def test_column_of_names(source, root):
    plate = load_image_table(
        source, "green", "where", separator=";", root=root, as_frame=True
    )
    names = ["Cytosol", "Golgi apparatus", "Nucleus", "Vesicles"]
    assert plate.target_names == names
    expected = [[0, 0, 1, 0], [1, 0, 0, 1], [1, 0, 1, 0], [0, 1, 0, 0]]
    assert plate.target.to_numpy().tolist() == expected
    assert plate.target.columns.tolist() == names
    assert plate.ids is None
    assert plate.groups is None
    assert plate.data.shape == (4, 1, 32, 32)


def test_ids_of_names(source, root):
    plate = load_image_table(
        source,
        "green",
        "Target",
        label_names=HPA_LOCATIONS,
        separator=" ",
        root=root,
        id_column="well",
        as_frame=True,
    )
    assert plate.target.shape == (4, 28)
    assert plate.target.index.tolist() == ["A1", "A2", "B1", "B2"]
    found = [np.flatnonzero(row).tolist() for row in plate.target.to_numpy()]
    assert found == [[0, 16], [5], [0, 27], [10]]


def test_ids_without_names_are_sorted_by_value(source, root):
    plate = load_image_table(source, "green", "Target", separator=" ", root=root)
    assert plate.target_names == ["0", "5", "10", "16", "27"]
    assert plate.target.sum(axis=0).tolist() == [2, 1, 1, 1, 1]


def test_names_in_an_order_of_ones_own(table, root):
    names = ["Vesicles", "Nucleus", "Cytosol", "Golgi apparatus", "Lysosomes"]
    plate = load_image_table(
        table, "green", "where", separator=";", label_names=names, root=root
    )
    assert plate.target_names == names
    assert plate.target.sum(axis=0).tolist() == [1, 2, 2, 1, 0]


def test_names_that_are_numbers_are_no_positions(table, root):
    table["stage"] = [1, 2, 3, 1]
    plate = load_image_table(
        table, "green", "stage", label_names=["1", "2", "3"], root=root
    )
    assert plate.target.argmax(axis=1).tolist() == [0, 1, 2, 0]


def test_a_cell_is_one_label_without_separator(table, root):
    plate = load_image_table(table, "green", "plate", root=root)
    assert plate.target_names == ["p", "q"]


def test_names_that_hold_separators_are_listed(table, root):
    table["where"] = ["Golgi, cis", "Cytosol", "Golgi, cis;Cytosol", "Cytosol"]
    arguments = {"separator": ";", "root": root}
    with pytest.raises(ValueError, match=r"row 0 has the label 'Golgi, cis'"):
        load_image_table(table, "green", "where", **arguments)
    names = ["Golgi, cis", "Cytosol"]
    plate = load_image_table(table, "green", "where", label_names=names, **arguments)
    assert plate.target.tolist() == [[1, 0], [0, 1], [1, 1], [0, 1]]


def test_without_labels(table, root):
    plate = load_image_table(table, "green", None, root=root, as_frame=True)
    assert plate.target is None
    assert plate.target_names == []


@pytest.mark.parametrize(
    "cells", [[True, False, True, True], [1.0, 0.0, 1.0, 1.0], ["1", " 0", "1.0", "1"]]
)
def test_forms_of_0_and_1(table, root, cells):
    table["nucleus"] = cells
    plate = load_image_table(table, "green", ["nucleus"], root=root)
    assert plate.target.ravel().tolist() == [1, 0, 1, 1]


def test_one_file_with_all_channels(table, tmp_path, images):
    table["file"] = [f"{well}.ome.tif" for well in table["well"]]
    for name, image in zip(table["file"], images.astype(np.uint16), strict=False):
        tifffile.imwrite(tmp_path / name, image, metadata={"axes": "CYX"})
    plate = load_image_table(
        table, "file", ["nucleus"], root=tmp_path, axes="auto", image_size=16
    )
    assert plate.data.shape == (4, 4, 16, 16)
    assert plate.data.dtype == np.uint16


def test_files_in_colour(table, tmp_path, images):
    for name, image in zip(table["green"], images, strict=False):
        cv2.imwrite(str(tmp_path / name), in_color([image[1]], ["yellow"]))
    plate = load_image_table(table, "green", ["nucleus"], root=tmp_path, colored=True)
    np.testing.assert_array_equal(plate.data, images[:4, 1:2])
    with pytest.raises(ValueError, match=r"3 colour channels, .* colored=True"):
        load_image_table(table, "green", ["nucleus"], root=tmp_path)


LISTED = {"labels": "where", "separator": ";"}
FAULTS = [
    ({}, {"images": "far"}, "lacks the column far: it has red"),
    ({}, {"labels": ["far"]}, "lacks the column far"),
    ({}, {"labels": "far"}, "lacks the column far"),
    ({}, {"id_column": "far"}, "lacks the column far"),
    ({}, {"group_column": "far"}, "lacks the column far"),
    ({"green": None}, {}, r"ROW has no file name in column 'green'"),
    ({"green": "lost.png"}, {}, r"not found: .*lost\.png"),
    ({"well": "A1"}, {"id_column": "well"}, "ROW: well 'A1' occurs before too"),
    ({"well": None}, {"id_column": "well"}, "ROW.* has no name in column 'well'"),
    ({"plate": None}, {"group_column": "plate"}, "ROW has no group in .* 'plate'"),
    ({"nucleus": 2}, {}, r"ROW has .*2.* in the label column 'nucleus': expected 0 or"),
    ({"nucleus": None}, {}, "ROW has .* in the label column 'nucleus'"),
    ({"where": None}, LISTED, "ROW has no label: expected at least one"),
    ({"where": " "}, LISTED, "ROW has no label"),
    ({"where": "Golgi|Cytosol"}, LISTED, r"ROW .*'Golgi\|Cytosol', .* separator='\|'"),
    ({"where": "Golgi;ER"}, {"labels": "where"}, r"has the label .* separator=';' if"),
    (
        {"where": "Nuclei"},
        {"labels": "where", "label_names": ["Nucleus", "Vesicles; Cytosol"]},
        "ROW has unknown label 'Nuclei': expected some of Nucleus, .* from 0 to 1",
    ),
]


@pytest.mark.parametrize(("cells", "arguments", "message"), FAULTS)
@pytest.mark.parametrize("in_file", [False, True])
def test_faults_are_named(table, root, tmp_path, cells, arguments, message, in_file):
    table = table.astype(object)
    for column, cell in cells.items():
        table.loc[1, column] = cell
    row = "The table, row 1"
    if in_file:
        table.to_csv(tmp_path / "plate.csv", index=False)
        table, row = tmp_path / "plate.csv", r"plate\.csv, line 3"
    arguments = {"images": "green", "labels": ["nucleus"], "root": root} | arguments
    with pytest.raises(ValueError, match=message.replace("ROW", row)):
        load_image_table(table, **arguments)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"labels": ["nucleus"], "separator": ";"}, "only where labels names one"),
        ({"labels": ["nucleus"], "label_names": ["a"]}, "only where labels names one"),
        ({"labels": "where", "label_names": "Nucleus"}, "list of different names"),
        ({"labels": "where", "label_names": ["a", "a"]}, "list of different names"),
        ({"labels": "where", "label_names": []}, "list of different names"),
        ({"labels": []}, "Expected labels as"),
        ({"labels": ["nucleus", "nucleus"]}, "Expected labels as"),
        ({"labels": "where", "separator": ""}, "Expected separator"),
    ],
)
def test_wrong_arguments(table, root, arguments, message):
    with pytest.raises(ValueError, match=message):
        load_image_table(table, "green", root=root, **arguments)


def test_table_without_rows(table, tmp_path):
    with pytest.raises(ValueError, match="The table lists no images"):
        load_image_table(table[:0], "green", ["nucleus"])
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"green,nucleus\n"))
    with pytest.raises(ValueError, match=r"a\.csv\.gz lists no images"):
        load_image_table(tmp_path / "a.csv.gz", "green", ["nucleus"])
