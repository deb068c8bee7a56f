"""Uncompressed TIFFs in tiles, which libtiff refuses in memory if they are small."""

import numpy as np
import pytest
import tifffile

from sklearn_protloc.datasets import ImageCollection, check_images

PIXELS = np.random.default_rng(0).integers(0, 250, (100, 80))


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("tile", [(16, 16), (48, 48), (128, 128)])
@pytest.mark.parametrize("form", [{}, {"bigtiff": True}, {"byteorder": ">"}])
def test_tiles_without_compression(tmp_path, capfd, dtype, tile, form):
    path = tmp_path / "cell.tif"
    tifffile.imwrite(path, PIXELS.astype(dtype), tile=tile, **form)
    np.testing.assert_array_equal(ImageCollection([[path]])[0][0], PIXELS)
    assert check_images([[path]]).faults.empty
    assert capfd.readouterr().err == ""


def test_tiles_cut_short(tmp_path):
    path = tmp_path / "cell.tif"
    tifffile.imwrite(path, PIXELS.astype(np.uint8), tile=(16, 16))
    path.write_bytes(path.read_bytes()[:-2000])
    with pytest.raises(ValueError, match="not a readable image"):
        np.asarray(ImageCollection([[path]]))
