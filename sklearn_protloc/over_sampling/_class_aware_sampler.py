"""Epochs that show every label equally often."""

import numpy as np
from sklearn.base import BaseEstimator

from sklearn_protloc.utils import check_indicator


class ClassAwareSampler(BaseEstimator):
    """Draw a label, then an image that has it, for each place of an epoch.

    For the parameter `sampler` of
    :class:`~sklearn_protloc.classifiers.LocalizationClassifier`. Every label that
    occurs is drawn equally often, give or take one, and the images of a label equally
    often as well; a batch has about as many of each label. An epoch has as many images
    as without, some of them repeated and others left out, so that training takes no
    longer. Images without any label are not drawn. This is class-aware sampling [1]_;
    an image of several labels counts for each of them.

    See Also
    --------
    RareLabelOverSampler : Adds copies, and leaves out no image.

    References
    ----------
    .. [1] L. Shen, Z. Lin and Q. Huang, "Relay backpropagation for effective learning
       of deep convolutional neural networks", ECCV 2016.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.over_sampling import ClassAwareSampler
    >>> y = np.array([[1, 0]] * 6 + [[0, 1]] * 2)
    >>> rows = ClassAwareSampler()(y, np.random.default_rng(0))
    >>> len(rows), y[rows].sum(axis=0)
    (8, array([4, 4]))
    """

    def __call__(self, y, rng):
        """Draw the images of one epoch.

        Parameters
        ----------
        y : array-like of shape (n_samples, n_labels)
            0/1 targets of the training images.
        rng : numpy.random.Generator
            Where chance comes from; it decides everything.

        Returns
        -------
        rows : ndarray of shape (n_samples,)
            Which image stands at each place of the epoch.

        Raises
        ------
        ValueError
            If `y` is no indicator, or no image has a label.
        """
        y, _ = check_indicator(y)
        present = np.flatnonzero(y.any(axis=0))
        if not len(present):
            raise ValueError(
                "ClassAwareSampler draws images by their labels, and no image has one: "
                "leave out sampler."
            )
        places = _in_turn(present, len(y), rng)
        rows = np.empty(len(y), dtype=np.intp)
        for label in present:
            mine = places == label
            rows[mine] = _in_turn(np.flatnonzero(y[:, label]), mine.sum(), rng)
        return rows


def _in_turn(values, n_places, rng):
    """Fill places with all values in random order, and again until they are full."""
    rounds = -(-n_places // len(values))
    return rng.permuted(np.tile(values, (rounds, 1)), axis=1).ravel()[:n_places]
