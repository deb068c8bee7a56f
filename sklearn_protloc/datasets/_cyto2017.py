"""Images of the CYTO 2017 image analysis challenge."""

import os
from pathlib import Path
from string import Formatter

import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.datasets._color_names import ColorFolder, colors_of
from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.datasets._locations import CYTO2017_LOCATIONS
from sklearn_protloc.datasets._path_tables import paths_in_folder
from sklearn_protloc.datasets._tables import Table, read_csv

_PLACES = {name.lower(): k for k, name in enumerate(CYTO2017_LOCATIONS)}


def load_cyto2017(
    labels_csv,
    images_dir,
    *,
    channels="RGBY",
    pattern=None,
    image_size=None,
    as_frame=False,
):
    """Load labels and lazily opened images of the CYTO 2017 challenge.

    These are the 20,000 fields of view with 13 locations, from the Human Protein
    Atlas, on which GapNet-PL [1]_ and the CNN and FCN of [2]_ were trained. No image
    but the first is opened before it is needed.

    Parameters
    ----------
    labels_csv : str, path object or None
        The labels, a line per image and no header: its ID, then the names of its
        locations, separated by commas, as in "123, Cytosol, Nucleus". Upper and lower
        case are the same. May be compressed. A line that is repeated with the same
        labels is taken once, with a warning. None takes all images of the folder,
        sorted by ID, without labels.
    images_dir : str or path object
        Folder of the image files.
    channels : str, default="RGBY"
        Channels to read, in this order: R for microtubules, G for the protein, B for
        the nucleus, Y for the endoplasmic reticulum. Files of others are not needed.
    pattern : str, default=None
        Names of the files below the folder, with the fields ``{id}`` and ``{channel}``
        in place of the ID and of red, green, blue or yellow, such as
        "{channel}/{id}.tif". None takes ``<ID>_<red|green|blue|yellow>.tif``, as the
        atlas names them, and the same as PNG and JPEG; see Notes.
    image_size : int or (int, int), default=None
        Height and width in pixels, one number if they are equal, to which images are
        resized when read. The challenge has three sizes, 1728, 2048 and 3072 pixels a
        side, so that its images need it; None is for images of one size.
    as_frame : bool, default=False
        Whether the target is a DataFrame whose columns are the location names and
        whose index is the ID.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object with the attributes:

        data : ImageCollection of shape (n_samples, n_channels, height, width)
            Images, decoded when indexed.
        target : ndarray or DataFrame of shape (n_samples, 13), dtype int8, or None
            1 where the protein is in that location, else 0. None without `labels_csv`.
        target_names : list of str
            The 13 locations, `CYTO2017_LOCATIONS`.
        ids : ndarray of shape (n_samples,), dtype object
            ID of each image, a str.
        groups : None
            The challenge does not tell which images show the same antibody.

    Raises
    ------
    ValueError
        If a location is unknown, an image has none, an image file is missing, an ID
        occurs twice with different labels, two files show the same channel, there are
        no images, or `channels` is not made of different letters of RGBY. Images are
        checked when they are read: see `ImageCollection`.

    See Also
    --------
    load_hpa : The challenge with 28 locations, and the atlas itself.
    load_image_table : Images and labels in a table of any other form.

    Notes
    -----
    The files of the challenge were not at hand when this was written. Known are: the
    form of the label file, from the scoring script of the organisers [3]_ and the code
    of [1]_; one TIFF per channel, of the three sizes, some in grey and some "encoded in
    different color channels", from [1]_, section 2. The channel of a file in colour is
    the brightest colour plane of each pixel, whichever colour that is. The organisers
    tell that there is a TIFF per channel and that the channels are called blue, red,
    yellow and green [4]_, but nobody tells how the files were named: the default of
    `pattern` is a guess after the atlas. The authors of [1]_ offered the samples again
    as ``<ID>.npz``, an array of all channels under the name "sample"; stack those and
    pass them to `ImageCollection.from_array`.

    Of the 20,000 samples, 1,244 have a file that cannot be read [1]_. Such a file is an
    error that names it when it is read.

    References
    ----------
    .. [1] E. Rumetshofer, M. Hofmarcher, C. Röhrl, S. Hochreiter and G. Klambauer,
       "Human-level Protein Localization with Convolutional Neural Networks", ICLR 2019.
    .. [2] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021.
    .. [3] https://github.com/CellProfiling/cyto-challenge, solution_checker.py.
    .. [4] http://cytoconference.org/2017/Program/Image-Analysis-Challenge.aspx

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cv2
    >>> from sklearn_protloc.datasets import load_cyto2017, make_cells
    >>> folder = Path(tempfile.mkdtemp())
    >>> cell = make_cells(1).data[0]
    >>> for color, channel in zip(["red", "green", "blue", "yellow"], cell):
    ...     _ = cv2.imwrite(str(folder / f"123_{color}.tif"), channel)
    >>> _ = (folder / "labels.csv").write_text("123, Cytosol, Nucleus")
    >>> cyto = load_cyto2017(folder / "labels.csv", folder, image_size=32)
    >>> cyto.data
    ImageCollection(1 samples, 4 channels, 32 x 32, uint8)
    >>> [cyto.target_names[k] for k in cyto.target[0].nonzero()[0]]
    ['Cytosol', 'Nucleus']
    """
    colors = colors_of(channels)
    ids = target = None
    if labels_csv is not None:
        ids, target = _read_labels(labels_csv)
    if pattern is None:
        folder = ColorFolder(images_dir, colors)
        ids = folder.images() if ids is None else ids
        data = folder.collect(ids, ids, image_size)
    else:
        data = _collect(images_dir, pattern, colors, ids, image_size)
        ids = data.ids
    names = list(CYTO2017_LOCATIONS)
    if as_frame and target is not None:
        target = pd.DataFrame(target, columns=names, index=pd.Index(ids, name="ID"))
    return Bunch(data=data, target=target, target_names=names, ids=ids, groups=None)


