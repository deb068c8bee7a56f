"""Images of the Human Protein Atlas, downloaded."""

import os
import re
from numbers import Integral, Real
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.datasets import get_data_home
from sklearn.utils import check_scalar

from sklearn_protloc.datasets._color_names import colors_of
from sklearn_protloc.datasets._download_folder import DownloadFolder
from sklearn_protloc.datasets._hpa import load_hpa
from sklearn_protloc.datasets._hpa_pages import (
    fetch_images,
    fetch_pages,
    list_images,
)
from sklearn_protloc.utils import as_path

_GENE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9.-]*")
_ANTIBODY = re.compile(r"(?:HPA|CAB)[0-9]{6}")
_COLUMNS = [
    "Id",
    "Target",
    "gene",
    "gene_name",
    "antibody",
    "antibody_name",
    "cell_line",
    "reliability",
]


def fetch_hpa(
    genes=None,
    antibodies=None,
    *,
    data_home=None,
    download_if_missing=True,
    channels="RGBY",
    image_size=None,
    as_frame=False,
    registry=None,
    n_retries=3,
    delay=1.0,
    n_jobs=4,
    progress=False,
):
    """Load images of genes or antibodies from the Human Protein Atlas, with labels.

    Looks up the images of human cell lines at www.proteinatlas.org, downloads what is
    not in the cache folder yet, and returns what `load_hpa` returns. Needs pooch:
    ``pip install 'sklearn-protloc[fetch]'``.

    Parameters
    ----------
    genes : str or list of str, default=None
        Ensembl ids such as "ENSG00000134057" or gene names such as "CCNB1".
    antibodies : str or list of str, default=None
        Numbers of antibodies such as "HPA030741" or "CAB000115", instead of genes.
    data_home : str or path object, default=None
        Folder in which the folder ``hpa`` is the cache. None is scikit-learn's
        ``~/scikit_learn_data``, or what its variable SCIKIT_LEARN_DATA says.
    download_if_missing : bool, default=True
        If False, raise an error if anything is not in the cache, and ask no server.
    channels : str, default="RGBY"
        Channels to download and read, in this order, as in `load_hpa`.
    image_size : int or (int, int), default=None
        Height and width in pixels to which images are resized when read. The images of
        the atlas come in several sizes, so None fits few of them.
    as_frame : bool, default=False
        Whether the target is a DataFrame, as in `load_hpa`.
    registry : str or path object, default=None
        File of hashes, in the format of pooch, that the files must have: the
        ``registry.txt`` of the cache of another, published with a paper perhaps. Each
        image asked for must be in it. Pages of genes (``genes/``) and searches
        (``searches/``) need not be: the atlas rewrites them with every release.
    n_retries : int, default=3
        How often a download that failed is tried again.
    delay : float, default=1.0
        Seconds to wait before that.
    n_jobs : int, default=4
        Downloads at a time, never more than 8, to leave room for others. None is 1.
    progress : bool, default=False
        Whether to draw a progress bar.

    Returns
    -------
    sklearn.utils.Bunch
        What `load_hpa` returns, in the order asked for. Ids are
        ``<antibody number>_<plate>_<well>_<field>``, as in the atlas' own addresses.

    Raises
    ------
    ValueError
        If a gene is unknown, there is no image, an answer has not the hash that it must
        have or is not what was asked for, or a parameter is wrong.
    OSError
        If a download fails in all attempts, or `download_if_missing` is False and a
        file is missing or damaged. Without a connection it is a ConnectionError.
    ImportError
        If pooch is not installed.

    Warns
    -----
    UserWarning
        Naming what is left out: locations that are not among `HPA_LOCATIONS` (such as
        Vesicles), images that have no other location, images of which the server lacks
        a channel, and genes or antibodies without images.

    See Also
    --------
    load_hpa : The same for files that are there already.

    Notes
    -----
    Image credit: Human Protein Atlas, www.proteinatlas.org. Its images and annotations
    are under a Creative Commons licence that asks for credit (CC BY-SA 3.0 or 4.0,
    depending on the release; see www.proteinatlas.org/about/licence).

    Labels are what the atlas saw with that antibody in that cell line, not its verdict
    on the gene. Two locations have new names in later releases and count as the old:
    Centriolar satellite as Microtubule organizing center, Nucleoli rim as Nucleoli.

    The atlas publishes no hashes. The first download is therefore taken as it is, if it
    is a whole JPEG file; ``registry.txt`` in the cache remembers its SHA256 hash, later
    calls compare, and download again what is damaged. To follow the atlas to a newer
    release, delete the lines of ``genes/`` and ``searches/`` in it. ``labels.csv``
    lists all images of the cache, with gene, antibody, cell line and the reliability
    that the atlas gives the antibody; `load_hpa` reads it.

    References
    ----------
    .. [1] P. J. Thul et al., "A subcellular map of the human proteome", Science 356,
       2017.

    Examples
    --------
    >>> from sklearn_protloc.datasets import fetch_hpa
    >>> hpa = fetch_hpa(["CCNB1", "TUBB"], image_size=512)  # doctest: +SKIP
    >>> hpa.data.shape[1:]  # doctest: +SKIP
    (4, 512, 512)
    """
    colors = colors_of(channels)
    names = _check_names(genes, antibodies)
    check_scalar(n_retries, "n_retries", Integral, min_val=0)
    check_scalar(delay, "delay", Real, min_val=0)
    store = DownloadFolder(
        _folder(data_home),
        registry=registry,
        download_if_missing=download_if_missing,
        n_retries=n_retries,
        delay=delay,
    )
    fetching = {"n_jobs": n_jobs, "progress": progress}
    pages = fetch_pages(store, names, antibodies is not None, fetching)
    rows = list_images(store, pages, antibodies is not None)
    rows = fetch_images(store, rows, colors, fetching)
    if not rows:
        raise ValueError(
            f"Of {', '.join(names)}, the Human Protein Atlas has no image of human "
            f"cell lines with the channels {channels} and any of the HPA_LOCATIONS."
        )
    table = pd.DataFrame(rows, columns=_COLUMNS)
    _remember(store.folder / "labels.csv", table)
    return load_hpa(
        table,
        store.folder,
        channels=channels,
        image_size=image_size,
        as_frame=as_frame,
    )


