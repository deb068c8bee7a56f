"""The fully convolutional network of Liimatainen et al. (2021).

The paper's figure with the numbers of maps is not in its text; widths are chosen.
"""

from torch import nn

from sklearn_protloc.networks._cyto_blocks import cyto_blocks
from sklearn_protloc.networks._layers import (
    check_arguments,
    glorot_uniform,
)
from sklearn_protloc.networks._localization import Localization

__all__ = ["CytoFCN"]


class CytoFCN(nn.Module):
    """Fully convolutional: a map of each location, the largest value as its logit.

    :class:`CytoCNN` without its last pooling and its dense layers: a convolution turns
    the maps into one per location, of a 16th of the image's size [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one map and one logit each.
    dropout : float in [0, 1), default=0.0
        Dropout of whole maps before the last convolution. The paper mentions it for
        dense layers, which this network has none of.
    width : int, default=32
        Maps of the first pair, doubled four times. The paper does not state it.
    kernel_size : int, default=3
        Side of the convolutions, odd. The paper tried 5 against its first choice, 3.
    head_kernel_size : int, default=1
        Side of the last convolution, odd. The paper does not state it.

    Attributes
    ----------
    features : torch.nn.Module
        Images to maps, shape (batch, 16 * width, height / 16, width / 16), rounded up.
    head : torch.nn.Module
        The last convolution: maps to those of each location.

    See Also
    --------
    CytoCNN : The same convolutions with dense layers.
    ConvolutionalMIL : A share of each map instead of its largest value.

    Notes
    -----
    4,721,165 parameters at 4 channels and 13 labels; 1,183,245 with a width of 16,
    18,861,069 with 64, and 4,774,413 with a last convolution of 3 x 3. The paper trains
    the maps alone, on masks that it derives from the green channel; trained on the
    logits, the network finds places by itself. Weights start from Glorot's uniform
    distribution, as in the paper, biases at zero.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, section 2.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import CytoFCN
    >>> output = CytoFCN(4, 13, width=8)(torch.zeros(2, 4, 256, 256))
    >>> output.logits.shape, output.maps.shape
    (torch.Size([2, 13]), torch.Size([2, 13, 16, 16]))
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.0,
        width=32,
        kernel_size=3,
        head_kernel_size=1,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        self.features = nn.Sequential(
            cyto_blocks(n_channels, width, kernel_size, n_pools=4),
            nn.Dropout2d(dropout),
        )
        self.head = nn.Conv2d(
            16 * width, n_labels, head_kernel_size, padding=head_kernel_size // 2
        )
        self.apply(glorot_uniform)

    def forward(self, images):
        """Compute logits and maps.

        Parameters
        ----------
        images : tensor of shape (batch, n_channels, height, width)
            Float images.

        Returns
        -------
        output : Localization
            Logits of shape (batch, n_labels), and maps of shape (batch, n_labels,
            height / 16, width / 16), rounded up, whose largest values they are.
        """
        maps = self.head(self.features(images))
        return Localization(maps.amax(dim=(2, 3)), maps)
