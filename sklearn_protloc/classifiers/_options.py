"""From constructor arguments to what skorch's net is built of."""

import copy
import functools
import inspect
import os
import tempfile

import torch
from skorch.callbacks import EarlyStopping
from torch import nn


def resolve_device(device):
    """Return the device to train on; "auto" takes a GPU if there is one."""
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(
            f'Expected device as "auto" or one of torch\'s ("cpu", "cuda", "cuda:1"), '
            f"got {device!r}."
        ) from error
    if device.type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f"device={str(device)!r} was asked for, but torch finds no GPU here. Use "
            'device="auto" to train on a GPU only where there is one.'
        )
    return device


def network_factory(network, image_shape, n_outputs, dropout, params):
    """Bind a network class to its sizes and options, once they are seen to fit."""
    if not callable(network) or isinstance(network, nn.Module):
        what = f"an instance of {type(network).__name__}"
        raise TypeError(
            "Expected network as a class, such as sklearn_protloc.networks.GapNetPL, "
            f"got {what}. Give the class itself and its arguments as network_params: "
            "an instance would carry its weights from one fit into the next."
        )
    options = dict(params or {})
    if dropout is not None:
        options["dropout"] = dropout
    signature = inspect.signature(network)
    if "image_size" in signature.parameters:
        options.setdefault("image_size", tuple(image_shape[1:]))
    try:
        signature.bind(image_shape[0], n_outputs, **options)
    except TypeError as error:
        name = getattr(network, "__name__", repr(network))
        raise ValueError(
            f"{name} cannot be built with {options}: {error}. It takes "
            f"{name}{signature}."
        ) from error
    return functools.partial(network, image_shape[0], n_outputs, **options)


def default_loss(kind):
    """Return binary cross-entropy for labels, cross-entropy for exclusive classes."""
    return nn.CrossEntropyLoss if kind == "multiclass" else nn.BCEWithLogitsLoss


def optimizer_options(optimizer, momentum, weight_decay):
    """Options of the optimiser; momentum only where it was asked for."""
    options = {"weight_decay": weight_decay}
    if momentum is not None:
        options["momentum"] = momentum
    unknown = set(options) - set(inspect.signature(optimizer).parameters)
    if unknown:
        raise ValueError(
            f"{optimizer.__name__} does not take {sorted(unknown)}: leave "
            "momentum=None, or use an optimizer that has it, such as torch.optim.SGD."
        )
    return {f"optimizer__{name}": value for name, value in options.items()}


def training_callbacks(callbacks, *, patience, has_validation):
    """Copy the user's callbacks, as training changes them, and add early stopping.

    Files go to a folder of their own for each fit: folds of a cross-validation would
    overwrite each other's checkpoints.
    """
    copies = copy.deepcopy(list(callbacks or []))
    for item in copies:
        callback = item[1] if isinstance(item, tuple) else item
        monitor = getattr(callback, "monitor", None)
        if str(monitor).startswith("valid") and not has_validation:
            raise ValueError(
                f"{type(callback).__name__} watches {monitor!r}, but no samples are "
                "held out. Set validation_fraction=0.1, say, or let the callback "
                "watch 'train_loss'."
            )
        if hasattr(callback, "dirname"):
            parent = callback.dirname or os.curdir
            os.makedirs(parent, exist_ok=True)
            callback.dirname = tempfile.mkdtemp(prefix="fit-", dir=parent)
    if patience is not None:
        stopping = EarlyStopping(patience=patience, threshold=0, load_best=True)
        copies.append(("early_stopping", stopping))
    return copies
