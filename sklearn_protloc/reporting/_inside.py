"""What is inside a fitted model: other models, and networks."""

import numpy as np

__all__ = ["inside", "mean_epoch_seconds", "n_parameters"]

# Where scikit-learn, skorch and this library keep the models that a model is made of.
_ONE = ("estimator_", "best_estimator_", "classifier_", "net_", "module_")
_SEVERAL = ("estimators_", "models")


def inside(model):
    """Yield a fitted model and each model that it is made of, outer ones first.

    Parameters
    ----------
    model : object
        Fitted. Steps of pipelines, models of folds and members of ensembles are
        followed, each once.

    Yields
    ------
    part : object
        The model, then its parts; of a classifier with a network, also the network.
    """
    waiting, seen = [model], set()
    while waiting:
        part = waiting.pop(0)
        if part is None or isinstance(part, str) or id(part) in seen:
            continue
        seen.add(id(part))
        yield part
        waiting += [getattr(part, name, None) for name in _ONE]
        waiting += [step for _, step in getattr(part, "steps", [])]
        for name in _SEVERAL:
            members = getattr(part, name, None)
            if isinstance(members, list | tuple | np.ndarray):
                waiting += np.asarray(members, dtype=object).ravel().tolist()


def n_parameters(model):
    """Return how many numbers the networks inside have learnt, None without one."""
    networks = [part for part in inside(model) if _is_network(part)]
    if not networks:
        return None
    return sum(w.numel() for network in networks for w in network.parameters())


def mean_epoch_seconds(model):
    """Return how long an epoch took, NaN without a network that tells."""
    histories = [getattr(part, "history_", None) for part in inside(model)]
    seconds = [
        epoch["dur"]
        for history in histories
        for epoch in (history if isinstance(history, list) else [])
        if "dur" in epoch
    ]
    return float(np.mean(seconds)) if seconds else np.nan


def _is_network(part):
    return hasattr(part, "named_modules") and callable(
        getattr(part, "parameters", None)
    )
