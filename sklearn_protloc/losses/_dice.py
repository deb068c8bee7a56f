"""The overlap of what is there with what is predicted."""

from sklearn_protloc.losses._base import Loss
from sklearn_protloc.losses._checks import check_alike, check_number

__all__ = ["DiceLoss"]


class DiceLoss(Loss):
    """One minus the Dice coefficient of each image, averaged over images.

    ``1 - (2 sum(p * y) + smooth) / (sum(p) + sum(y) + smooth)`` with probabilities p
    and targets y; sums are over all labels of an image and, for maps, all places [1]_.
    Called as ``loss(logits, targets)``, both of shape (batch, n_labels) or (batch,
    n_labels, height, width), with targets in [0, 1].

    Parameters
    ----------
    smooth : float > 0, default=1.0
        Added above and below, so that images without labels have a loss too, which is 0
        where nothing is predicted.

    See Also
    --------
    DiceFocalLoss : The Dice loss of maps with a loss of the labels.

    References
    ----------
    .. [1] Y. Tian, "TUNet: incorporating segmentation maps to improve classification",
       section 3.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import DiceLoss
    >>> DiceLoss()(torch.zeros(2, 3), torch.ones(2, 3))
    tensor(0.2727)
    """

    def __init__(self, *, smooth=1.0):
        super().__init__()
        self.smooth = check_number("smooth", smooth, 0)
        if smooth == 0:
            raise ValueError("Expected smooth above 0, or empty images divide by zero.")

    def forward(self, logits, targets):
        """Compute the loss of a batch.

        Parameters
        ----------
        logits : tensor of shape (batch, ...)
            Logits of labels, or of labels at places.
        targets : tensor of shape (batch, ...)
            Like the logits, in [0, 1].

        Returns
        -------
        loss : tensor of shape ()
            In [0, 1].
        """
        targets = check_alike(self, logits, targets).flatten(1)
        proba = logits.sigmoid().flatten(1)
        overlap = 2 * (proba * targets).sum(dim=1)
        total = proba.sum(dim=1) + targets.sum(dim=1)
        return (1 - (overlap + self.smooth) / (total + self.smooth)).mean()
