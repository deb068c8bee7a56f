"""Collections from tables, folders, arrays and files with all channels."""

import os
import pickle
import sys

import cv2
import numpy as np
import pandas as pd
import pytest
import tifffile
import zarr

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.networks import TinyNet

COLUMNS = ["red", "green", "blue", "yellow"]


@pytest.fixture
def table(paths):
    table = pd.DataFrame(paths, columns=COLUMNS).map(lambda path: path.name)
    return table.assign(name=[f"s{i}" for i in range(8)])


def test_table(table, paths, images):
    folder = paths[0][0].parent
    X = ImageCollection.from_table(table, COLUMNS, root=folder, id_column="name")
    np.testing.assert_array_equal(X, images)
    assert X[[5, 1]].ids.tolist() == ["s5", "s1"]
    assert X[3:4].ids.tolist() == ["s3"]
    assert X.paths[2, 1] == str(paths[2][1])


def test_table_in_a_file(table, paths, images, tmp_path):
    table.to_csv(tmp_path / "table.csv", index=False)
    X = ImageCollection.from_table(
        tmp_path / "table.csv", "green", root=paths[0][0].parent, image_size=(16, 8)
    )
    assert X.shape == (8, 1, 16, 8)
    assert X.ids is None


def test_table_lacks_a_column(table):
    with pytest.raises(ValueError, match=r"lacks the column far and id: it has red"):
        ImageCollection.from_table(table, ["red", "far"], id_column="id")


def test_table_lacks_a_file_name(table, tmp_path):
    table.loc[2, "blue"] = None
    with pytest.raises(ValueError, match=r"no file name in row 2 of column 'blue'"):
        ImageCollection.from_table(table, COLUMNS)


@pytest.fixture
def folder(tmp_path, images):
    for i, name in enumerate(["b_1", "a_2", "a_10"]):
        for k, channel in enumerate(COLUMNS):
            path = tmp_path / "plate[1]" / f"{name}_{channel}.png"
            path.parent.mkdir(exist_ok=True)
            cv2.imwrite(str(path), images[i, k])
    (tmp_path / "plate[1]" / "notes_red.txt").touch()
    return tmp_path


def test_folder(folder, images):
    X = ImageCollection.from_folder(
        folder / "plate[1]", "{id}_{channel}.png", channels=["green", "red"]
    )
    assert X.ids.tolist() == ["a_10", "a_2", "b_1"]
    np.testing.assert_array_equal(X, images[[2, 1, 0]][:, [1, 0]])


def test_folder_of_folders_and_several_fields(folder, images):
    X = ImageCollection.from_folder(
        folder, "{plate}/{well}_{field}_{channel}.png", channels=COLUMNS
    )
    assert X.ids.tolist() == ["plate[1]_a_10", "plate[1]_a_2", "plate[1]_b_1"]
    np.testing.assert_array_equal(X[2], images[0])


def test_folder_without_channels(folder):
    X = ImageCollection.from_folder(folder / "plate[1]", "{id}_green.png")
    assert X.shape == (3, 1, 32, 32)
    repeated = ImageCollection.from_folder(folder, "plate[1]/{a}_{b}_green.png")
    assert repeated.ids.tolist() == ["a_10", "a_2", "b_1"]


def test_folder_with_a_field_twice(tmp_path, images):
    (tmp_path / "a").mkdir()
    for name in ("a.png", "b.png"):
        cv2.imwrite(str(tmp_path / "a" / name), images[0, 0])
    assert ImageCollection.from_folder(tmp_path, "{id}/{id}.png").ids.tolist() == ["a"]


def test_folder_lacks_a_channel(folder):
    (folder / "plate[1]" / "a_2_blue.png").unlink()
    with pytest.raises(ValueError, match=r"not found: .*a_2_blue\.png\. .* 4 channels"):
        ImageCollection.from_folder(
            folder / "plate[1]", "{id}_{channel}.png", channels=COLUMNS
        )


