"""The files of the Human Protein Atlas itself, in all their layouts."""

import numpy as np
import pytest

from sklearn_protloc.datasets import load_hpa
from sklearn_protloc.datasets._sources import _colored_files
from tests.datasets.color_files import (
    COLORS,
    IDS,
    assert_alike,
    in_color,
    nested,
    write,
    write_singles,
)


def write_composites(folder, hpa_cells, name, colors="blue_red_green"):
    order = colors.split("_")
    for image_id, cell in zip(IDS, hpa_cells, strict=True):
        channels = [cell[COLORS.index(color)] for color in order]
        write(folder / f"{name(image_id)}_{colors}.jpg", in_color(channels, order))


@pytest.mark.parametrize("name", [nested, str], ids=["nested", "flat"])
@pytest.mark.parametrize("extension", ["jpg", "png", "tif", "JPEG"])
def test_files_of_one_stain_in_colour(tmp_path, hpa_cells, hpa_table, name, extension):
    write_singles(tmp_path, hpa_cells, name, extension)
    hpa = load_hpa(hpa_table, tmp_path)
    assert hpa.ids.tolist() == IDS
    assert hpa.target.sum(axis=1).tolist() == [5, 1, 2]
    assert_alike(hpa.data, hpa_cells, 4 if extension == "JPEG" else 2)
    if extension in ("png", "tif"):
        np.testing.assert_array_equal(hpa.data, hpa_cells)
    assert_alike(
        load_hpa(hpa_table, tmp_path, channels="YG").data, hpa_cells[:, [3, 1]], 4
    )


def test_grey_files(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, str, colored=False)
    assert_alike(load_hpa(hpa_table, tmp_path).data, hpa_cells)


@pytest.mark.parametrize("name", [nested, str], ids=["nested", "flat"])
@pytest.mark.parametrize("order", ["RGBY", "YRGB", "BYG"])
def test_composites_with_yellow_apart(tmp_path, hpa_cells, hpa_table, name, order):
    write_composites(tmp_path, hpa_cells, name)
    write_singles(tmp_path, hpa_cells, name, colors=["yellow"])
    hpa = load_hpa(hpa_table, tmp_path, channels=order)
    assert_alike(hpa.data, hpa_cells[:, ["RGBY".index(letter) for letter in order]], 3)


def test_composites_are_decoded_once(tmp_path, hpa_cells, hpa_table, monkeypatch):
    write_composites(tmp_path, hpa_cells, str)
    data = load_hpa(hpa_table, tmp_path, channels="RGB").data
    decoded, decode = [], _colored_files.decode
    monkeypatch.setattr(
        _colored_files, "decode", lambda path: decoded.append(path) or decode(path)
    )
    assert_alike(data[1:2], hpa_cells[1:2, :3], 3)
    assert len(decoded) == 1


def test_a_file_of_its_own_is_read_before_a_composite(tmp_path, hpa_cells, hpa_table):
    write_composites(tmp_path, hpa_cells, str)
    write_singles(tmp_path, hpa_cells, str, "png", colors=["green"])
    data = load_hpa(hpa_table, tmp_path, channels="GB").data
    np.testing.assert_array_equal(data[0][0], hpa_cells[0, 1])
    assert data.paths[0, 1].endswith("_blue_red_green.jpg")


def test_composites_of_fewer_colours(tmp_path, hpa_cells, hpa_table):
    write_composites(tmp_path, hpa_cells, str, "red_green")
    assert_alike(load_hpa(hpa_table, tmp_path, channels="RG").data, hpa_cells[:, :2], 3)
    with pytest.raises(ValueError, match=r"4109_24_H11_1_blue\.jpg \(and 2 more\)"):
        load_hpa(hpa_table, tmp_path, channels="RGB")


