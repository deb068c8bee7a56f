"""Images in any form, as images that can be taken row by row."""

from sklearn_protloc.datasets._image_collection import ImageCollection
from sklearn_protloc.utils import LazyImages

__all__ = ["as_lazy"]


def as_lazy(X):
    """Return images so that any of them can be taken without reading them.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels, height, width)
        Lazy images, or an ndarray, a memory map or a zarr array, which is not copied.

    Returns
    -------
    images : LazyImages
        `X` itself if it is lazy, else its rows as an `ImageCollection`.

    Raises
    ------
    ValueError
        If the shape is not that of images, there are none, or an array in memory
        contains NaN or infinity.
    TypeError
        If `X` does not hold numbers.

    See Also
    --------
    as_sliceable : The same for a data set of torch with its targets.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.datasets import as_lazy
    >>> as_lazy(np.zeros((3, 4, 8, 8), dtype=np.uint8))[[0, 2]]
    ImageCollection(2 samples, 4 channels, 8 x 8, uint8, in memory)
    """
    return X if isinstance(X, LazyImages) else ImageCollection.from_array(X)