@pytest.mark.parametrize(
    ("pattern", "channels", "message"),
    [
        ("{id}_{channel}.tif", ["red"], r"No images .* \{id\}_\{channel\}\.tif, with"),
        ("{id}.tif", None, r"No images in .*: expected files \{id\}\.tif\."),
        ("{id}_{channel}.png", None, r"Expected channels=\.\.\. where"),
        ("{id}.png", ["red"], r"Expected channels=\.\.\. where"),
        ("{channel}.png", ["red"], "with fields in braces"),
        ("a.png", None, "with fields in braces"),
        ("{0}.png", None, "with fields in braces"),
        ("{id}_{channel}.png", ["red", "red"], "Expected different channels"),
    ],
)
def test_wrong_pattern(folder, pattern, channels, message):
    with pytest.raises(ValueError, match=message):
        ImageCollection.from_folder(folder / "plate[1]", pattern, channels=channels)


def test_no_folder(tmp_path):
    with pytest.raises(ValueError, match="Folder of images not found"):
        ImageCollection.from_folder(tmp_path / "none", "{id}.png")


def test_wrong_ids(paths):
    with pytest.raises(ValueError, match=r"ids of shape \(8,\), one per sample"):
        ImageCollection(paths, ids=["a"])
    X = ImageCollection(paths, ids=range(8))
    with pytest.raises(ValueError, match="read-only"):
        X.ids[0] = 3
    with pytest.raises(ValueError, match="read-only"):
        X[[1]].ids[0] = 3


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


def test_zarr_group(tmp_path):
    group = zarr.open_group(tmp_path / "X.zarr", mode="w")
    group.create_array("cells", shape=(1, 1, 2, 2), dtype="uint8")
    with pytest.raises(ValueError, match=r"zarr group, expected an array.*: cells\."):
        ImageCollection.from_array(tmp_path / "X.zarr")


def test_no_array(tmp_path):
    with pytest.raises(ValueError, match=r"X\.npy does not exist"):
        ImageCollection.from_array(tmp_path / "X.npy")
    with pytest.raises(ValueError, match="looks channels-last"):
        ImageCollection.from_array(np.zeros((2, 32, 32, 3), np.uint8))


def write_tiff(path, image, axes, **options):
    options.setdefault("photometric", "minisblack")
    tifffile.imwrite(path, image, metadata={"axes": axes}, **options)


