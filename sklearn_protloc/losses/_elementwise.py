"""What losses with a value for each image and label share."""

from sklearn_protloc.losses._base import Loss
from sklearn_protloc.losses._checks import check_alike

_REDUCTIONS = {
    "mean": lambda losses: losses.mean(),
    "sum_over_labels": lambda losses: losses.sum() / len(losses),
    "sum": lambda losses: losses.sum(),
    "none": lambda losses: losses,
}


def check_reduction(reduction):
    """Check that a reduction is one of those there are, and return it."""
    if not isinstance(reduction, str) or reduction not in _REDUCTIONS:
        raise ValueError(
            f"Expected reduction as one of {', '.join(map(repr, _REDUCTIONS))}, got "
            f"{reduction!r}."
        )
    return reduction


def reduce(losses, reduction):
    """Make one number of the losses of shape (batch, n_labels)."""
    return _REDUCTIONS[reduction](losses)


class ElementwiseLoss(Loss):
    """A loss of every logit by itself, in `_losses` of its subclasses."""

    def __init__(self, reduction):
        super().__init__()
        self.reduction = check_reduction(reduction)

    def forward(self, logits, targets):
        """Compute the loss of logits, shape (batch, n_labels), like the targets."""
        targets = check_alike(self, logits, targets)
        return reduce(self._losses(logits, targets), self.reduction)
