"""Dealing units with labels into parts that hold like shares of every label."""

import numpy as np

__all__ = ["deal"]

# Bounds that keep the swaps cheap: kinds looked at in a try, and tries times columns.
MAX_CANDIDATES, MAX_TRIED = 128, 600_000


def deal(contents, weights, *, sizes=None, rng=None):
    """Deal units into parts so that every part gets its share of every column.

    Units with equal contents, a kind, are interchangeable. Each kind is dealt evenly as
    far as it goes; what is left over is dealt kind by kind, the kind with the rarest
    label first, each copy to the part that lacks its contents most. Then units are
    swapped as long as a swap helps. Chi-squared tells what lacks most and what helps:
    the squared distances from the shares, divided by the shares.

    Parameters
    ----------
    contents : ndarray of shape (n_units, n_columns), bool or int
        What a unit holds of each label; in the last column, how many samples.
    weights : ndarray of shape (n_parts,), int
        Shares are proportional to them.
    sizes : ndarray of shape (n_parts,), int, default=None
        The number of units that a part gets. If None, parts may get more or fewer, and
        only their samples are evened out, like a label.
    rng : RandomState, default=None
        Puts units and parts in random order. If None, they are taken as they come.

    Returns
    -------
    parts : ndarray of shape (n_units,), dtype int64
        The part of each unit.
    """
    n_units, n_parts = len(contents), len(weights)
    order, parts = np.arange(n_units), np.arange(n_parts)
    if rng is not None:  # no part is favoured by standing first
        order, parts = rng.permutation(n_units), rng.permutation(n_parts)
    bounded = sizes is not None
    sizes = sizes if bounded else np.full(n_parts, n_units)
    kind_of = _row_ids(contents[order])
    by_kind, counts = np.argsort(kind_of, kind="stable"), np.bincount(kind_of)
    kinds = contents[order[by_kind[np.cumsum(counts) - counts]]]
    dealt = _Dealt(kinds, counts, weights[parts], n_nothing=0 if bounded else n_units)
    _deal_remainders(dealt, sizes[parts])
    _swap_copies(dealt)
    _fill_gaps(dealt)

    result = np.empty(n_units, dtype=np.int64)
    copies = dealt.copies[1:].ravel()
    result[order[by_kind]] = np.repeat(np.tile(parts, len(counts)), copies)
    return result


class _Dealt:
    """What each part has been dealt.

    The first kind is nothing. Where parts have some of it, a swap may be a mere move.

    Attributes
    ----------
    contents : ndarray of shape (n_kinds, n_columns), dtype float64
        Of one copy of a kind.
    scale : ndarray of shape (n_columns,), dtype float64
        Makes squares of contents chi-squared.
    scaled : ndarray of shape (n_kinds, n_columns), dtype float64
        The contents, scaled.
    left : ndarray of shape (n_kinds,), dtype int
        Copies that cannot be dealt evenly, fewer than there are parts.
    copies : ndarray of shape (n_kinds, n_parts), dtype int
        Copies that a part has.
    surplus : ndarray of shape (n_parts, n_columns), dtype float64
        What a part has above its share, scaled.
    due : ndarray of shape (n_parts, n_columns), dtype bool
        Whether a part should have some of a column: whether its share is a unit.
    """

    def __init__(self, kinds, counts, weights, n_nothing):
        self.contents = np.vstack([np.zeros_like(kinds[:1], float), kinds])
        counts = np.append(0, counts)
        self.total = counts @ self.contents
        self.scale = 1 / np.sqrt(np.maximum(self.total, 1))
        self.scaled = self.contents * self.scale
        self.copies = counts[:, None] * weights // weights.sum()
        self.left = counts - self.copies.sum(axis=1)
        self.copies[0] = n_nothing
        shares = np.outer(weights / weights.sum(), self.total)
        self.surplus = (self.copies.T @ self.contents - shares) * self.scale
        n_holders = counts @ (self.contents > 0)
        self.due = np.outer(weights, n_holders) >= weights.sum()

    def swap(self, donor, taker, given, returned):
        """Let two parts exchange a copy of one kind for one of another."""
        self.copies[given, [donor, taker]] += [-1, 1]
        self.copies[returned, [donor, taker]] += [1, -1]
        moved = self.scaled[given] - self.scaled[returned]
        self.surplus[donor] -= moved
        self.surplus[taker] += moved


def _row_ids(rows):
    """Return a number for each row, equal for equal rows, counted from 0."""
    if rows.dtype == bool:
        packed = np.packbits(rows, axis=1)
    else:
        packed = np.ascontiguousarray(rows, dtype=np.int32).view(np.uint8)
    packed = np.pad(packed, [(0, 0), (0, -packed.shape[1] % 8)])
    first, *others = packed.view(np.uint64).T
    ids = np.unique(first, return_inverse=True)[1]
    for word in others:
        word_ids = np.unique(word, return_inverse=True)[1]
        ids = np.unique(ids * len(ids) + word_ids, return_inverse=True)[1]
    return ids


