"""Which samples to copy so that every label occurs often enough."""

import numpy as np

from sklearn_protloc.over_sampling._label_sets import label_sets

__all__ = ["choose_greedily", "draw_at_random"]


def draw_at_random(Y, min_count, rng):
    """Fill up one rare label after the other with any samples that have it.

    Returns
    -------
    rows : ndarray of shape (n_copies,)
        The samples to copy.
    """
    counts = Y.sum(axis=0, dtype=np.int64)
    drawn = [np.empty(0, dtype=np.intp)]
    for label in np.flatnonzero((counts > 0) & (counts < min_count)):
        # copies made for labels before may have filled up this one
        n_missing = max(min_count - counts[label], 0)
        rows = rng.choice(np.flatnonzero(Y[:, label]), n_missing)
        counts += Y[rows].sum(axis=0, dtype=np.int64)
        drawn.append(rows)
    return np.concatenate(drawn)


def choose_greedily(Y, min_count, concentration, rng):
    """Copy what fills up most rare labels and inflates fewest others, again and again.

    Samples of one label set are interchangeable, so that sets are chosen; the samples
    of a set are then copied equally often, but for one copy that chance gives.

    Returns
    -------
    rows : ndarray of shape (n_copies,)
        The samples to copy, in ascending order.
    """
    sets, set_of, sizes = label_sets(Y)
    copies = _copies_of_sets(sets, sizes, min_count, concentration)
    shuffled = rng.permutation(len(Y))
    shuffled = shuffled[np.argsort(set_of[shuffled], kind="stable")]
    place = np.arange(len(Y)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    each, more = np.divmod(copies, sizes)
    times = np.empty(len(Y), dtype=np.int64)
    times[shuffled] = np.repeat(each, sizes) + (place < np.repeat(more, sizes))
    return np.repeat(np.arange(len(Y)), times)


def _copies_of_sets(sets, sizes, min_count, concentration):
    """Return how many copies of samples of each label set to make."""
    counts = sizes @ sets
    missing = np.where(counts > 0, np.maximum(min_count - counts, 0), 0)
    even = -(-missing // np.maximum(counts, 1))  # copies per sample, dealt evenly
    most = np.minimum(np.floor(concentration * even), missing)
    room = sizes * (sets * most.astype(np.int64)).max(axis=1, initial=0)
    copies, n_labels = np.zeros(len(sets), dtype=np.int64), sets.sum(axis=1)
    while missing.any():
        rare = missing > 0
        gain = sets @ rare
        loss = n_labels - gain
        # a copy costs itself and one for each other label that it makes more frequent
        worth = np.where(room > 0, gain / (1 + loss), 0)
        best = np.lexsort((loss, -worth))[0]
        wanted = rare & (sets[best] > 0)
        alike = (room > 0) & (loss == loss[best])
        alike &= ((sets > 0) & rare == wanted).all(axis=1)
        n_copies = min(missing[wanted].min(), room[alike].sum())
        dealt = _deal(n_copies, room[alike])
        copies[alike] += dealt
        room[alike] -= dealt
        missing[wanted] -= n_copies
    return copies


def _deal(n_copies, room):
    """Part copies in proportion to the room, by largest remainders."""
    shares = n_copies * room / room.sum()
    whole = np.floor(shares).astype(np.int64)
    left = n_copies - whole.sum()
    whole[np.argsort(whole - shares, kind="stable")[:left]] += 1
    return whole
