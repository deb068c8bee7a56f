"""From constructor arguments to what skorch's net is built of."""

import copy
import functools
import inspect
import multiprocessing
import os
import re
import sys
import tempfile

import torch
from skorch.callbacks import Callback, EarlyStopping
from torch import nn

from sklearn_protloc.classifiers._schedules import Schedule
from sklearn_protloc.classifiers._scoring import SCORE, score_callback
from sklearn_protloc.utils import check_image_size


def resolve_device(device):
    """Return the device to work on; "auto" takes a GPU if there is one."""
    if device in ("auto", "accelerate"):
        device = _own_gpu() if torch.cuda.is_available() else "cpu"
    try:
        resolved = torch.device(device)
        torch.empty(0, device=resolved)
    except (RuntimeError, TypeError, AssertionError) as error:
        raise ValueError(
            'Expected device as "auto" or a device that torch finds here ("cpu", '
            f'"cuda", "cuda:1"), got {str(device)!r}. Use device="auto" (or '
            'set_params(device="auto") on a trained model) to take a GPU only where '
            "there is one."
        ) from error
    return resolved


def _own_gpu():
    """Return the GPU of this process: workers, which are numbered, take turns."""
    number = _number_of_worker()
    return "cuda" if number is None else f"cuda:{number % torch.cuda.device_count()}"


def _number_of_worker():
    """Return the number of this process among those that share the work, from 0."""
    if "LOCAL_RANK" in os.environ:  # of accelerate and torchrun
        return int(os.environ["LOCAL_RANK"])
    of_joblib = re.search(r"-(\d+)$", multiprocessing.current_process().name)
    return int(of_joblib[1]) - 1 if of_joblib else _number_in_dask()


def _number_in_dask():
    try:
        name = str(sys.modules["distributed"].get_worker().name)
    except (KeyError, ValueError):  # no worker of Dask
        return None
    number = re.search(r"(?:^|-)(\d+)$", name)
    return int(number[1]) if number else os.getpid()  # its name may be its address


