"""Bytes flipped in the middle of files, which OpenCV may decode all the same."""

import sys
import warnings
from importlib.util import find_spec

import cv2
import numpy as np
import pytest

from sklearn_protloc.datasets import ImageCollection, check_images, make_cells

CELLS = make_cells(6, image_size=128, random_state=3).data[:, :2]
COMPRESSION = cv2.IMWRITE_TIFF_COMPRESSION
KINDS = {
    "png": ("png", []),
    "deflate": ("tif", [COMPRESSION, 8]),
    "adobe deflate": ("tif", [COMPRESSION, 32946]),
    "lzw": ("tif", [COMPRESSION, 5]),
    "jpeg": ("jpg", []),
    "progressive jpeg": ("jpg", [cv2.IMWRITE_JPEG_PROGRESSIVE, 1]),
}


def encode(pixels, kind):
    extension, options = KINDS[kind]
    return bytearray(cv2.imencode(f".{extension}", pixels, options)[1])


def write(kind, folder):
    """Write a file per channel, and return their names."""
    paths = [[folder / f"{i}_{k}.{KINDS[kind][0]}" for k in (0, 1)] for i in range(6)]
    for cell, row in zip(CELLS, paths, strict=True):
        for channel, path in zip(cell, row, strict=True):
            path.write_bytes(encode(channel, kind))
    return paths


def damage(path, place=0.5, n_bytes=1):
    content = bytearray(path.read_bytes())
    start = int(place * len(content))
    for at in range(start, start + n_bytes):
        content[at] ^= 0x55
    path.write_bytes(content)


def faults_of(paths, **options):
    table = check_images(paths, policy="drop", **options).faults
    return {(row.sample, row.channel): row.fault for row in table.itertuples()}


@pytest.mark.parametrize("kind", KINDS)
def test_sound_files_have_no_fault(kind, tmp_path):
    if kind == "lzw":
        pytest.importorskip("imagecodecs")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert faults_of(write(kind, tmp_path)) == {}


@pytest.mark.parametrize("place", [0.3, 0.4, 0.5, 0.6, 0.7])
@pytest.mark.parametrize(
    ("kind", "fault"),
    [("png", "unreadable"), ("deflate", "damaged"), ("adobe deflate", "damaged")],
)
def test_one_byte_is_found_where_there_are_checksums(tmp_path, kind, fault, place):
    paths = write(kind, tmp_path)
    damage(paths[4][1], place)
    assert faults_of(paths) == {(4, 1): fault}


@pytest.mark.parametrize("kind", ["jpeg", "progressive jpeg", "lzw"])
def test_many_bytes_are_found_where_there_are_none(tmp_path, kind):
    if kind == "lzw":
        pytest.importorskip("imagecodecs")
    paths = write(kind, tmp_path)
    damage(paths[4][1], n_bytes=200)
    assert ImageCollection([paths[4]]).shape == (1, 2, 128, 128)  # OpenCV is content
    assert faults_of(paths) == {(4, 1): "damaged"}


def test_damaged_files_are_named_dropped_and_masked(tmp_path):
    paths = write("deflate", tmp_path)
    damage(paths[4][1])
    with pytest.raises(ValueError, match=r"4_1\.tif: damaged: its pixels are damaged"):
        check_images(paths)
    assert len(check_images(paths, policy="drop").data) == 5
    masked = check_images(paths, policy="mask").data[4]
    np.testing.assert_array_equal(masked, [CELLS[4, 0], np.zeros_like(CELLS[4, 1])])


def test_damage_may_be_ignored(tmp_path, monkeypatch):
    paths = write("deflate", tmp_path)
    damage(paths[4][1])
    monkeypatch.setitem(sys.modules, "tifffile", None)  # which is not asked
    assert faults_of(paths, ignore=["damaged"]) == {}


def test_all_channels_of_one_damaged_file(tmp_path):
    paths = [tmp_path / f"{i}.jpg" for i in range(4)]
    for path, cell in zip(paths, make_cells(4, image_size=128).data, strict=True):
        path.write_bytes(cv2.imencode(".jpg", cell[:3].transpose(1, 2, 0))[1])
    damage(paths[2], n_bytes=200)
    expected = {(2, k): "damaged" for k in range(3)}
    ignored = ["copied", "duplicate", "blank", "saturated"]
    assert faults_of(paths, axes="YXC", ignore=ignored) == expected


@pytest.mark.parametrize(
    ("kind", "package", "extra"),
    [("deflate", "tifffile", "tiff"), ("jpeg", "simplejpeg", "jpeg")],
)
def test_what_could_not_be_searched_is_told_once(
    tmp_path, monkeypatch, kind, package, extra
):
    paths = write(kind, tmp_path)
    damage(paths[4][1], n_bytes=200)
    monkeypatch.setitem(sys.modules, package, None)
    message = rf"12 channels .* not searched for damage.*protloc\[{extra}\]"
    with pytest.warns(UserWarning, match=message) as caught:
        assert faults_of(paths) == {}
    assert len(caught) == 1
    assert caught[0].filename == __file__


@pytest.mark.skipif(bool(find_spec("imagecodecs")), reason="imagecodecs is installed")
def test_package_for_other_compressions_is_named(tmp_path):
    paths = write("lzw", tmp_path)
    with pytest.warns(UserWarning, match="12 channels .* pip install imagecodecs"):
        assert faults_of(paths) == {}