def test_composites_with_yellow_are_passed_over(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, str, "png")
    for image_id in IDS:
        black = np.zeros((64, 64, 3), np.uint8)
        write(tmp_path / f"{image_id}_blue_red_green_yellow.jpg", black)
    np.testing.assert_array_equal(load_hpa(hpa_table, tmp_path).data, hpa_cells)
    (tmp_path / f"{IDS[0]}_red.png").unlink()
    with pytest.raises(ValueError, match=rf"not found: .*{IDS[0]}_red\.png\. "):
        load_hpa(hpa_table, tmp_path)


def test_a_grey_composite_is_none(tmp_path, hpa_cells, hpa_table):
    for image_id in IDS:
        write(tmp_path / f"{image_id}_blue_red_green.jpg", hpa_cells[0, 0])
    with pytest.raises(ValueError, match=r"_blue_red_green\.jpg is grey, but its name"):
        load_hpa(hpa_table, tmp_path, channels="R")


def test_16_bits_stay(tmp_path, hpa_cells, hpa_table):
    hpa_cells = hpa_cells.astype(np.uint16) * 200
    write_singles(tmp_path, hpa_cells, nested, "tif")
    data = load_hpa(hpa_table, tmp_path).data
    assert data.dtype == np.uint16
    np.testing.assert_array_equal(data, hpa_cells)


def test_ids_with_a_gene_name_the_same_files(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    genes = ["ENSG00000000003", "ENSG00000000003", "ENSG00000081853"]
    rows = [f"{g}_{i},25" for g, i in zip(genes, IDS, strict=True)]
    hpa_table.write_text("\n".join(["Id,Target", *rows, f"ENSG00000240764_{IDS[2]},0"]))
    hpa = load_hpa(hpa_table, tmp_path)
    np.testing.assert_array_equal(hpa.data, hpa_cells[[0, 1, 2, 2]])
    assert hpa.ids[3] == f"ENSG00000240764_{IDS[2]}"
    assert hpa.groups.tolist() == ["4109", "4109", "10580", "10580"]
    assert hpa.metadata["gene"].tolist() == [*genes, "ENSG00000240764"]


def test_files_may_carry_the_whole_id(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, "ENSG00000000003_{}".format, "png")
    hpa_table.write_text(f"Id,Target\nENSG00000000003_{IDS[1]},25\n")
    np.testing.assert_array_equal(load_hpa(hpa_table, tmp_path).data, hpa_cells[1:2])


def test_without_labels(tmp_path, hpa_cells):
    write_singles(tmp_path / "images", hpa_cells, nested, "png")
    write(tmp_path / "images" / "masks" / "7_A1_1_red.png", hpa_cells[0, 0])
    hpa = load_hpa(None, tmp_path / "images")
    assert hpa.ids.tolist() == sorted(IDS)
    assert hpa.target is None
    assert hpa.groups.tolist() == ["10580", "4109", "4109"]
    np.testing.assert_array_equal(hpa.data, hpa_cells[[2, 0, 1]])


def test_two_files_for_a_channel(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    write(tmp_path / f"{IDS[1]}_green.jpg", hpa_cells[1, 1])
    with pytest.raises(ValueError, match=rf"show {IDS[1]} in green: .*(png|jpg)"):
        load_hpa(hpa_table, tmp_path)
    assert len(load_hpa(hpa_table, tmp_path, channels="RBY").data) == 3


def test_missing_files_are_named_as_the_others_are(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested)
    (tmp_path / f"{nested(IDS[2])}_red.jpg").unlink()
    with pytest.raises(ValueError, match=rf"not found: .*{nested(IDS[2])}_red\.jpg\. "):
        load_hpa(hpa_table, tmp_path)


def test_damaged_file_and_two_sizes(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    (tmp_path / f"{nested(IDS[1])}_red.png").write_bytes(b"no image")
    write(tmp_path / f"{nested(IDS[2])}_blue.png", hpa_cells[0, 0, :32])
    data = load_hpa(hpa_table, tmp_path, image_size=32).data
    assert data[0].shape == (4, 32, 32)
    with pytest.raises(ValueError, match=r"si24_H11_2_red\.png is not a readable"):
        data[1]
    with pytest.raises(ValueError, match=r"differ in size: .*blue\.png has 32 x 64"):
        data[2]