@pytest.mark.parametrize("name", ["a.ome.tif", "a.tif", "imagej.tif", "plain.tiff"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_tiff_with_all_channels(tmp_path, images, name, dtype):
    image = images[0].astype(dtype)[:, :20]
    if name.startswith("plain"):
        tifffile.imwrite(tmp_path / name, image, photometric="minisblack")
    else:
        write_tiff(tmp_path / name, image, "CYX", imagej=name.startswith("imagej"))
    X = ImageCollection([tmp_path / name], axes="auto")
    assert X.shape == (1, 4, 20, 32)
    assert X.dtype == dtype
    np.testing.assert_array_equal(X[0], image)
    assert repr(X).endswith("multi-channel files)")
    assert pickle.loads(pickle.dumps(X)).paths.tolist() == [[str(tmp_path / name)]]


def test_axes_of_tiff_may_be_given(tmp_path, images):
    tifffile.imwrite(
        tmp_path / "a.tif", images[0].transpose(1, 2, 0), photometric="minisblack"
    )
    write_tiff(tmp_path / "z.ome.tif", images[0], "ZYX")
    X = ImageCollection([tmp_path / "a.tif"], axes="YXC")
    np.testing.assert_array_equal(X[0], images[0])
    depths = ImageCollection([[tmp_path / "z.ome.tif"]], axes="CYX")
    np.testing.assert_array_equal(depths[0], images[0])
    with pytest.raises(ValueError, match=r"has 4 depths, .* pass axes='CYX'"):
        ImageCollection([tmp_path / "z.ome.tif"], axes="auto")
    with pytest.raises(ValueError, match=r"has 3 axes .* axes='YX' names 2"):
        ImageCollection([tmp_path / "z.ome.tif"], axes="YX")


def test_axes_of_length_one_do_not_count(tmp_path, images):
    write_tiff(tmp_path / "a.ome.tif", images[:1, :, np.newaxis], "TCZYX")
    X = ImageCollection([tmp_path / "a.ome.tif"], axes="auto")
    np.testing.assert_array_equal(X[0], images[0])


def test_colour_planes_only_if_asked_for(tmp_path, images):
    colour = images[0, :3].transpose(1, 2, 0)
    cv2.imwrite(str(tmp_path / "a.png"), colour[..., ::-1])
    write_tiff(tmp_path / "a.tif", colour, "YXS", photometric="rgb")
    for name in ("a.png", "a.tif"):
        with pytest.raises(ValueError, match=r"3 colour planes, .* pass axes='YXC'"):
            ImageCollection([tmp_path / name], axes="auto")
        X = ImageCollection([tmp_path / name], axes="YXC")
        np.testing.assert_array_equal(X[0], images[0, :3])


def test_samples_of_other_channels(tmp_path, images):
    paths = [tmp_path / "a.tif", tmp_path / "b.tif"]
    for path, n_channels in zip(paths, (4, 2), strict=True):
        write_tiff(path, images[0, :n_channels], "CYX")
    X = ImageCollection(paths, axes="auto")
    with pytest.raises(ValueError, match=r"b\.tif has 2 channels, .* images of 4"):
        X[1]


def test_pages_are_not_passed_over(tmp_path, images):
    write_tiff(tmp_path / "a.tif", images[0], "CYX")
    tifffile.imwrite(tmp_path / "b.tif", images[0], photometric="minisblack")
    for name in ("a.tif", "b.tif"):
        with pytest.raises(ValueError, match=r"holds several pages, .* axes='auto'"):
            ImageCollection([[tmp_path / name]])


@pytest.mark.parametrize("axes", ["CY", "YXCT", "YYX", "rgb", 3])
def test_wrong_axes(tmp_path, axes):
    with pytest.raises(ValueError, match="one letter per axis"):
        ImageCollection([tmp_path / "a.tif"], axes=axes)


def test_axes_with_several_files_per_sample(paths):
    with pytest.raises(ValueError, match=r"one file per sample .* got 4 columns"):
        ImageCollection(paths, axes="auto")


@pytest.mark.parametrize("content", [b"", b"II*\0", b"no image"])
def test_damaged_tiff(tmp_path, content):
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(ValueError, match=r"a\.tif is not a readable TIFF"):
        ImageCollection([tmp_path / "a.tif"], axes="auto")


def test_message_without_the_optional_packages(tmp_path, images, monkeypatch):
    write_tiff(tmp_path / "a.tif", images[0], "CYX")
    zarr.create_array(tmp_path / "X.zarr", shape=(1, 1, 2, 2), dtype="uint8")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-protloc\[tiff\]'"):
        ImageCollection([tmp_path / "a.tif"], axes="auto")
    monkeypatch.setitem(sys.modules, "zarr", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-protloc\[zarr\]'"):
        ImageCollection.from_array(tmp_path / "X.zarr")


@pytest.mark.parametrize("interpolation", ["nearest", "linear"])
def test_interpolation(paths, images, interpolation):
    X = ImageCollection(paths, image_size=8, interpolation=interpolation)
    pixels = images[2].reshape(4, 8, 4, 8, 4)
    if interpolation == "nearest":
        np.testing.assert_array_equal(X[2], pixels[:, :, 2, :, 2])
    else:
        means = pixels[:, :, 1:3, :, 1:3].mean((2, 4))
        np.testing.assert_allclose(X[2], means, atol=1)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"interpolation": "cubic"}, ValueError, "'area', 'nearest' and 'linear'"),
        ({"image_size": (8, 8, 8)}, TypeError, r"int or as \(height, width\)"),
        ({"image_size": 8.5}, TypeError, r"int or as \(height, width\)"),
        ({"image_size": (8, 0)}, ValueError, "at least 1"),
    ],
)
def test_wrong_reading(paths, options, error, message):
    with pytest.raises(error, match=message):
        ImageCollection(paths, **options)


def test_a_name_costs_its_own_bytes_only(paths, tmp_path):
    """The folder is told once, however long, and a view takes its own names along."""
    X = ImageCollection(paths)
    name = len(paths[0][0].name)
    empty, full = (len(pickle.dumps(X[rows])) for rows in ([], slice(None)))
    assert (full - empty) / 8 <= 4 * name + 1
    assert os.path.basename(paths[0][0].parent).encode() in pickle.dumps(X[:1])
