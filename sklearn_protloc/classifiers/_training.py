"""One fit: hold out, build a net with its own random streams, train, let go."""

import threading
from contextlib import contextmanager

import numpy as np
import torch
from sklearn.utils import check_random_state
from skorch.helper import predefined_split
from skorch.history import History

from sklearn_protloc.classifiers._batches import ImageDataset
from sklearn_protloc.classifiers._checkpoints import Checkpoints
from sklearn_protloc.classifiers._criterion import Criterion
from sklearn_protloc.classifiers._determinism import deterministic_algorithms
from sklearn_protloc.classifiers._engine import LocalizationNet
from sklearn_protloc.classifiers._failures import fit_within_memory
from sklearn_protloc.classifiers._fingerprint import stamps_of, training_fingerprint
from sklearn_protloc.classifiers._interruption import LastEpoch
from sklearn_protloc.classifiers._options import (
    check_built,
    check_crop_size,
    check_net_params,
    default_loss,
    network_factory,
    optimizer_options,
    resolve_device,
    training_callbacks,
)
from sklearn_protloc.classifiers._scoring import best_epoch, watched
from sklearn_protloc.classifiers._sklearn_callbacks import EpochReporter
from sklearn_protloc.classifiers._team import Team
from sklearn_protloc.utils import stratified_holdout

_PASSED_ON = (
    "optimizer",
    "lr",
    "batch_size",
    "max_epochs",
    "standardize",
    "amp",
    "sampler",
    "augmenter",
    "num_workers",
    "clip_norm",
    "l1_penalty",
    "l2_penalty",
    "accumulate_steps",
    "compile",
)
_DEFAULT_VALIDATION_FRACTION = 0.1  # with early stopping; as in MLPClassifier
_GLOBAL_GENERATOR = threading.RLock()  # threads take turns with torch's


def train_net(estimator, dataset, fitted, y, start=None):
    """Train a net with the estimator's parameters.

    Parameters
    ----------
    estimator : LocalizationClassifier
        Whose parameters to use; nothing is set on it.
    dataset : ImageDataset
        All images with their targets and weights.
    fitted : dict
        Fitted attributes that are known before training.
    y : array-like
        The target as the user gave it, for scikit-learn's callbacks.
    start : Start, default=None
        Weights to start from; None is new ones.

    Returns
    -------
    net : LocalizationNet
        Trained, on the CPU, without optimiser or data.
    best : int or None
        The best epoch on held-out images, those before `start` counted in; None where
        none were held out.

    Raises
    ------
    KeyboardInterrupt
        If the user ends training before the first epoch is over; after that,
        ``net.interrupted_`` is set.
    """
    team = Team.of(estimator)
    rng = check_random_state(estimator.random_state)
    if team is not None:
        team.share_chance(rng)
    train, valid = _hold_out(estimator, dataset, rng)
    device = resolve_device(estimator.device) if team is None else team.device
    column = watched(estimator.scoring, valid is not None)
    seeds = _draw_seed(rng), _draw_seed(rng)
    saved = _find_saved(estimator, dataset, seeds, device, start)
    if team is not None:
        _check_team(team, estimator, dataset, len(train), seeds, start)
    with _seeded(seeds[0], device), deterministic_algorithms(estimator.deterministic):
        net = _build_net(
            estimator,
            fitted,
            (train, valid),
            column=column,
            device=device,
            seed=seeds[1],
            start=start,
            team=team,
        )
        _run(net, estimator, train, fitted, y, saved)
    if net.interrupted_ and not net.history:
        raise KeyboardInterrupt
    net.release()
    best = best_epoch(net.history, column)
    if start is not None:
        best = best and best + len(start.history)
        net.history = _continued(start.history, net.history)
    return net, best


def _find_saved(estimator, dataset, seeds, device, start):
    """Look for what a process before has left of the same training."""
    if estimator.checkpoint_dir is None:
        return None
    if estimator.random_state is None:
        raise ValueError(
            "checkpoint_dir needs a random_state, such as random_state=0: without, no "
            "two fits are the same training, and none can go on."
        )
    stamps = stamps_of(dataset.X)
    fingerprint = training_fingerprint(estimator, dataset, stamps, seeds, device, start)
    saved = Checkpoints(estimator.checkpoint_dir, fingerprint)
    saved.find()
    return saved


