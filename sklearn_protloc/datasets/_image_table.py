"""Images and labels in a table of the user's."""

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._path_tables import as_columns, paths_in_table
from sklearn_protloc.datasets._tables import Table

_ZERO_OR_ONE = {"0": 0, "1": 1, "0.0": 0, "1.0": 1, "false": 0, "true": 1}
_SEPARATORS = ("|", ";", ",")


def load_image_table(
    table,
    images,
    labels,
    *,
    label_names=None,
    separator=None,
    root="",
    id_column=None,
    group_column=None,
    axes=None,
    colored=False,
    image_size=None,
    as_frame=False,
):
    """Load labels and lazily opened images that a table lists.

    No image but the first is opened before it is needed.

    Parameters
    ----------
    table : DataFrame, str or path object
        A row per image; or the CSV file of such a table, also compressed.
    images : str or list of str
        Columns of file names, one per channel in the wanted order; or, with `axes`,
        the one column of files with all channels.
    labels : str, list of str or None
        A list names columns of 0 and 1, one per label. A str names one column that
        lists the labels of each image. None loads images without labels.
    label_names : list of str, default=None
        For one column: the labels in the order of the columns of the target. The cells
        hold these names, or their positions from 0 unless a name is itself a number.
        None takes the labels that occur, sorted, numbers by their value.
    separator : str, default=None
        For one column: what stands between two labels of a cell, such as ``;``,
        ``|`` or a space; spaces around it do not matter. None: every cell is one label,
        because the names of locations may hold spaces. A label that still holds one of
        ``|;,`` is an error unless `label_names` lists it.
    root : str or path object, default=""
        Folder that the file names start from.
    id_column : str, default=None
        Column of the names of the images, all different.
    group_column : str, default=None
        Column of what must not be split, such as the antibody, the plate or the
        patient.
    axes : str, default=None
        For files with all channels of an image: see `ImageCollection`.
    colored : bool, default=False
        Whether files may show their one stain in colour: see `ImageCollection`.
    image_size : int or (int, int), default=None
        Height and width in pixels, one number if they are equal, to which images are
        resized when read. None leaves them as they are; then all must have one size.
    as_frame : bool, default=False
        Whether the target is a DataFrame whose columns are the label names and whose
        index is the id, where there is one.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object with the attributes:

        data : ImageCollection of shape (n_samples, n_channels, height, width)
            Images in the order of the table, decoded when indexed.
        target : ndarray or DataFrame of shape (n_samples, n_labels), int8, or None
            1 where the image has that label, else 0. None without `labels`.
        target_names : list of str
            The label of each column of `target`.
        ids : ndarray of shape (n_samples,), dtype object, or None
            Name of each image. None without `id_column`.
        groups : ndarray of shape (n_samples,), dtype object, or None
            Group of each image. None without `group_column`.

    Raises
    ------
    ValueError
        If a column, a label, a file name or a file is missing, a cell is not 0 or 1, a
        label is unknown, an id occurs twice, or the table is empty. The message names
        the row, counted from 0, or the line of the file. Images are checked when they
        are read: see `ImageCollection`.

    See Also
    --------
    load_hpa : The files of the Human Protein Atlas, without a table of file names.
    ImageCollection.from_table : The images alone.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cv2
    >>> import pandas as pd
    >>> from sklearn_protloc.datasets import load_image_table, make_cells
    >>> folder = Path(tempfile.mkdtemp())
    >>> for name, cell in zip(["a", "b"], make_cells(2).data):
    ...     _ = cv2.imwrite(str(folder / f"{name}.png"), cell[1])
    >>> table = pd.DataFrame(
    ...     {
    ...         "well": ["A1", "A2"],
    ...         "protein": ["a.png", "b.png"],
    ...         "locations": ["Nucleoli; Cytosol", "Cytosol"],
    ...     }
    ... )
    >>> plate = load_image_table(
    ...     table, "protein", "locations", separator=";", root=folder, id_column="well"
    ... )
    >>> plate.target_names
    ['Cytosol', 'Nucleoli']
    >>> plate.target.tolist()
    [[1, 1], [1, 0]]
    >>> plate.data[1:].ids.tolist()
    ['A2']
    """
    table = Table.read(table, id_column)
    ids = _column(table, id_column, "name")
    groups = _column(table, group_column, "group")
    if ids is not None:
        _check_different(table, ids)
    if isinstance(labels, str):
        target, names = _from_lists(table, labels, label_names, separator)
    elif label_names is not None or separator is not None:
        raise ValueError(
            "Expected label_names and separator only where labels names one column "
            f"that lists them, got labels={labels!r}."
        )
    else:
        target, names = _from_columns(table, labels)
    paths, _ = paths_in_table(table, images, root, id_column)
    data = ImageCollection(
        paths, axes=axes, colored=colored, ids=ids, image_size=image_size
    )
    if as_frame and target is not None:
        index = None if ids is None else pd.Index(ids, name=id_column)
        target = pd.DataFrame(target, columns=names, index=index)
    return Bunch(data=data, target=target, target_names=names, ids=ids, groups=groups)


