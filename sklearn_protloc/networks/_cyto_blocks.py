"""The ten convolutions that CytoCNN and CytoFCN share."""

from torch import nn

from sklearn_protloc.networks._strips import StripBlocks

__all__ = ["cyto_blocks"]


def cyto_blocks(n_channels, width, kernel_size, n_pools):
    """Return five pairs of convolutions, the first `n_pools` of them pooled.

    Each pair has one batch norm, after the second ReLU, and twice the maps of the pair
    before.
    """
    widths = [n_channels, *[width * 2**i for i in range(5)]]
    blocks = []
    for i in range(5):
        n_in, n_out = widths[i], widths[i + 1]
        block = nn.Sequential(
            nn.Conv2d(n_in, n_out, kernel_size, padding=kernel_size // 2),
            nn.ReLU(),
            nn.Conv2d(n_out, n_out, kernel_size, padding=kernel_size // 2),
            nn.ReLU(),
            nn.BatchNorm2d(n_out),
        )
        if i < n_pools:
            # ceil_mode keeps a last odd row or column, so that any size works
            block.append(nn.MaxPool2d(2, ceil_mode=True))
        blocks.append(block)
    return StripBlocks(*blocks)
