import logging
import re
import sys
import threading
import time
from types import SimpleNamespace

import pooch
import pytest

from sklearn_protloc.datasets import _download_folder
from tests.datasets.atlas_server import (
    CCNB1,
    EMPTY,
    IMAGES,
    TUBB,
    address,
    antibody,
    data,
    jpegs,
    page,
)

GREEN = f"/{IMAGES[0]}_green.jpg"
HTML = b"<!DOCTYPE html><html><body>The atlas is being updated.</body></html>"


def status(code):
    return lambda handler: handler.answer(HTML, status=code)


def cut_short(handler):
    content = handler.server.files[handler.path]
    handler.answer(content[:-100], length=len(content))


def hang_up(handler):
    handler.close_connection = True


def html(handler):
    handler.answer(HTML)


def silence(handler):
    time.sleep(0.5)


@pytest.mark.parametrize("path", [GREEN, f"/{CCNB1}.xml", "/api/search_download.php"])
@pytest.mark.parametrize("fault", [status(503), status(429), hang_up, html])
def test_passing_fault_is_got_over(fetch, atlas, path, fault):
    atlas.faults[path] = [fault, fault]
    assert len(fetch("CCNB1", n_retries=2).data) == 3
    assert atlas.requests.count(path) == 3


def test_answer_cut_short_is_got_over(fetch, atlas):
    atlas.faults[GREEN] = [cut_short]
    fetch(CCNB1)
    assert (fetch.folder / GREEN[1:]).read_bytes() == atlas.files[GREEN]


@pytest.mark.parametrize(
    ("fault", "error", "message"),
    [
        (status(503), OSError, "503"),
        (cut_short, OSError, "complete are kept: call again"),
        (hang_up, ConnectionError, "there is no connection to the server, or it broke"),
        (html, ValueError, "not a whole JPEG file: it begins b'<!DOCTYPE html"),
    ],
)
def test_lasting_fault_is_named_and_leaves_no_file(fetch, atlas, fault, error, message):
    atlas.faults[GREEN] = [fault] * 3
    with pytest.raises(error, match=f"{re.escape(GREEN)}.*{message}"):
        fetch(CCNB1, n_retries=2, n_jobs=1)
    assert atlas.requests.count(GREEN) == 3
    files = [p.name for p in fetch.folder.rglob("*") if p.is_file()]
    assert sorted(files) == sorted(
        [f"{CCNB1}.xml", f"{IMAGES[0][4:]}_red.jpg", "registry.txt"]
    )
    fetch(CCNB1)
    assert atlas.requests.count(GREEN.replace("green", "red")) == 1


def test_file_cut_short_that_nobody_noticed(fetch, atlas):
    atlas.files[GREEN] = atlas.files[GREEN][:-100]
    with pytest.raises(ValueError, match="not a whole JPEG file"):
        fetch(CCNB1, n_retries=0)


def test_answer_that_does_not_come(fetch, atlas, monkeypatch):
    monkeypatch.setattr(_download_folder, "_TIMEOUT", 0.1)
    atlas.faults[GREEN] = [silence]
    with pytest.raises(ConnectionError, match=r"green\.jpg: it timed out"):
        fetch(CCNB1, n_retries=0)


def test_answer_that_does_not_end(fetch, monkeypatch):
    monkeypatch.setattr(_download_folder, "_MAX_BYTES", 100)
    with pytest.raises(ValueError, match="more than 100 bytes"):
        fetch(CCNB1, n_retries=0)


def test_refusal_is_not_asked_again(fetch, atlas):
    atlas.faults[GREEN] = [status(403)]
    with pytest.raises(OSError, match="403"):
        fetch(CCNB1)
    assert atlas.requests.count(GREEN) == 1


def test_server_that_is_not_there(fetch, atlas):
    atlas.shutdown()
    atlas.server_close()
    with pytest.raises(ConnectionError, match=r"Could not download .*CCNB1") as error:
        fetch("CCNB1", n_retries=1)
    assert len(str(error.value)) < 400
    assert error.value.__suppress_context__
    assert len(error.traceback) < 7  # none of joblib, pooch and requests


