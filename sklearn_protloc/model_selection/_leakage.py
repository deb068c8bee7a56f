"""What the samples tested share with those trained on."""

import warnings
from typing import NamedTuple

import numpy as np
import pandas as pd
from sklearn.utils import Bunch

from sklearn_protloc.datasets import check_images
from sklearn_protloc.metrics import f1_from_counts
from sklearn_protloc.model_selection._count_metrics import macro_score
from sklearn_protloc.model_selection._splitters import as_indicator
from sklearn_protloc.model_selection._threshold_models import as_splitter
from sklearn_protloc.utils import (
    as_cv,
    check_image_data,
    group_codes,
)

__all__ = ["leakage_report"]

_MEANS = {
    "groups": "samples of their group in training",
    "duplicates": "a near duplicate in training",
}
# Faults that do not keep images from being compared.
_NO_MATTER = ("blank", "saturated", "copied")


def leakage_report(y, *, cv, groups=None, images=None, n_jobs=None):
    """Tell what a score on these splits owes to memory.

    Where images of one antibody are trained on and tested, a model that remembers the
    training images and has learned nothing else scores high. This counts the groups
    and near duplicates on both sides of each split, and scores the model that only
    remembers: to a tested sample it gives the labels that at least half of the training
    samples of its group have, and none if there are no such samples.

    Parameters
    ----------
    y : {array-like, DataFrame, sparse matrix} of shape (n_samples, n_labels) \
            or array-like of shape (n_samples,)
        0/1 values of any numeric or boolean type, or one column of classes.
    cv : int, cross-validation splitter or iterable of splits
        The splits, as the `cv` of :class:`MultiLabelThresholdOptimizer`. A splitter
        without a seed gives other splits to whom it is given next: pass
        ``list(cv.split(X, y, groups))`` to both.
    groups : array-like of shape (n_samples,), default=None
        The group of each sample, such as its antibody. Also passed to the splitter, if
        `cv` is one.
    images : ImageCollection or array-like of shape \
            (n_samples, n_channels, height, width), default=None
        Images in which to look for near duplicates, by
        :func:`~sklearn_protloc.datasets.check_images`. All are read.
    n_jobs : int, default=None
        Number of threads that read images. None is 1, -1 all processors.

    Returns
    -------
    sklearn.utils.Bunch
        Dictionary-like object that prints as a summary, with the attributes:

        summary : DataFrame
            The rows "groups" and "duplicates", as far as asked for. Columns: n_groups,
            of two samples or more; n_shared, of them on both sides of any split;
            exposed, the share of tested samples with samples of their group in
            training; f1_copied, the macro F1 of copying labels; and f1_base, that of
            giving every label to every sample, which needs no image either. Both are
            means over the labels that occur among all samples tested.
        folds : DataFrame
            The same for each split, with the columns kind, fold and n_test before.
        exposed : DataFrame of bool
            A row per sample: whether it is tested with samples of its group, or with
            its near duplicates, in training.

    Raises
    ------
    ValueError
        If neither groups nor images are given, or do not fit `y`.

    See Also
    --------
    MultilabelStratifiedGroupKFold : Folds that share no group.
    sklearn_protloc.datasets.check_images : Finds duplicates, and leaves them out.

    Examples
    --------
    >>> from sklearn.model_selection import KFold
    >>> from sklearn_protloc.model_selection import leakage_report
    >>> y = [[1, 0], [1, 0], [1, 1], [1, 1], [0, 1], [0, 1]]
    >>> antibodies = ["a", "a", "b", "b", "c", "c"]
    >>> leakage_report(y, cv=KFold(2), groups=antibodies)
    2 splits, 6 samples tested
    groups: 1 of 3 on both sides of a split
      33.3% of tested samples have samples of their group in training
      macro F1 of copying labels from there: 0.667 (of every label always: 0.800)
    >>> leakage_report(y, cv=3, groups=antibodies)
    3 splits, 6 samples tested
    groups: 0 of 3 on both sides of a split
    """
    indicator = as_indicator(images, y)
    groupings = {}
    if groups is not None:
        groupings["groups"] = group_codes(groups, len(indicator))
    if images is not None:
        if hasattr(images, "dtype"):
            check_image_data(images)
        found = check_images(images, policy="mask", ignore=_NO_MATTER, n_jobs=n_jobs)
        groupings["duplicates"] = found.groups
    if not groupings:
        raise ValueError(
            "Expected groups or images, to tell which samples are alike, got neither."
        )
    splits = _splits(cv, y, groups, len(indicator))
    examined = {
        kind: _examine(indicator, codes, splits) for kind, codes in groupings.items()
    }
    folds = {kind: found.folds for kind, found in examined.items()}
    folds = pd.concat(folds, names=["kind", "fold"]).reset_index()
    summary = {kind: found.summary for kind, found in examined.items()}
    exposed = {kind: found.exposed for kind, found in examined.items()}
    return LeakageReport(
        summary=pd.DataFrame.from_dict(summary, orient="index"),
        folds=folds,
        exposed=pd.DataFrame(exposed),
    )


