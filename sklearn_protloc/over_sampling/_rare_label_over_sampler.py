"""Copies of images with rare labels."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils._param_validation import Interval, StrOptions

from sklearn_protloc.datasets import as_lazy
from sklearn_protloc.over_sampling._augmented_images import AugmentedImages
from sklearn_protloc.over_sampling._base import MultiLabelSampler, Resampled
from sklearn_protloc.over_sampling._rows import is_table
from sklearn_protloc.over_sampling._selection import choose_greedily, draw_at_random


class RareLabelOverSampler(MultiLabelSampler):
    """Copy samples with rare labels until every label occurs often enough.

    Copies come after the samples of `X`, which stay as they are, and can be changed at
    random. Labels that never occur stay absent. In a
    :class:`~imblearn.pipeline.Pipeline` the sampler works in ``fit`` alone, so that
    in cross-validation neither copy nor original of a training image is tested on.

    An image with a rare label often has frequent ones too, which grow along; `report_`
    tells how much.

    Parameters
    ----------
    min_count : int, default=500
        How often every label that occurs shall occur, from 0 upwards. The default is
        that of [1]_, for 31,072 images. Labels more frequent than that are not
        filled up.
    augmenter : callable, default=None
        Changes the copies of images. Called as ``augmenter(image, rng)`` with a copy
        and a :class:`numpy.random.Generator`; returns an image of the same shape and
        dtype. Such as :func:`~sklearn_protloc.augmentation.gapnet_variant`, what [1]_
        did. Each copy is changed in its own way, and in the same way whenever it is
        read. None leaves copies unchanged: enough for a classifier that changes all
        images itself. A table cannot have one.
    selection : {"greedy", "random"}, default="greedy"
        Which samples are copied. "greedy" prefers those whose labels are rare and
        nothing else, and those that have several rare labels, so that few copies
        are needed and frequent labels grow little. "random" fills up one rare label
        after the other, in the order of the columns, with samples drawn from all that
        have it: the plain reading of [1]_.
    concentration : float, default=1.5
        For "greedy", how many times more often a sample may be copied than if the
        copies for its rarest label were dealt evenly to all samples with that label;
        at least 1. Only one image in eleven of rods and rings in [1]_ has no other
        label: without a limit every copy would be one of it. 1 uses all samples
        evenly, higher values inflate frequent labels less and repeat samples more.
    random_state : int, RandomState instance or None, default=None
        Decides which samples are copied, and how copies are changed.

    Attributes
    ----------
    sample_indices_ : ndarray of shape (n_samples_new,)
        The sample of `X` that each row is, or is a copy of. Whatever else belongs to
        samples follows by it, as in ``groups[sampler.sample_indices_]``.
    is_augmented_ : ndarray of shape (n_samples_new,), dtype bool
        Whether a row is a copy.
    report_ : DataFrame of n_labels rows
        `before` and `after`, how many samples had and have each label.
    n_features_in_ : int
        Number of channels, or of columns of a table.

    See Also
    --------
    MLRandomOverSampler : Copies until labels reach the mean imbalance ratio.
    imbalance_report : Measures how unequal labels are.

    Notes
    -----
    Every step of "greedy" takes, of all sets of labels that samples have, the one with
    the highest number of labels still to be filled up, divided by one plus the number
    of its other labels. Sets with the same labels to be filled up and as many others
    share the copies in proportion to their samples.

    References
    ----------
    .. [1] M. Madeira and M. T. Parreira, "Protein Localization from High-Resolution
       Microscopy using Deep Neural Networks", Tsinghua University, section 2.1, where
       31,072 images become 34,098. It is not said that the folds were made before;
       otherwise copies of training images are among those tested on.

    Examples
    --------
    >>> import numpy as np
    >>> import pandas as pd
    >>> from imblearn.pipeline import make_pipeline
    >>> from sklearn_protloc.augmentation import RandomDihedral
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.networks import TinyNet
    >>> from sklearn_protloc.over_sampling import RareLabelOverSampler
    >>> X = np.random.default_rng(0).integers(0, 256, (30, 4, 8, 8), dtype=np.uint8)
    >>> y = pd.DataFrame([[1, 0]] * 25 + [[1, 1]] * 2 + [[0, 1]] * 3)
    >>> y.columns = ["Cytosol", "Rods & rings"]
    >>> sampler = RareLabelOverSampler(12, augmenter=RandomDihedral(), random_state=0)
    >>> X_new, y_new = sampler.fit_resample(X, y)
    >>> sampler.report_
                  before  after
    Cytosol           27     27
    Rods & rings       5     12
    >>> pipe = make_pipeline(sampler, LocalizationClassifier(TinyNet, max_epochs=1))
    >>> pipe.fit(X, y).predict(X).shape
    (30, 2)
    """

    _parameter_constraints = {
        "min_count": [Interval(Integral, 0, None, closed="left")],
        "augmenter": [callable, None],
        "selection": [StrOptions({"greedy", "random"})],
        "concentration": [Interval(Real, 1, None, closed="left")],
        "random_state": ["random_state"],
    }

    def __init__(
        self,
        min_count=500,
        *,
        augmenter=None,
        selection="greedy",
        concentration=1.5,
        random_state=None,
    ):
        self.min_count = min_count
        self.augmenter = augmenter
        self.selection = selection
        self.concentration = concentration
        self.random_state = random_state

    def _fit_resample(self, X, Y, names, rng):
        if isinstance(self.augmenter, type):
            name = self.augmenter.__name__
            raise TypeError(
                f"Expected augmenter as an object, got the class {name}: use {name}()."
            )
        if self.augmenter is not None and is_table(X):
            raise ValueError(
                f"The augmenter changes images, and X is a table of shape {X.shape}: "
                "use augmenter=None, or MLSMOTE to get other values than those of X."
            )
        if self.selection == "greedy":
            copies = choose_greedily(Y, self.min_count, self.concentration, rng)
        else:
            copies = draw_at_random(Y, self.min_count, rng)
        rows = np.concatenate([np.arange(len(Y)), copies])
        if self.augmenter is None:
            return Resampled(rows)
        seed = int(rng.randint(np.iinfo(np.int32).max))
        is_copy = np.arange(len(rows)) >= len(Y)
        images = AugmentedImages(as_lazy(X), rows, is_copy, self.augmenter, seed)
        return Resampled(rows, features=images)