def test_wait_between_attempts(fetch, atlas, monkeypatch):
    waits = []
    monkeypatch.setattr(_download_folder, "time", SimpleNamespace(sleep=waits.append))
    atlas.faults[GREEN] = [hang_up] * 2
    fetch(CCNB1, delay=7)
    assert waits == [7, 7]


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"genes": ["CCNB1", "ENSG99999999999", "NOGENE"]}, "no ENSG9+, NOGENE"),
        ({"genes": "CCNB"}, "knows no CCNB"),
        ({"antibodies": ["HPA030741", "HPA999999"]}, "knows no HPA999999"),
    ],
)
def test_unknown_names(fetch, atlas, names, message):
    with pytest.raises(ValueError, match=message):
        fetch(**names)
    assert not any(".jpg" in path for path in atlas.requests)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({}, "got none"),
        ({"genes": [CCNB1], "antibodies": ["HPA030741"]}, "got both"),
        ({"genes": []}, "got []"),
        ({"genes": ["../../etc/passwd"]}, "got '../../etc/passwd'"),
        ({"genes": ["..", CCNB1]}, "got '..'"),
        ({"genes": "CCNB1 TUBB"}, "got 'CCNB1 TUBB'"),
        ({"genes": [57]}, "such as 'CCNB1', got 57"),
        ({"genes": 57}, "such as 'CCNB1', got 57"),
        ({"genes": [["CCNB1"]]}, "such as 'CCNB1', got ['CCNB1']"),
        ({"antibodies": [30741]}, "such as 'HPA030741', got 30741"),
        ({"antibodies": "30741"}, "such as 'HPA030741', got '30741'"),
        ({"genes": CCNB1, "channels": "RGBX"}, "different letters of RGBY"),
        ({"genes": CCNB1, "n_retries": -1}, "n_retries == -1"),
        ({"genes": CCNB1, "delay": -1.0}, "delay == -1.0"),
    ],
)
def test_wrong_parameters_ask_no_server(fetch, atlas, names, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        fetch(**names)
    assert atlas.requests == []
    assert not fetch.folder.exists()


def test_channel_that_the_server_lacks(fetch, atlas):
    name = f"{IMAGES[0]}_yellow.jpg"
    del atlas.files[f"/{name}"]
    with pytest.warns(UserWarning, match=f"lacks a channel are left out: {name}"):
        hpa = fetch(CCNB1)
    assert hpa.ids.tolist() == [name.replace("/", "_") for name in IMAGES[1:]]
    assert len(fetch(CCNB1, channels="RGB").data) == 3


def test_all_images_lack_a_channel(fetch, atlas):
    for name in [path for path in atlas.files if "yellow" in path]:
        del atlas.files[name]
    with (
        pytest.warns(UserWarning, match="lacks a channel"),
        pytest.raises(ValueError, match=r"no image .* the channels RGBY"),
    ):
        fetch(CCNB1)


def test_locations_that_are_not_of_the_28(fetch, atlas):
    atlas.files[f"/{CCNB1}.xml"] = page(
        "CCNB1",
        CCNB1,
        antibody(
            "CAB000115",
            data("U-2 OS", ["Vesicles", "Nucleoli rim"], address(IMAGES[0])),
            data("HeLa", ["Vesicles", "Midbody"], address(IMAGES[1])),
            data("A-431", [], address("115/9_A1_1")),
            data(
                "A549", ["Centriolar satellite", "CELL JUNCTIONS"], address(IMAGES[2])
            ),
        ),
    )
    with pytest.warns(UserWarning, match="left out") as caught:
        hpa = fetch(CCNB1)
    assert [set(row.nonzero()[0]) for row in hpa.target] == [{2}, {18, 22}]
    assert [str(warning.message) for warning in caught] == [
        "Locations that are not among HPA_LOCATIONS are left out: Vesicles (2 images), "
        "Midbody (1 images).",
        "Images without any other location are left out: 115_672_E2_2, 115_9_A1_1.",
    ]
    assert caught[0].filename.endswith("conftest.py")


def test_genes_without_images(fetch):
    with pytest.warns(UserWarning, match="No images of human cell lines .*: NONE1"):
        assert len(fetch([CCNB1, "NONE1"]).data) == 3
    with (
        pytest.warns(UserWarning, match="No images of human cell lines"),
        pytest.raises(ValueError, match=f"Of {EMPTY}, .* no"),
    ):
        fetch(EMPTY)


@pytest.mark.parametrize(
    "assay",
    [
        'type="mouse"',
        'type="gfp"',
        'type="siRNA"',
        'type="human" subtype="ciliated cell lines"',
    ],
)
def test_assays_of_other_cells_are_not_taken(fetch, atlas, assay):
    other = antibody(
        "HPA000713", data("X", ["Cytosol"], address(IMAGES[0])), assay=assay
    )
    atlas.files[f"/{TUBB}.xml"] = page("TUBB", TUBB, other)
    with (
        pytest.warns(UserWarning, match="No images of human cell lines"),
        pytest.raises(ValueError, match="no image of human"),
    ):
        fetch(TUBB)


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.org/../../../.ssh/authorized_keys_blue_red_green.jpg",
        "http://elsewhere.org/115/../../x_A1_1_blue_red_green.jpg",
        "http://elsewhere.org/115/672_E2_1_blue_red_green.jpg?x=../../y",
        "http://elsewhere.org/115/672_E2_1_blue_red_green.jpg.exe",
        "http://elsewhere.org/x/672_E2_1_blue_red_green.jpg",
        "file:///etc/passwd",
        "",
    ],
)
def test_odd_addresses_are_named_and_not_followed(fetch, atlas, tmp_path, url):
    odd = antibody("HPA000713", data("HeLa", ["Cytosol"], url, address(IMAGES[0])))
    atlas.files[f"/{TUBB}.xml"] = page("TUBB", TUBB, odd)
    with pytest.warns(
        UserWarning, match="unlike those of images are left out: " + re.escape(url)
    ):
        hpa = fetch(TUBB, channels="G")
    assert hpa.ids.tolist() == ["115_672_E2_1"]
    assert atlas.requests == [f"/{TUBB}.xml", GREEN]
    assert [path.name for path in tmp_path.iterdir()] == ["hpa"]


