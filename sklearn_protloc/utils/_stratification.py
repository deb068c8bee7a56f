"""Dealing multi-label samples evenly, by groups of equal label sets."""

import numpy as np
from sklearn.utils import check_random_state

__all__ = ["stratified_folds", "stratified_holdout"]

# Bounds that keep the swaps cheap beside the dealing.
SWAPS_PER_SHARE = 4
MAX_CANDIDATES = 256


def stratified_folds(indicator, n_splits, *, shuffle=False, random_state=None):
    """Assign every sample to one of `n_splits` folds with like labels in each.

    Samples with the same label set are interchangeable, so whole multiples of
    `n_splits` copies of a set are dealt evenly. What is left over is dealt set by
    set, the set with the rarest label first, each copy to the fold that lacks its
    labels most. This is the aim of iterative stratification [1]_, reached on
    label sets instead of samples.

    Parameters
    ----------
    indicator : array-like of shape (n_samples, n_labels)
        0/1 or boolean values, see `check_indicator`.
    n_splits : int
        Number of folds, at least 2 and at most ``n_samples``.
    shuffle : bool, default=False
        If False, copies of a label set are dealt in the order of the rows, so that
        neighbouring rows tend to stay together. If True, in random order.
    random_state : int, RandomState instance or None, default=None
        Decides the order when `shuffle` is True.

    Returns
    -------
    folds : ndarray of shape (n_samples,), dtype int64
        The fold of each sample, from 0 to ``n_splits - 1``. Fold sizes differ by
        at most one.

    References
    ----------
    .. [1] K. Sechidis, G. Tsoumakas, I. Vlahavas, "On the stratification of
       multi-label data", ECML PKDD 2011, section 4.

    Examples
    --------
    >>> from sklearn_protloc.utils import stratified_folds
    >>> stratified_folds([[1, 0], [1, 0], [1, 1], [1, 1], [0, 1], [0, 1]], 2)
    array([0, 1, 0, 1, 0, 1])
    """
    indicator = np.asarray(indicator, dtype=bool)
    sizes = np.full(n_splits, len(indicator) // n_splits)
    sizes[: len(indicator) % n_splits] += 1
    rng = check_random_state(random_state) if shuffle else None
    return _deal(indicator, np.ones(n_splits, dtype=int), sizes, rng)


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
    indicator = np.asarray(indicator, dtype=bool)
    n_samples = len(indicator)
    if n_samples < 2:
        raise ValueError(
            f"Expected at least 2 samples to hold some out, got {n_samples}."
        )
    if not 0 < fraction < 1:
        raise ValueError(
            f"Expected fraction between 0 and 1, both excluded, got {fraction!r}."
        )
    n_held_out = min(max(round(fraction * n_samples), 1), n_samples - 1)
    sizes = np.array([n_samples - n_held_out, n_held_out])
    rng = check_random_state(random_state)
    return _deal(indicator, sizes, sizes, rng).astype(bool)


def _deal(indicator, weights, sizes, rng):
    """Return the part of each sample; part f gets `sizes[f]` samples.

    `weights` are whole numbers proportional to what a part should get of each label.
    """
    n_samples = len(indicator)
    order = np.arange(n_samples) if rng is None else rng.permutation(n_samples)
    if rng is not None:  # no part is favoured by standing first
        parts = rng.permutation(len(sizes))
        weights, sizes = weights[parts], sizes[parts]
    else:
        parts = np.arange(len(sizes))
    group = _label_set_ids(indicator[order])
    _, first, counts = np.unique(group, return_index=True, return_counts=True)
    label_sets = indicator[order[first]]
    copies = counts[:, None] * weights // weights.sum()
    surplus = _deal_remainders(label_sets, counts, copies, weights, sizes)
    _swap_copies(label_sets, copies, surplus)

    result = np.empty(n_samples, dtype=np.int64)
    by_set = order[np.argsort(group, kind="stable")]
    result[by_set] = np.repeat(np.tile(parts, len(counts)), copies.ravel())
    return result


def _label_set_ids(indicator):
    """Return a number for each row, equal for equal rows."""
    packed = np.packbits(indicator, axis=1)
    packed = np.pad(packed, [(0, 0), (0, -packed.shape[1] % 8)])
    ids = np.zeros(len(indicator), dtype=np.int64)
    for word in np.ascontiguousarray(packed).view(np.uint64).T:
        _, word_ids = np.unique(word, return_inverse=True)
        _, ids = np.unique(ids * len(ids) + word_ids, return_inverse=True)
    return ids


def _deal_remainders(label_sets, counts, copies, weights, sizes):
    """Deal the copies of each label set not dealt yet, adding to `copies` in place.

    Return how many samples of each label each part has above its share.
    """
    n_samples, n_positive = counts.sum(), counts @ label_sets
    surplus = copies.T @ label_sets - np.outer(weights / weights.sum(), n_positive)
    urgency = 1 / np.sqrt(np.maximum(n_positive, 1))
    room = sizes - copies.sum(axis=0)
    left = counts - copies.sum(axis=1)
    rarest = np.where(label_sets, n_positive, n_samples).min(axis=1, initial=n_samples)
    for g in np.argsort(rarest, kind="stable"):
        labels = np.flatnonzero(label_sets[g])
        # Every part gets one copy of a set before any part gets a second one.
        dealt = np.zeros(len(sizes))
        for _ in range(left[g]):
            cost = surplus[:, labels] @ urgency[labels] + n_samples * dealt
            cost[room == 0] = np.inf
            part = np.argmin(cost)
            copies[g, part] += 1
            surplus[part, labels] += 1
            room[part] -= 1
            dealt[part] += 1
    return surplus


def _swap_copies(label_sets, copies, surplus):
    """Swap samples between parts while a label is a whole sample off its share.

    Sizes stay as they are. `copies` and `surplus` are changed in place.
    """
    for _ in range(SWAPS_PER_SHARE * surplus.size):
        worst_first = np.argsort(-np.abs(surplus), axis=None, kind="stable")
        for worst in worst_first:
            part, label = divmod(worst, surplus.shape[1])
            if abs(surplus[part, label]) < 1 - 1e-9:
                return
            if swap := _best_swap(label_sets, copies, surplus, part, label):
                break
        else:
            return
        donor, taker, given, returned = swap
        copies[given, [donor, taker]] += [-1, 1]
        copies[returned, [donor, taker]] += [1, -1]
        moved = label_sets[given].astype(int) - label_sets[returned]
        surplus[donor] -= moved
        surplus[taker] += moved


def _best_swap(label_sets, copies, surplus, part, label):
    """Return the swap that brings all labels closest to their shares, if one does."""
    if surplus[part, label] > 0:
        donor, taker = part, np.argmin(surplus[:, label])
    else:
        donor, taker = np.argmax(surplus[:, label]), part
    has_label = label_sets[:, label]
    give = np.flatnonzero(has_label & (copies[:, donor] > 0))[:MAX_CANDIDATES]
    back = np.flatnonzero(~has_label & (copies[:, taker] > 0))[:MAX_CANDIDATES]
    if not (len(give) and len(back)):
        return None
    a, b = label_sets[give].astype(float), label_sets[back].astype(float)
    # Half the change of the sum of squared surpluses of donor and taker.
    pull = surplus[taker] - surplus[donor] + 1
    gain = (a @ pull)[:, None] + b @ (2 - pull) - 2 * a @ b.T
    i, j = np.unravel_index(np.argmin(gain), gain.shape)
    if gain[i, j] > -1e-9:
        return None
    return donor, taker, give[i], back[j]
