"""Files that can be read, but are no channel of a microscope."""


def unfit(fault, message):
    """Return the error for a file, marked with what `check_images` calls its fault."""
    error = ValueError(message)
    error.fault = fault
    return error
