"""What a network answers when it has more to say than logits."""

from typing import NamedTuple

import torch

__all__ = ["Localization"]


class Localization(NamedTuple):
    """Logits of the images and where in them they come from.

    Networks without maps return their logits alone. A loss of (output, targets, images)
    sees all of it, a loss of (logits, targets) the logits.

    Parameters
    ----------
    logits : tensor of shape (batch, n_labels)
        One logit per location.
    maps : tensor of shape (batch, n_labels, map_height, map_width), default=None
        Logits of each location at each place.
    auxiliary : tensor of shape (batch, n_labels), default=None
        What a second head says that only training listens to.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import Localization
    >>> maps = torch.zeros(2, 5, 16, 16)
    >>> Localization(maps.amax(dim=(2, 3)), maps).logits.shape
    torch.Size([2, 5])
    """

    logits: torch.Tensor
    maps: torch.Tensor | None = None
    auxiliary: torch.Tensor | None = None