def _check_team(team, estimator, dataset, n_train, seeds, start):
    """Refuse what the processes of a team cannot train together."""
    names = getattr(dataset.X, "ids", None)  # the same images may be files of each
    names = None if names is None else list(names)
    team.compare(
        training_fingerprint(estimator, dataset, names, seeds, team.device, start)
    )
    team.check_batches(estimator.batch_size, n_train)


def _continued(before, history):
    """Return the epochs of two histories as one; both stay as they are."""
    rows = [*before, *history]
    return History({**row, "epoch": epoch} for epoch, row in enumerate(rows, start=1))


def _draw_seed(rng):
    return rng.randint(np.iinfo(np.int32).max)


@contextmanager
def _seeded(seed, device):
    """Seed torch's global generators, which a network draws from, and restore them."""
    gpus = [device] if device.type == "cuda" else []
    with _GLOBAL_GENERATOR, torch.random.fork_rng(devices=gpus):
        # not torch.manual_seed, which seeds every GPU that there is
        torch.default_generator.manual_seed(seed)
        for gpu in gpus:
            with torch.cuda.device(gpu):
                torch.cuda.manual_seed(seed)
        yield


def _hold_out(estimator, dataset, rng):
    """Split off validation images where that is asked for."""
    fraction = estimator.validation_fraction
    if fraction is None and estimator.early_stopping:
        fraction = _DEFAULT_VALIDATION_FRACTION
    if fraction is None:
        return dataset, None
    held_out = stratified_holdout(dataset.targets, fraction, random_state=rng)
    return tuple(
        ImageDataset(dataset.X, dataset.targets, dataset.weights, np.flatnonzero(rows))
        for rows in (~held_out, held_out)
    )


def _build_net(estimator, fitted, data, *, column, device, seed, start, team):
    """Build a net of the estimator's parameters for (training, held-out) images."""
    train, valid = data
    check_built(estimator.augmenter, "augmenter")
    check_built(estimator.sampler, "sampler")
    kind, n_outputs = fitted["_kind"], train.targets.shape[1]
    crop_size = check_crop_size(estimator.crop_size, fitted["image_shape_"])
    factory = start and start.factory
    options = {
        "module": factory
        or network_factory(
            estimator.network,
            (fitted["n_features_in_"], *(crop_size or fitted["image_shape_"][1:])),
            n_outputs,
            estimator.dropout,
            estimator.network_params,
        ),
        "criterion": Criterion(
            estimator.loss or default_loss(kind),
            weighted=train.weights is not None,
            exclusive=kind == "multiclass",
        ),
        "train_split": None if valid is None else predefined_split(valid),
        "callbacks": training_callbacks(estimator, fitted, column),
        "device": device,
        "verbose": int(estimator.verbose) if team is None or team.index == 0 else 0,
        "kind": kind,
        "n_outputs": n_outputs,
        "crop_size": crop_size,
        "rng": np.random.default_rng(seed),
        "start": start,
        "team": team,
        **{name: getattr(estimator, name) for name in _PASSED_ON},
        **optimizer_options(
            estimator.optimizer, estimator.momentum, estimator.weight_decay
        ),
    }
    net_params = estimator.net_params or {}
    check_net_params(net_params, taken=options)
    return LocalizationNet(**options, **net_params)


def _run(net, estimator, train, fitted, y, saved):
    """Run skorch's loop and report its epochs to scikit-learn's callbacks."""

    def report(net):
        def so_far():
            n_iter = len(net.history)
            return {**fitted, "net_": net, "history_": net.history, "n_iter_": n_iter}

        return {
            "estimator": estimator,
            "X": train.X,
            "y": y,
            "reconstruction_attributes": so_far,
        }

    context = estimator._init_callback_context(max_subtasks=estimator.max_epochs)
    context.call_on_fit_task_begin(estimator=estimator, X=train.X, y=y)
    reporter = EpochReporter(context, report)
    # that first, as early stopping cuts off the callbacks after it; then what takes the
    # others as they are after an epoch
    last = [LastEpoch()] if saved is None else [saved, LastEpoch()]
    first = [] if net.team is None else [net.team]
    net.callbacks = [*first, reporter, *net.callbacks, *last]
    if saved is not None and saved.is_finished:
        saved.take_finished(net)
    else:
        fit_within_memory(net, train)
    if net.interrupted_:
        return
    if saved is not None and not saved.is_finished and not reporter.stopped:
        saved.finish(net)
    context.call_on_fit_task_end(**report(net))
