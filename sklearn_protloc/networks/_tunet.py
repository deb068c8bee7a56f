"""TUNet, a U-Net whose masks help to name the locations.

Tian's paper states no width, kernel, normalisation or rate of dropout; each choice is
told where it is made.
"""

import torch
from torch import nn

from sklearn_protloc.networks._layers import check_arguments
from sklearn_protloc.networks._localization import Localization

__all__ = ["TUNet"]


def _conv(n_in, n_out, stride=1, norm=False):
    """Return a convolution, batch norm if asked for, and ReLU.

    ReLU works in place: at 512 x 512 pixels one set of maps is 32 MB per image.
    """
    conv = nn.Conv2d(n_in, n_out, 3, stride, padding=1, bias=not norm)
    between = [nn.BatchNorm2d(n_out)] if norm else []
    return nn.Sequential(conv, *between, nn.ReLU(inplace=True))


def _pair(n_in, n_out, norm):
    return nn.Sequential(_conv(n_in, n_out, norm=norm), _conv(n_out, n_out, norm=norm))


class _Up(nn.Module):
    """Doubles the size of maps and joins those of the encoder at that size."""

    def __init__(self, n_in, n_out, norm):
        super().__init__()
        self.up = nn.ConvTranspose2d(n_in, n_out, 2, stride=2)
        self.pair = _pair(2 * n_out, n_out, norm)

    def forward(self, maps, skipped):
        height, width = skipped.shape[2:]
        # an odd side was rounded up on the way down
        maps = self.up(maps)[:, :, :height, :width]
        return self.pair(torch.cat([maps, skipped], dim=1))


class _TwinFeatures(nn.Module):
    """Averages of what the encoder sees (appearance) and of the masks (structure)."""

    def __init__(self, n_channels, n_labels, dropout, width, norm):
        super().__init__()
        widths = [width * 2**i for i in range(5)]
        down = list(zip([n_channels, *widths], widths, strict=False))
        up = list(zip(widths[::-1], widths[-2::-1], strict=False))
        self.encoder = nn.ModuleList(_pair(a, b, norm) for a, b in down)
        self.pool = nn.MaxPool2d(2, ceil_mode=True)
        self.decoder = nn.ModuleList(_Up(a, b, norm) for a, b in up)
        self.to_maps = nn.Conv2d(width, n_labels, 1)
        self.appearance = _conv(widths[-1], widths[-1], stride=2)
        masks = list(zip([n_labels, *widths], widths, strict=False))
        self.structure = nn.Sequential(
            *[nn.Sequential(_conv(a, b), _conv(b, b, stride=2)) for a, b in masks],
            nn.Dropout(dropout),
        )

    def forward(self, images):
        return self.with_maps(images)[0]

    def with_maps(self, images):
        skipped = [self.encoder[0](images)]
        for pair in self.encoder[1:]:
            skipped.append(pair(self.pool(skipped[-1])))
        encoded = maps = skipped.pop()
        for up in self.decoder:
            maps = up(maps, skipped.pop())
        maps = self.to_maps(maps)
        # averaged one by one: of odd sizes, the two differ by a row
        both = self.appearance(encoded), self.structure(maps.sigmoid())
        return torch.cat([part.mean(dim=(2, 3)) for part in both], dim=1), maps


class TUNet(nn.Module):
    """Twin U-Net: masks of every location, and logits that also look at the masks.

    A U-Net draws a mask for each location. What its encoder saw (appearance) and what
    convolutions find in the masks (structure) are averaged over the image and read by
    one dense layer [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one mask and one logit each.
    dropout : float in [0, 1), default=0.5
        Dropout after the convolutions of the masks and before the dense layer. The
        paper names the places, not the value: 0.5 is that of the public program it
        follows.
    width : int, default=32
        Maps at the full size, doubled at each of four halvings. The paper does not
        state it, but says that TUNet has fewer parameters than a ResNet-34, which
        holds up to 32.
    batch_norm : bool, default=True
        Batch norm after each convolution of the U-Net, which helps deep ones to learn.
        The paper does not state it.

    Attributes
    ----------
    features : torch.nn.Module
        Images to the averages of appearance and structure, shape (batch, 32 * width).
    head : torch.nn.Module
        Averages to logits, shape (batch, n_labels).

    See Also
    --------
    CytoFCN : Coarse maps for a fraction of the work.

    Notes
    -----
    14,872,152 parameters at 4 channels and 28 labels, 14,869,208 without batch norm.
    Images may have any size. The maps, of the size of the images, are logits; train
    them with a loss that knows masks, as trained on the logits alone they need not look
    like masks. Training keeps about 0.8 GB of maps per image of 512 x 512 pixels, 0.5
    GB without batch norm. Weights start from He's normal distribution, as in U-Net,
    biases at zero.

    References
    ----------
    .. [1] Y. Tian, "TUNet: Incorporating Segmentation Maps to Improve Classification",
       section 3.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import TUNet
    >>> output = TUNet(4, 28, width=4)(torch.zeros(2, 4, 64, 50))
    >>> output.logits.shape, output.maps.shape
    (torch.Size([2, 28]), torch.Size([2, 28, 64, 50]))
    """

    def __init__(self, n_channels, n_labels, *, dropout=0.5, width=32, batch_norm=True):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        self.features = _TwinFeatures(n_channels, n_labels, dropout, width, batch_norm)
        self.head = nn.Sequential(nn.Dropout(dropout), nn.Linear(32 * width, n_labels))
        self.apply(_initialize)

    def forward(self, images):
        """Compute logits and masks.

        Parameters
        ----------
        images : tensor of shape (batch, n_channels, height, width)
            Float images.

        Returns
        -------
        output : Localization
            Logits of shape (batch, n_labels), and maps of shape (batch, n_labels,
            height, width), whose logistic function is the masks.
        """
        averages, maps = self.features.with_maps(images)
        return Localization(self.head(averages), maps)


def _initialize(layer):
    if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
        nn.init.kaiming_normal_(layer.weight)
        if layer.bias is not None:
            nn.init.zeros_(layer.bias)
