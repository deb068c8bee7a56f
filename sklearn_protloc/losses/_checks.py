"""Errors that say what was expected, what came and what to do."""

import math
import numbers

import torch


def check_number(name, value, low, high=math.inf):
    """Check that an option is a finite number within bounds, and return it."""
    real = isinstance(value, numbers.Real) and math.isfinite(value)
    if not real or not low <= value <= high:
        bounds = f"from {low:g} upwards" if high == math.inf else f"{low:g} to {high:g}"
        raise ValueError(f"Expected {name} as a number, {bounds}, got {value!r}.")
    return value


def check_alike(loss, scores, targets):
    """Return targets in the type of the scores, once their shapes are equal."""
    check_tensors(loss, logits=scores, targets=targets)
    if scores.shape != targets.shape:
        raise ValueError(
            f"{type(loss).__name__} expects a target for each of the scores of shape "
            f"{tuple(scores.shape)}, got targets of shape {tuple(targets.shape)}."
        )
    return targets.to(scores.dtype)


def check_tensors(loss, **tensors):
    """Raise unless all that a loss is called with are tensors."""
    for what, tensor in tensors.items():
        if not isinstance(tensor, torch.Tensor):
            raise TypeError(
                f"{type(loss).__name__} expects {what} as a tensor, got "
                f"{type(tensor).__name__}."
            )


def part_of(output, name, loss, networks):
    """Return a part of what a network answered, if it answered with it."""
    part = getattr(output, name, None)
    if part is None:
        raise ValueError(
            f"{type(loss).__name__} needs the `{name}` of a "
            "sklearn_protloc.networks.Localization, which this network does not "
            f"return. Take a network that does, such as {networks}, or a loss of "
            "logits alone, such as FocalLoss."
        )
    return part
