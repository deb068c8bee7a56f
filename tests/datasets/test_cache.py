"""Decoding once: complete, checked, and finished after a crash."""

import os
import pickle
import signal
import subprocess
import sys
import time
import tracemalloc

import numpy as np
import pytest

from sklearn_protloc.datasets import ImageCollection, _cache
from sklearn_protloc.preprocessing import PercentileStretch

# Decodes two images per block, each slowly.
SLOW_CACHE = """
import sys, time
from sklearn_protloc.datasets import ImageCollection, _cache
from sklearn_protloc.datasets._sources import _grey_files

decode = _grey_files.decode
_grey_files.decode = lambda path: (time.sleep(0.02), decode(path))[1]
_cache._BLOCK_BYTES = 2 * 4 * 32 * 32
folder, path = sys.argv[1:]
paths = [[f"{folder}/{i}_{k}.png" for k in range(4)] for i in range(8)]
ImageCollection(paths).cache(path, n_jobs=2)
"""


@pytest.fixture
def files(images, write_images, tmp_path):
    return write_images(images, tmp_path / "files")


@pytest.fixture
def X(files):
    return ImageCollection(files, ids=list("abcdefgh"))


@pytest.fixture
def small_blocks(monkeypatch):
    monkeypatch.setattr(_cache, "_BLOCK_BYTES", 2 * 4 * 32 * 32)


@pytest.fixture
def crash(monkeypatch):
    """Return a function that makes the decoding of one file fail, until called off."""

    def at(name):
        from sklearn_protloc.datasets._sources import _grey_files

        decode = _grey_files.decode

        def decode_or_crash(path):
            if path.endswith(name):
                raise KeyboardInterrupt
            return decode(path)

        monkeypatch.setattr(_grey_files, "decode", decode_or_crash)
        return lambda: monkeypatch.setattr(_grey_files, "decode", decode)

    return at


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_holds_the_same_images(X, images, tmp_path, n_jobs, small_blocks):
    cached = X.cache(tmp_path / "X.npy", n_jobs=n_jobs)
    assert isinstance(cached, ImageCollection)
    assert cached.shape == images.shape
    np.testing.assert_array_equal(cached, images)
    np.testing.assert_array_equal(np.load(tmp_path / "X.npy"), images)
    assert cached[[4, 2]].ids.tolist() == ["e", "c"]
    assert repr(cached).endswith("uint8, memory map X.npy)")
    assert sorted(os.listdir(tmp_path)) == ["X.npy", "X.npy.journal", "files"]


def test_pickles_as_a_name(X, images, tmp_path):
    pickled = pickle.dumps(X.cache(tmp_path / "X.npy")[2:])
    assert len(pickled) < 2000
    np.testing.assert_array_equal(pickle.loads(pickled), images[2:])


def test_decodes_once(X, tmp_path, monkeypatch):
    X.cache(tmp_path / "X.npy")
    monkeypatch.setattr(ImageCollection, "_read", None)
    monkeypatch.setattr(_cache, "_write", None)
    assert X.cache(tmp_path / "X.npy").shape == X.shape


def test_sixteen_bits_and_resizing(images, write_images, tmp_path):
    files = write_images(images.astype(np.uint16) * 257, tmp_path / "deep", "tif")
    X = ImageCollection(files, image_size=(16, 8), interpolation="linear")
    cached = X.cache(tmp_path / "X.npy")
    assert cached.dtype == np.uint16
    np.testing.assert_array_equal(cached, np.asarray(X))


def test_views_and_arrays_are_cached_too(X, images, tmp_path):
    np.testing.assert_array_equal(X[[5, 1]].cache(tmp_path / "a.npy"), images[[5, 1]])
    in_memory = ImageCollection.from_array(images.copy())
    np.testing.assert_array_equal(in_memory.cache(tmp_path / "b.npy"), images)
    again = ImageCollection.from_array(tmp_path / "b.npy").cache(tmp_path / "c.npy")
    np.testing.assert_array_equal(again, images)
    in_memory._samples.source.array[3] = 0
    with pytest.raises(ValueError, match=r"Row 3 of the array \(image 3\) is not"):
        in_memory.cache(tmp_path / "b.npy")


def test_views_of_transformers_are_cached_and_compared(X, tmp_path):
    view = PercentileStretch().fit_transform(X)
    cached = ImageCollection.from_array(view).cache(tmp_path / "X.npy")
    np.testing.assert_array_equal(cached, view)
    other = ImageCollection.from_array(PercentileStretch(low=20).fit_transform(X))
    with pytest.raises(ValueError, match=r"Row 0 of the array \(image 0\) is not"):
        other.cache(tmp_path / "X.npy")


def test_kill_and_rerun_give_identical_bytes(X, files, tmp_path):
    whole = tmp_path / "whole.npy"
    X.cache(whole)
    path, journal = tmp_path / "X.npy", tmp_path / "X.npy.journal"
    command = [sys.executable, "-c", SLOW_CACHE, files[0][0].parent, path]
    with subprocess.Popen(command) as process:
        deadline = time.monotonic() + 60
        while not journal.exists() or journal.read_bytes().count(b"\n") < 3:
            assert process.poll() is None, "the cache was complete before the kill"
            assert time.monotonic() < deadline
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
    assert not path.exists()
    n_done = journal.read_bytes().count(b"\n") - 1
    assert 2 <= n_done < 8
    read = count_reads(X)
    X.cache(path)
    assert read == list(range(n_done, 8))
    assert path.read_bytes() == whole.read_bytes()
    assert journal.read_bytes() == (tmp_path / "whole.npy.journal").read_bytes()


