"""Losses that show a network where the protein is."""

import numbers

from torch.nn.functional import binary_cross_entropy_with_logits

from sklearn_protloc.losses._base import Loss
from sklearn_protloc.losses._checks import (
    check_alike,
    check_number,
    check_tensors,
    part_of,
)
from sklearn_protloc.losses._dice import DiceLoss
from sklearn_protloc.losses._elementwise import check_reduction, reduce
from sklearn_protloc.losses._focal import focal
from sklearn_protloc.losses._mask_targets import mask_targets

__all__ = ["DiceFocalLoss", "MaskedMapLoss"]


class _MaskLoss(Loss):
    """A loss that makes masks of the protein its targets."""

    def __init__(self, protein_channel, sigma, threshold, dilation):
        super().__init__()
        if not isinstance(protein_channel, numbers.Integral) or protein_channel < 0:
            raise ValueError(
                "Expected protein_channel as the number of a channel, from 0, got "
                f"{protein_channel!r}."
            )
        odd = isinstance(dilation, numbers.Integral) and dilation % 2 == 1
        if not odd or dilation < 1:
            raise ValueError(
                "Expected dilation as an odd number of pixels, of which 1 leaves the "
                f"mask as it is, got {dilation!r}."
            )
        self.protein_channel = protein_channel
        self.sigma = check_number("sigma", sigma, 0, 1)
        self.threshold = check_number("threshold", threshold, 0, 1)
        self.dilation = dilation

    def _check_images(self, images, n_images):
        """Raise unless there is an image for each target."""
        if images.ndim != 4 or 0 in images.shape or len(images) != n_images:
            raise ValueError(
                f"{type(self).__name__} expects an image for each of {n_images} "
                "targets, (batch, n_channels, height, width), got images of shape "
                f"{tuple(images.shape)}."
            )
        if not images.is_floating_point():
            raise TypeError(
                f"{type(self).__name__} expects images of a floating type, got "
                f"{images.dtype}."
            )

    def _maps_and_masks(self, output, targets, images):
        maps = part_of(output, "maps", self, "CytoFCN, TUNet or ConvolutionalMIL")
        check_tensors(self, maps=maps, targets=targets, images=images)
        self._check_images(images, len(targets))
        if maps.ndim != 4 or maps.shape[:2] != targets.shape:
            raise ValueError(
                f"{type(self).__name__} expects maps of shape (batch, n_labels, "
                f"height, width), beginning with {tuple(targets.shape)}, got "
                f"{tuple(maps.shape)}."
            )
        if self.protein_channel >= images.shape[1]:
            raise ValueError(
                f"{type(self).__name__} looks for the protein in channel "
                f"{self.protein_channel}, and the images have {images.shape[1]}, "
                "counted from 0. Set protein_channel to the channel of the protein."
            )
        masks = mask_targets(
            images[:, self.protein_channel],
            targets.to(maps.dtype),
            maps.shape[2:],
            sigma=self.sigma,
            threshold=self.threshold,
            dilation=self.dilation,
        )
        return maps, masks


class MaskedMapLoss(_MaskLoss):
    """Cross-entropy of maps with a mask of the protein.

    The protein is blurred, scaled to [0, 1] between its darkest and its brightest
    place, and thresholded; the mask is dilated and sampled at the places of the maps.
    It is the target of every present label, zeros that of absent ones [1]_. An image of
    one brightness has an empty mask. Called as ``loss(output, targets, images)`` with
    what a network with maps returned, such as CytoFCN, targets of shape (batch,
    n_labels) in [0, 1], and images of shape (batch, n_channels, height, width),
    standardised or not.

    Parameters
    ----------
    protein_channel : int, default=1
        Channel of the protein: the second of red, green, blue and yellow.
    sigma : float in [0, 1], default=1/128
        Standard deviation of the blur, as a share of the shorter side of the images: 2
        pixels at 256. Not in [1]_; it takes out single pixels and keeps speckles.
    threshold : float in [0, 1], default=0.3
        Brightness from which a place belongs to the mask; that of [1]_.
    dilation : int, default=3
        Side, odd, of the square by which the mask grows, in pixels of the images. Its
        size is not in [1]_; this is the smallest one. Where maps are much coarser than
        images, spots fall between the places of the maps unless it is about the
        distance of these.
    reduction : {"mean", "sum_over_labels", "sum", "none"}, default="mean"
        What becomes of the losses of the maps of each image, each the mean over its
        places: "mean" is over images and labels, "sum_over_labels" the mean over images
        of the sum over labels, "none" the loss of each image and label.

    Notes
    -----
    Images are scaled after the blur, and [1]_ does so before it, in a way that is not
    told: between its darkest and its brightest pixel, a few bright pixels would leave
    hardly any other above the threshold in fields of many cells.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, section 2.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import MaskedMapLoss
    >>> from sklearn_protloc.networks import Localization
    >>> maps = torch.zeros(2, 5, 4, 4)
    >>> output = Localization(maps.amax(dim=(2, 3)), maps)
    >>> MaskedMapLoss()(output, torch.ones(2, 5), torch.rand(2, 4, 64, 64))
    tensor(0.6931)
    """

    def __init__(
        self,
        *,
        protein_channel=1,
        sigma=1 / 128,
        threshold=0.3,
        dilation=3,
        reduction="mean",
    ):
        super().__init__(protein_channel, sigma, threshold, dilation)
        self.reduction = check_reduction(reduction)

    def forward(self, output, targets, images):
        """Compute the loss of a batch.

        Parameters
        ----------
        output : Localization
            What the network returned, with maps.
        targets : tensor of shape (batch, n_labels)
            Presence of each location, in [0, 1].
        images : tensor of shape (batch, n_channels, height, width)
            What the network saw.

        Returns
        -------
        loss : tensor of shape () or (batch, n_labels)
            From 0 upwards.
        """
        maps, masks = self._maps_and_masks(output, targets, images)
        losses = binary_cross_entropy_with_logits(maps, masks, reduction="none")
        return reduce(losses.mean(dim=(2, 3)), self.reduction)


