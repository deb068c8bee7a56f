"""The overlap of sets, made into a hinge loss."""

import torch

from sklearn_protloc.losses._base import Loss
from sklearn_protloc.losses._checks import check_alike

__all__ = ["LovaszHingeLoss"]


class LovaszHingeLoss(Loss):
    """Symmetric Lovasz hinge loss of each label, averaged over labels.

    The Lovasz extension makes one minus the Jaccard index, of the images that have a
    label and those predicted to, into a convex loss of hinge errors ``1 - logit`` or
    ``1 + logit`` [1]_. The same of the images without the label is averaged in, so that
    presence and absence are treated alike. The winners of the 2018 challenge added it
    to a focal loss [2]_. Called as ``loss(logits, targets)``, both of shape (batch,
    n_labels), with targets in [0, 1].

    Notes
    -----
    Zero where every logit is on the right side of 0 by at least 1. It depends on the
    batch and says nothing about a single label, so there is neither `class_weight` nor
    `sample_weight`, and its logits are poor probabilities: tune thresholds.

    References
    ----------
    .. [1] M. Berman, A. R. Triki and M. B. Blaschko, "The Lovasz-Softmax Loss: A
       Tractable Surrogate for the Optimization of the Intersection-Over-Union Measure
       in Neural Networks", CVPR 2018, section 3.
    .. [2] W. Ouyang et al., "Analysis of the Human Protein Atlas Image Classification
       competition", Nature Methods 16, 2019.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import LovaszHingeLoss
    >>> targets = torch.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> loss = LovaszHingeLoss()
    >>> loss(torch.zeros(2, 2), targets), loss(2 * targets - 1, targets)
    (tensor(1.), tensor(0.))
    """

    def __init__(self):
        super().__init__()

    def forward(self, logits, targets):
        """Compute the loss of a batch.

        Parameters
        ----------
        logits : tensor of shape (batch, n_labels)
            One logit per location.
        targets : tensor of shape (batch, n_labels)
            Presence of each location, in [0, 1].

        Returns
        -------
        loss : tensor of shape ()
            From 0 upwards.
        """
        targets = check_alike(self, logits, targets)
        # the errors of absence are the same, so that one order serves both
        errors = 1 - (2 * targets - 1) * logits
        errors, order = errors.sort(dim=0, descending=True)
        targets = targets.gather(0, order)
        weights = (_jaccard_steps(targets) + _jaccard_steps(1 - targets)) / 2
        return (errors.relu() * weights).sum(dim=0).mean()


def _jaccard_steps(targets):
    """How much each further error, worst first, costs in terms of the Jaccard index."""
    kept = targets.sum(dim=0) - targets.cumsum(dim=0)
    union = targets.sum(dim=0) + (1 - targets).cumsum(dim=0)
    lost = 1 - kept / union
    return torch.diff(lost, dim=0, prepend=torch.zeros_like(lost[:1]))
