"""The loss that treats every label as a question of its own."""

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from sklearn_protloc.losses._elementwise import ElementwiseLoss

__all__ = ["BinaryCrossEntropyLoss"]


class BinaryCrossEntropyLoss(ElementwiseLoss):
    """Binary cross-entropy of each label.

    Called as ``loss(logits, targets)``, both of shape (batch, n_labels), with targets
    in [0, 1].

    Parameters
    ----------
    pos_weight : array-like of shape (n_labels,), default=None
        How much a present label counts against an absent one; None is 1. `class_weight`
        of the classifier does the same, and finds the weights inside `fit` if asked.
    reduction : {"mean", "sum_over_labels", "sum", "none"}, default="mean"
        "mean" is over images and labels. "sum_over_labels" is the mean over images of
        the sum over labels, as in the authors' code of [1]_: gradients are n_labels
        times as large, so that its learning rates mean the same. "none" is the loss of
        each image and label.

    See Also
    --------
    torch.nn.BCEWithLogitsLoss : The same without "sum_over_labels".

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import BinaryCrossEntropyLoss
    >>> logits, targets = torch.zeros(2, 3), torch.ones(2, 3)
    >>> BinaryCrossEntropyLoss()(logits, targets)
    tensor(0.6931)
    >>> BinaryCrossEntropyLoss(reduction="sum_over_labels")(logits, targets)
    tensor(2.0794)
    """

    def __init__(self, *, pos_weight=None, reduction="mean"):
        super().__init__(reduction)
        if pos_weight is not None:
            pos_weight = torch.as_tensor(pos_weight, dtype=torch.float32)
            usable = torch.isfinite(pos_weight) & (pos_weight >= 0)
            if pos_weight.ndim != 1 or not usable.all():
                raise ValueError(
                    "Expected pos_weight with one finite value from 0 upwards for each "
                    f"label, got {pos_weight.tolist()}."
                )
        self.register_buffer("pos_weight", pos_weight)

    def _losses(self, logits, targets):
        weight = self.pos_weight
        if weight is not None:
            if len(weight) != logits.shape[1]:
                raise ValueError(
                    f"Expected pos_weight with one value for each of {logits.shape[1]} "
                    f"labels, got {len(weight)}."
                )
            weight = weight.to(logits.dtype)
        return binary_cross_entropy_with_logits(
            logits, targets, pos_weight=weight, reduction="none"
        )