def _check_names(genes, antibodies):
    """Return the genes or the antibodies asked for, each once."""
    if (genes is None) == (antibodies is None):
        raise ValueError(
            "Expected either genes or antibodies, such as genes=['CCNB1'] or "
            f"antibodies=['HPA030741'], got {'none' if genes is None else 'both'}."
        )
    names = genes if antibodies is None else antibodies
    is_list = np.iterable(names) and not isinstance(names, str)
    names = list(names) if is_list else [names]
    form, example = _GENE_NAME, "Ensembl ids or gene names, such as 'CCNB1'"
    if antibodies is not None:
        form, example = _ANTIBODY, "numbers of antibodies, such as 'HPA030741'"
    wrong = [x for x in names if not (isinstance(x, str) and form.fullmatch(x))]
    if wrong or not names:
        raise ValueError(f"Expected {example}, got {[*wrong, names][0]!r}.")
    return list(dict.fromkeys(names))


def _remember(path, table):
    """Add images to the table of all images of the cache."""
    if path.exists():
        known = pd.read_csv(path, dtype=str, keep_default_na=False)
        table = pd.concat([known, table]).drop_duplicates("Id", keep="last")
    partial = path.with_name(path.name + ".part")
    table.sort_values("Id").to_csv(partial, index=False)
    os.replace(partial, path)


def _folder(data_home):
    """Return the folder of the cache."""
    if data_home is not None:
        data_home = as_path(data_home, "data_home")
    return Path(get_data_home(data_home)) / "hpa"
