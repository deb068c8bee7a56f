"""What counts as a fault of pixels, in images wherever they are."""

import tracemalloc

import cv2
import numpy as np
import pytest

from sklearn_protloc.datasets import ImageCollection, check_images, make_cells
from sklearn_protloc.utils import LazyImages

RNG = np.random.default_rng(0)


@pytest.fixture
def X():
    return make_cells(6, random_state=0).data


def faults_of(X, **options):
    """Map (sample, channel) to its fault."""
    table = check_images(X, policy="drop", **options).faults
    return {(row.sample, row.channel): row.fault for row in table.itertuples()}


def as_zarr(X, folder):
    zarr = pytest.importorskip("zarr")
    return zarr.create_array(folder / "X.zarr", data=X, chunks=(1, *X.shape[1:]))


def as_memory_map(X, folder):
    np.save(folder / "X.npy", X)
    return np.load(folder / "X.npy", mmap_mode="r")


@pytest.mark.parametrize(
    "hold",
    [
        lambda X, _: X,
        lambda X, _: list(X),
        lambda X, _: ImageCollection.from_array(X),
        as_memory_map,
        as_zarr,
    ],
    ids=["ndarray", "list", "collection", "memory map", "zarr"],
)
def test_arrays_of_every_kind(X, hold, tmp_path):
    X[1, 3], X[2, 0], X[4] = 0, 255, X[3]
    X[5, 1] = X[5, 0]
    expected = {
        (1, 3): "blank",
        (2, 0): "saturated",
        **{(4, k): "duplicate" for k in range(4)},
        (5, 0): "copied",
        (5, 1): "copied",
    }
    images = hold(X, tmp_path)
    assert faults_of(images) == expected
    report = check_images(images, policy="drop")
    assert isinstance(report.data, ImageCollection)
    np.testing.assert_array_equal(report.data, X[[0, 3]])
    assert report.faults["file"].isna().all()
    with pytest.raises(ValueError, match="channel 3 of sample 1: blank: its pixels"):
        check_images(images)


def test_masked_array_stays_as_it_was(X):
    X[1, 3] = 9
    before = X.copy()
    report = check_images(X, policy="mask")
    assert not report.data[1][3].any()
    np.testing.assert_array_equal(X, before)


def test_pixels_that_are_not_finite(X):
    X = X.astype(np.float32)
    X[1, 2, 5, 5], X[4, 0, 0, 0] = np.nan, -np.inf
    assert faults_of(X) == {(1, 2): "not finite", (4, 0): "not finite"}
    masked = check_images(X, policy="mask").data
    assert np.isfinite(np.asarray(masked)).all()
    too_large = X[:1].astype(float)
    too_large[0, 0, 0, 0] = 1e300
    with pytest.raises(ValueError, match="not finite"):
        check_images(too_large)


def test_lazy_images_that_cannot_be_read(X):
    class Torn(LazyImages):
        shape, dtype = X.shape, X.dtype

        def _read(self, i):
            if i == 2:
                raise RuntimeError("chunk 2 is torn")
            return X[i]

        def _take(self, rows):
            raise NotImplementedError

    assert faults_of(Torn()) == {(2, k): "unreadable" for k in range(4)}
    report = check_images(Torn(), policy="drop")
    assert report.faults["detail"].eq("chunk 2 is torn").all()
    np.testing.assert_array_equal(report.data, X[[0, 1, 3, 4, 5]])


def test_a_package_that_is_missing_is_no_fault_of_the_images(X):
    class Packed(LazyImages):
        shape, dtype = X.shape, X.dtype

        def _read(self, i):
            raise ImportError("install it")

        def _take(self, rows):
            raise NotImplementedError

    with pytest.raises(ImportError, match="install it"):
        check_images(Packed())


def test_blank_in_spite_of_hot_pixels():
    X = RNG.integers(0, 200, (2, 1, 500, 500)).astype(np.uint16)
    X[0] = 3
    X[0, 0, 100, [7, 90]] = 4095
    assert faults_of(X) == {(0, 0): "blank"}
    X[0, 0, 100, :3] = 4095
    assert faults_of(X) == {}


def test_blank_range_is_what_a_camera_reads_in_the_dark():
    X = np.stack(
        [RNG.integers(100, 111, (1, 64, 64)), RNG.integers(0, 900, (1, 64, 64))]
    )
    X = X.astype(np.uint16)
    assert faults_of(X) == faults_of(X, blank_range=9) == {}
    assert faults_of(X, blank_range=10) == {(0, 0): "blank"}
    detail = check_images(X, policy="drop", blank_range=10).faults["detail"][0]
    assert detail == "its pixels are from 100 to 110"


def test_weak_and_sparse_images_are_genuine():
    X = np.zeros((2, 2, 512, 512), np.uint8)
    X[0, 0] = RNG.random((512, 512)) < 0.004  # the weakest stains of the atlas
    X[0, 1] = RNG.random((512, 512)) < 0.004
    X[1, 0, 200:203, 40:43] = 200  # a centrosome
    X[1, 1] = RNG.poisson(0.1, (512, 512))
    assert faults_of(X) == {}


