import cv2
import numpy as np
import pytest

from sklearn_protloc.datasets import make_cells
from tests.datasets.color_files import IDS


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


@pytest.fixture(scope="session")
def hpa_cells():
    """Return three images; blurred, as JPEG keeps only smooth pictures well."""
    cells = make_cells(3, image_size=64, random_state=0).data
    return np.array([[cv2.GaussianBlur(c, (0, 0), 2) for c in cell] for cell in cells])


@pytest.fixture
def hpa_table(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(f"Id,Target\n{IDS[0]},21 13 25 2 0\n{IDS[1]},5\n{IDS[2]},16 0\n")
    return path