def _column(table, column, what):
    """Return the cells of a column, all filled, or None for no column."""
    if column is None:
        return None
    table.check_columns([column])
    table.check_filled([column], what)
    return table.frame[column].to_numpy(dtype=object)


def _check_different(table, ids):
    repeated = pd.Series(ids).duplicated().to_numpy()
    if repeated.any():
        raise ValueError(
            f"{table.row(np.argmax(repeated))} occurs before too: every image needs "
            "a name of its own."
        )


def _from_columns(table, columns):
    """Return the indicator matrix and the names of columns of 0 and 1."""
    if columns is None:
        return None, []
    columns = as_columns(columns, "labels")
    if not columns or len(set(columns)) < len(columns):
        raise ValueError(
            "Expected labels as the name of one column that lists them, as a list of "
            f"different columns of 0 and 1, or as None, got {columns!r}."
        )
    table.check_columns(columns)
    target = np.empty((len(table.frame), len(columns)), np.int8)
    for k, column in enumerate(columns):
        codes, cells = pd.factorize(table.frame[column], use_na_sentinel=False)
        values = [_ZERO_OR_ONE.get(str(cell).strip().lower(), -1) for cell in cells]
        if -1 in values:
            wrong = values.index(-1)
            raise ValueError(
                f"{table.row(np.argmax(codes == wrong))} has {cells[wrong]!r} in the "
                f"label column {column!r}: expected 0 or 1."
            )
        target[:, k] = np.array(values)[codes]
    return target, columns


def _from_lists(table, column, label_names, separator):
    """Return the indicator matrix and the names of labels listed in one column."""

    def split(text):
        parts = [text] if separator is None else text.split(separator)
        return [part.strip() for part in parts if part.strip()]

    if separator == "":
        raise ValueError("Expected separator as a text or None, got ''.")
    table.check_columns([column])
    if label_names is None:
        names = _names_in(table, column, split)
        expected = "at least one"
        places = {name: k for k, name in enumerate(names)}
    else:
        names = _check_names(label_names)
        expected = f"some of {', '.join(names)}"
        places = {name: k for k, name in enumerate(names)}
        if not any(name.isdecimal() for name in names):
            expected += f", or positions from 0 to {len(names) - 1}"
            places |= {str(k): k for k in range(len(names))}
    return table.indicator(column, split, places, expected), names


def _names_in(table, column, split):
    """Return the labels that occur, none of which looks like several."""
    cells = table.frame[column]
    found = {label for cell in cells.dropna().unique() for label in split(str(cell))}
    for name in sorted(found):
        marks = [mark for mark in _SEPARATORS if mark in name]
        if marks:
            holds = [not pd.isna(cell) and name in split(str(cell)) for cell in cells]
            raise ValueError(
                f"{table.row(np.argmax(holds))} has the label {name!r}, which looks "
                f"like several. Pass separator={marks[0]!r} if that stands between "
                "labels; if it is part of a name, list all names in label_names."
            )
    return sorted(found, key=_by_value)


def _by_value(name):
    """Sort numbers by their value, before names."""
    return (0, int(name), name) if name.isdecimal() else (1, 0, name)


def _check_names(label_names):
    names = [] if isinstance(label_names, str) else [str(n) for n in label_names]
    if not names or len(set(names)) < len(names):
        raise ValueError(
            f"Expected label_names as a list of different names, got {label_names!r}."
        )
    return names
