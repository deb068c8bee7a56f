"""The loss that looks at what the network finds hard."""

from torch.nn.functional import logsigmoid

from sklearn_protloc.losses._checks import check_number
from sklearn_protloc.losses._elementwise import ElementwiseLoss

__all__ = ["FocalLoss", "focal"]


class FocalLoss(ElementwiseLoss):
    """Cross-entropy that fades where a label is told with confidence.

    The loss of a present label of probability p is ``-(1 - p)**gamma * log(p)``, that
    of an absent one the same with 1 - p [1]_. Most labels are absent from most images,
    and easily so: their many small losses no longer drown the few of rare labels.
    Called as ``loss(logits, targets)``, both of shape (batch, n_labels), with targets
    in [0, 1]; one in between weighs the two.

    Parameters
    ----------
    gamma : float >= 0, default=2.0
        How fast it fades; 0 is binary cross-entropy. The default is that of [1]_.
    reduction : {"mean", "sum_over_labels", "sum", "none"}, default="mean"
        "mean" is over images and labels, "sum_over_labels" the mean over images of the
        sum over labels, "none" the loss of each image and label.

    References
    ----------
    .. [1] T.-Y. Lin, P. Goyal, R. Girshick, K. He and P. Dollar, "Focal Loss for Dense
       Object Detection", ICCV 2017, section 3.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import FocalLoss
    >>> FocalLoss(gamma=2)(torch.zeros(2, 3), torch.ones(2, 3))
    tensor(0.1733)
    """

    def __init__(self, *, gamma=2.0, reduction="mean"):
        super().__init__(reduction)
        self.gamma = check_number("gamma", gamma, 0)

    def _losses(self, logits, targets):
        return focal(logits, targets, self.gamma)


def focal(logits, targets, gamma):
    """Compute the focal loss of each logit."""
    log_p, log_q = logsigmoid(logits), logsigmoid(-logits)
    # powers by way of logarithms: their gradients are finite at probabilities of 0
    present = (gamma * log_q).exp() * log_p
    absent = (gamma * log_p).exp() * log_q
    return -(targets * present + (1 - targets) * absent)