def test_host_of_an_address_is_never_asked(fetch, atlas):
    url = f"http://elsewhere.invalid/images/{IMAGES[0]}_red_green.jpg"
    one = antibody("HPA000713", data("HeLa", ["Cytosol"], url))
    atlas.files[f"/{TUBB}.xml"] = page("TUBB", TUBB, one)
    assert fetch(TUBB).ids.tolist() == ["115_672_E2_1"]


def test_ensembl_id_of_a_search_is_no_path(fetch, atlas):
    atlas.genes["TUBB"] = ("../../x", [])
    with pytest.raises(ValueError, match="knows no TUBB"):
        fetch("TUBB")


@pytest.mark.parametrize(
    "content",
    [
        HTML,
        b"",
        b"<html></html>",
        page("TUBB", TUBB)[:-30],
        b'<!DOCTYPE a [<!ENTITY b "bb">]><proteinAtlas>&b;</proteinAtlas>',
        b'<!doctype a [<!ENTITY b SYSTEM "file:///etc/passwd">]><proteinAtlas/>',
    ],
)
def test_page_that_is_none(fetch, atlas, content):
    atlas.files[f"/{TUBB}.xml"] = content
    with pytest.raises(ValueError, match=rf"{TUBB}\.xml was not .*: it begins b'"):
        fetch(TUBB)
    assert not list(fetch.folder.rglob("*.xml"))


def test_search_result_that_is_none(fetch, atlas):
    atlas.faults["/api/search_download.php"] = [html] * 4
    with pytest.raises(ValueError, match=r"TUBB was not .* not a search result"):
        fetch("TUBB")


def test_interrupt_leaves_no_half_file(fetch, atlas, monkeypatch):
    def interrupt(content):
        raise KeyboardInterrupt

    monkeypatch.setattr("sklearn_protloc.datasets._hpa_pages.check_jpeg", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fetch(CCNB1, n_jobs=1)
    assert [p.name for p in fetch.folder.rglob("*.*")] == [
        "registry.txt",
        f"{CCNB1}.xml",
    ]
    monkeypatch.undo()


def test_never_more_than_eight_at_a_time(fetch, atlas):
    at_once, most, pairs = set(), [], threading.Barrier(2, timeout=10)

    def slow(handler):
        at_once.add(handler)
        time.sleep(0.02)
        most.append(len(at_once))
        pairs.wait()  # there are several
        at_once.remove(handler)
        handler.answer(image)

    image = jpegs("x", 0)["/x_green.jpg"]
    names = [f"713/{k}_B11_2" for k in range(24)]
    many = antibody("HPA000713", data("HeLa", ["Cytosol"], *map(address, names)))
    atlas.files[f"/{TUBB}.xml"] = page("TUBB", TUBB, many)
    atlas.faults = {f"/{name}_green.jpg": [slow] for name in names}
    assert fetch(TUBB, channels="G", n_jobs=100).ids.tolist() == [
        name.replace("/", "_") for name in names
    ]
    assert max(most) <= 8


def test_progress_bar_and_the_quiet_without(fetch, capfd):
    fetch(CCNB1)
    assert capfd.readouterr() == ("", "")
    fetch(TUBB, progress=True)
    assert "Downloading" in capfd.readouterr().out


def test_pooch_prints_no_line_per_file(fetch, monkeypatch):
    records, handler, logger = [], logging.Handler(), pooch.get_logger()
    monkeypatch.setattr(handler, "emit", records.append)
    monkeypatch.setattr(logger, "handlers", [handler])
    monkeypatch.setattr(logger, "level", logging.INFO)
    fetch(CCNB1)
    assert records == []
    assert logger.level == logging.INFO


def test_without_pooch(fetch, monkeypatch):
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-protloc\[fetch\]'"):
        fetch(CCNB1)
