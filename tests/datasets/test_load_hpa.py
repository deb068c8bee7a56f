import pickle

import cv2
import numpy as np
import pandas as pd
import pytest

from sklearn_protloc.datasets import (
    HPA_LOCATIONS,
    ImageCollection,
    load_hpa,
    make_cells,
)

COLORS = ("red", "green", "blue", "yellow")


@pytest.fixture
def folder(tmp_path):
    """Return a folder of three images: a (32 px), b (32 px) and c (40 px)."""
    folder = tmp_path / "train"
    folder.mkdir()
    for name, size in (("b", 32), ("a", 32), ("c", 40)):
        image = make_cells(1, image_size=size, random_state=size).data[0]
        for color, channel in zip(COLORS, image, strict=True):
            cv2.imwrite(str(folder / f"{name}_{color}.png"), channel)
    return folder


@pytest.fixture
def write_csv(tmp_path):
    def write(text):
        path = tmp_path / "train.csv"
        path.write_text(text)
        return path

    return write


def test_locations():
    assert len(HPA_LOCATIONS) == len(set(HPA_LOCATIONS)) == 28
    assert HPA_LOCATIONS[0] == "Nucleoplasm"
    assert HPA_LOCATIONS[19] == "Centrosome"
    assert HPA_LOCATIONS[27] == "Rods & rings"


def test_labels_and_images_in_the_order_of_the_table(folder, write_csv):
    hpa = load_hpa(write_csv("Id,Target\nb,16 0\na,27\n"), folder)
    assert isinstance(hpa.data, ImageCollection)
    assert hpa.data.shape == (2, 4, 32, 32)
    assert hpa.data[1:].ids.tolist() == ["a"]
    assert hpa.target.shape == (2, 28)
    assert hpa.target.dtype == np.int8
    assert [np.flatnonzero(row).tolist() for row in hpa.target] == [[0, 16], [27]]
    assert hpa.ids.tolist() == ["b", "a"]
    assert hpa.target_names == list(HPA_LOCATIONS)
    for k, color in enumerate(COLORS):
        expected = cv2.imread(str(folder / f"a_{color}.png"), cv2.IMREAD_UNCHANGED)
        np.testing.assert_array_equal(hpa.data[1][k], expected)


def test_other_columns_and_spaces_do_not_matter(folder, write_csv):
    hpa = load_hpa(write_csv("plate,Target,Id\n7, 0  2 ,a\n,5,b\n"), folder)
    assert [np.flatnonzero(row).tolist() for row in hpa.target] == [[0, 2], [5]]


def test_ids_that_look_like_numbers_or_gaps(folder, write_csv):
    for color in COLORS:
        (folder / f"a_{color}.png").rename(folder / f"007_{color}.png")
        (folder / f"b_{color}.png").rename(folder / f"NA_{color}.png")
    hpa = load_hpa(write_csv("Id,Target\n007,1\nNA,2\n"), folder)
    assert hpa.ids.tolist() == ["007", "NA"]


def test_as_frame_carries_names_and_ids(folder, write_csv):
    csv = write_csv("Id,Target\nb,16 0\na,27\n")
    target = load_hpa(csv, folder, as_frame=True).target
    assert isinstance(target, pd.DataFrame)
    assert list(target.columns) == list(HPA_LOCATIONS)
    assert list(target.index) == ["b", "a"]
    assert target.loc["b", "Cytokinetic bridge"] == 1
    np.testing.assert_array_equal(target, load_hpa(csv, folder).target)


@pytest.mark.parametrize("channels", ["G", "BG", "YRGB"])
def test_channels_choose_and_order(folder, write_csv, channels):
    csv = write_csv("Id,Target\na,0\n")
    some, whole = load_hpa(csv, folder, channels=channels), load_hpa(csv, folder)
    assert some.data.shape == (1, len(channels), 32, 32)
    order = ["RGBY".index(letter) for letter in channels]
    np.testing.assert_array_equal(some.data[0], whole.data[0][order])


