"""Dividing multi-label samples with like shares of every label."""

from numbers import Integral, Real

import numpy as np
from sklearn.utils import check_random_state, check_scalar

from sklearn_protloc.utils._dealing import deal
from sklearn_protloc.utils._targets import check_indicator

__all__ = ["stratified_folds", "stratified_holdout", "stratified_parts"]


def stratified_folds(
    indicator, n_splits, *, groups=None, shuffle=False, random_state=None
):
    """Assign every sample to one of `n_splits` folds with like labels in each.

    Samples with the same label set are interchangeable, so whole multiples of
    `n_splits` copies of a set are dealt evenly. What is left over is dealt set by
    set, the set with the rarest label first, each copy to the fold that lacks its
    labels most. This is the aim of iterative stratification [1]_, reached on
    label sets instead of samples. At last samples are swapped between folds: while a
    label is a whole sample off its share, and while a fold has none of a label with
    `n_splits` positives or more, as far as swaps help.

    Parameters
    ----------
    indicator : array-like of shape (n_samples, n_labels)
        0/1 or boolean values, see `check_indicator`.
    n_splits : int
        Number of folds, at least 2 and at most ``n_samples``, or as many as there are
        groups.
    groups : array-like of shape (n_samples,) of int, default=None
        Samples of one group, numbered from 0, get the same fold: whole groups are dealt
        and moved. If None, each sample is its own.
    shuffle : bool, default=False
        If False, copies of a label set are dealt in the order of the rows, so that
        neighbouring rows tend to stay together. If True, in random order.
    random_state : int, RandomState instance or None, default=None
        Decides the order when `shuffle` is True.

    Returns
    -------
    folds : ndarray of shape (n_samples,), dtype int64
        The fold of each sample, from 0 to ``n_splits - 1``. Fold sizes differ by
        at most one; with groups they are evened out like a label.

    References
    ----------
    .. [1] K. Sechidis, G. Tsoumakas, I. Vlahavas, "On the stratification of
       multi-label data", ECML PKDD 2011, section 4.

    Examples
    --------
    >>> from sklearn_protloc.utils import stratified_folds
    >>> y = [[1, 0], [1, 0], [1, 1], [1, 1], [0, 1], [0, 1]]
    >>> stratified_folds(y, 2)
    array([0, 1, 0, 1, 0, 1])
    >>> stratified_folds(y, 2, groups=[0, 1, 2, 2, 0, 1])
    array([1, 1, 0, 0, 1, 1])
    """
    rng = check_random_state(random_state) if shuffle else None
    contents = _contents(indicator)
    most = len(contents) if groups is None else None
    check_scalar(n_splits, "n_splits", Integral, min_val=2, max_val=most)
    weights = np.ones(n_splits, dtype=np.int64)
    if groups is None:
        sizes = np.full(n_splits, len(contents) // n_splits)
        sizes[: len(contents) % n_splits] += 1
        return deal(contents, weights, sizes=sizes, rng=rng)
    groups = np.asarray(groups)
    per_group = np.zeros((groups.max() + 1, contents.shape[1]), dtype=np.int64)
    np.add.at(per_group, groups, contents)
    return deal(per_group, weights, rng=rng)[groups]


def stratified_parts(indicator, sizes, random_state=None):
    """Assign samples to parts of given sizes with like shares of every label in each.

    Parameters
    ----------
    indicator : array-like of shape (n_samples, n_labels)
        0/1 or boolean values. For a single label pass one column; for a
        multi-class target its one-hot form.
    sizes : array-like of int
        How many samples each part gets, ``n_samples`` in all.
    random_state : int, RandomState instance or None, default=None
        Decides which copies of a label set go where.

    Returns
    -------
    parts : ndarray of shape (n_samples,), dtype int64
        The part of each sample, counted from 0.

    Raises
    ------
    ValueError
        If `indicator` is not one, or `sizes` are not numbers of all of its samples.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.utils import stratified_parts
    >>> y = np.array([[1, 0]] * 4 + [[0, 1]] * 4)
    >>> parts = stratified_parts(y, [4, 2, 2], random_state=0)
    >>> [y[parts == part].sum(axis=0).tolist() for part in range(3)]
    [[2, 2], [1, 1], [1, 1]]
    """
    rng = check_random_state(random_state)
    contents, sizes = _contents(indicator), np.asarray(sizes)
    whole = sizes.ndim == 1 and sizes.dtype.kind in "iu" and (sizes >= 0).all()
    if not whole or sizes.sum() != len(contents):
        raise ValueError(
            f"Expected sizes as numbers of samples, {len(contents)} in all, got "
            f"{sizes.tolist()}."
        )
    return deal(contents, sizes, sizes=sizes, rng=rng)


def stratified_holdout(indicator, fraction, random_state=None):
    """Choose the rows to hold out with like labels on both sides.

    Parameters
    ----------
    indicator : array-like of shape (n_samples, n_labels)
        0/1 or boolean values. For a single label pass one column; for a
        multi-class target its one-hot form.
    fraction : float
        Part of the rows to hold out, between 0 and 1, both excluded. At least one
        row is held out and at least one is kept.
    random_state : int, RandomState instance or None, default=None
        Decides which copies of a label set are held out.

    Returns
    -------
    held_out : ndarray of shape (n_samples,), dtype bool
        True for the held-out rows.

    Raises
    ------
    ValueError
        If there are fewer than two samples or `fraction` is not between 0 and 1.

    Examples
    --------
    >>> from sklearn_protloc.utils import stratified_holdout
    >>> y = [[1, 0]] * 4 + [[0, 1]] * 4
    >>> held_out = stratified_holdout(y, 0.25, random_state=0)
    >>> held_out[:4].sum(), held_out[4:].sum()
    (np.int64(1), np.int64(1))
    """
    indicator = check_indicator(indicator)[0]
    n_samples = len(indicator)
    if n_samples < 2:
        raise ValueError(
            f"Expected at least 2 samples to hold some out, got {n_samples}."
        )
    if not isinstance(fraction, Real) or not 0 < fraction < 1:
        raise ValueError(
            f"Expected fraction between 0 and 1, both excluded, got {fraction!r}."
        )
    n_held_out = min(max(round(fraction * n_samples), 1), n_samples - 1)
    sizes = [n_samples - n_held_out, n_held_out]
    return stratified_parts(indicator, sizes, random_state).astype(bool)


def _contents(indicator):
    """Return what `deal` is to know of samples: their labels, and that each is one."""
    indicator = check_indicator(indicator)[0].astype(bool)
    return np.column_stack([indicator, np.ones(len(indicator), dtype=bool)])