class DiceFocalLoss(_MaskLoss):
    """Dice loss of maps with a mask of the protein, and focal loss of the labels.

    ``alpha * dice + (1 - alpha) * focal`` [1]_. Dice is that of :class:`DiceLoss` with
    the masks of :class:`MaskedMapLoss` as targets of the maps, focal that of
    :class:`FocalLoss` of the logits, summed over labels. Called as ``loss(output,
    targets, images)`` with what a network with maps returned, such as TUNet, targets of
    shape (batch, n_labels) in [0, 1], and images of shape (batch, n_channels, height,
    width), standardised or not.

    Parameters
    ----------
    alpha : float in [0, 1], default=0.4
        Weight of the maps; that of [1]_.
    gamma : float >= 0, default=2.0
        How fast the focal loss fades. Not in [1]_; that of the paper of the focal loss.
    smooth : float > 0, default=1.0
        Pixels added to the areas of the Dice coefficient, so that images with an empty
        mask have a loss too.
    protein_channel : int, default=1
        Channel of the protein: the second of red, green, blue and yellow.
    sigma : float in [0, 1], default=1/128
        Standard deviation of the blur, as a share of the shorter side of the images.
    threshold : float in [0, 1], default=0.3
        Brightness from which a place belongs to the mask. Not in [1]_; that of
        :class:`MaskedMapLoss`.
    dilation : int, default=3
        Side, odd, of the square by which the mask grows, in pixels of the images.

    Notes
    -----
    The Dice loss is of whole images, so there is neither `class_weight` nor
    `sample_weight`.

    References
    ----------
    .. [1] Y. Tian, "TUNet: incorporating segmentation maps to improve classification",
       section 3.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.losses import DiceFocalLoss
    >>> from sklearn_protloc.networks import Localization
    >>> output = Localization(torch.zeros(2, 5), torch.full((2, 5, 64, 64), -100.0))
    >>> DiceFocalLoss()(output, torch.zeros(2, 5), torch.rand(2, 4, 64, 64))
    tensor(0.5199)
    """

    def __init__(
        self,
        *,
        alpha=0.4,
        gamma=2.0,
        smooth=1.0,
        protein_channel=1,
        sigma=1 / 128,
        threshold=0.3,
        dilation=3,
    ):
        super().__init__(protein_channel, sigma, threshold, dilation)
        self.alpha = check_number("alpha", alpha, 0, 1)
        self.gamma = check_number("gamma", gamma, 0)
        self.smooth = smooth
        self.dice = DiceLoss(smooth=smooth)

    def forward(self, output, targets, images):
        """Compute the loss of a batch.

        Parameters
        ----------
        output : Localization
            What the network returned, with maps.
        targets : tensor of shape (batch, n_labels)
            Presence of each location, in [0, 1].
        images : tensor of shape (batch, n_channels, height, width)
            What the network saw.

        Returns
        -------
        loss : tensor of shape ()
            From 0 upwards.
        """
        maps, masks = self._maps_and_masks(output, targets, images)
        targets = check_alike(self, output.logits, targets)
        of_labels = focal(output.logits, targets, self.gamma).sum(dim=1).mean()
        return self.alpha * self.dice(maps, masks) + (1 - self.alpha) * of_labels