def _collect(folder, pattern, colors, ids, image_size):
    """Return the images of some IDs, or all, whose files are named by a pattern."""
    fields = {field for _, field, _, _ in Formatter().parse(pattern) if field}
    if fields != {"id", "channel"}:
        raise ValueError(
            "Expected a pattern with the fields {id} and {channel}, such as "
            f"'{{channel}}/{{id}}.tif', got {pattern!r}."
        )
    paths, found = paths_in_folder(folder, pattern, colors)
    rows = dict(zip(found, paths, strict=True))
    ids = found if ids is None else ids
    missing = [image for image in ids if image not in rows]
    if missing:
        file = pattern.format(id=missing[0], channel=colors[0])
        more = f" (and {len(missing) - 1} more images)" if len(missing) > 1 else ""
        raise ValueError(f"Image file not found: {Path(folder) / file}{more}.")
    paths = [rows[image] for image in ids]
    return ImageCollection(paths, colored=True, ids=ids, image_size=image_size)


def _read_labels(labels_csv):
    """Return the IDs and the indicator matrix of a file of labels."""
    columns = ["ID", *CYTO2017_LOCATIONS]  # as many as there can be
    cells = read_csv(labels_csv, header=None, names=columns)
    if cells.empty:
        raise ValueError(f"{labels_csv} lists no images.")
    cells = cells.apply(lambda column: column.str.strip())
    labels = cells.iloc[:, 1:].agg(",".join, axis=1).str.lower()
    frame = pd.DataFrame({"ID": cells["ID"], "labels": labels})
    table = Table(frame, os.fspath(labels_csv), first_line=1, id_column="ID")
    expected = f"one or more of {', '.join(CYTO2017_LOCATIONS)}"
    target = table.indicator("labels", _split, _PLACES, expected)
    rows = table.rows_named_once(target)
    return frame["ID"].to_numpy(dtype=object)[rows], target[rows]


def _split(text):
    return [label for label in text.split(",") if label]