def _deal_remainders(dealt, sizes):
    """Deal the copies that are left, rarest labels first and most of them first."""
    totals = np.where(dealt.contents > 0, dealt.total, np.inf)
    rarest = totals.argmin(axis=1)
    rows = np.arange(len(totals))
    order = np.lexsort((-dealt.contents[rows, rarest], totals[rows, rarest]))
    room = (sizes - dealt.copies[1:].sum(axis=0)).tolist()
    closed = np.where(room, 0, np.inf)
    surplus, takers = dealt.surplus, []
    order = np.repeat(order, dealt.left[order])
    for row in dealt.scaled[order]:
        part = int((surplus @ row + closed).argmin())
        takers.append(part)
        surplus[part] += row
        room[part] -= 1
        if not room[part]:
            closed[part] = np.inf
    np.add.at(dealt.copies, (order, takers), 1)


def _swap_copies(dealt):
    """Swap units while a part is a whole sample off its share of a column."""
    hopeless, n_tried = set(), 0
    while n_tried < MAX_TRIED:
        for pair in _worst_first(dealt):
            if pair not in hopeless:
                n_tried += len(dealt.scale)
                if swap := _best_swap(dealt, *pair):
                    break
                hopeless.add(pair)
        else:
            return
        dealt.swap(*swap)
        changed = set(swap[:2])
        hopeless = {pair for pair in hopeless if changed.isdisjoint(pair[:2])}


def _worst_first(dealt):
    """Yield who may give a column to whom, the parts farthest off first."""
    off = np.abs(dealt.surplus)
    off[off < (1 - 1e-9) * dealt.scale] = 0
    worst_first = np.argsort(-off, axis=None, kind="stable")
    for worst in worst_first[: np.count_nonzero(off)].tolist():
        part, column = divmod(worst, off.shape[1])
        surplus = dealt.surplus[:, column]
        has_more = surplus[part] > 0
        partners = np.argsort(surplus if has_more else -surplus, kind="stable")
        for other in partners.tolist():
            if other != part:
                yield (part, other, column) if has_more else (other, part, column)


def _best_swap(dealt, donor, taker, column):
    """Return the swap that brings all columns closest to their shares, if one does."""
    holds, has = dealt.contents[:, column], dealt.copies > 0
    give = np.flatnonzero(has[:, donor] & (holds > 0))[:MAX_CANDIDATES]
    less = holds < holds[give].max(initial=0)
    back = np.flatnonzero(has[:, taker] & less)[:MAX_CANDIDATES]
    if not (len(give) and len(back)):
        return None
    a, b = dealt.scaled[give], dealt.scaled[back]
    # Half the change of the sum of squared surpluses of donor and taker.
    pull = dealt.surplus[taker] - dealt.surplus[donor]
    change = np.sum(a * (a + pull), axis=1)[:, None] + np.sum(b * (b - pull), axis=1)
    change -= 2 * a @ b.T
    i, j = np.unravel_index(np.argmin(change), change.shape)
    return (donor, taker, give[i], back[j]) if change[i, j] < -1e-9 else None


def _fill_gaps(dealt):
    """Swap units while that leaves fewer parts without a column due to them."""
    while True:
        has = dealt.copies.T @ dealt.contents
        gaps = np.argwhere((has == 0) & dealt.due)
        found = (_best_filling(dealt, has, *gap) for gap in gaps)
        swap = next(filter(None, found), None)
        if swap is None:
            return
        dealt.swap(*swap)


def _best_filling(dealt, has, part, column):
    """Return, of the swaps that fill a gap and open none, the least costly."""
    best, least = None, np.inf
    returned = np.flatnonzero(dealt.copies[:, part])
    holders = np.flatnonzero(dealt.contents[:, column])
    for given, donor in np.argwhere(dealt.copies[holders]):
        given = holders[given]
        moved = dealt.contents[given] - dealt.contents[returned]
        pair = [donor, part]
        after = has[pair][:, None] + np.stack([-moved, moved])
        n_gaps = np.sum((after == 0) & dealt.due[pair][:, None], axis=(0, 2))
        fewer = n_gaps < np.sum((has[pair] == 0) & dealt.due[pair])
        moved *= dealt.scale
        change = moved @ (dealt.surplus[part] - dealt.surplus[donor])
        change = np.where(fewer, change + np.sum(moved**2, axis=1), np.inf)
        if change.min() < least:
            best, least = (donor, part, given, returned[change.argmin()]), change.min()
    return best