def count_reads(X):
    """List the samples that are decoded from here on."""
    read, decode = [], X._samples.read
    X._samples.read = lambda i: (read.append(i), decode(i))[1]
    return read


@pytest.mark.parametrize("torn", [b"", b"0123456789"])
def test_what_was_being_written_is_written_again(
    X, images, tmp_path, small_blocks, crash, torn
):
    call_off = crash("5_0.png")
    with pytest.raises(KeyboardInterrupt):
        X.cache(tmp_path / "X.npy")
    assert not (tmp_path / "X.npy").exists()
    assert (tmp_path / "X.npy.journal").read_bytes().count(b"\n") == 1 + 4
    for name in ("X.npy.part", "X.npy.journal"):
        with open(tmp_path / name, "ab") as file:
            file.write(torn)
    call_off()
    read = count_reads(X)
    np.testing.assert_array_equal(X.cache(tmp_path / "X.npy"), images)
    assert read == [4, 5, 6, 7]


def test_notes_of_pixels_that_were_lost(X, images, tmp_path, small_blocks, crash):
    call_off = crash("5_0.png")
    with pytest.raises(KeyboardInterrupt):
        X.cache(tmp_path / "X.npy")
    part = tmp_path / "X.npy.part"
    os.truncate(part, part.stat().st_size - 1)
    call_off()
    np.testing.assert_array_equal(X.cache(tmp_path / "X.npy"), images)


def test_unfinished_cache_of_other_images(X, files, tmp_path, small_blocks, crash):
    crash("5_0.png")
    with pytest.raises(KeyboardInterrupt):
        X.cache(tmp_path / "X.npy")
    with pytest.raises(ValueError, match=r"images was 8 .* 7 now\. .*part and .*jour"):
        X[:7].cache(tmp_path / "X.npy")


def test_changed_file_is_named(X, files, tmp_path):
    X.cache(tmp_path / "X.npy")
    os.utime(files[3][2], (1, 1))
    before = (tmp_path / "X.npy").read_bytes()
    with pytest.raises(
        ValueError, match=r"3_0\.png \(image 3\) is not .* Delete .*X\.npy and .*jour"
    ):
        X.cache(tmp_path / "X.npy")
    assert (tmp_path / "X.npy").read_bytes() == before


def test_other_options_are_named(X, files, tmp_path):
    ImageCollection(files, image_size=16).cache(tmp_path / "X.npy")
    nearest = ImageCollection(files, image_size=16, interpolation="nearest")
    with pytest.raises(ValueError, match=r"interpolation was area .* is nearest now"):
        nearest.cache(tmp_path / "X.npy")
    with pytest.raises(ValueError, match=r"size was \[16, 16\] .* is \[32, 32\] now"):
        X.cache(tmp_path / "X.npy")
    with pytest.raises(ValueError, match=r"7_0\.png \(image 0\) is not what"):
        ImageCollection(files[::-1], image_size=16).cache(tmp_path / "X.npy")


def test_file_that_is_no_cache_is_left_alone(X, tmp_path):
    (tmp_path / "X.npy").write_bytes(b"mine")
    with pytest.raises(ValueError, match="does not tell what is in it"):
        X.cache(tmp_path / "X.npy")
    assert (tmp_path / "X.npy").read_bytes() == b"mine"


def test_damaged_image_stops_and_is_named(X, files, tmp_path):
    files[6][1].write_bytes(b"no image")
    with pytest.raises(ValueError, match=r"6_1\.png is not a readable image"):
        X.cache(tmp_path / "X.npy", n_jobs=2)
    assert not (tmp_path / "X.npy").exists()


def test_one_writer_at_a_time(X, tmp_path):
    pytest.importorskip("fcntl")
    with (
        _cache._only_writer(tmp_path / "X.npy.journal"),
        pytest.raises(RuntimeError, match="Another process is writing this cache"),
    ):
        X.cache(tmp_path / "X.npy")
    assert len(X.cache(tmp_path / "X.npy")) == 8


def test_what_cannot_be_cached(X, tmp_path):
    with pytest.raises(ValueError, match=r"end in \.npy, got .*X\.zarr"):
        X.cache(tmp_path / "X.zarr")
    with pytest.raises(
        ValueError, match=r"folder of the cache, .*nodir, does not exist"
    ):
        X.cache(tmp_path / "nodir" / "X.npy")
    with pytest.raises(ValueError, match="no images to cache"):
        X[[]].cache(tmp_path / "X.npy")
    floats = ImageCollection.from_array(np.zeros((1, 1, 2, 2)))
    with pytest.raises(ValueError, match="uint8 or uint16 pixels, got float64"):
        floats.cache(tmp_path / "X.npy")


def test_progress_is_drawn_if_asked_for(X, tmp_path, capsys):
    X.cache(tmp_path / "a.npy")
    assert capsys.readouterr().out == ""
    X.cache(tmp_path / "b.npy", progress=True)
    assert "Decoding" in capsys.readouterr().out


def test_memory_is_that_of_a_block(tmp_path, small_blocks):
    X = ImageCollection.from_array(np.zeros((400, 4, 32, 32), np.uint8))
    X.cache(tmp_path / "warm.npy")
    tracemalloc.start()
    X.cache(tmp_path / "X.npy")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < X.shape[0] * 4 * 32 * 32 / 4
