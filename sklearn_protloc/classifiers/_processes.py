"""Processes that work on one fit, and stay in step whatever befalls one of them."""

import os
import zlib
from contextlib import contextmanager

import torch

from sklearn_protloc.utils import import_or_raise

__all__ = ["Processes", "in_step"]


class OutOfStepError(ValueError):
    """All processes know of it, each raises it at the same point."""


class Processes:
    """Those that accelerate has started; each calls every method as often as others.

    Before values are exchanged, all meet. One that has failed goes there too, so that
    what it did not send is never mixed up with what it sends in its next fit.
    """

    _are_lost = False  # between two of them, perhaps: nothing can be exchanged any more

    def __init__(self):
        accelerate = import_or_raise(
            "accelerate", 'device="accelerate"', extra="accelerate"
        )
        # on processors only, it would not look for other processes unasked
        accelerator = accelerate.Accelerator(cpu=not torch.accelerator.is_available())
        self.device = accelerator.device
        self.size = accelerator.num_processes
        self.index = accelerator.process_index
        self._exchange = accelerate.utils
        started = int(os.environ.get("WORLD_SIZE", "1"))
        if self.size != started:
            raise ValueError(
                f"{started} processes were launched, but accelerate, which was set up "
                f"before, knows of {self.size}, so that each would train alone. Launch "
                "with torchrun or accelerate launch, and set up nothing before fit."
            )

    def meet(self, place, error=None):
        """Wait for the others, and raise on all if one has failed or is elsewhere.

        Parameters
        ----------
        place : str
            Where in a fit this is.
        error : BaseException, default=None
            With which this process leaves the fit; it is not raised here.

        Raises
        ------
        OutOfStepError
            If another process has failed, or is at another place.
        """
        if self.size == 1:
            return
        facts = torch.tensor(
            [error is not None, zlib.crc32(place.encode())], device=self.device
        )
        with self._exchanging():
            facts = self._exchange.gather(facts).view(self.size, 2)
        failed, places = facts[:, 0].tolist(), facts[:, 1].tolist()
        if not any(failed) and len(set(places)) == 1:
            return
        told = self._gather(place if error is None else _told(error))
        if error is not None:
            return
        if any(failed):
            first = failed.index(1)
            raise OutOfStepError(
                f"Process {first} of the {self.size} that train this network together "
                f"(counted from 0) has failed, so none can go on: {told[first]}"
            )
        raise OutOfStepError(
            f"The {self.size} processes that train this network together are at "
            f"different points: {', '.join(told)}. Call fit on each of them as often, "
            "and with the same data and parameters."
        )

    def compare(self, digests):
        """Refuse what the processes should have alike and do not.

        Parameters
        ----------
        digests : dict of str
            By names that a user knows.
        """
        of_all = self.tell_all("a comparison", digests)
        for other, theirs in enumerate(of_all):
            names = digests | theirs
            names = sorted(n for n in names if of_all[0].get(n) != theirs.get(n))
            if names:
                raise OutOfStepError(
                    f'device="accelerate" trains one network in {self.size} processes, '
                    f"and process {other} has another {', another '.join(names)} "
                    "than process 0 (counted from 0). Give all of them the same images "
                    "and labels in the same order (sort file names, set every "
                    "random_state) and the same parameters."
                )

    def tell_all(self, place, value):
        """Return the values of all processes, in their order."""
        self.meet(place)
        return self._gather(value)

    def add_up(self, place, vector):
        """Return the sum of a tensor over the processes."""
        self.meet(place)
        with self._exchanging():
            return self._exchange.reduce(vector, reduction="sum")

    def of_first(self, place, tensors):
        """Return what the first process has, tensors or a dict of these."""
        self.meet(place)
        with self._exchanging():
            return self._exchange.broadcast(tensors)

    def _gather(self, value):
        with self._exchanging():
            return self._exchange.gather_object([value])

    @contextmanager
    def _exchanging(self):
        if Processes._are_lost:
            raise OutOfStepError(
                "The processes that train together lost each other in a fit before, "
                "interrupted amid an exchange. Launch them anew."
            )
        Processes._are_lost = True
        yield
        Processes._are_lost = False


@contextmanager
def in_step(estimator):
    """Have all processes of a fit end it together, with an error on all or on none.

    Parameters
    ----------
    estimator : LocalizationClassifier
        Which is fitted.
    """
    if estimator.device != "accelerate":
        yield
        return
    processes = Processes()
    try:
        yield
    except OutOfStepError:
        raise
    except BaseException as error:
        if not Processes._are_lost:
            processes.meet("an error", error)
        raise
    processes.meet("the end of a fit")


def _told(error):
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
