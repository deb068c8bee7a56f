"""Weights to start from: of a file, of the fit before, or of the stage before."""

import functools
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from safetensors.torch import load_file


@dataclass(frozen=True)
class Start:
    """Where training starts, and what of it is trained.

    `history` is that of the epochs that led to the weights; `replaceable` tells by
    name which tensors may start anew where they do not fit; `factory` builds the
    network where the estimator's parameters shall not; `trainable` is that of
    `fine_tune`.
    """

    weights: Mapping
    source: str
    history: Sequence = ()
    replaceable: Callable = lambda name: False
    factory: Callable | None = None
    trainable: str | Callable = "all"


def start_of_fit(estimator, fitted):
    """Return where `fit` starts, None for new weights."""
    if estimator.warm_start and hasattr(estimator, "net_"):
        if not same_labels(estimator, fitted):
            raise ValueError(
                f"warm_start=True goes on with the labels {_names(estimator)}, and y "
                f"has {fitted['label_names_'].tolist()}. Set warm_start=False, or use "
                "fine_tune, which replaces the output layer."
            )
        weights = estimator.net_.module_.state_dict()
        source = "the fit before (warm_start=True)"
        return Start(weights, source, estimator.history_)
    if estimator.init_weights is not None:
        path = os.fspath(estimator.init_weights)
        return Start(
            read_weights(path),
            f"init_weights={path!r}",
            replaceable=lambda name: name.startswith("head."),
        )
    return None


def _names(estimator):
    return estimator.label_names_.tolist()


def same_labels(estimator, fitted):
    """Whether a target has the labels that the estimator was trained on."""
    if fitted["_kind"] != estimator._kind:
        return False
    if fitted["_kind"] != "multilabel":
        return list(fitted["classes_"]) == list(estimator.classes_)
    return list(fitted["label_names_"]) == _names(estimator)


def read_weights(path):
    """Read a state dict that torch.save or safetensors wrote."""
    if not os.path.exists(path):
        raise FileNotFoundError(f"init_weights: there is no file {path!r}.")
    if path.endswith(".safetensors"):
        read = load_file
    else:
        read = functools.partial(torch.load, map_location="cpu", weights_only=True)
    try:
        weights = read(path)
    except MemoryError:
        raise
    except Exception as error:  # safetensors and zip files have exceptions of their own
        raise _not_weights(path) from error
    if not isinstance(weights, Mapping) or not weights:
        raise _not_weights(path)
    if not all(isinstance(tensor, torch.Tensor) for tensor in weights.values()):
        raise _not_weights(path)
    return weights


def _not_weights(path):
    return ValueError(
        "Expected init_weights as a file of tensors by name, as "
        "torch.save(model.net_.module_.state_dict(), path) writes it, or a "
        f".safetensors file; {path!r} is none."
    )


def load_weights(module, start):
    """Copy the weights that fit into a network; return the names that start anew."""
    own = module.state_dict()
    fitting = {
        name: tensor
        for name, tensor in start.weights.items()
        if name in own and own[name].shape == tensor.shape
    }
    differing = sorted((own.keys() | start.weights.keys()) - fitting.keys())
    wrong = [name for name in differing if not start.replaceable(name)]
    if wrong:
        listed = "; ".join(_difference(name, own, start.weights) for name in wrong[:5])
        raise ValueError(
            f"The weights of {start.source} do not fit {type(module).__name__}: "
            f"{listed}{', ...' if len(wrong) > 5 else ''}. Take the network and the "
            "parameters that they were trained with."
        )
    module.load_state_dict(fitting, strict=False)
    return [name for name in differing if name in own]


def _difference(name, own, weights):
    shapes = [
        str(tuple(tensors[name].shape)) if name in tensors else "nothing"
        for tensors in (own, weights)
    ]
    return f"{name} is {shapes[0]} in the network and {shapes[1]} there"
