"""Worker processes that end before their work does."""

from contextlib import contextmanager

from joblib.externals.loky.process_executor import TerminatedWorkerError

__all__ = ["explaining_killed_workers"]


@contextmanager
def explaining_killed_workers(n_jobs):
    """Tell what helps where the operating system ended a worker.

    Parameters
    ----------
    n_jobs : int or None
        How many there were asked for.
    """
    try:
        yield
    except TerminatedWorkerError as error:
        raise RuntimeError(
            f"A worker process of n_jobs={n_jobs} was killed, most often because the "
            "memory did not suffice for as many models at a time; nothing was fitted. "
            "Use a smaller n_jobs or batch_size, or images that are read from files "
            "when needed; with a checkpoint_dir, a classifier goes on where it was. "
            f"({error})"
        ) from error
