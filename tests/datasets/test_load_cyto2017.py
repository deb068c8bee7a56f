import re

import cv2
import numpy as np
import pytest

from sklearn_protloc.datasets import (
    CYTO2017_LOCATIONS,
    ImageCollection,
    load_cyto2017,
    make_cells,
)
from tests.datasets.color_files import COLORS, in_color, write

LABELS = "7, Cytosol, Nucleus\n12, Vesicles\n3, Golgi apparatus, Vesicles\n"


@pytest.fixture(scope="module")
def images():
    """Return images of three sizes, one in grey and two in colour."""
    sizes = (48, 64, 96)
    return [make_cells(1, image_size=s, random_state=0).data[0] for s in sizes]


@pytest.fixture
def folder(tmp_path, images):
    folder = tmp_path / "major13"
    for image_id, shown_as, image in zip(
        ("7", "12", "3"), ("grey", "its name", "green"), images, strict=True
    ):
        for color, channel in zip(COLORS, image, strict=True):
            shown = {"its name": [color], "green": ["green"]}.get(shown_as)
            file = channel if shown is None else in_color([channel], shown)
            write(folder / f"{image_id}_{color}.tif", file)
    return folder


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "major13.csv"
    path.write_text(LABELS)
    return path


def test_locations():
    assert len(CYTO2017_LOCATIONS) == len(set(CYTO2017_LOCATIONS)) == 13
    assert list(CYTO2017_LOCATIONS) == sorted(CYTO2017_LOCATIONS)


def test_images_and_labels(folder, labels, images):
    cyto = load_cyto2017(labels, folder, image_size=48)
    assert isinstance(cyto.data, ImageCollection)
    assert cyto.data.shape == (3, 4, 48, 48)
    assert cyto.ids.tolist() == cyto.data.ids.tolist() == ["7", "12", "3"]
    assert cyto.target.dtype == np.int8
    found = [np.flatnonzero(row).tolist() for row in cyto.target]
    assert found == [[2, 10], [12], [4, 12]]
    assert cyto.target_names == list(CYTO2017_LOCATIONS)
    assert cyto.groups is None
    np.testing.assert_array_equal(cyto.data[0], images[0])
    for read, image in zip(cyto.data[1:], images[1:], strict=True):
        for channel, original in zip(read, image, strict=True):
            small = cv2.resize(original, (48, 48), interpolation=cv2.INTER_AREA)
            np.testing.assert_array_equal(channel, small)


def test_sizes_differ_without_image_size(folder, labels):
    data = load_cyto2017(labels, folder).data
    with pytest.raises(ValueError, match=r"12_red\.tif has 64 x 64 .* image_size="):
        data[1]


def test_as_frame_and_channels(folder, labels):
    cyto = load_cyto2017(labels, folder, channels="GB", image_size=32, as_frame=True)
    assert cyto.data.shape == (3, 2, 32, 32)
    assert cyto.target.loc["12", "Vesicles"] == 1
    assert cyto.target.to_numpy().sum() == 5


def test_without_labels(folder):
    cyto = load_cyto2017(None, folder, image_size=32, as_frame=True)
    assert cyto.target is None
    assert cyto.ids.tolist() == ["12", "3", "7"]


@pytest.mark.parametrize(
    "text",
    [
        "7,CYTOSOL,nucleus\n12,vesicles\n3,Golgi Apparatus,Vesicles",
        "7 , Cytosol , Nucleus ,\n12, Vesicles, , \n3, Vesicles, Golgi apparatus\n",
    ],
)
def test_spaces_and_case_do_not_matter(folder, labels, text):
    expected = load_cyto2017(labels, folder, image_size=32).target
    labels.write_text(text)
    found = load_cyto2017(labels, folder, image_size=32)
    np.testing.assert_array_equal(found.target, expected)
    assert found.ids.tolist() == ["7", "12", "3"]


def test_all_locations_of_one_image(folder, labels):
    labels.write_text(", ".join(["7", *CYTO2017_LOCATIONS]))
    assert load_cyto2017(labels, folder).target.tolist() == [[1] * 13]


def test_line_twice(folder, labels):
    labels.write_text(LABELS + "7, Nucleus, Cytosol\n")
    with pytest.warns(UserWarning, match=r"line 4: ID '7' occurs before too, with the"):
        cyto = load_cyto2017(labels, folder, image_size=32)
    assert cyto.ids.tolist() == ["7", "12", "3"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("7, Cytosol\n12, Aggresome\n", "line 2: ID '12' has unknown .* 'aggresome'"),
        ("ID, Label\n7, Cytosol\n", "line 1: ID 'ID' has unknown label 'label'"),
        ("7, Cytosol\n12\n", "line 2: ID '12' has no label: expected one or more of"),
        (LABELS + "7, Vesicles\n", "line 4: ID '7' occurs before too, with other"),
        ("", "lists no images"),
        ("7" + ", Cytosol" * 14, "more cells than there are columns"),
        ("8, Cytosol\n", r"not found: .*8_red\.tif \(and 3 more\)"),
    ],
)
def test_wrong_labels(folder, labels, text, message):
    labels.write_text(text)
    with pytest.raises(ValueError, match=rf"(?s){message}"):
        load_cyto2017(labels, folder, image_size=32)


@pytest.mark.parametrize("pattern", ["{channel}/{id}.tif", "{id}-{channel}.tif"])
def test_other_names(folder, labels, pattern):
    expected = load_cyto2017(labels, folder, image_size=32, channels="GB").data
    expected = np.asarray(expected)
    for path in list(folder.iterdir()):
        image, _, color = path.stem.partition("_")
        named = folder / pattern.format(id=image, channel=color)
        named.parent.mkdir(exist_ok=True)
        path.rename(named)
    options = {"image_size": 32, "channels": "GB", "pattern": pattern}
    cyto = load_cyto2017(labels, folder, **options)
    assert cyto.ids.tolist() == ["7", "12", "3"]
    np.testing.assert_array_equal(cyto.data, expected)
    unlabelled = load_cyto2017(None, folder, **options)
    assert unlabelled.ids.tolist() == ["12", "3", "7"]
    labels.write_text("7, Cytosol\n8, Cytosol\n9, Cytosol")
    lost = re.escape(pattern.format(id=8, channel="green"))
    with pytest.raises(ValueError, match=rf"{lost} \(and 1 more images\)"):
        load_cyto2017(labels, folder, **options)


@pytest.mark.parametrize("pattern", ["{id}.tif", "{well}_{channel}.tif", "a.tif"])
def test_patterns_without_id_or_channel(folder, labels, pattern):
    with pytest.raises(ValueError, match=r"fields \{id\} and \{channel\}, such as"):
        load_cyto2017(labels, folder, pattern=pattern)


def test_damaged_file_is_named(folder, labels):
    (folder / "12_blue.tif").write_bytes(b"II*\0")
    data = load_cyto2017(labels, folder, image_size=32).data
    with pytest.raises(ValueError, match=r"12_blue\.tif is not a readable image"):
        data[1]
