"""A data set of torch in scikit-learn's form."""

from sklearn_protloc.utils import DatasetImages, dataset_targets

__all__ = ["as_sliceable"]


def as_sliceable(dataset):
    """Part a data set of torch into images and targets that scikit-learn can slice.

    ``LocalizationClassifier().fit(dataset)`` needs no help; cross-validation and
    searches do, as they take `X` and `y` apart and in folds.

    Parameters
    ----------
    dataset : torch.utils.data.Dataset
        With ``len()`` and integer indexing; its items are tuples (image, target) of
        an image of shape (n_channels, height, width) and a 0/1 vector or a class.

    Returns
    -------
    X : DatasetImages of shape (n_samples, n_channels, height, width)
        The images, read when indexed by an integer; other indices give fewer images,
        unread.
    y : ndarray of shape (n_samples, n_labels) or (n_samples,)
        The targets, for which every item is read once.

    Raises
    ------
    ValueError
        If items have no target.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.datasets import as_sliceable
    >>> dataset = torch.utils.data.TensorDataset(torch.zeros(5, 4, 8, 8), torch.eye(5))
    >>> X, y = as_sliceable(dataset)
    >>> X[[0, 2]].shape, y.shape
    ((2, 4, 8, 8), (5, 5))
    """
    return DatasetImages(dataset), dataset_targets(dataset)
