"""What is wrong with each sample, seen beside the others."""

from collections import Counter
from itertools import chain

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from sklearn_protloc.datasets._checks._examine import Channel
from sklearn_protloc.datasets._checks._fingerprints import near_pairs


class Findings:
    """The faults of all channels, and what sound channels have in common.

    Parameters
    ----------
    samples : Samples
        The images.
    examined : list of list of Channel
        What was seen of each sample by itself.
    ignore : collection of str
        Faults that are none to the user.

    Attributes
    ----------
    faults : dict
        (fault, detail) pairs in a list for each (sample, channel) that has any.
    size, dtype : tuple of 2 int and dtype, or None
        Those of most channels.
    n_channels : int
        Of most samples.
    groups : ndarray of shape (n_samples,), dtype int
        Equal for samples that are duplicates.
    """

    def __init__(self, samples, examined, ignore):
        self.faults = {}
        self.groups = np.arange(len(samples))
        self._samples = samples
        self._ignore = ignore
        read = [seen for seen in examined if seen[0].shape or len(seen) > 1]
        self.n_channels = _most(len(seen) for seen in read or examined)
        self._channels = [self._one_per_channel(seen) for seen in examined]
        every = list(chain.from_iterable(self._channels))
        self.size = _most(channel.shape for channel in every)
        self.dtype = _most(channel.dtype for channel in every)
        for i, seen in enumerate(self._channels):
            self._compare_within(i, seen)
        if "duplicate" not in ignore:
            self._compare_samples()

    def name(self, i, k):
        """Return what to call a channel: its file, if it has one."""
        return self.file(i, k) or f"channel {k} of sample {i}"

    def file(self, i, k):
        """Return the file of a channel, or None."""
        files = self._samples.files(i)
        if files is None:
            return None
        return files[k] if len(files) > 1 else files[0]

    def _add(self, i, k, fault, detail):
        if fault not in self._ignore:
            self.faults.setdefault((i, k), []).append((fault, detail))

    def _one_per_channel(self, seen):
        if len(seen) == self.n_channels:
            return seen
        if len(seen) > 1 or seen[0].shape:
            has = f"it has {len(seen)} channels, most samples have {self.n_channels}"
            return [Channel("size", has)] * self.n_channels
        return seen * self.n_channels  # the one file of all channels is at fault

    def _compare_within(self, i, seen):
        """Note what is wrong with a sample by itself, or unlike the others."""
        size = self.size
        if self._samples.image_size is not None:  # then samples may differ in size
            size = _most(channel.shape for channel in seen)
        digests = [channel.digest for channel in seen]
        for k, channel in enumerate(seen):
            if channel.fault:
                own_name = f"{self.file(i, k)} "  # with which errors begin
                detail = channel.detail
                if detail.startswith(own_name):
                    detail = f"it {detail.removeprefix(own_name)}"
                self._add(i, k, channel.fault, detail)
            if channel.shape not in (None, size):
                unlike = (
                    f"it has {_as_size(channel.shape)} pixels, not {_as_size(size)}"
                )
                self._add(i, k, "size", unlike)
            if channel.dtype not in (None, self.dtype):
                unlike = f"its pixels are {channel.dtype}, not {self.dtype}"
                self._add(i, k, "dtype", unlike)
            same = [j for j, d in enumerate(digests) if d == channel.digest and j != k]
            if channel.digest and same:
                others = " and ".join(self.name(i, j) for j in same)
                self._add(i, k, "copied", f"its pixels are those of {others}")

    def _compare_samples(self):
        """Note samples that show what an earlier one shows in the same channel.

        Samples with other faults count as later than all without: the one of a group
        that can be kept is not to be lost to one that cannot.
        """
        faulty = {i for i, _ in self.faults}
        order = np.array(sorted(range(len(self._channels)), key=faulty.__contains__))
        links = [np.empty((0, 2), np.intp)]
        for k in range(self.n_channels):
            rows = [i for i in order if self._channels[i][k].digest]
            if not rows:
                continue
            seen = [self._channels[i][k] for i in rows]
            digests = np.array([channel.digest for channel in seen], dtype=object)
            words = np.array([channel.signs for channel in seen])
            pairs = np.array(rows)[near_pairs(digests, words)]
            links.append(pairs)
            self._add_duplicates(k, pairs)
        links = np.vstack(links)
        n_samples = len(self._channels)
        graph = coo_array((np.ones(len(links)), tuple(links.T)), (n_samples, n_samples))
        self.groups = connected_components(graph, directed=False)[1]

    def _add_duplicates(self, k, pairs):
        _, first = np.unique(pairs[:, 1], return_index=True)
        for earlier, i in pairs[first]:
            same = self._channels[i][k].digest == self._channels[earlier][k].digest
            what = "the same pixels as" if same else "nearly the same picture as"
            self._add(i, k, "duplicate", f"it shows {what} {self.name(earlier, k)}")


def _most(values):
    """Return the most frequent value, of equals the first; None is no value."""
    counts = Counter(value for value in values if value is not None)
    return counts.most_common(1)[0][0] if counts else None


def _as_size(shape):
    return " x ".join(map(str, shape))
