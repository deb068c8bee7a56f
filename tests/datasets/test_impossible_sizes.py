"""Headers that tell of impossible sizes are refused like other damage."""

import struct

import numpy as np
import pytest
import tifffile

from sklearn_protloc.datasets import ImageCollection


def test_a_tiff_of_an_impossible_size(tmp_path):
    path = tmp_path / "cell.tif"
    tifffile.imwrite(path, np.zeros((32, 32), np.uint8), compression="zlib")
    with tifffile.TiffFile(path) as file:
        places = [file.pages[0].tags[n].offset for n in ("ImageWidth",)]
    content = bytearray(path.read_bytes())
    for place in places:  # as unsigned 32-bit integers, each one
        content[place + 2 : place + 12] = struct.pack("<HLL", 4, 1, 2**25)
    path.write_bytes(content)
    with pytest.raises(ValueError, match="not a readable image"):
        np.asarray(ImageCollection([[path]]))