def network_factory(network, image_shape, n_outputs, dropout, params):
    """Bind a network class to its sizes and options, once they are seen to fit."""
    if not callable(network) or isinstance(network, nn.Module):
        raise TypeError(
            "Expected network as a class, such as sklearn_protloc.networks.GapNetPL, "
            f"got {_short(network)}. Give the class itself, and its arguments as "
            "network_params: an instance would carry its weights from one fit into "
            "the next."
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
    return functools.partial(_build, network, image_shape[0], n_outputs, options)


def with_outputs(factory, n_outputs):
    """Return a network factory like another for another number of outputs."""
    network, n_channels, _, options = factory.args
    return functools.partial(_build, network, n_channels, n_outputs, options)


def _short(thing):
    if isinstance(thing, nn.Module):
        return f"an instance of {type(thing).__name__}"
    return repr(thing)


def check_built(value, name):
    """Refuse a class where an object is called again and again."""
    made = value.__name__ if isinstance(value, type) else None
    if inspect.isfunction(value) and not _takes_two(value):
        made = value.__name__
    if made:
        raise TypeError(
            f"Expected {name} as an object that is called with two arguments, got "
            f"{made} itself: use {made}()."
        )


def _takes_two(function):
    try:
        inspect.signature(function).bind(None, None)
    except TypeError:
        return False
    return True


def check_crop_size(crop_size, image_shape):
    """Return the crop as (height, width), or None, once it fits into the images."""
    if crop_size is None:
        return None
    try:
        size = check_image_size(crop_size)
    except (TypeError, ValueError) as error:
        message = str(error).replace("image_size", "crop_size")
        raise type(error)(message) from None
    if size[0] > image_shape[1] or size[1] > image_shape[2]:
        raise ValueError(
            f"Expected crop_size to fit into the images, got {crop_size!r} for images "
            f"of {image_shape[1]} x {image_shape[2]} pixels. Take a smaller crop, or "
            "resize the images."
        )
    return size


def _build(network, n_channels, n_labels, options):
    module = network(n_channels, n_labels, **options)
    if not isinstance(module, nn.Module):
        raise TypeError(
            f"Expected {network!r} to return a torch.nn.Module, got "
            f"{type(module).__name__}."
        )
    return module


def default_loss(kind):
    """Return binary cross-entropy for labels, cross-entropy for exclusive classes."""
    return nn.CrossEntropyLoss if kind == "multiclass" else nn.BCEWithLogitsLoss


def optimizer_options(optimizer, momentum, weight_decay):
    """Options of the optimiser; only those that were asked for."""
    options = {"weight_decay": weight_decay} if weight_decay else {}
    if momentum is not None:
        options["momentum"] = momentum
    for name in options:
        if name not in inspect.signature(optimizer).parameters:
            raise ValueError(
                f"{optimizer.__name__} does not take {name}: leave it at its default, "
                "or use an optimizer that has it, such as torch.optim.SGD."
            )
    return {f"optimizer__{name}": value for name, value in options.items()}


def check_net_params(net_params, taken):
    """Refuse arguments of skorch's net that the classifier has its own for."""
    for name in net_params:
        if name in taken or name.startswith("iterator_"):
            raise ValueError(
                f"net_params cannot set {name!r}: set the parameter of "
                "LocalizationClassifier that stands for it."
            )


def training_callbacks(estimator, fitted, column):
    """Put the user's callbacks between those that score and those that use a score.

    `column` of the history is what the latter watch.
    """
    callbacks = _own_copies(estimator.callbacks, column != "train_loss")
    if column == SCORE:
        callbacks = [score_callback(estimator.scoring, fitted), *callbacks]
    if estimator.lr_schedule is None and estimator.lr_schedule_params:
        raise ValueError(
            f"lr_schedule_params={estimator.lr_schedule_params} are for an "
            "lr_schedule, and there is none. Set lr_schedule, such as "
            "torch.optim.lr_scheduler.StepLR, or leave out its parameters."
        )
    if estimator.lr_schedule is not None:
        callbacks.append(
            Schedule(estimator.lr_schedule, estimator.lr_schedule_params, column)
        )
    if estimator.early_stopping:
        stopping = EarlyStopping(
            monitor=column,
            patience=estimator.n_iter_no_change,
            threshold=0,
            lower_is_better=column != SCORE,
            load_best=True,
        )
        callbacks.append(stopping)
    return callbacks


def _own_copies(callbacks, has_validation):
    """Copy the user's callbacks, as training changes them.

    Files go to a folder of their own for each fit: folds of a cross-validation would
    overwrite each other's checkpoints.
    """
    copies = [_copy_callback(item) for item in callbacks or []]
    for item in copies:
        callback = item[1] if isinstance(item, tuple) else item
        _check_validation(callback, has_validation)
        if hasattr(callback, "dirname"):
            parent = callback.dirname or os.curdir
            os.makedirs(parent, exist_ok=True)
            callback.dirname = tempfile.mkdtemp(prefix="fit-", dir=parent)
    return copies


def _copy_callback(item):
    """Return a copy of a callback, or of a (name, callback) pair; build a class."""
    if isinstance(item, tuple):
        name, callback = item
        return name, _copy_callback(callback)
    callback = item() if isinstance(item, type) else copy.deepcopy(item)
    if not isinstance(callback, Callback):
        raise TypeError(
            "Expected callbacks as a list of skorch callbacks or (name, callback) "
            f"pairs, got {item!r}."
        )
    return callback


def _check_validation(callback, has_validation):
    watched = str(getattr(callback, "monitor", None))
    scores_it = getattr(callback, "on_train", None) is False
    if not has_validation and (watched.startswith("valid") or scores_it):
        what = "scores held-out samples" if scores_it else f"watches {watched!r}"
        raise ValueError(
            f"{type(callback).__name__} {what}, but no samples are held out. Set "
            "validation_fraction=0.1, say, or let it look at the training samples."
        )
