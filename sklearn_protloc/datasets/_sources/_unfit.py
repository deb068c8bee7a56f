"""Files that can be read, but are no channel of a microscope."""


def unfit(fault, message):
    """Return the error for a file, marked with what `check_images` calls its fault."""
    error = ValueError(message)
    error.fault = fault
    return error


def unfit_dtype(path, dtype):
    """Return the error for a file whose pixels are neither of 8 nor of 16 bits."""
    return unfit(
        "dtype",
        f"{path} holds {dtype} values, expected an image of 8 or 16 bits per pixel "
        "(uint8 or uint16), as a camera writes it. If it was computed, such as by "
        "deconvolution, export it at 16 bits, all files with the same brightness "
        "scale; or read the files into one float array in [0, 1] yourself and pass "
        "that to ImageCollection.from_array.",
    )
