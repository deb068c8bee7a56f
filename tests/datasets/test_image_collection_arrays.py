"""Collections from arrays in memory, in files and in stores."""

import mmap
import pickle
import sys

import numpy as np
import psutil
import pytest
import zarr

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.datasets._sources import _array_rows
from sklearn_protloc.networks import TinyNet


@pytest.fixture(params=["memory", "map", "zarr", "npy path", "zarr path"])
def array(request, images, tmp_path):
    np.save(tmp_path / "X.npy", images)
    store = zarr.create_array(
        tmp_path / "X.zarr", shape=images.shape, dtype="uint8", chunks=(1, 4, 32, 32)
    )
    store[:] = images
    return {
        "memory": images,
        "map": np.load(tmp_path / "X.npy", mmap_mode="r"),
        "zarr": store,
        "npy path": tmp_path / "X.npy",
        "zarr path": str(tmp_path / "X.zarr"),
    }[request.param]


def test_arrays(array, images):
    X = ImageCollection.from_array(array, ids=[f"s{i}" for i in range(8)])
    assert X.shape == images.shape
    assert X.dtype == np.uint8
    assert X.paths is None
    view = X[[6, 2]][1:]
    assert type(view[0]) is np.ndarray
    np.testing.assert_array_equal(view[0], images[2])
    assert view.ids.tolist() == ["s2"]
    with pytest.raises(ValueError, match="read-only"):
        X[0][0, 0, 0] = 1
    again = pickle.loads(pickle.dumps(X[3:]))
    np.testing.assert_array_equal(again, images[3:])
    half = ImageCollection.from_array(array, image_size=16)
    np.testing.assert_allclose(
        half[1], images[1].reshape(4, 16, 2, 16, 2).mean((2, 4)), atol=0.5
    )


def test_arrays_are_not_copied(images):
    assert np.shares_memory(ImageCollection.from_array(images)[4:][0], images)


def test_arrays_train_a_classifier(array, images):
    y = np.tile([[0, 1], [1, 0]], (4, 1))
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    lazy = model.fit(ImageCollection.from_array(array), y).predict_proba(images)
    np.testing.assert_array_equal(lazy, model.fit(images, y).predict_proba(images))


@pytest.mark.parametrize("rows", [slice(2, 7), slice(None, None, -2), slice(1, 8, 3)])
@pytest.mark.parametrize("offset", [0, 7])
def test_slices_of_memory_maps_pickle_as_names(tmp_path, images, rows, offset):
    with open(tmp_path / "X.raw", "wb") as file:
        file.write(b"x" * offset + images.tobytes())
    mapped = np.memmap(
        tmp_path / "X.raw", np.uint8, "r", offset=offset, shape=images.shape
    )
    X = ImageCollection.from_array(mapped[rows])
    pickled = pickle.dumps(X)
    assert len(pickled) < 2000 < images[rows].nbytes
    np.testing.assert_array_equal(pickle.loads(pickled), images[rows])
    again = pickle.dumps(pickle.loads(pickled))
    np.testing.assert_array_equal(pickle.loads(again), images[rows])


def test_private_changes_of_a_memory_map_are_pickled(tmp_path, images):
    np.save(tmp_path / "X.npy", images)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="c")
    mapped[3] = 7
    X = pickle.loads(pickle.dumps(ImageCollection.from_array(mapped)))
    assert (X[3] == 7).all()


def test_memory_map_that_is_gone(tmp_path, images):
    np.save(tmp_path / "X.npy", images)
    pickled = pickle.dumps(ImageCollection.from_array(tmp_path / "X.npy"))
    (tmp_path / "X.npy").unlink()
    with pytest.raises(FileNotFoundError, match=r"X\.npy, which is not there any more"):
        pickle.loads(pickled)


@pytest.mark.skipif(not hasattr(mmap, "MADV_DONTNEED"), reason="the system keeps pages")
def test_reading_all_of_a_memory_map_keeps_a_little_of_it(tmp_path, monkeypatch):
    monkeypatch.setattr(_array_rows, "_MAPPED_BYTES", 2**20)
    np.lib.format.open_memmap(tmp_path / "X.npy", "w+", np.uint8, (64, 4, 512, 512))
    X = ImageCollection.from_array(tmp_path / "X.npy")
    held = X[0]
    before = psutil.Process().memory_info().shared
    brightest = [X[i].max() for i in range(64)]
    assert psutil.Process().memory_info().shared - before < 8 * 2**20
    assert max(brightest) == held.max() == 0


def test_types_that_cannot_be_resized():
    with pytest.raises(TypeError, match=r"to resize, got int64\. Convert them first"):
        ImageCollection.from_array(np.zeros((1, 1, 4, 4), int), image_size=2)


def test_zarr_group(tmp_path):
    group = zarr.open_group(tmp_path / "X.zarr", mode="w")
    group.create_array("cells", shape=(1, 1, 2, 2), dtype="uint8")
    with pytest.raises(ValueError, match=r"zarr group, expected an array.*: cells\."):
        ImageCollection.from_array(tmp_path / "X.zarr")


def test_no_array(tmp_path):
    with pytest.raises(ValueError, match=r"X\.npy does not exist"):
        ImageCollection.from_array(tmp_path / "X.npy")
    for name in ("a.tif", "b.npy"):
        (tmp_path / name).write_bytes(b"II*\0")
    (tmp_path / "images").mkdir()
    for name in ("a.tif", "images"):
        with pytest.raises(ValueError, match=rf"{name} is not .* array\. .*from_table"):
            ImageCollection.from_array(tmp_path / name)
    with pytest.raises(ValueError, match=r"b\.npy is not a readable array"):
        ImageCollection.from_array(tmp_path / "b.npy")
    with pytest.raises(ValueError, match="looks channels-last"):
        ImageCollection.from_array(np.zeros((2, 32, 32, 3), np.uint8))


def test_message_without_zarr(tmp_path, monkeypatch):
    zarr.create_array(tmp_path / "X.zarr", shape=(1, 1, 2, 2), dtype="uint8")
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-protloc\[zarr\]'"):
        ImageCollection.from_array(tmp_path / "X.zarr")
