"""Training through a second head."""

from sklearn_protloc.losses._base import Loss
from sklearn_protloc.losses._binary_cross_entropy import BinaryCrossEntropyLoss
from sklearn_protloc.losses._checks import check_number, part_of

__all__ = ["AuxiliaryLoss"]


class AuxiliaryLoss(Loss):
    """A loss of the logits plus the same loss of the auxiliary logits.

    For networks with a second head, whose `auxiliary` logits help in training and are
    not heard afterwards: in evaluation, as on held-out images, the loss is that of the
    logits. Called as ``loss(output, targets, images)`` with what the network returned
    and targets of shape (batch, n_labels); the images are not looked at.

    Parameters
    ----------
    loss : class or callable, default=None
        Called as ``loss(logits, targets)``; a class is built first. None is
        :class:`BinaryCrossEntropyLoss`.
    weight : float >= 0, default=1.0
        Weight of the auxiliary loss: 1 for the maps of convolutional multiple-instance
        learning [1]_, 0.4 for the second head of Inception [2]_.
    double_sigmoid : bool, default=False
        Take the auxiliary probabilities for logits, as the authors' code of [1]_ does
        with its noisy-AND: the sigmoid of a sigmoid lies within 0.5 and 0.73, so that
        it never agrees with a target. For comparison with that code only.

    Attributes
    ----------
    reduction : str
        That of the loss; setting it sets that of the loss.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019.
    .. [2] C. Szegedy, V. Vanhoucke, S. Ioffe, J. Shlens and Z. Wojna, "Rethinking the
       Inception Architecture for Computer Vision", CVPR 2016; the weight is that of its
       public code.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import AuxiliaryLoss
    >>> from sklearn_protloc.networks import Localization
    >>> logits, targets = torch.zeros(2, 3), torch.ones(2, 3)
    >>> AuxiliaryLoss(weight=0.4)(Localization(logits, auxiliary=logits), targets)
    tensor(0.9704)
    """

    def __init__(self, loss=None, *, weight=1.0, double_sigmoid=False):
        super().__init__()
        loss = BinaryCrossEntropyLoss if loss is None else loss
        if not callable(loss):
            raise TypeError(
                "Expected loss as a class or something called as loss(logits, targets),"
                f" such as BinaryCrossEntropyLoss(), got {loss!r}."
            )
        self.loss = loss() if isinstance(loss, type) else loss
        self.weight = check_number("weight", weight, 0)
        self.double_sigmoid = double_sigmoid

    @property
    def reduction(self):
        """How the losses of the elements become one, if the loss has that."""
        return getattr(self.loss, "reduction", None)

    @reduction.setter
    def reduction(self, reduction):
        self.loss.reduction = reduction

    def forward(self, output, targets, images=None):
        """Compute the loss of a batch.

        Parameters
        ----------
        output : Localization
            What the network returned.
        targets : tensor of shape (batch, n_labels)
            Presence of each location, in [0, 1].
        images : tensor, default=None
            Not looked at.

        Returns
        -------
        loss : tensor
            Of the shape that the loss returns.
        """
        if not self.training:
            return self.loss(getattr(output, "logits", output), targets)
        auxiliary = part_of(
            output, "auxiliary", self, "ConvolutionalMIL or InceptionV3(auxiliary=True)"
        )
        if self.double_sigmoid:
            auxiliary = auxiliary.sigmoid()
        main = self.loss(output.logits, targets)
        return main + self.weight * self.loss(auxiliary, targets)
