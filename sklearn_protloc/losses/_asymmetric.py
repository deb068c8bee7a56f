"""The loss that forgives absent labels more than present ones."""

import math

import torch
from torch.nn.functional import logsigmoid

from sklearn_protloc.losses._checks import check_number
from sklearn_protloc.losses._elementwise import ElementwiseLoss

__all__ = ["AsymmetricLoss"]


class AsymmetricLoss(ElementwiseLoss):
    """Focal loss with a softer hand for absent labels.

    Present labels of probability p lose ``-(1 - p)**gamma_pos * log(p)``, absent ones
    ``-m**gamma_neg * log(1 - m)`` with ``m = max(p - clip, 0)``: nothing at all below
    `clip` [1]_. Called as ``loss(logits, targets)``, both of shape (batch, n_labels),
    with targets in [0, 1]; one in between weighs the two.

    Parameters
    ----------
    gamma_neg : float >= 0, default=4.0
        How fast the loss of absent labels fades as they are told; this and the other
        defaults are those of the authors' code.
    gamma_pos : float >= 0, default=1.0
        The same for present labels.
    clip : float in [0, 1), default=0.05
        Probability up to which an absent label costs nothing.
    reduction : {"mean", "sum_over_labels", "sum", "none"}, default="mean"
        "mean" is over images and labels, "sum_over_labels" the mean over images of the
        sum over labels, "none" the loss of each image and label.

    Notes
    -----
    The authors sum over the batch ("sum"), which makes the learning rate depend on its
    size.

    References
    ----------
    .. [1] T. Ridnik, E. Ben-Baruch, N. Zamir, A. Noy, I. Friedman, M. Protter and
       L. Zelnik-Manor, "Asymmetric Loss For Multi-Label Classification", ICCV 2021,
       section 2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import AsymmetricLoss
    >>> loss = AsymmetricLoss(reduction="none")
    >>> loss(torch.zeros(1, 2), torch.tensor([[0.0, 1.0]]))
    tensor([[0.0245, 0.3466]])
    """

    def __init__(self, *, gamma_neg=4.0, gamma_pos=1.0, clip=0.05, reduction="mean"):
        super().__init__(reduction)
        self.gamma_neg = check_number("gamma_neg", gamma_neg, 0)
        self.gamma_pos = check_number("gamma_pos", gamma_pos, 0)
        self.clip = check_number("clip", clip, 0, 1)
        if clip == 1:
            raise ValueError("Expected clip below 1, where absent labels cost nothing.")

    def _losses(self, logits, targets):
        log_p, log_q = logsigmoid(logits), logsigmoid(-logits)
        present = (self.gamma_pos * log_q).exp() * log_p
        absent = self._absent(log_q)
        return -(targets * present + (1 - targets) * absent)

    def _absent(self, log_q):
        """Logarithm of 1 - m times the power of m, from the logarithm of 1 - p."""
        log_clip = math.log(self.clip) if self.clip else -math.inf
        log_rest = torch.logaddexp(log_q, log_q.new_full((), log_clip))
        shifted = -torch.expm1(log_rest)
        costs = shifted > 0
        # the power of 1 stands in where the gradient of that of 0 is infinite
        power = torch.where(costs, shifted, 1) ** self.gamma_neg
        return torch.where(costs, power * log_rest, 0)
