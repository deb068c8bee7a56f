import cv2
import pytest

from sklearn_protloc.datasets import make_cells


@pytest.fixture(scope="session")
def images():
    return make_cells(8, image_size=32, random_state=0).data


@pytest.fixture(scope="session")
def paths(images, write_images, tmp_path_factory):
    return write_images(images, tmp_path_factory.mktemp("images"))


@pytest.fixture(scope="session")
def write_images():
    """Return a function that writes a grey file per channel and lists the paths."""

    def write(images, folder, extension="png"):
        folder.mkdir(exist_ok=True)
        paths = [
            [folder / f"{i}_{k}.{extension}" for k in range(len(image))]
            for i, image in enumerate(images)
        ]
        for image, row in zip(images, paths, strict=True):
            for channel, path in zip(image, row, strict=True):
                path.write_bytes(cv2.imencode(f".{extension}", channel)[1])
        return paths

    return write
