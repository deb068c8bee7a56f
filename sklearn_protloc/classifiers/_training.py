"""One fit: hold out, build a net with its own random streams, train, let go."""

import numpy as np
import torch
from sklearn.utils import check_random_state
from skorch.helper import predefined_split

from sklearn_protloc.classifiers._batches import ImageDataset
from sklearn_protloc.classifiers._criterion import Criterion
from sklearn_protloc.classifiers._engine import EpochReporter, LocalizationNet
from sklearn_protloc.classifiers._options import (
    default_loss,
    network_factory,
    optimizer_options,
    resolve_device,
    training_callbacks,
)
from sklearn_protloc.utils import stratified_holdout

_DEFAULT_VALIDATION_FRACTION = 0.1  # with early stopping; as in MLPClassifier


def train_net(estimator, dataset, fitted):
    """Train a net with the estimator's parameters.

    Parameters
    ----------
    estimator : LocalizationClassifier
        Whose parameters to use; nothing is set on it.
    dataset : ImageDataset
        All images with their targets and weights.
    fitted : dict
        Fitted attributes other than `net_`.

    Returns
    -------
    net : LocalizationNet
        Trained, on the CPU, without optimiser or data.
    """
    rng = check_random_state(estimator.random_state)
    device = resolve_device(estimator.device)
    train, valid = _hold_out(estimator, dataset, rng)
    # a network's weights and dropout come from torch's global generator
    gpus = [device] if device.type == "cuda" else []
    with torch.random.fork_rng(devices=gpus):
        torch.manual_seed(_draw_seed(rng))
        net = _build_net(estimator, fitted, train, valid, device, _draw_seed(rng))
        _run(net, estimator, train, fitted)
    net.release()
    return net


def _draw_seed(rng):
    return rng.randint(np.iinfo(np.int32).max)


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


def _build_net(estimator, fitted, train, valid, device, seed):
    network = network_factory(
        estimator.network,
        fitted["image_shape_"],
        train.targets.shape[1],
        estimator.dropout,
        estimator.network_params,
    )
    loss = estimator.loss or default_loss(fitted["_kind"])
    return LocalizationNet(
        network,
        criterion=Criterion(loss, weighted=train.weights is not None),
        optimizer=estimator.optimizer,
        lr=estimator.lr,
        batch_size=estimator.batch_size,
        max_epochs=estimator.max_epochs,
        train_split=None if valid is None else predefined_split(valid),
        callbacks=training_callbacks(
            estimator.callbacks,
            patience=estimator.n_iter_no_change if estimator.early_stopping else None,
            has_validation=valid is not None,
        ),
        device=device,
        verbose=int(estimator.verbose),
        standardize=estimator.standardize,
        amp=estimator.amp,
        augmenter=estimator.augmenter,
        rng=np.random.default_rng(seed),
        **optimizer_options(
            estimator.optimizer, estimator.momentum, estimator.weight_decay
        ),
        **(estimator.net_params or {}),
    )


def _run(net, estimator, train, fitted):
    """Run skorch's loop and report its epochs to scikit-learn's callbacks."""

    def report(net):
        return {
            "estimator": estimator,
            "X": train.X,
            "y": train.targets,
            "reconstruction_attributes": lambda: {**fitted, "net_": net},
        }

    context = estimator._init_callback_context(max_subtasks=estimator.max_epochs)
    context.call_on_fit_task_begin(estimator=estimator, X=train.X, y=train.targets)
    net.callbacks = [*net.callbacks, EpochReporter(context, report)]
    net.fit(train)
    context.call_on_fit_task_end(**report(net))
