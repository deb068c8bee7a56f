"""The loss as skorch's net calls it."""

import copy
import inspect

from torch import nn


class Criterion(nn.Module):
    """A loss of (output, targets) or (output, targets, images), weighted if asked.

    Weights need the loss of every element, so the loss must have torch's `reduction`.
    """

    def __init__(self, loss, *, weighted):
        super().__init__()
        if isinstance(loss, type):
            loss = loss(reduction="none") if weighted and _reduces(loss) else loss()
        elif weighted and _reduces(loss):
            loss = copy.copy(loss)
            loss.reduction = "none"
        if weighted and getattr(loss, "reduction", None) != "none":
            raise ValueError(
                "class_weight and sample_weight need a loss with torch's `reduction` "
                f"argument, and {loss!r} has none. Weigh inside the loss instead."
            )
        self.loss = loss
        self.takes_images = _n_positional(loss) > 2

    def forward(self, output, targets, images, weights=None):
        extra = (images,) if self.takes_images else ()
        loss = self.loss(output, targets, *extra)
        if weights is None:
            return loss
        if loss.ndim == 1:  # one loss for each sample: softmax
            weights = weights[:, 0]
        return (loss * weights).mean()


def _reduces(loss):
    if isinstance(loss, type):
        return "reduction" in inspect.signature(loss).parameters
    return hasattr(loss, "reduction")


def _n_positional(loss):
    """Count the arguments that the loss takes by position."""
    called = loss.forward if isinstance(loss, nn.Module) else loss
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(called).parameters.values()
    return sum(p.kind in kinds for p in parameters)
