"""The CNN of Liimatainen et al. (2021).

The paper's figure with the numbers of maps is not in its text; widths are chosen.
"""

from torch import nn

from sklearn_protloc.networks._cyto_blocks import cyto_blocks
from sklearn_protloc.networks._layers import (
    OneSize,
    check_arguments,
    dense,
    glorot_uniform,
)
from sklearn_protloc.utils import check_image_size

__all__ = ["CytoCNN"]


class CytoCNN(nn.Module):
    """Five pairs of convolutions and three dense layers, for images of one size.

    Each pair of 3 x 3 convolutions is followed by batch norm and pooling and doubles
    the maps; dense layers read every place of the last maps by itself [1]_.

    Parameters
    ----------
    n_channels : int
        Channels of an image: 4 for red, green, blue and yellow.
    n_labels : int
        Locations, one logit each.
    dropout : float in [0, 1), default=0.3
        Dropout after each of two dense layers. The paper searched 0.1, 0.2, 0.3 and 0.5
        and does not name the best.
    width : int, default=32
        Maps of the first pair, doubled four times. The paper does not state it.
    kernel_size : int, default=3
        Side of the convolutions, odd. The paper tried 5 against its first choice, 3.
    n_hidden : int, default=512
        Units of each dense layer. The paper does not state it.
    image_size : int or tuple of 2 int, default=256
        Side or (height, width) of the images; the paper's value.

    Attributes
    ----------
    features : torch.nn.Module
        Images to maps in one row, shape (batch, 16 * width * places).
    head : torch.nn.Module
        Features to logits, shape (batch, n_labels).

    Raises
    ------
    ValueError
        If images have another size than `image_size`.

    See Also
    --------
    CytoFCN : The same convolutions with maps of where each location is.

    Notes
    -----
    At 4 channels, 13 labels and 256 x 256 pixels 21,761,549 parameters; 9,838,349 with
    a width of 16, 52,672,013 with 64, and 30,135,821 with 5 x 5 convolutions. Weights
    start from Glorot's uniform distribution, as in the paper, biases at zero.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, section 2.2.

    Examples
    --------
    >>> import torch
    >>> from sklearn_protloc.networks import CytoCNN
    >>> network = CytoCNN(4, 13, width=8, image_size=64)
    >>> network(torch.zeros(2, 4, 64, 64)).shape
    torch.Size([2, 13])
    """

    def __init__(
        self,
        n_channels,
        n_labels,
        *,
        dropout=0.3,
        width=32,
        kernel_size=3,
        n_hidden=512,
        image_size=256,
    ):
        super().__init__()
        check_arguments(n_channels, n_labels, dropout)
        size = check_image_size(image_size)
        self.features = nn.Sequential(
            OneSize("CytoCNN", size),
            cyto_blocks(n_channels, width, kernel_size, n_pools=5),
            nn.Flatten(),
        )
        n_places = -(-size[0] // 32) * -(-size[1] // 32)
        self.head = nn.Sequential(
            dense(16 * width * n_places, n_hidden, dropout),
            dense(n_hidden, n_hidden, dropout),
            nn.Linear(n_hidden, n_labels),
        )
        self.apply(glorot_uniform)

    def forward(self, images):
        """Compute logits.

        Parameters
        ----------
        images : tensor of shape (batch, n_channels, height, width)
            Float images.

        Returns
        -------
        logits : tensor of shape (batch, n_labels)
            One logit per location.
        """
        return self.head(self.features(images))
