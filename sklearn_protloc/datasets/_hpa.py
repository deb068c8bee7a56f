"""Images of the Human Protein Atlas."""

import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.datasets._color_names import ColorFolder, colors_of
from sklearn_protloc.datasets._hpa_images import antibodies, describe, image_names
from sklearn_protloc.datasets._locations import HPA_LOCATIONS
from sklearn_protloc.datasets._tables import Table

_PLACES = {str(k): k for k in range(len(HPA_LOCATIONS))}


def load_hpa(
    labels_csv,
    images_dir,
    *,
    channels="RGBY",
    image_size=None,
    as_frame=False,
    cell_lines_csv=None,
):
    """Load labels and lazily opened images of the Human Protein Atlas.

    Reads the 2018 Kaggle challenge [1]_, the images that the atlas itself offers, and
    HPAv18, those of its images that were added to the challenge. No image but the first
    is opened before it is needed.

    Parameters
    ----------
    labels_csv : str, path object or None
        Table with the columns Id and Target; Target holds label ids from 0 to 27
        separated by spaces, as in "16 0". May be compressed, as ``.csv.gz``. Columns
        gene, antibody and cell_line are passed on, others are ignored. A row that is
        repeated with the same labels is taken once, with a warning. None takes all
        images of the folder, sorted by Id, without labels: for prediction.
    images_dir : str or path object
        Folder of the image files; see Notes for their names.
    channels : str, default="RGBY"
        Channels to read, in this order: R for microtubules, G for the protein, B for
        the nucleus, Y for the endoplasmic reticulum. Files of others are not needed.
    image_size : int or (int, int), default=None
        Height and width in pixels, one number if they are equal, to which images are
        resized when read. None leaves them as they are; then all must have one size.
    as_frame : bool, default=False
        Whether the target is a DataFrame whose columns are the location names and
        whose index is the Id.
    cell_lines_csv : str or path object, default=None
        Table with the columns Img_id (``<plate>_<well>_<field>``) and Cell Line, as
        the atlas lists its images. None leaves cell lines unknown, but for those in
        `labels_csv`.

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
        groups : ndarray of shape (n_samples,), dtype object, or None
            Antibody of each image, a str. Images of one antibody belong on the same
            side of every split. None if not all are known: the Ids of the Kaggle
            challenge do not tell.
        metadata : DataFrame of shape (n_samples, 6), or None
            The columns gene, antibody, plate, well, field and cell_line, with the Id as
            index and None where something is unknown; from the Ids and the tables.
            None if nothing is known.

    Raises
    ------
    ValueError
        If a column, a label or an image file is missing, a label id is not one of 0 to
        27, an Id occurs twice with different labels, two files show the same channel,
        there are no images, or `channels` is not made of different letters of RGBY.
        Images are checked when they are read: see `ImageCollection`.

    See Also
    --------
    fetch_hpa : Images and labels downloaded from the atlas.
    load_cyto2017 : The challenge with 13 locations.
    load_image_table : Images and labels in a table of any other form.
    make_cells : Synthetic images with known labels, without any file.

    Notes
    -----
    A file is recognised by its name, ``<image>_<colors>.<png, jpg, jpeg, tif or
    tiff>``:

    - ``<image>`` is the Id, or the Id without its gene. Files of an antibody may also
      lie in a folder named by its number: ``4109/24_H11_1_red.jpg``, as on the image
      server of the atlas, belongs to the Ids ``4109_24_H11_1`` and
      ``ENSG00000000003_4109_24_H11_1``.
    - ``<colors>`` is red, green, blue or yellow for a file of that one channel. A grey
      file is read as it is. If it shows its stain in colour, the brightest colour plane
      of each pixel is the channel.
    - ``<colors>`` may be several of red, green and blue, as in ``_blue_red_green.jpg``
      [2]_. Each is then read from its own colour plane, unless the image has a file
      of that channel alone. A composite with yellow is passed over, because yellow
      cannot be told from red and green.

    Other files are ignored. Extensions and layouts may be mixed in a folder.

    References
    ----------
    .. [1] W. Ouyang et al., "Analysis of the Human Protein Atlas Image Classification
       competition", Nature Methods 16, 2019.
    .. [2] The Human Protein Atlas, https://www.proteinatlas.org, subcellular section.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cv2
    >>> import pandas as pd
    >>> from sklearn_protloc.datasets import load_hpa, make_cells
    >>> folder = Path(tempfile.mkdtemp())
    >>> ids = ["4109_24_H11_1", "4109_24_H11_2"]
    >>> for name, cell in zip(ids, make_cells(2).data):
    ...     for color, channel in zip(["red", "green", "blue", "yellow"], cell):
    ...         _ = cv2.imwrite(str(folder / f"{name}_{color}.png"), channel)
    >>> table = pd.DataFrame({"Id": ids, "Target": ["25", "16 0"]})
    >>> table.to_csv(folder / "train.csv", index=False)
    >>> hpa = load_hpa(folder / "train.csv", folder)
    >>> hpa.data
    ImageCollection(2 samples, 4 channels, 64 x 64, uint8)
    >>> [hpa.target_names[k] for k in hpa.target[1].nonzero()[0]]
    ['Nucleoplasm', 'Cytokinetic bridge']
    >>> hpa.groups.tolist()
    ['4109', '4109']
    """
    folder = ColorFolder(images_dir, colors_of(channels))
    if labels_csv is None:
        ids, target, table = folder.images(), None, None
    else:
        ids, target, table = _read_labels(labels_csv)
    known = describe(ids, table, cell_lines_csv)
    data = folder.collect(image_names(ids, folder), ids, image_size)
    names = list(HPA_LOCATIONS)
    if as_frame and target is not None:
        target = pd.DataFrame(target, columns=names, index=pd.Index(ids, name="Id"))
    return Bunch(
        data=data,
        target=target,
        target_names=names,
        ids=ids,
        groups=antibodies(known),
        metadata=known,
    )


def _read_labels(labels_csv):
    """Return the Ids, the indicator matrix and all columns of a table of labels."""
    table = Table.read(labels_csv, "Id")
    table.check_columns(["Id", "Target"])
    expected = "label ids from 0 to 27 separated by spaces, such as '16 0'"
    target = table.indicator("Target", str.split, _PLACES, expected)
    rows = table.rows_named_once(target)
    frame = table.frame.iloc[rows]
    return frame["Id"].to_numpy(dtype=object), target[rows], frame
