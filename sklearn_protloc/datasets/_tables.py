"""Tables with a row per image: reading them, and naming what is wrong where."""

import gzip
import os
import warnings
import zlib
from collections.abc import Hashable

import numpy as np
import pandas as pd

from sklearn_protloc.utils import as_path


class Table:
    """A table, and what errors call it and its rows.

    Parameters
    ----------
    frame : DataFrame
        The rows.
    name : str
        What to call the table.
    first_line : int, default=None
        Number of the line that the first row is in a file; None if it is in none.
    id_column : str, default=None
        Column that names the rows in errors.
    """

    def __init__(self, frame, name, first_line=None, id_column=None):
        self.frame = frame
        self.name = name
        self._first_line = first_line
        self._id_column = id_column

    @classmethod
    def read(cls, table, id_column=None):
        """Return the table that a user gave: a DataFrame, or a CSV file of text."""
        if isinstance(table, pd.DataFrame):
            return cls(table, "The table", None, id_column)
        return cls(read_csv(table), os.fspath(table), 2, id_column)

    def check_columns(self, columns):
        """Refuse a table that lacks some of the columns, or has no rows."""
        unfit = [name for name in columns if not isinstance(name, Hashable)]
        if unfit:
            raise TypeError(f"Expected the name of a column, got {unfit[0]!r}.")
        missing = [str(name) for name in columns if name not in self.frame.columns]
        if missing:
            raise ValueError(
                f"{self.name} lacks the column {' and '.join(missing)}: it has "
                f"{', '.join(map(str, self.frame.columns))}."
            )
        if self.frame.empty:
            raise ValueError(f"{self.name} lists no images.")

    def check_filled(self, columns, what):
        """Refuse a table with nothing in a cell of one of the columns."""
        cells = self.frame[columns]
        empty = np.argwhere((cells.isna() | (cells == "")).to_numpy())
        if len(empty):
            row, column = empty[0]
            raise ValueError(
                f"{self.row(row)} has no {what} in column {columns[column]!r}. Fill "
                "it in, or drop that row."
            )

    def row(self, row):
        """Name a row; of a file, by its line."""
        if self._first_line is None:
            name = f"{self.name}, row {row}"
        else:
            name = f"{self.name}, line {row + self._first_line}"
        if self._id_column is None:
            return name
        return f"{name}: {self._id_column} {self.frame[self._id_column].iloc[row]!r}"

    def indicator(self, column, split, places, expected):
        """Return the indicator matrix of a column whose cells list labels.

        Parameters
        ----------
        column : str
            Name of the column.
        split : callable
            From the text of a cell to its labels.
        places : dict
            The column of the matrix for each label.
        expected : str
            What labels look like, for errors.
        """
        codes, cells = pd.factorize(self.frame[column], use_na_sentinel=False)
        rows = np.zeros((len(cells), 1 + max(places.values(), default=0)), np.int8)
        for code, cell in enumerate(cells):
            labels = [] if pd.isna(cell) else split(str(cell))
            unknown = [label for label in labels if label not in places]
            if unknown or not labels:
                got = f"unknown label {unknown[0]!r}" if unknown else "no label"
                row = self.row(np.argmax(codes == code))
                raise ValueError(f"{row} has {got}: expected {expected}.")
            rows[code, [places[label] for label in labels]] = 1
        return rows[codes]

    def rows_named_once(self, target):
        """Return the rows to keep where the same image may be listed again.

        The same labels again say nothing new; other labels are an error.
        """
        ids = self.frame[self._id_column].reset_index(drop=True)
        repeats = np.flatnonzero(ids.duplicated())
        first = pd.Series(ids.index, ids).groupby(level=0).first()
        for row in repeats:
            if (target[row] != target[first[ids[row]]]).any():
                raise ValueError(
                    f"{self.row(row)} occurs before too, with other labels."
                )
        if len(repeats):
            warnings.warn(
                f"{self.row(repeats[0])} occurs before too, with the same labels "
                f"({len(repeats)} such rows). Each image is taken once.",
                stacklevel=4,  # the call of the loader
            )
        return np.flatnonzero(~ids.duplicated())


def read_csv(path, **options):
    """Return the cells of a CSV file as text, "" where there is none."""
    if os.path.isdir(as_path(path, "the table")):
        raise ValueError(f"Expected the file of a table, got a folder: {path}.")
    options = {"dtype": str, "keep_default_na": False, "index_col": False, **options}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            table = pd.read_csv(path, **options)
    except FileNotFoundError:
        raise ValueError(f"Table not found: {path}.") from None
    except pd.errors.EmptyDataError:
        raise ValueError(f"{path} lists no images: the file is empty.") from None
    except pd.errors.ParserWarning:
        raise ValueError(
            f"{path} has rows with more cells than there are columns. Put a cell that "
            'holds a comma in quotes, as in "0,16".'
        ) from None
    except (ValueError, EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{path} is not a readable CSV table: {error}.") from error
    return table.fillna("")  # rows that end early
