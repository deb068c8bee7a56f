"""Samples in one file with all channels: TIFF, OME-TIFF, or colour planes."""

import numpy as np

from sklearn_protloc.datasets._sources._decode import decode
from sklearn_protloc.datasets._sources._files import Files
from sklearn_protloc.datasets._sources._unfit import unfit, unfit_dtype
from sklearn_protloc.utils import import_or_raise

# Axes as tifffile names them. Pages that nobody named ("I", "Q") are channels: a file
# of a sample without any word on its pages has nothing else to hold.
_UNNAMED_AXES = "IQ"
_CHANNEL_AXES = "C" + _UNNAMED_AXES
_MEANING = {"Z": "depths", "T": "time points", "S": "colour planes"}


class MultichannelFiles(Files):
    """One file per sample.

    Parameters
    ----------
    folder : str
        What all file names begin with.
    axes : str
        One letter per axis of the files, "auto" for what they say themselves.
    """

    kind = "multi-channel files"

    def __init__(self, folder, axes):
        super().__init__(folder)
        self.axes = axes
        self.options = {"axes": axes}

    def read(self, entry):
        """Read all channels of one sample."""
        (path,) = self.paths(entry)
        if path.lower().endswith((".tif", ".tiff")):
            pixels, axes = _read_tiff(path)
        else:
            pixels, axes = _read_planes(path)
        if self.axes != "auto":
            if len(self.axes) != pixels.ndim:
                raise unfit(
                    "pages",
                    f"{path} has {pixels.ndim} axes of lengths {pixels.shape}, but "
                    f"axes={self.axes!r} names {len(self.axes)}.",
                )
            _check_agreement(path, axes, self.axes)
            return _channels_first(pixels, self.axes)
        _check_meaning(path, pixels, axes)
        return _channels_first(pixels, axes)


def check_axes(axes):
    """Refuse axes that do not tell where height, width and channels are."""
    named = axes if isinstance(axes, str) else ""
    others = set(named) - {"Y", "X"}
    if named != "auto" and (
        not {"Y", "X"} <= set(named) or len(set(named)) < len(named) or len(others) > 1
    ):
        raise ValueError(
            "Expected axes as 'auto' or as one letter per axis, Y for height, X for "
            "width and C for channels, such as 'CYX' (or 'YXC' for colour planes), "
            f"got {axes!r}."
        )


def _read_tiff(path):
    """Return the first series of a TIFF and the letters of its axes."""
    tifffile = import_or_raise(
        "tifffile", "Reading several channels from a TIFF", extra="tiff"
    )
    try:
        with tifffile.TiffFile(path) as file:
            series = file.series[0]
            pixels, axes = series.asarray(), series.axes
    except FileNotFoundError:
        raise
    except Exception as error:  # tifffile has errors of many types for damaged files
        if "'imagecodecs'" in str(error):
            raise ValueError(
                f"{path} is compressed in a way that needs one more package. Install "
                "it with: pip install imagecodecs; or save the file without "
                "compression or with the deflate (ZIP) compression."
            ) from error
        raise ValueError(
            f"{path} is not a readable TIFF: {error}. It may be damaged."
        ) from error
    if pixels.dtype not in (np.uint8, np.uint16):
        raise unfit_dtype(path, pixels.dtype)
    return pixels, axes


def _read_planes(path):
    """Return a PNG or JPEG with its colours in the order red, green, blue, alpha."""
    pixels = decode(path)
    if pixels.ndim == 2:
        return pixels, "YX"
    return pixels[..., [2, 1, 0, 3][: pixels.shape[2]]], "YXS"


def _check_agreement(path, own, given):
    """Refuse axes other than those a file names; any but Y and X may be channels."""
    if set(own) & set(_UNNAMED_AXES) or all(
        g == o or (g == "C" and o not in "YX") for g, o in zip(given, own, strict=True)
    ):
        return
    raise unfit(
        "pages",
        f"{path} says that its axes are {own}, which axes={given!r} contradicts. Pass "
        "axes='auto' to take what the files say.",
    )


def _check_meaning(path, pixels, axes):
    """Refuse axes that are none of channels, unless the user said they are."""
    long = {a: n for a, n in zip(axes, pixels.shape, strict=True) if n > 1}
    others = [axis for axis in long if axis not in "YX"]
    unfit_axes = [axis for axis in others if axis not in _CHANNEL_AXES]
    if unfit_axes:
        axis = unfit_axes[0]
        advice = "Export the channels alone, such as one depth or a projection."
        if len(others) == 1:
            as_channels = axes.replace(axis, "C")
            advice = (
                "If they are the channels of the microscope, pass "
                f"axes={as_channels!r}; else export the channels alone."
            )
        raise unfit(
            "colour" if axis == "S" else "pages",
            f"{path} has {long[axis]} {_MEANING.get(axis, f'planes of {axis}')}, which "
            f"are no channels (axes {axes}). {advice}",
        )
    if len(others) > 1:
        raise unfit(
            "pages",
            f"{path} has several axes that could be channels: {axes} of lengths "
            f"{pixels.shape}. Export one image with one axis of channels per file.",
        )


def _channels_first(pixels, axes):
    """Bring pixels into the order channels, height, width."""
    kept = [k for k, a in enumerate(axes) if a in "YX" or pixels.shape[k] > 1]
    pixels = pixels.reshape([pixels.shape[k] for k in kept])
    axes = "".join(axes[k] for k in kept)
    channel = [k for k, a in enumerate(axes) if a not in "YX"]
    pixels = pixels.transpose([*channel, axes.index("Y"), axes.index("X")])
    return np.ascontiguousarray(pixels if channel else pixels[np.newaxis])
