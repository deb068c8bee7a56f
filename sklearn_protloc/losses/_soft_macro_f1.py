"""The score of the challenge, made smooth."""

from sklearn_protloc.losses._base import Loss
from sklearn_protloc.losses._checks import check_alike

__all__ = ["SoftMacroF1Loss"]


class SoftMacroF1Loss(Loss):
    """One minus the mean F1 over labels, with probabilities as counts.

    A label of probability 0.7 counts as 0.7 of a prediction: with precision P and
    recall R of a label over the batch, the loss is 1 minus the mean of
    ``2PR / (P + R)`` [1]_. Labels absent from the batch are left out, as their F1 is 0
    whatever the network says. Called as ``loss(logits, targets)``, both of shape
    (batch, n_labels), with targets in [0, 1].

    Notes
    -----
    It depends on the batch: use large ones, and train with cross-entropy first, as [1]_
    did, where more of the same was better still. There is no loss of a single label, so
    neither `class_weight` nor `sample_weight`.

    References
    ----------
    .. [1] M. Madeira and M. T. Parreira, "Protein Localization from High-Resolution
       Microscopy using Deep Neural Networks", section 5.1.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import SoftMacroF1Loss
    >>> targets = torch.tensor([[1.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    >>> SoftMacroF1Loss()(torch.zeros(2, 3), targets)
    tensor(0.4167)
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
            In [0, 1]; 0 where every label is absent.
        """
        targets = check_alike(self, logits, targets)
        proba = logits.sigmoid()
        n_present = targets.sum(dim=0)
        occurs = n_present > 0
        found = (proba * targets).sum(dim=0)
        # 2PR / (P + R) is twice the found ones over the predicted and the present
        f1 = 2 * found / (proba.sum(dim=0) + n_present).where(occurs, 1)
        return ((1 - f1) * occurs).sum() / occurs.sum().clamp(min=1)
