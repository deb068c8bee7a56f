"""Images of the Human Protein Atlas in the form of the 2018 Kaggle challenge."""

from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._locations import HPA_LOCATIONS

_COLORS = {"R": "red", "G": "green", "B": "blue", "Y": "yellow"}
_LABEL_IDS = {str(k): k for k in range(len(HPA_LOCATIONS))}


def load_hpa(
    labels_csv, images_dir, *, channels="RGBY", image_size=None, as_frame=False
):
    """Load labels and lazily opened images of the Human Protein Atlas.

    The layout is that of the 2018 Kaggle challenge: a table with one row per image, and
    a folder with one grey PNG per image and channel, named
    ``<Id>_<red|green|blue|yellow>.png``. No image but the first is opened before it is
    needed.

    Parameters
    ----------
    labels_csv : str, path object or None
        Table with the columns Id and Target; Target holds label ids from 0 to 27
        separated by spaces, as in "16 0". Other columns are ignored. None takes all
        images of the folder, sorted by Id, without labels: for prediction.
    images_dir : str or path object
        Folder of the image files.
    channels : str, default="RGBY"
        Channels to read, in this order: R for microtubules, G for the protein, B for
        the nucleus, Y for the endoplasmic reticulum. Files of others are not needed.
    image_size : int or (int, int), default=None
        Height and width in pixels, one number if they are equal, to which images are
        resized when read. None leaves them as they are; then all must have one size.
    as_frame : bool, default=False
        Whether the target is a DataFrame whose columns are the location names and
        whose index is the Id.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object with the attributes:

        data : ImageCollection of shape (n_samples, n_channels, height, width)
            Images, decoded when indexed.
        target : ndarray or DataFrame of shape (n_samples, 28), dtype int8, or None
            1 where the protein is in that location, else 0. None without `labels_csv`.
        target_names : list of str
            The 28 locations, `HPA_LOCATIONS`.
        ids : ndarray of shape (n_samples,), dtype object
            Id of each image, a str.

    Raises
    ------
    ValueError
        If a column, a label or an image file is missing, a label id is not one of 0 to
        27, an Id occurs twice, there are no images, or `channels` is not made of
        different letters of RGBY.

    See Also
    --------
    make_cells : Synthetic images with known labels, without any file.

    References
    ----------
    .. [1] W. Ouyang et al., "Analysis of the Human Protein Atlas Image Classification
       competition", Nature Methods 16, 2019.

    Examples
    --------
    >>> from sklearn_protloc.datasets import load_hpa
    >>> hpa = load_hpa("train.csv", "train/", image_size=128)  # doctest: +SKIP
    >>> hpa.data  # doctest: +SKIP
    ImageCollection(31072 samples, 4 channels, 128 x 128, uint8)
    """
    colors = _check_channels(channels)
    images_dir = Path(images_dir)
    if not images_dir.is_dir():
        raise ValueError(f"Folder of images not found: {images_dir}.")
    if labels_csv is None:
        ids, target = _find_ids(images_dir, colors), None
    else:
        ids, target = _read_labels(labels_csv)
    paths = [[images_dir / f"{i}_{color}.png" for color in colors] for i in ids]
    data = ImageCollection(paths, ids=ids, image_size=image_size)
    names = list(HPA_LOCATIONS)
    if as_frame and target is not None:
        target = pd.DataFrame(target, columns=names, index=pd.Index(ids, name="Id"))
    return Bunch(data=data, target=target, target_names=names, ids=ids)


def _check_channels(channels):
    """Return the colours of the channels as they stand in file names."""
    letters = list(channels) if isinstance(channels, str) else []
    if not letters or len(set(letters)) < len(letters) or set(letters) - set(_COLORS):
        raise ValueError(
            "Expected channels as different letters of RGBY in the wanted order, such "
            f"as 'RGBY' or 'G', got {channels!r}."
        )
    return [_COLORS[letter] for letter in letters]


def _find_ids(images_dir, colors):
    """Return the sorted Ids of the images in a folder."""
    found = {
        path.name.removesuffix(f"_{color}.png")
        for color in colors
        for path in images_dir.glob(f"*_{color}.png")
    }
    if not found:
        raise ValueError(
            f"No images in {images_dir}: expected files named <Id>_{colors[0]}.png."
        )
    return np.array(sorted(found), dtype=object)


def _read_labels(labels_csv):
    """Return the Ids and the indicator matrix of a table of labels."""
    table = pd.read_csv(labels_csv, dtype=str, keep_default_na=False)
    table = table.fillna("")  # rows that end early
    missing = [name for name in ("Id", "Target") if name not in table.columns]
    if missing:
        raise ValueError(
            f"{labels_csv} lacks the column {' and '.join(missing)}: expected Id and "
            f"Target, got {', '.join(table.columns)}."
        )
    if table.empty:
        raise ValueError(f"{labels_csv} lists no images.")
    repeated = table.index[table["Id"].duplicated()]
    if len(repeated):
        raise ValueError(f"{_where(labels_csv, table, repeated[0])} occurs before too.")
    target = np.zeros((len(table), len(HPA_LOCATIONS)), np.int8)
    for row, text in enumerate(table["Target"]):
        labels = text.split()
        unknown = [label for label in labels if label not in _LABEL_IDS]
        if unknown or not labels:
            got = f"unknown label {unknown[0]!r}" if unknown else "no label"
            raise ValueError(
                f"{_where(labels_csv, table, row)} has {got}: expected label ids from "
                "0 to 27 separated by spaces, such as '16 0'."
            )
        target[row, [_LABEL_IDS[label] for label in labels]] = 1
    return table["Id"].to_numpy(dtype=object), target


def _where(labels_csv, table, row):
    """Name a row as a text editor shows it: the header is line 1."""
    return f"{labels_csv}, line {row + 2}: Id {table['Id'].iloc[row]!r}"