def test_unwanted_channels_need_no_file(folder, write_csv):
    (folder / "a_yellow.png").unlink()
    hpa = load_hpa(write_csv("Id,Target\na,0\n"), folder, channels="RGB")
    assert hpa.data[0].shape == (3, 32, 32)


def test_without_labels_all_images_sorted(folder):
    hpa = load_hpa(None, folder, image_size=16, as_frame=True)
    assert hpa.target is None
    assert hpa.ids.tolist() == ["a", "b", "c"]
    assert hpa.data.shape == (3, 4, 16, 16)
    assert hpa.data[2].shape == (4, 16, 16)


def test_text_paths(folder, write_csv):
    hpa = load_hpa(str(write_csv("Id,Target\na,0\n")), str(folder))
    assert len(hpa.data) == 1


def test_mixed_sizes_ask_for_image_size(folder):
    data = load_hpa(None, folder).data
    with pytest.raises(ValueError, match=r"c_red\.png has 40 x 40 .* Set image_size"):
        data[2]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Id,Labels\na,0\n", "lacks the column Target: it has Id, Labels"),
        ("name,x\na,0\n", "lacks the column Id and Target"),
        ("Id,Target\n", "lists no images"),
        ("Id,Target\na,0\nb,28\n", "line 3: Id 'b' has unknown label '28'"),
        ("Id,Target\na,0 -1\n", "line 2: Id 'a' has unknown label '-1'"),
        ("Id,Target\na,Nucleoli\n", "unknown label 'Nucleoli': expected .* 0 to 27"),
        ("Id,Target\na,0\nb,\n", "line 3: Id 'b' has no label"),
        ("Id,Target\na,0\nb\n", "line 3: Id 'b' has no label"),
        ("Id,Target\na,0\nb,1\na,2\n", "line 4: Id 'a' occurs before too"),
        ("Id,Target\na,0\nz,1\n", r"not found: .*z_red\.png \(and 3 more\)"),
    ],
)
def test_wrong_table(folder, write_csv, text, message):
    with pytest.raises(ValueError, match=message):
        load_hpa(write_csv(text), folder)


def test_missing_channel(folder):
    (folder / "b_blue.png").unlink()
    with pytest.raises(ValueError, match=r"not found: .*b_blue\.png"):
        load_hpa(None, folder)


def test_no_images(tmp_path):
    with pytest.raises(ValueError, match=r"No images in .* <Id>_green\.png"):
        load_hpa(None, tmp_path, channels="G")


def test_no_folder(tmp_path):
    with pytest.raises(ValueError, match=r"Folder of images not found: .*nowhere"):
        load_hpa(None, tmp_path / "nowhere")


@pytest.mark.parametrize("channels", ["", "RR", "RGBX", "rgb", None, ["R"]], ids=str)
def test_wrong_channels(folder, channels):
    with pytest.raises(ValueError, match="different letters of RGBY"):
        load_hpa(None, folder, channels=channels)


def test_real_montages(protloc_data):
    montages = protloc_data / "hpa_montages"
    hpa = load_hpa(montages / "train.csv", montages / "images", as_frame=True)
    assert hpa.data.shape == (240, 4, 512, 512)
    assert hpa.data.dtype == np.uint8
    table = pd.read_csv(montages / "train.csv", dtype=str)
    assert hpa.ids.tolist() == table["Id"].tolist()
    for text, row in zip(table["Target"], hpa.target.to_numpy(), strict=True):
        assert sorted(map(int, text.split())) == np.flatnonzero(row).tolist()
    image = hpa.data[100]
    assert image.shape == (4, 512, 512)
    assert (image.reshape(4, -1).max(axis=1) > 0).all()
    assert len(pickle.dumps(hpa.data)) < 240 * 4 * 200


def test_real_fields_of_view_of_two_sizes(protloc_data):
    fields = protloc_data / "hpa_fullres"
    hpa = load_hpa(fields / "labels.csv", fields / "images", image_size=128)
    assert hpa.data.shape == (4, 4, 128, 128)
    assert np.asarray(hpa.data[2:3]).max() > 0
    assert hpa.target[0].nonzero()[0].tolist() == [0, 1, 2, 7]
