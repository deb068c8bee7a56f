"""The loss as skorch's net calls it."""

import copy
import inspect

import torch
from torch import nn

from sklearn_protloc.networks import Localization

# How weighted losses of elements become one; torch's names and one of our losses'.
_REDUCTIONS = {
    "mean": lambda losses: losses.mean(),
    "sum": lambda losses: losses.sum(),
    "sum_over_labels": lambda losses: losses.sum() / len(losses),
}


class Criterion(nn.Module):
    """A loss of (logits, targets) or (output, targets, images), weighted if asked.

    The output is what the network returned: logits, or a Localization. Weights need
    the loss of every element, so the loss must have torch's `reduction`.
    """

    def __init__(self, loss, *, weighted, exclusive):
        super().__init__()
        # a copy: losses with weights of their own are trained and moved about
        self.loss = loss() if isinstance(loss, type) else copy.deepcopy(loss)
        self.takes_images = _takes_images(self.loss)
        self.exclusive = exclusive
        self.reduction = getattr(self.loss, "reduction", None)
        if isinstance(self.loss, nn.CrossEntropyLoss) and not exclusive:
            raise ValueError(
                "CrossEntropyLoss is for one of three or more classes; y has labels "
                "that do not exclude each other, or two classes, which are one logit. "
                "Use BinaryCrossEntropyLoss, the default."
            )
        if weighted:
            if self.reduction not in _REDUCTIONS:
                raise ValueError(
                    "class_weight and sample_weight need a loss with a value for each "
                    "label, whose torch `reduction` is "
                    f"{', '.join(map(repr, _REDUCTIONS))}, and {loss!r} has "
                    f"{self.reduction!r}. Weigh inside the loss, or leave out the "
                    "weights (class_weight=None)."
                )
            self.loss.reduction = "none"

    def forward(self, output, targets, images, weights=None):
        if self.takes_images:
            loss = self.loss(output, targets, images)
        else:
            logits = output.logits if isinstance(output, Localization) else output
            loss = self.loss(logits, targets)
        if weights is None:
            self._check_scalar(loss)
            return loss
        if self.exclusive and loss.ndim == 1:  # one loss for each sample
            weights = weights[:, 0]
        if loss.shape != weights.shape:
            raise ValueError(
                "class_weight and sample_weight need a loss with a value for each of "
                f"{tuple(weights.shape)} (samples, labels), got {tuple(loss.shape)} "
                f"from {self.loss!r}."
            )
        return _REDUCTIONS[self.reduction](loss * weights)

    def _check_scalar(self, loss):
        if not isinstance(loss, torch.Tensor) or loss.numel() != 1:
            came = getattr(loss, "shape", type(loss).__name__)
            raise ValueError(
                f"Expected loss to return one number, a tensor of one element, got "
                f"{came} from {self.loss!r}. Average or sum it, as reduction='mean' of "
                "torch's losses does."
            )


def _takes_images(loss):
    """Whether the loss asks for a third argument, by need or by the name "images"."""
    called = loss.forward if isinstance(loss, nn.Module) else loss
    by_position = [
        p
        for p in inspect.signature(called).parameters.values()
        if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)
    ][2:3]
    return any(p.default is p.empty or p.name == "images" for p in by_position)
