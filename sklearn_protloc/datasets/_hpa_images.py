"""What the names of images of the Human Protein Atlas, and tables, tell of them."""

import numpy as np
import pandas as pd

from sklearn_protloc.datasets._tables import Table

_FROM_IDS = ["gene", "antibody", "plate", "well", "field"]
_ID = r"(?:(ENSG\d+)_)?(\d+)_([^_]+)_([A-P]\d{1,2})_(.+)"
# What columns are called here, in the table that fetch_hpa writes, and by the atlas.
_NAMES = {"gene": "gene", "antibody": "antibody", "cell line": "cell_line"}


def image_names(ids, folder):
    """Return what the images of a folder are called: their Ids, with or without gene.

    One antibody may stand for several genes, but its images are the same.
    """
    return [
        i.partition("_")[2] if i.startswith("ENSG") and i not in folder else i
        for i in ids
    ]


def describe(ids, table, cell_lines_csv):
    """Return what is known of the images, a row each, or None if that is nothing.

    Parameters
    ----------
    ids : ndarray of str
        Ids of the images.
    table : DataFrame or None
        The table of labels, in the order of the Ids.
    cell_lines_csv : str, path object or None
        Table of images and cell lines.
    """
    known = pd.Series(ids, dtype=object).str.extract(f"^{_ID}$")
    known = known.set_axis(_FROM_IDS, axis=1).assign(cell_line=None).astype(object)
    if table is not None:
        for column in table.columns:
            name = _NAMES.get(str(column).lower().replace("_", " "))
            if name is not None:
                cells = table[column].reset_index(drop=True).replace("", None)
                known[name] = cells.astype(object).combine_first(known[name])
    if cell_lines_csv is not None:
        image = known["plate"] + "_" + known["well"] + "_" + known["field"]
        known["cell_line"] = known["cell_line"].combine_first(
            image.map(_cell_lines(cell_lines_csv))
        )
    known = known.set_axis(pd.Index(ids, name="Id")).astype(object)
    return known.where(known.notna(), None) if known.notna().any(axis=None) else None


def antibodies(known):
    """Return the antibody of every image, or None where one is not known."""
    if known is None or known["antibody"].isna().any():
        return None
    return known["antibody"].to_numpy()


def _cell_lines(path):
    """Return the cell line of each plate_well_field."""
    table = Table.read(path, "Img_id")
    table.check_columns(["Img_id", "Cell Line"])
    lines = table.frame.drop_duplicates(["Img_id", "Cell Line"])
    other = lines["Img_id"].duplicated().to_numpy()
    if other.any():
        row = lines.index[np.argmax(other)]
        raise ValueError(f"{table.row(row)} occurs before too, with another cell line.")
    return lines.set_index("Img_id")["Cell Line"]