@pytest.mark.parametrize(
    ("dtype", "largest", "saturated"),
    [
        (np.uint8, 255, True),
        (np.uint8, 254, False),
        (np.uint16, 4095, True),
        (np.uint16, 65535, True),
        (np.uint16, 3000, False),
        (np.float32, 1.0, True),
        (np.float32, 3.7, False),
    ],
)
def test_saturation_is_the_largest_value_of_a_camera(dtype, largest, saturated):
    X = (RNG.random((2, 1, 64, 64)) * largest * 0.99).astype(dtype)
    X[1, 0, :33] = largest
    expected = {(1, 0): "saturated"} if saturated else {}
    assert faults_of(X) == expected
    X[1, 0, 32] = 0
    assert faults_of(X) == {}
    if saturated:
        assert faults_of(X, max_saturated=0.49) == expected


def test_a_channel_at_its_largest_value_is_saturated_rather_than_blank(X):
    X[0, 0] = 255
    assert faults_of(X) == {(0, 0): "saturated"}


def test_faults_may_be_ignored(X):
    X[1, 3], X[2, 0], X[4] = 0, 255, X[3]
    X[5, 1] = X[5, 0]
    every = ["blank", "saturated", "copied", "duplicate"]
    report = check_images(X, ignore=every)
    assert report.keep.all()
    assert len(set(report.groups)) == 6
    assert set(faults_of(X, ignore=every[:3]).values()) == {"duplicate"}


def test_blank_channels_are_no_copies_of_each_other(X):
    X[1, 2:] = X[2, 2:] = 0
    assert set(faults_of(X).values()) == {"blank"}


CHANGES = {
    "compressed": lambda a: cv2.imdecode(cv2.imencode(".jpg", a)[1], -1),
    "smaller": lambda a: cv2.resize(a, (128, 128), interpolation=cv2.INTER_AREA),
    "darker": lambda a: a // 2,
    "gamma": lambda a: (255 * (a / 255) ** 0.8).astype(np.uint8),
    "blurred": lambda a: cv2.GaussianBlur(a, (0, 0), 1.5),
    "noisy": lambda a: cv2.add(a, RNG.integers(0, 9, a.shape).astype(np.uint8)),
    "moved": lambda a: np.roll(a, 1, axis=1),
}


@pytest.mark.parametrize("change", CHANGES)
def test_nearly_equal_pictures_are_found(change, write_images, tmp_path):
    cells = make_cells(8, image_size=256, cells_per_image=4, random_state=0).data
    images = [*cells, [CHANGES[change](channel) for channel in cells[5]]]
    paths = write_images(images, tmp_path)
    report = check_images(paths, policy="drop", image_size=64)
    assert report.faults["sample"].tolist() == [8] * 4
    detail = report.faults["detail"][1]
    assert detail == f"it shows nearly the same picture as {paths[5][1]}"
    assert report.groups.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 5]


@pytest.mark.parametrize("image_size", [32, 64])
def test_no_two_cells_are_duplicates(image_size):
    X = make_cells(400, image_size=image_size, random_state=1).data
    assert faults_of(X) == {}


def test_a_nucleus_that_looks_round_the_same_corner_makes_no_duplicate():
    X = np.zeros((3, 1, 256, 256), np.uint8)
    X[:] = RNG.random(X.shape) < 0.01  # little else is there
    X[0, 0, :20, 248:] = 100
    X[1, 0, :20, 250:] = 80
    X[2] = X[1]
    assert faults_of(X) == {(2, 0): "duplicate"}


def test_of_duplicates_one_without_other_faults_is_kept(X):
    X[1] = X[2] = X[0]
    X[0, 3] = 0
    report = check_images(X, policy="drop")
    assert np.flatnonzero(report.keep).tolist() == [1, 3, 4, 5]
    assert report.groups.tolist() == [0, 0, 0, 1, 2, 3]


def test_memory_holds_one_sample_at_a_time():
    class Made(LazyImages):
        shape, dtype = (40, 2, 512, 512), np.dtype(np.uint8)

        def _read(self, i):
            return np.random.default_rng(i).integers(0, 250, self.shape[1:], np.uint8)

        def _take(self, rows):
            raise NotImplementedError

    check_images(Made(), n_jobs=2)  # what is imported first is none of its memory
    tracemalloc.start()
    check_images(Made(), n_jobs=2)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10 * 2**20  # all images are 20 MiB; each thread works on 512 KiB


def test_progress_is_drawn_on_demand(X, capsys):
    check_images(X)
    assert capsys.readouterr().out == ""
    check_images(X, progress=True)
    assert "Checking" in capsys.readouterr().out


def test_real_fields_are_sound(protloc_data):
    folder = protloc_data / "hpa_montages" / "images"
    X = ImageCollection.from_folder(
        folder, "{id}_{channel}.png", channels=["red", "green", "blue", "yellow"]
    )
    assert check_images(X[::6], n_jobs=2).keep.all()
    folder = protloc_data / "hpa_fullres" / "images"
    X = ImageCollection.from_folder(
        folder, "{id}_{channel}.png", channels=["green", "blue"], image_size=512
    )
    assert check_images(X, n_jobs=2).keep.all()


def test_cells_that_were_used_twice_are_found_among_real_ones(protloc_data):
    cells = np.load(protloc_data / "hpa_montages" / "cells_128.npz")
    names = cells["cell_id"].tolist()
    report = check_images(cells["X"], policy="drop", n_jobs=2)
    pairs = [
        ("mixed_img106_t5", "mixed_img128_t8"),
        ("mixed_img354_t4", "mixed_img388_t6"),
    ]
    for row, (first, second) in zip([0, 2], pairs, strict=True):
        sample = report.faults["sample"][row]
        assert names[sample] == second
        assert report.groups[sample] == report.groups[names.index(first)]
    assert report.faults["channel"].tolist() == [0, 3, 0, 3]
    assert report.faults["fault"].eq("duplicate").all()
