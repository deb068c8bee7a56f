"""Collections from files that hold all channels of a sample."""

import pickle
import sys

import cv2
import numpy as np
import pytest
import tifffile

from sklearn_protloc.datasets import ImageCollection


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


@pytest.mark.parametrize("name", ["a.ome.tif", "named.tif", "imagej.tif"])
@pytest.mark.parametrize("axes", ["YXC", "XYC", "CXY", "ZYX"])
def test_axes_that_contradict_the_file(tmp_path, images, name, axes):
    write_tiff(tmp_path / name, images[0], "CYX", imagej=name.startswith("imagej"))
    message = rf"{name} says that its axes are CYX, which axes='{axes}' contradicts"
    with pytest.raises(ValueError, match=message):
        ImageCollection([tmp_path / name], axes=axes)
    X = ImageCollection([tmp_path / name], axes="CYX")
    np.testing.assert_array_equal(X[0], images[0])


def test_colours_are_not_rows(tmp_path, images):
    cv2.imwrite(str(tmp_path / "a.png"), images[0, :3].transpose(1, 2, 0))
    with pytest.raises(ValueError, match=r"axes are YXS, which axes='CYX' contradicts"):
        ImageCollection([tmp_path / "a.png"], axes="CYX")


def test_no_axes_are_advised_that_would_be_refused(tmp_path, images):
    write_tiff(tmp_path / "a.ome.tif", images[:5], "ZCYX")
    with pytest.raises(ValueError, match=r"has 5 depths, .* one depth or a proj") as e:
        ImageCollection([tmp_path / "a.ome.tif"], axes="auto")
    assert "pass axes=" not in str(e.value)


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


def test_message_without_tifffile(tmp_path, images, monkeypatch):
    write_tiff(tmp_path / "a.tif", images[0], "CYX")
    monkeypatch.setitem(sys.modules, "tifffile", None)
    with pytest.raises(ImportError, match=r"pip install 'sklearn-protloc\[tiff\]'"):
        ImageCollection([tmp_path / "a.tif"], axes="auto")
