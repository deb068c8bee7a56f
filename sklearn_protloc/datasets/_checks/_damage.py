"""Damage inside of files, which OpenCV decodes without a word."""

from typing import NamedTuple

from sklearn_protloc.utils import import_or_raise


class Inspection(NamedTuple):
    """What a strict decoder says of a file.

    Attributes
    ----------
    damage : str
        What it found, or "".
    lacking : str
        Why it could not be asked, or "".
    """

    damage: str = ""
    lacking: str = ""


def inspect(path):
    """Decode a file once more, by a decoder that tells what it would have to guess.

    OpenCV does so itself for PNG, where every block has a checksum. It takes a TIFF
    whose strips do not decompress, or a JPEG with codes that do not exist, and returns
    pixels that were never taken.
    """
    with open(path, "rb") as file:
        start = file.read(2)
    look = {b"\xff\xd8": _look_at_jpeg, b"II": _look_at_tiff, b"MM": _look_at_tiff}
    try:
        return look.get(start, _look_at_no_other)(path)
    except ImportError as error:
        return Inspection(lacking=str(error))


def _look_at_no_other(path):
    return Inspection()


def _look_at_tiff(path):
    tifffile = import_or_raise(
        "tifffile", "Looking for damage inside TIFF files", extra="tiff"
    )
    try:
        with tifffile.TiffFile(path) as file:
            file.pages[0].asarray(maxworkers=1)
    except Exception as error:  # of many types for damaged files
        if "'imagecodecs'" in str(error):
            return Inspection(
                lacking="Looking for damage inside TIFF files compressed in another "
                "way than deflate needs the package imagecodecs, which is not "
                "installed. Install it with: pip install imagecodecs"
            )
        return _damaged(error)
    return Inspection()


def _look_at_jpeg(path):
    simplejpeg = import_or_raise(
        "simplejpeg", "Looking for damage inside JPEG files", extra="jpeg"
    )
    with open(path, "rb") as file:
        encoded = file.read()
    try:
        *_, space, _ = simplejpeg.decode_jpeg_header(encoded)
        print_colours = space in ("CMYK", "YCCK")
        simplejpeg.decode_jpeg(encoded, "CMYK" if print_colours else "GRAY")
    except ValueError as error:
        return _damaged(error)
    return Inspection()


def _damaged(error):
    return Inspection(f"its pixels are damaged: {error}")
