"""Images that stay where they are until they are read."""

import copy

from sklearn_protloc.datasets._alike import check_ids, unlike
from sklearn_protloc.datasets._cache import cached_array
from sklearn_protloc.datasets._path_tables import paths_in_folder, paths_in_table
from sklearn_protloc.datasets._sources import Samples, open_array, open_files
from sklearn_protloc.datasets._tables import Table
from sklearn_protloc.utils import LazyImages


class ImageCollection(LazyImages):
    """Multi-channel images in files or arrays, decoded on read.

    A collection stands for an array of shape (n_samples, n_channels, height, width)
    wherever `X` is expected: cross-validation, searches and pipelines slice it without
    opening a file. An integer index decodes one image; any other index gives a smaller
    collection; ``numpy.asarray`` decodes all of it into memory. It holds nothing but
    file names or row numbers, so it pickles small, can be shared by threads and
    processes, and never changes.

    Parameters
    ----------
    paths : array-like of shape (n_samples, n_channels) or (n_samples,)
        File names, str or path objects: one grey 8-bit or 16-bit image each (PNG, TIFF
        or whatever OpenCV reads), all of one size within a sample. With `axes`, one
        file per sample.
    axes : str, default=None
        For files that hold all channels of a sample: one letter per axis, Y for
        height, X for width and C for channels, such as "CYX". "auto" takes the axes
        that a TIFF or OME-TIFF names itself, which needs tifffile; colour planes
        (RGB) are no channels of a microscope and are only read if asked for, as in
        "YXC". None: every file is one grey channel.
    colored : bool, default=False
        Whether files may show their one stain in colour, as microscope programs
        export it. The channel is then the brightest colour plane of each pixel: the
        plane of a red, green or blue stain, either of the equal ones of a yellow or
        grey one. By default colour is an error, since channels might get mixed.
    ids : array-like of shape (n_samples,), default=None
        What each sample is called.
    image_size : int or tuple of 2 int, default=None
        Side, or (height, width), in pixels, to which images are resized when read.
        None leaves them as they are; then all must have one size.
    interpolation : {"area", "nearest", "linear"}, default="area"
        How images are resized. "area" averages the pixels that fall into a new one:
        the default, because it neither skips pixels nor turns fine texture into a
        coarse one. "nearest" picks single pixels, as [1]_ did. "linear" mixes the four
        nearest.

    Attributes
    ----------
    shape : tuple of int
        (n_samples, n_channels, height, width). Height and width are read from the
        first sample, or are `image_size`.
    dtype : numpy.dtype
        uint8 or uint16, read from the first sample; that of the array for arrays.
    ndim : int
        4.
    ids : ndarray of shape (n_samples,), dtype object, or None
        What each sample is called, where that is known; sliced with the samples.
    paths : ndarray of shape (n_samples, n_channels) or (n_samples, 1), dtype object
        The file names, read-only; None where the images are not in files of their own.

    Raises
    ------
    ValueError
        If `paths` is not two-dimensional or empty, a file does not exist, or the first
        sample cannot be read. Other samples are checked when they are read: a
        ValueError names the file that is no image, has several channels, or differs
        in size or dtype.

    See Also
    --------
    load_hpa : Collect the images and labels of the Human Protein Atlas.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, section 2.2.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import cv2
    >>> from sklearn_protloc.datasets import ImageCollection, make_cells
    >>> cells = make_cells(3, random_state=0).data
    >>> folder = Path(tempfile.mkdtemp())
    >>> for cell, name in zip(cells, ["a", "b", "c"]):
    ...     for channel, letter in zip(cell, "RGBY"):
    ...         _ = cv2.imwrite(str(folder / f"{name}_{letter}.png"), channel)
    >>> X = ImageCollection.from_folder(folder, "{id}_{channel}.png", channels="RGBY")
    >>> X
    ImageCollection(3 samples, 4 channels, 64 x 64, uint8)
    >>> X[[0, 2]].ids.tolist()
    ['a', 'c']
    >>> bool((X[-1] == cells[-1]).all())
    True
    >>> X.cache(folder / "cells.npy")  # decoded once, for many epochs
    ImageCollection(3 samples, 4 channels, 64 x 64, uint8, memory map cells.npy)
    """

    def __init__(
        self,
        paths,
        *,
        axes=None,
        colored=False,
        ids=None,
        image_size=None,
        interpolation="area",
    ):
        self._set_up(open_files(paths, axes, colored), ids, image_size, interpolation)

    @classmethod
    def from_table(
        cls,
        table,
        columns,
        *,
        root="",
        id_column=None,
        axes=None,
        colored=False,
        image_size=None,
        interpolation="area",
    ):
        """Collect the files that a table lists.

        Parameters
        ----------
        table : DataFrame, str or path object
            A row per sample; or the CSV file of such a table.
        columns : str or list of str
            Columns of file names, one per channel in the wanted order; or, with
            `axes`, the one column of files with all channels.
        root : str or path object, default=""
            Folder that the file names start from.
        id_column : str, default=None
            Column of `ids`.
        axes, colored, image_size, interpolation : str, bool, int or (int, int), str
            As for the class.

        Returns
        -------
        collection : ImageCollection
            The samples in the order of the table.
        """
        paths, ids = paths_in_table(Table.read(table), columns, root, id_column)
        size = {"image_size": image_size, "interpolation": interpolation}
        return cls(paths, axes=axes, colored=colored, ids=ids, **size)

    @classmethod
    def from_folder(
        cls,
        folder,
        pattern,
        *,
        channels=None,
        axes=None,
        colored=False,
        image_size=None,
        interpolation="area",
    ):
        """Collect the files of a folder whose names follow a pattern.

        Parameters
        ----------
        folder : str or path object
            Where the files are.
        pattern : str
            Their names below the folder, with fields in braces, such as
            "{id}_{channel}.png" or "{plate}/{well}_{channel}.tif". Files that do not
            fit are passed over. The fields other than ``{channel}``, joined by "_",
            are the `ids`, by which the samples are sorted.
        channels : str or list of str, default=None
            What ``{channel}`` stands for, in the wanted order: "RGBY" for one letter
            each, or names such as ["dna", "protein"]. None if the pattern has no such
            field.
        axes, colored, image_size, interpolation : str, bool, int or (int, int), str
            As for the class.

        Returns
        -------
        collection : ImageCollection
            The samples, sorted.
        """
        paths, ids = paths_in_folder(folder, pattern, channels)
        size = {"image_size": image_size, "interpolation": interpolation}
        return cls(paths, axes=axes, colored=colored, ids=ids, **size)

    @classmethod
    def from_array(cls, array, *, ids=None, image_size=None, interpolation="area"):
        """Collect the rows of an array, without copying it.

        Parameters
        ----------
        array : array-like of shape (n_samples, n_channels, height, width), str or path
            An ndarray, a memory map, a zarr array, or the path of a ``.npy`` file or
            zarr array. A memory map pickles as the name of its file.
        ids, image_size, interpolation : array-like, int or tuple of 2 int, str
            As for the class.

        Returns
        -------
        collection : ImageCollection
            The rows. One read by an integer is a read-only view where that is possible.
        """
        return cls._of(open_array(array), ids, image_size, interpolation)

    def cache(self, path, *, n_jobs=None, progress=False):
        """Decode all images once, into a file that is mapped into memory.

        Reading from it costs a small part of decoding, and no memory of its own. The
        work is done in blocks and noted in ``<path>.journal``: after a crash, a second
        call completes it. The file appears under its name when it is complete, and is
        used again by later calls.

        Parameters
        ----------
        path : str or path object
            Name of the file, ending in ``.npy``.
        n_jobs : int, default=None
            Number of threads that decode; None is 1, -1 all processors.
        progress : bool, default=False
            Whether to draw a progress bar.

        Returns
        -------
        collection : ImageCollection
            The same images, read from the file; it pickles as the file's name.

        Raises
        ------
        ValueError
            If the file, or an unfinished one, was made from other sources (names,
            sizes, times of change) or with other options: the message says which. It
            is never replaced, because it may have taken hours; delete it to decode
            anew. Also if pixels are neither uint8 nor uint16.
        """
        array = cached_array(self, path, n_jobs=n_jobs, progress=progress)
        return type(self)._of(open_array(array), self._ids)

    @classmethod
    def _of(cls, opened, ids=None, image_size=None, interpolation="area"):
        collection = cls.__new__(cls)
        collection._set_up(opened, ids, image_size, interpolation)
        return collection

    def _set_up(self, opened, ids, image_size, interpolation):
        self._samples = Samples(*opened, image_size, interpolation)
        self._ids = check_ids(ids, len(self._samples))
        first = self._samples.read(0)
        self._image_shape = first.shape
        self._dtype = first.dtype

    @property
    def shape(self):
        """(n_samples, n_channels, height, width)."""
        return (len(self._samples), *self._image_shape)

    @property
    def dtype(self):
        """Type of the pixels."""
        return self._dtype

    @property
    def ids(self):
        """What each sample is called, read-only, or None."""
        return self._ids

    @property
    def paths(self):
        """File names of every sample and channel, read-only, or None."""
        return self._samples.paths()

    def _read(self, i):
        image = self._samples.read(i)
        if image.shape != self._image_shape or image.dtype != self._dtype:
            raise unlike(image, self, self._samples.name(i))
        return image

    def _stamp(self, i):
        if not self._samples.source.stamps_tell:
            return super()._stamp(i)
        return repr((self._samples.options(), self._samples.stamp(i)))

    def _take(self, rows):
        view = copy.copy(self)
        view._samples = self._samples.take(rows)
        if self._ids is not None:
            view._ids = check_ids(self._ids[rows], len(view))
        return view

    def _summary(self):
        kind = self._samples.source.kind
        return [*super()._summary(), kind] if kind else super()._summary()
