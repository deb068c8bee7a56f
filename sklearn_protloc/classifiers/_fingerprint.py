"""Whether two trainings are the same, told by digests of all that decides them."""

import hashlib
import inspect
import types

import numpy as np
import torch

from sklearn_protloc.classifiers._failures import naming_image
from sklearn_protloc.utils import LazyImages, read_image

__all__ = ["digest_of", "stamps_of", "training_fingerprint"]

# What a training goes the same way without; where it starts and its seeds are digested
# themselves.
_NO_MATTER = {
    "aggregate",
    "checkpoint_dir",
    "device",
    "init_weights",
    "num_workers",
    "random_state",
    "tile_overlap",
    "tta",
    "verbose",
    "warm_start",
}
_PLAIN = (bool, int, float, complex, str, bytes, type(None))
_NAMED = (type, types.FunctionType, types.BuiltinFunctionType)


def training_fingerprint(estimator, dataset, images, seeds, device, start):
    """Digest what decides a training, each under a name that a user knows.

    Parameters
    ----------
    estimator : LocalizationClassifier
        Whose parameters to use.
    dataset : ImageDataset
        All images with their targets and weights.
    images : object
        What tells the images from others.
    seeds : tuple of int
        Drawn from `random_state`.
    device : torch.device
        Of which the type counts.
    start : Start or None
        Weights to start from.

    Returns
    -------
    fingerprint : dict of str
        Digests by name, equal in other processes for the same training.
    """
    params = estimator.get_params(deep=False)
    X = dataset.X
    decisive = {name: params[name] for name in params.keys() - _NO_MATTER}
    decisive["X"] = tuple(X.shape), str(X.dtype), images
    decisive["y"] = dataset.targets
    decisive["sample_weight"] = dataset.weights
    decisive["random_state"] = seeds
    decisive["device"] = device.type
    if start is not None:
        decisive["weights to start from"] = dict(start.weights)
        decisive["trainable"] = start.trainable
        decisive["network"] = start.factory or decisive["network"]
    return {name: digest_of(decisive[name]) for name in sorted(decisive)}


def stamps_of(X):
    """Tell each image from all others, as those of two folds may differ in one.

    Files are told by names, sizes and times of change; what is not in files is read.
    """
    stamps = []
    for row in range(X.shape[0]):
        with naming_image(X, row):
            if isinstance(X, LazyImages):
                stamps.append(X._stamp(row))
            else:
                pixels = np.ascontiguousarray(read_image(X, row))
                stamps.append(hashlib.blake2b(pixels, digest_size=16).hexdigest())
    return stamps


def digest_of(value):
    """Digest a value by what it holds, so that other processes find the same."""
    digest = hashlib.blake2b(digest_size=16)

    def add(part):
        part = part if isinstance(part, bytes) else str(part).encode()
        digest.update(b"%d:" % len(part) + part)  # told apart from its neighbours

    _feed(add, value, ())
    return digest.hexdigest()


def _feed(add, value, within):
    """Add a value, part by part; `within` are the things that it is a part of."""
    if any(value is outer for outer in within):
        add("the same again")
        return
    within = (*within, value)
    if isinstance(value, _PLAIN):
        add(repr(value))
    elif isinstance(value, torch.Tensor):
        add(f"tensor {value.dtype} {tuple(value.shape)}")
        add(value.detach().cpu().flatten().view(torch.uint8).numpy().tobytes())
    elif isinstance(value, np.ndarray) and value.dtype != object:
        add(f"array {value.dtype} {value.shape}")
        add(value.tobytes())
    elif isinstance(value, _NAMED):
        _feed_code(add, value, within)
    elif isinstance(value, dict):
        add(f"dict {len(value)}")
        for key in sorted(value, key=repr):
            _feed(add, key, within)
            _feed(add, value[key], within)
    elif isinstance(value, list | tuple):
        add(f"sequence {len(value)}")
        for item in value:
            _feed(add, item, within)
    elif isinstance(value, set | frozenset):
        _feed(add, sorted(digest_of(item) for item in value), within)
    else:
        _feed_object(add, value, within)


def _feed_code(add, value, within):
    """Add a class or function by its name and its source, which may be changed."""
    add(f"{value.__module__}.{value.__qualname__}")
    try:
        add(inspect.getsource(value))
    except (OSError, TypeError):  # typed in, or written in C
        add("no source")
    if isinstance(value, types.FunctionType):
        cells = [cell.cell_contents for cell in value.__closure__ or ()]
        for part in (value.__defaults__, value.__kwdefaults__, cells):
            _feed(add, part, within)


def _feed_object(add, value, within):
    """Add an object by what it would be pickled as; by its class if it cannot be."""
    try:
        made_of = value.__reduce_ex__(4)
    except Exception:  # each class has its own way to refuse
        _feed(add, type(value), within)
        return
    if isinstance(made_of, str):
        add(made_of)
        return
    for part in made_of:
        _feed(add, list(part) if hasattr(part, "__next__") else part, within)