class LeakageReport(Bunch):
    """Result of `leakage_report`, which prints as a summary."""

    def __repr__(self):
        n_test = self.folds.loc[self.folds["kind"] == self.summary.index[0], "n_test"]
        lines = [f"{len(n_test)} splits, {n_test.sum()} samples tested"]
        for row in self.summary.itertuples():
            of = f"{row.n_shared} of {row.n_groups}"
            lines.append(f"{row.Index}: {of} on both sides of a split")
            if row.n_shared:
                lines += [
                    f"  {row.exposed:.1%} of tested samples have {_MEANS[row.Index]}",
                    f"  macro F1 of copying labels from there: {row.f1_copied:.3f} "
                    f"(of every label always: {row.f1_base:.3f})",
                ]
        return "\n".join(lines)

    __str__ = __repr__


def _splits(cv, y, groups, n_samples):
    """Return the list of (train, test) rows that `cv` stands for."""
    cv = as_cv(as_splitter(cv, grouped=groups is not None))
    rows = np.arange(n_samples)
    with warnings.catch_warnings():
        # That a splitter ignores groups is what is examined here.
        warnings.filterwarnings("ignore", "The groups parameter is ignored")
        splits = [(rows[a], rows[b]) for a, b in cv.split(rows, y, groups)]
    if not splits:
        raise ValueError("Expected cv to give at least one (train, test) split.")
    return splits


class _Examined(NamedTuple):
    """What is shared as one kind of groups tells."""

    summary: dict
    folds: pd.DataFrame  # a row per split
    exposed: np.ndarray  # (n_samples,), bool


def _examine(indicator, codes, splits):
    """Return what the splits share of the groups numbered in `codes`."""
    tests = [test for _, test in splits]
    copies = [_copy_labels(indicator, codes, *split) for split in splits]
    folds = [
        {"n_test": len(test)} | _compare(indicator[test], codes[test], *copy)
        for test, copy in zip(tests, copies, strict=True)
    ]
    tested = np.concatenate(tests)
    copied, exposed = map(np.concatenate, zip(*copies, strict=True))
    summary = {"n_groups": np.count_nonzero(np.bincount(codes) > 1)}
    summary |= _compare(indicator[tested], codes[tested], copied, exposed)
    exposed = np.isin(np.arange(len(codes)), tested[exposed])
    return _Examined(summary, pd.DataFrame(folds), exposed)


def _copy_labels(indicator, codes, train, test):
    """Return labels for tested samples copied from their groups, and who had a group.

    Parameters
    ----------
    indicator : ndarray of shape (n_samples, n_labels)
        0/1 values.
    codes : ndarray of shape (n_samples,), dtype int
        The group of each sample, numbered from 0.
    train, test : ndarrays of int
        Rows trained on, and tested.

    Returns
    -------
    copied : ndarray of shape (n_test, n_labels), dtype bool
        Labels of at least half of the training samples of the group.
    exposed : ndarray of shape (n_test,), dtype bool
        Whether there are any.
    """
    n_members = np.bincount(codes[train], minlength=codes.max() + 1)[codes[test]]
    n_positive = np.zeros((codes.max() + 1, indicator.shape[1]), dtype=np.int64)
    np.add.at(n_positive, codes[train], indicator[train])
    exposed = n_members > 0
    copied = 2 * n_positive[codes[test]] >= n_members[:, None]
    return copied & exposed[:, None], exposed


def _compare(indicator, codes, copied, exposed):
    """Return the row of a report for samples tested."""
    always = np.ones_like(indicator)
    return {
        "n_shared": len(np.unique(codes[exposed])),
        "exposed": exposed.mean(),
        "f1_copied": macro_score(f1_from_counts, indicator, copied),
        "f1_base": macro_score(f1_from_counts, indicator, always),
    }
