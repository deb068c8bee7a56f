"""A client of Dask whose searches outlive the workers."""

import queue
import sys
import threading
from collections.abc import Iterator

from sklearn_protloc.utils import import_or_raise

__all__ = ["dask_client"]

_MANY = (list, tuple, set, frozenset, range)
_LARGE = "distributed.admin.large-graph-warning-threshold"
_QUIET = threading.Lock()  # one thread at a time changes what Dask warns of


def dask_client(address=None, **params):
    """Connect to a cluster of Dask so that searches outlive its workers.

    joblib hands the images, the labels and the rows of each fold to one worker of the
    cluster, from which the others fetch them. Dask cannot make again what only a worker
    that died had, and the search ends with an error. This client has them kept by the
    scheduler too, from where they are sent again.

    Parameters
    ----------
    address : str or cluster object, default=None
        Where the scheduler is, such as "tcp://host:8786", or what Dask's own
        :class:`~distributed.LocalCluster` and its like are. None makes a cluster of
        worker processes on this machine.
    **params : object
        Other parameters of :class:`distributed.Client`.

    Returns
    -------
    client : distributed.Client
        Connected, and the one that ``joblib.parallel_config(backend="dask")`` uses. A
        context manager that disconnects at its end.

    Raises
    ------
    ImportError
        If Dask is not installed (extra ``dask``).
    OSError
        If there is no scheduler at `address`.

    Notes
    -----
    What is kept takes memory of the scheduler: file names, for an
    :class:`~sklearn_protloc.datasets.ImageCollection`; all pixels, for an array.

    What is given to ``client.scatter`` yourself is kept as well, except for dicts. Its
    `workers` get the data as long as one of them is there, others else; ``direct=True``
    is an error, as data kept by the scheduler has to pass it.

    Examples
    --------
    >>> from joblib import parallel_config
    >>> from sklearn.model_selection import cross_val_score
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from sklearn_protloc.model_selection import dask_client
    >>> X, y = [[0.0], [0.1], [0.9], [1.0]] * 5, [0, 0, 1, 1] * 5
    >>> with (
    ...     dask_client(processes=False, dashboard_address=":0"),
    ...     parallel_config(backend="dask"),
    ... ):
    ...     cross_val_score(KNeighborsClassifier(1), X, y, cv=2)
    array([1., 1.])
    """
    distributed = import_or_raise("distributed", "A cluster of Dask", extra="dask")
    return _client_class(distributed.Client)(address, **params)


def _client_class(base):
    """Make the class here, as Dask is there for some users only."""

    class LastingClient(base):
        """Client whose scattered data are results of tasks, which Dask can repeat."""

        def scatter(
            self,
            data,
            workers=None,
            broadcast=False,
            direct=None,
            hash=True,
            timeout=None,
            asynchronous=None,
        ):
            kind = type(data)
            if kind is dict or isinstance(data, Iterator | queue.Queue):
                options = {"direct": direct, "hash": hash, "asynchronous": asynchronous}
                if timeout is not None:
                    options["timeout"] = timeout
                return super().scatter(data, workers, broadcast, **options)
            if direct:
                raise ValueError(
                    "dask_client keeps data on the scheduler, so none goes to workers "
                    "directly. Leave out direct=True, or use distributed.Client."
                )
            many = kind in _MANY or hasattr(data, "_fields")
            futures = self._keep(list(data) if many else [data], workers, hash)
            kept = _as(kind, futures) if many else futures[0]
            if self.asynchronous if asynchronous is None else asynchronous:
                return self._replicated(kept, futures, workers, broadcast)
            if broadcast:
                n = None if broadcast is True else broadcast
                self.replicate(futures, n=n, workers=workers)
            return kept

        def _keep(self, items, workers, hash):
            """Submit tasks that return the data, as large as that may be."""
            dask = import_or_raise("dask", "A cluster of Dask", extra="dask")
            options = {"workers": workers, "allow_other_workers": workers is not None}
            with _QUIET, dask.config.set({_LARGE: sys.maxsize}):
                return [self.submit(_unchanged, i, pure=hash, **options) for i in items]

        async def _replicated(self, kept, futures, workers, broadcast):
            if broadcast:
                n = None if broadcast is True else broadcast
                await self._replicate(futures, n=n, workers=workers)
            return kept

    return LastingClient


def _as(kind, futures):
    """Return futures in what the data came in."""
    if kind is range:
        return futures
    return kind(*futures) if hasattr(kind, "_fields") else kind(futures)


def _unchanged(data):
    return data
