import cv2
import numpy as np
import pytest

from sklearn_protloc.datasets import _hpa_pages, fetch_hpa, make_cells
from tests.datasets.atlas_server import AtlasServer
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


@pytest.fixture
def atlas(monkeypatch):
    """Return a server that fetch_hpa takes for those of the Human Protein Atlas."""
    with AtlasServer() as server:
        monkeypatch.setattr(_hpa_pages, "_ATLAS", server.url)
        monkeypatch.setattr(_hpa_pages, "_IMAGES", server.url)
        yield server
        server.shutdown()


@pytest.fixture
def fetch(tmp_path, atlas):
    """Return fetch_hpa with a cache of its own, which is fetch.folder."""

    def fetch(*args, **kwargs):
        return fetch_hpa(*args, data_home=tmp_path, **{"delay": 0} | kwargs)

    fetch.folder = tmp_path / "hpa"
    return fetch


@pytest.fixture(scope="session")
def hpa_cells():
    """Return three images, smooth as JPEG wants them, and bright."""
    cells = make_cells(3, image_size=64, random_state=0).data
    cells = [[cv2.GaussianBlur(c, (0, 0), 2) for c in cell] for cell in cells]
    cells = np.array(cells, float)
    return (255 * cells / cells.max(axis=(2, 3), keepdims=True)).astype(np.uint8)


@pytest.fixture
def hpa_table(tmp_path):
    path = tmp_path / "labels.csv"
    path.write_text(f"Id,Target\n{IDS[0]},21 13 25 2 0\n{IDS[1]},5\n{IDS[2]},16 0\n")
    return path
