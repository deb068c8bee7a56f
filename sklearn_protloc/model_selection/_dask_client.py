"""A client of Dask whose searches outlive the workers."""

from sklearn_protloc.utils import import_or_raise

__all__ = ["dask_client"]


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

        def scatter(self, data, *args, asynchronous=False, **kwargs):
            if isinstance(data, dict):  # never from joblib
                return super().scatter(data, *args, asynchronous=asynchronous, **kwargs)
            many = isinstance(data, list | tuple)
            futures = [
                self.submit(_unchanged, item, pure=False)
                for item in (data if many else [data])
            ]
            kept = futures if many else futures[0]
            return _awaited(kept) if asynchronous else kept

    return LastingClient


def _unchanged(data):
    return data


async def _awaited(value):
    return value
