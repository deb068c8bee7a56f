"""Learning-rate schedules of torch, told how long training is and what to watch."""

import inspect

from skorch.callbacks import LRScheduler
from torch.optim.lr_scheduler import (
    CosineAnnealingLR,
    CyclicLR,
    OneCycleLR,
    ReduceLROnPlateau,
)

_PER_BATCH = (OneCycleLR, CyclicLR)  # all others count epochs


class Schedule(LRScheduler):
    """skorch's callback, with what only the classifier knows filled in."""

    def __init__(self, schedule, params, watched):
        super().__init__(schedule, monitor=watched, event_name="lr")
        self.params = params

    def on_train_begin(self, net, X=None, **kwargs):
        params = {**self._known(net, X), **(self.params or {})}
        if "epochs" in params:
            params.pop("total_steps", None)  # OneCycleLR takes one or the other
        self.lr_scheduler_ = _build(self.policy_, net.optimizer_, params)
        per_batch = isinstance(self.lr_scheduler_, _PER_BATCH)
        self.step_every = "batch" if per_batch else "epoch"

    def _known(self, net, train):
        schedule = self.policy_ if isinstance(self.policy_, type) else object
        if issubclass(schedule, OneCycleLR):
            n_steps = len(net.get_iterator(train, training=True)) * net.max_epochs
            return {"max_lr": net.lr, "total_steps": n_steps}
        if issubclass(schedule, CosineAnnealingLR):
            return {"T_max": net.max_epochs}
        if issubclass(schedule, ReduceLROnPlateau):
            return {"mode": "min" if self.monitor.endswith("loss") else "max"}
        return {}


def _build(schedule, optimizer, params):
    name = getattr(schedule, "__name__", repr(schedule))
    try:
        scheduler = schedule(optimizer, **params)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"lr_schedule {name} cannot be built with {params}: {error}. It takes "
            f"{name}{_signature(schedule)}; give all but the optimizer as "
            "lr_schedule_params."
        ) from error
    if not hasattr(scheduler, "step"):
        raise TypeError(
            f"Expected lr_schedule {name} to return a scheduler of "
            f"torch.optim.lr_scheduler, got {type(scheduler).__name__}."
        )
    return scheduler


def _signature(schedule):
    try:
        return inspect.signature(schedule)
    except ValueError:  # written in C
        return "(optimizer, ...)"
