"""Collections from files that show their stain in colour, and TIFF in odd layouts."""

import pickle
from importlib.util import find_spec

import cv2
import numpy as np
import pytest
import tifffile

from sklearn_protloc.datasets import ImageCollection

BGR = {"blue": [0], "green": [1], "red": [2], "yellow": [1, 2], "grey": [0, 1, 2]}


def in_color(channel, color):
    image = np.zeros((*channel.shape, 3), channel.dtype)
    image[..., BGR[color]] = channel[..., np.newaxis]
    return image


@pytest.mark.parametrize("color", BGR)
@pytest.mark.parametrize("extension", ["png", "tif"])
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
def test_the_brightest_plane_is_the_channel(tmp_path, images, color, extension, dtype):
    channel = images[0, 1].astype(dtype) * (257 if dtype == np.uint16 else 1)
    path = str(tmp_path / f"a.{extension}")
    cv2.imwrite(path, in_color(channel, color))
    X = ImageCollection([[path]], colored=True)
    assert X.dtype == dtype
    np.testing.assert_array_equal(X[0][0], channel)
    with pytest.raises(ValueError, match=r"3 colour channels, .* pass colored=True"):
        ImageCollection([[path]])


def test_grey_files_stay_as_they_are(paths):
    X = ImageCollection(paths, colored=True)
    np.testing.assert_array_equal(np.asarray(X), np.asarray(ImageCollection(paths)))
    assert X.paths.tolist() == [[str(path) for path in row] for row in paths]
    again = pickle.loads(pickle.dumps(X[2:4]))
    np.testing.assert_array_equal(np.asarray(again), np.asarray(X)[2:4])


def test_alpha_is_no_stain(tmp_path, images):
    image = np.dstack([in_color(images[0, 1], "red"), np.full((32, 32), 255, np.uint8)])
    cv2.imwrite(str(tmp_path / "a.png"), image)
    X = ImageCollection([[tmp_path / "a.png"]], colored=True)
    np.testing.assert_array_equal(X[0][0], images[0, 1])


def test_from_folder_and_from_table(tmp_path, images):
    cv2.imwrite(str(tmp_path / "a.jpg"), in_color(images[0, 1], "green"))
    folder = ImageCollection.from_folder(tmp_path, "{id}.jpg", colored=True)
    (tmp_path / "t.csv").write_text("file\na.jpg\n")
    table = ImageCollection.from_table(
        tmp_path / "t.csv", "file", root=tmp_path, colored=True
    )
    np.testing.assert_array_equal(folder[0], table[0])
    assert np.abs(folder[0][0].astype(int) - images[0, 1]).mean() < 4  # JPEG


def test_colored_files_hold_one_channel(tmp_path):
    with pytest.raises(ValueError, match="either colored=True or axes, got both"):
        ImageCollection([tmp_path / "a.tif"], axes="CYX", colored=True)


def test_cache_knows_the_files(tmp_path, images):
    path = str(tmp_path / "a.png")
    cv2.imwrite(path, in_color(images[0, 1], "red"))
    X = ImageCollection([[path]], colored=True).cache(tmp_path / "a.npy")
    np.testing.assert_array_equal(X[0][0], images[0, 1])
    cv2.imwrite(path, in_color(images[1, 1], "red"))
    with pytest.raises(ValueError, match=r"a\.png"):
        ImageCollection([[path]], colored=True).cache(tmp_path / "a.npy")


@pytest.mark.parametrize("bigtiff", [False, True])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_no_plane_of_a_tiff_is_lost(tmp_path, images, bigtiff, byteorder):
    form = {"bigtiff": bigtiff, "byteorder": byteorder}
    image = images[0].astype(np.uint16)
    grey = {"photometric": "minisblack", **form}
    tifffile.imwrite(tmp_path / "one.tif", image[0], **grey)
    tifffile.imwrite(tmp_path / "pages.tif", image, **grey)
    tifffile.imwrite(tmp_path / "planes.tif", image, planarconfig="separate", **grey)
    tifffile.imwrite(
        tmp_path / "colors.tif",
        image[:3],
        photometric="rgb",
        planarconfig="separate",
        **form,
    )
    one = ImageCollection([[tmp_path / "one.tif"]])
    np.testing.assert_array_equal(one[0], image[:1])
    for name, message in (
        ("pages.tif", "holds several pages"),
        ("planes.tif", "holds 4 grey planes, .* axes='auto'"),
        ("colors.tif", "stores its colours plane by plane"),
    ):
        with pytest.raises(ValueError, match=message):
            ImageCollection([[tmp_path / name]], colored=True)
    X = ImageCollection([tmp_path / "planes.tif"], axes="CYX")
    np.testing.assert_array_equal(X[0], image)


def test_compressed_channels(tmp_path, images):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, images[0], photometric="minisblack", compression="deflate")
    X = ImageCollection([path], axes="CYX")
    np.testing.assert_array_equal(X[0], images[0])


@pytest.mark.skipif(bool(find_spec("imagecodecs")), reason="imagecodecs is installed")
def test_compression_that_needs_a_package(tmp_path, images):
    path = tmp_path / "a.tif"
    cv2.imwritemulti(str(path), list(images[0]), [cv2.IMWRITE_TIFF_COMPRESSION, 5])
    with pytest.raises(ValueError, match=r"a\.tif is .* pip install imagecodecs; or"):
        ImageCollection([path], axes="auto")
