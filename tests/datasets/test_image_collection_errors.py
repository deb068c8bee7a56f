import cv2
import numpy as np
import pytest

from sklearn_protloc.datasets import ImageCollection


@pytest.mark.parametrize(
    "paths",
    [
        [],
        [[]],
        "image.png",
        ["a.png", "b.png"],
        [["a.png"], ["b", "c"]],
        [[1, 2]],
        None,
    ],
    ids=str,
)
def test_not_a_table_of_paths(paths):
    with pytest.raises(ValueError, match=r"shape \(n_samples, n_channels\)"):
        ImageCollection(paths)


def test_missing_files(paths, tmp_path):
    one, three = [[*paths[0]] for _ in range(2)]
    one[1] = tmp_path / "lost.png"
    with pytest.raises(ValueError, match=r"not found: .*lost\.png\.$"):
        ImageCollection([one])
    three[1:] = [tmp_path / f"lost{k}.png" for k in range(3)]
    with pytest.raises(ValueError, match=r"lost0\.png \(and 2 more\)\.$"):
        ImageCollection([paths[0], three])


@pytest.mark.parametrize("content", [b"", b"not an image"])
def test_damaged_file(tmp_path, images, content, write_images):
    files = write_images(images[:2], tmp_path)
    files[1][2].write_bytes(content)
    X = ImageCollection(files)
    with pytest.raises(ValueError, match=r"1_2\.png is not a readable image"):
        X[1]
    with pytest.raises(ValueError, match=r"1_2\.png is not a readable image"):
        ImageCollection(files[1:])


def test_file_removed_later(tmp_path, images, write_images):
    files = write_images(images[:2], tmp_path)
    X = ImageCollection(files)
    files[1][0].unlink()
    with pytest.raises(FileNotFoundError, match=r"1_0\.png"):
        X[1]


def test_colour_file(tmp_path, images, write_images):
    files = write_images(images[:1], tmp_path)
    cv2.imwrite(str(files[0][3]), np.zeros((32, 32, 3), np.uint8))
    with pytest.raises(ValueError, match=r"0_3\.png holds 3 colour .* expected a grey"):
        ImageCollection(files)


def test_float_file(tmp_path, images, write_images):
    files = write_images(images[:1].astype(np.float32), tmp_path, "tiff")
    with pytest.raises(ValueError, match=r"float32 values, .* 16 bits, .*from_array"):
        ImageCollection(files)


@pytest.mark.parametrize("image_size", [None, 16])
def test_sizes_within_one_sample(tmp_path, images, image_size, write_images):
    ragged = [images[0], [*images[1][:3], images[1][3, :20]]]
    X = ImageCollection(write_images(ragged, tmp_path), image_size=image_size)
    with pytest.raises(
        ValueError, match=r"1_0\.png has 32 x 32 .*1_3\.png has 20 x 32"
    ):
        X[1]


def test_types_within_one_sample(tmp_path, images, write_images):
    mixed = [images[0], [*images[1][:3], images[1][3].astype(np.uint16)]]
    X = ImageCollection(write_images(mixed, tmp_path))
    with pytest.raises(ValueError, match=r"1_0\.png is uint8, .*1_3\.png is uint16"):
        X[1]


def test_sizes_between_samples(tmp_path, images, write_images):
    X = ImageCollection(write_images([images[0], images[1][:, :20]], tmp_path))
    message = r"1_0\.png has 20 x 32 pixels, .* 32 x 32\. Set image_size="
    with pytest.raises(ValueError, match=message):
        X[1]
    with pytest.raises(ValueError, match=message):
        np.asarray(X)


def test_types_between_samples(tmp_path, images, write_images):
    X = ImageCollection(
        write_images([images[0], images[1].astype(np.uint16)], tmp_path)
    )
    with pytest.raises(ValueError, match=r"1_0\.png is uint16, .* holds uint8"):
        X[1]


@pytest.mark.parametrize(("size", "error"), [(0, ValueError), ("64", TypeError)])
def test_wrong_image_size(paths, size, error):
    with pytest.raises(error, match="image_size"):
        ImageCollection(paths, image_size=size)
