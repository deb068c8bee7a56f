"""What tables and Ids tell of the images of the Human Protein Atlas."""

import gzip

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import GroupKFold

from sklearn_protloc.datasets import _hpa, load_hpa
from sklearn_protloc.datasets._hpa_images import describe
from tests.datasets.color_files import (
    COLORS,
    IDS,
    assert_alike,
    in_color,
    nested,
    write,
    write_singles,
)


def test_what_ids_tell(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    metadata = load_hpa(hpa_table, tmp_path).metadata
    assert metadata.index.tolist() == IDS
    assert metadata["plate"].tolist() == ["24", "si24", "1610"]
    assert metadata["well"].tolist() == ["H11", "H11", "C1"]
    assert metadata["field"].tolist() == ["1", "2", "13_cr580609aeb2c05"]
    assert metadata["gene"].tolist() == metadata["cell_line"].tolist() == [None] * 3


def test_groups_keep_an_antibody_on_one_side(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    hpa = load_hpa(hpa_table, tmp_path)
    for train, test in GroupKFold(2).split(hpa.data, hpa.target, hpa.groups):
        assert not set(hpa.groups[train]) & set(hpa.groups[test])


def test_columns_of_the_table_are_passed_on(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    frame = pd.read_csv(hpa_table).assign(
        gene="ENSG00000000003", antibody=["HPA004109", "", "CAB1"], cell_line="U-2 OS"
    )
    frame.to_csv(hpa_table, index=False)
    hpa = load_hpa(hpa_table, tmp_path)
    assert hpa.metadata["cell_line"].tolist() == ["U-2 OS"] * 3
    assert hpa.metadata["gene"].tolist() == ["ENSG00000000003"] * 3
    assert hpa.groups.tolist() == ["HPA004109", "4109", "CAB1"]


def test_cell_lines_of_another_table(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    lines = tmp_path / "lines.csv.gz"
    text = (
        "Img_id,Gene,Cell Line\n24_H11_1,a,U-2 OS\n24_H11_1,b,U-2 OS\n9_A1_1,a,A-431\n"
    )
    lines.write_bytes(gzip.compress(text.encode()))
    hpa = load_hpa(hpa_table, tmp_path, cell_lines_csv=lines)
    assert hpa.metadata["cell_line"].tolist() == ["U-2 OS", None, None]
    lines.write_bytes(gzip.compress((text + "24_H11_1,c,A-431\n").encode()))
    with pytest.raises(ValueError, match=r"line 5: Img_id '24_H11_1' .* another cell"):
        load_hpa(hpa_table, tmp_path, cell_lines_csv=lines)
    lines.write_bytes(gzip.compress(b"Id,line\na,b\n"))
    with pytest.raises(ValueError, match="lacks the column Img_id and Cell Line"):
        load_hpa(hpa_table, tmp_path, cell_lines_csv=lines)


def test_kaggle_ids_tell_nothing(tmp_path, hpa_cells):
    for color, channel in zip(COLORS, hpa_cells[0], strict=True):
        write(tmp_path / f"00070df0-bbc3-11e8-b2bc-ac1f6b6435d0_{color}.png", channel)
    lines = tmp_path / "lines.csv"
    lines.write_text("Img_id,Cell Line\n24_H11_1,U-2 OS\n")
    hpa = load_hpa(None, tmp_path, cell_lines_csv=lines)
    assert hpa.groups is None
    assert hpa.metadata is None


def test_groups_only_if_all_are_known(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, str, "png")
    for color, channel in zip(COLORS, hpa_cells[0], strict=True):
        write(tmp_path / f"00070df0-bbc3_{color}.png", channel)
    hpa = load_hpa(None, tmp_path)
    assert hpa.groups is None
    assert hpa.metadata["antibody"].tolist() == [None, "10580", "4109", "4109"]


def test_repeated_rows(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    text = hpa_table.read_text()
    hpa_table.write_text(text + f"{IDS[0]},0 2 13 21 25\n{IDS[2]},16 0\n")
    with pytest.warns(UserWarning, match=rf"line 5: Id '{IDS[0]}' .*\(2 such rows\)"):
        hpa = load_hpa(hpa_table, tmp_path, as_frame=True)
    assert hpa.ids.tolist() == hpa.target.index.tolist() == IDS
    hpa_table.write_text(text + f"{IDS[0]},0\n")
    with pytest.raises(ValueError, match=r"line 5: .* occurs before too, with other"):
        load_hpa(hpa_table, tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, r"Table not found: .*labels\.csv"),
        (b"", r"labels\.csv lists no images: the file is empty"),
        (b"\xff\xfe\x00", r"labels\.csv is not a readable CSV table"),
        (
            b"Id,Target\na,16,0\n",
            r"labels\.csv .*more cells than there are columns",
        ),
        (b"Id,Target\na,1\nb,16,0\n", r"labels\.csv is not a readable .* line 3"),
        (b'Id,Target\n"a,1\n', r"labels\.csv is not a readable CSV table"),
    ],
)
def test_no_table(tmp_path, hpa_cells, hpa_table, content, message):
    write_singles(tmp_path, hpa_cells, nested, "png")
    hpa_table.unlink() if content is None else hpa_table.write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_hpa(hpa_table, tmp_path)


def test_compressed_table_cut_short(tmp_path, hpa_cells, hpa_table):
    write_singles(tmp_path, hpa_cells, nested, "png")
    packed = gzip.compress(hpa_table.read_bytes())
    path = tmp_path / "labels.csv.gz"
    path.write_bytes(packed)
    assert load_hpa(path, tmp_path).ids.tolist() == IDS
    for content in (packed[:40], b"Id,Target\n", packed[:20] + b"xxxx" + packed[24:]):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"labels\.csv\.gz is not a readable"):
            load_hpa(path, tmp_path)


@pytest.mark.parametrize(
    ("name", "n_rows", "n_antibodies", "n_cell_lines"),
    [
        ("hpav18_all", 77864, 12815, 15793),
        ("hpav18_rgby_certain", 71437, 12241, 14981),
    ],
)
@pytest.mark.filterwarnings("ignore:.*14 such rows")
def test_real_tables(protloc_data, name, n_rows, n_antibodies, n_cell_lines):
    tables = protloc_data / "tables"
    ids, target, frame = _hpa._read_labels(tables / f"{name}.csv.gz")
    assert len(set(ids)) == len(target) == n_rows
    for row in range(0, n_rows, 1000):
        labels = frame["Target"].iloc[row].split()
        assert np.flatnonzero(target[row]).tolist() == sorted(map(int, labels))
    lines = tables / "hpa_v20_images_reliability_cellline.csv.gz"
    known = describe(ids, frame, lines)
    assert known[["antibody", "plate", "well", "field"]].notna().all(axis=None)
    assert known["antibody"].nunique() == n_antibodies
    assert known["cell_line"].notna().sum() == n_cell_lines
    assert known["gene"].notna().all() == (name == "hpav18_all")


def test_three_rows_of_a_real_table(protloc_data, tmp_path, hpa_cells):
    rows = pd.read_csv(protloc_data / "tables" / "hpav18_all.csv.gz", dtype=str)
    rows = rows.iloc[[0, 12345, 77877]]
    rows.to_csv(tmp_path / "three.csv", index=False)
    for image_id, cell in zip(rows["Id"], hpa_cells, strict=True):
        _, antibody, image = image_id.split("_", 2)
        for color, channel in zip(COLORS, cell, strict=True):
            path = tmp_path / "images" / antibody / f"{image}_{color}.jpg"
            write(path, in_color([channel], [color]))
    hpa = load_hpa(tmp_path / "three.csv", tmp_path / "images")
    assert_alike(hpa.data, hpa_cells)
    assert hpa.ids.tolist() == rows["Id"].tolist()
    assert hpa.groups.tolist() == [i.split("_")[1] for i in rows["Id"]]
