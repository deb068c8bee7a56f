"""Packages that only some users need."""

import importlib

__all__ = ["import_or_raise"]


def import_or_raise(package, purpose, *, extra):
    """Import a package that is not among the requirements.

    Parameters
    ----------
    package : str
        Name of the package to import.
    purpose : str
        What it is needed for, the beginning of the message.
    extra : str
        The extra of this library that installs it.

    Returns
    -------
    module : module
        The package.

    Raises
    ------
    ImportError
        If the package is not installed; the message says how to install it.

    Examples
    --------
    >>> from sklearn_protloc.utils import import_or_raise
    >>> import_or_raise("json", "Reading a record", extra="none").loads("[1]")
    [1]
    """
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        root = package.partition(".")[0]
        if error.name not in (root, package):  # there, but lacks something itself
            raise
        raise ImportError(
            f"{purpose} needs the package {root}, which is not installed. Install "
            f"it with: pip install 'sklearn-protloc[{extra}]'"
        ) from error
