"""Where the protein is, as a target for maps."""

import torch
from torch.nn import functional


def mask_targets(protein, targets, map_size, *, sigma, threshold, dilation):
    """Draw the bright places of the protein into the map of each present label.

    Parameters
    ----------
    protein : tensor of shape (batch, height, width)
        Images of the protein; mean and scale do not matter.
    targets : tensor of shape (batch, n_labels)
        Presence of each location.
    map_size : tuple of 2 int
        (height, width) of the maps.
    sigma : float >= 0
        Standard deviation of the blur, as a share of the shorter side of the images.
    threshold : float in [0, 1]
        Brightness from which a place belongs to the mask, from the darkest to the
        brightest place of the blurred image.
    dilation : odd int >= 1
        Side in pixels of the images of the square by which masks are dilated.

    Returns
    -------
    masks : tensor of shape (batch, n_labels, *map_size)
        The mask of the image times the target; zeros for images of one brightness.
    """
    with torch.no_grad():
        # scaled before, so that one brightness is 0 and stays so; and after, as a
        # single bright pixel would dim all else
        blurred = _blur(_scale(protein[:, None]), sigma * min(protein.shape[1:]))
        mask = (_scale(blurred) > threshold).to(targets.dtype)
        for size in ((dilation, 1), (1, dilation)):  # faster than the square at once
            padding = (size[0] // 2, size[1] // 2)
            mask = functional.max_pool2d(mask, size, stride=1, padding=padding)
        mask = functional.interpolate(mask, map_size, mode="nearest-exact")
        return mask * targets[:, :, None, None]


def _scale(images):
    """Scale images to [0, 1]; those of one brightness to 0."""
    low = images.amin(dim=(2, 3), keepdim=True)
    spread = images.amax(dim=(2, 3), keepdim=True) - low
    return (images - low) / spread.where(spread > 0, 1)


def _blur(images, sigma):
    """Blur images of shape (batch, 1, height, width); edge pixels go on outside."""
    if sigma == 0:
        return images
    radius = int(4 * sigma + 0.5)  # as far as SciPy's filter
    places = torch.arange(-radius, radius + 1, device=images.device)
    kernel = (-0.5 * (places / sigma) ** 2).exp().to(images.dtype)
    kernel = kernel / kernel.sum()
    padded = functional.pad(images, [radius] * 4, mode="replicate")
    rows = functional.conv2d(padded, kernel.view(1, 1, 1, -1))
    return functional.conv2d(rows, kernel.view(1, 1, -1, 1))
