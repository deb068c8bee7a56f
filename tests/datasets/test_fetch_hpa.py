import hashlib
import re

import cv2
import numpy as np
import pandas as pd
import pytest

from sklearn_protloc.datasets import HPA_LOCATIONS, fetch_hpa
from tests.datasets.atlas_server import (
    CCNB1,
    IMAGES,
    TUBB,
    address,
    antibody,
    data,
    jpegs,
    page,
)

YELLOW = "/115/672_E2_2_yellow.jpg"


def files_in(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def locations(hpa):
    return [[HPA_LOCATIONS[k] for k in np.flatnonzero(row)] for row in hpa.target]


def test_images_and_labels_of_a_gene(fetch, atlas):
    hpa = fetch(CCNB1)
    assert hpa.ids.tolist() == [name.replace("/", "_") for name in IMAGES]
    assert locations(hpa) == [["Nucleoli", "Cytosol"]] * 2 + [["Rods & rings"]]
    assert hpa.target_names == list(HPA_LOCATIONS)
    assert hpa.data.shape == (3, 4, 32, 32)
    assert hpa.groups.tolist() == ["115", "115", "30741"]
    assert hpa.metadata["gene"].tolist() == [CCNB1] * 3
    assert hpa.metadata["cell_line"].tolist() == ["U-2 OS", "U-2 OS", "A-431"]
    for k, color in enumerate(("red", "green", "blue", "yellow")):
        content = atlas.files[f"/{IMAGES[1]}_{color}.jpg"]
        decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
        np.testing.assert_array_equal(hpa.data[1][k], decoded.max(axis=-1))


def test_files_of_the_cache(fetch, atlas):
    fetch(CCNB1)
    colors = ("red", "green", "blue", "yellow")
    names = [f"{name}_{color}.jpg" for name in IMAGES for color in colors]
    assert files_in(fetch.folder) == sorted(
        [*names, f"genes/{CCNB1}.xml", "labels.csv", "registry.txt"]
    )
    lines = (fetch.folder / "registry.txt").read_text().splitlines()
    assert sorted(line.split()[0] for line in lines) == sorted(
        [*names, f"genes/{CCNB1}.xml"]
    )
    for line in lines:
        name, known = line.split()
        content = (fetch.folder / name).read_bytes()
        assert hashlib.sha256(content).hexdigest() == known
        assert content == atlas.files["/" + name.removeprefix("genes/")]


def test_table_of_all_images_of_the_cache(fetch):
    fetch("TUBB")
    fetch("TUBB", channels="R")
    fetch("CCNB1", channels="G")
    table = pd.read_csv(fetch.folder / "labels.csv", dtype=str)
    assert table.to_dict("list") == {
        "Id": [*(name.replace("/", "_") for name in IMAGES), "713_9_B11_2"],
        "Target": ["2 25", "2 25", "27", "14"],
        "gene": [CCNB1] * 3 + [TUBB],
        "gene_name": ["CCNB1"] * 3 + ["TUBB"],
        "antibody": ["115", "115", "30741", "713"],
        "antibody_name": ["CAB000115", "CAB000115", "HPA030741", "HPA000713"],
        "cell_line": ["U-2 OS", "U-2 OS", "A-431", "HeLa"],
        "reliability": ["supported"] * 4,
    }


@pytest.mark.parametrize(
    "genes",
    [["TUBB", CCNB1], ("tubb", "ccnb1", "CCNB1"), pd.Series([TUBB, "CCNB1"])],
    ids=str,
)
def test_genes_by_name_or_id_in_the_order_asked_for(fetch, genes):
    hpa = fetch(genes, channels="G")
    assert hpa.ids.tolist()[:2] == ["713_9_B11_2", "115_672_E2_1"]
    assert len(hpa.data) == 4


@pytest.mark.parametrize(
    ("antibodies", "n_images"),
    [("HPA030741", 1), (["HPA030741", "CAB000115", "HPA000713"], 4)],
)
def test_antibodies(fetch, antibodies, n_images):
    hpa = fetch(antibodies=antibodies)
    assert hpa.ids[0] == IMAGES[2].replace("/", "_")
    assert len(hpa.data) == n_images


def test_an_antibody_of_two_genes_gives_its_images_once(fetch, atlas):
    twin = data("U-2 OS", ["Cytosol", "Centrosome"], address(IMAGES[0]))
    atlas.files[f"/{TUBB}.xml"] = page("TUBB", TUBB, antibody("CAB000115", twin))
    hpa = fetch([CCNB1, TUBB])
    assert hpa.ids.tolist() == [name.replace("/", "_") for name in IMAGES]
    assert locations(hpa)[:2] == [
        ["Nucleoli", "Centrosome", "Cytosol"],
        ["Nucleoli", "Cytosol"],
    ]
    table = pd.read_csv(fetch.folder / "labels.csv")
    assert table["gene_name"].tolist() == ["CCNB1;TUBB", "CCNB1", "CCNB1"]
    assert table["gene"].tolist() == [f"{CCNB1};{TUBB}", CCNB1, CCNB1]


def test_second_call_asks_no_server(fetch, atlas):
    first = fetch(["CCNB1", "TUBB"])
    assert len(atlas.requests) == 2 + 2 + 16
    registry = (fetch.folder / "registry.txt").read_text()
    second = fetch(["CCNB1", "TUBB"], download_if_missing=False)
    assert fetch(antibodies="HPA030741").ids.tolist() == first.ids[2:3].tolist()
    assert len(atlas.requests) == 2 + 2 + 16 + 1  # the search for the antibody
    assert second.ids.tolist() == first.ids.tolist()
    np.testing.assert_array_equal(second.target, first.target)
    assert (fetch.folder / "registry.txt").read_text().startswith(registry)
    assert (
        len((fetch.folder / "registry.txt").read_text().splitlines()) == 2 + 2 + 16 + 1
    )


def test_empty_cache_without_download(fetch, atlas):
    with pytest.raises(OSError, match=rf"{CCNB1}\.xml is missing or damaged"):
        fetch(CCNB1, download_if_missing=False)
    assert atlas.requests == []
    assert not fetch.folder.exists()


def test_only_wanted_channels_are_downloaded(fetch, atlas):
    fetch(CCNB1, channels="GB")
    assert len(atlas.requests) == 1 + 6
    fetch(CCNB1, channels="RG")
    assert len(atlas.requests) == 1 + 6 + 3


@pytest.mark.parametrize("damage", [lambda p: p.write_bytes(b""), lambda p: p.unlink()])
def test_damaged_file_is_downloaded_again(fetch, atlas, damage):
    fetch(CCNB1)
    damage(fetch.folder / YELLOW[1:])
    atlas.requests.clear()
    with pytest.raises(OSError, match=r"672_E2_2_yellow\.jpg is missing or damaged"):
        fetch(CCNB1, download_if_missing=False)
    assert atlas.requests == []
    fetch(CCNB1)
    assert atlas.requests == [YELLOW]
    assert (fetch.folder / YELLOW[1:]).read_bytes() == atlas.files[YELLOW]


def test_file_that_is_in_no_registry_is_not_trusted(fetch, atlas):
    path = fetch.folder / YELLOW[1:]
    path.parent.mkdir(parents=True)
    path.write_bytes(jpegs("x", 9)["/x_yellow.jpg"])
    with pytest.raises(OSError, match="missing or damaged"):
        fetch(CCNB1, download_if_missing=False)
    assert files_in(fetch.folder) == [YELLOW[1:]]
    fetch(CCNB1)
    assert path.read_bytes() == atlas.files[YELLOW]


def test_image_that_the_atlas_replaced(fetch, atlas):
    fetch(CCNB1)
    (fetch.folder / YELLOW[1:]).unlink()
    atlas.files[YELLOW] = jpegs("x", 9)["/x_yellow.jpg"]
    with pytest.raises(ValueError, match=r"hash .* that of .*registry\.txt\. Delete"):
        fetch(CCNB1)
    assert not (fetch.folder / YELLOW[1:]).exists()
    registry = fetch.folder / "registry.txt"
    registry.write_text(re.sub(rf"{YELLOW[1:]} \w+", "", registry.read_text()))
    fetch(CCNB1)
    assert (fetch.folder / YELLOW[1:]).read_bytes() == atlas.files[YELLOW]


def test_registry_of_another(fetch, atlas, tmp_path):
    fetch(CCNB1)
    published = tmp_path / "published.txt"
    lines = (fetch.folder / "registry.txt").read_text().splitlines()
    published.write_text("# Of a paper\n" + "\n".join(x for x in lines if "jpg" in x))
    other = tmp_path / "other"
    assert len(fetch_hpa(CCNB1, data_home=other, registry=published).data) == 3
    with pytest.raises(ValueError, match=r"lists no hash of 713/9_B11_2_red\.jpg"):
        fetch_hpa(TUBB, data_home=other, registry=published)
    assert not (other / "hpa" / "713").exists()
    published.write_text("")
    with pytest.raises(ValueError, match=r"lists no hash of 713/9_B11_2_red\.jpg"):
        fetch_hpa(TUBB, data_home=other, registry=published)


def test_image_unlike_the_registry_given(fetch, atlas, tmp_path):
    fetch(CCNB1)
    published = tmp_path / "published.txt"
    text = (fetch.folder / "registry.txt").read_text()
    published.write_text(re.sub(rf"({YELLOW[1:]}) \w+", rf"\1 {'0' * 64}", text))
    atlas.requests.clear()
    with pytest.raises(ValueError, match=r"672_E2_2_yellow.* that of the registry"):
        fetch(CCNB1, registry=published, n_retries=1)
    assert atlas.requests == [YELLOW, YELLOW]
    assert (fetch.folder / YELLOW[1:]).read_bytes() == atlas.files[YELLOW]


def test_registry_that_is_none(fetch, tmp_path):
    (tmp_path / "labels.csv").write_text("Id, Target, gene, antibody\n")
    for name in ("labels.csv", "nowhere.txt"):
        with pytest.raises(ValueError, match=f"read the registry .*{name}: expected"):
            fetch(CCNB1, registry=tmp_path / name)
