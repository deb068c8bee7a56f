"""Local layers applied to large images strip by strip, with the same result."""

import torch
from torch import nn

__all__ = ["StripBlocks", "in_strips"]

_STRIP_ROWS = 256  # fewer rows compute more of the margins twice
_CONTAINERS = (nn.Sequential, nn.ModuleList)
_LOCAL = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)
_POINTWISE = (
    nn.SELU,
    nn.ReLU,
    nn.LeakyReLU,
    nn.BatchNorm2d,
    nn.Dropout,
    nn.Dropout2d,
    nn.Identity,
)


class StripBlocks(nn.Sequential):
    """Blocks of layers one after the other, each applied in strips to tall images."""

    def forward(self, images):
        for block in self:
            images = in_strips(block, images)
        return images


def in_strips(block, images):
    """Apply a block of layers; in evaluation, to strips of tall images in turn.

    The maps inside a block are many times larger than what goes in and comes out. A
    strip is computed with as many rows around it as its result depends on, so that no
    value changes.

    Parameters
    ----------
    block : torch.nn.Sequential
        Convolutions and pooling padded with zeros, and layers that work pixel by
        pixel. With any other layer the block is applied to whole images.
    images : tensor of shape (batch, n_channels, height, width)
        Images or maps.

    Returns
    -------
    maps : tensor of shape (batch, n_maps, new_height, new_width)
        What ``block(images)`` is.
    """
    layers = [layer for layer in block.modules() if not isinstance(layer, _CONTAINERS)]
    height = images.shape[2]
    trains = block.training or torch.is_grad_enabled()
    if trains or height <= 2 * _STRIP_ROWS or not all(map(_is_local, layers)):
        return block(images)
    stride, margin = _reach([layer for layer in layers if isinstance(layer, _LOCAL)])
    rows = max(_STRIP_ROWS // stride, 1) * stride
    if rows > height:
        return block(images)
    tops = range(0, height - rows + 1, rows)
    strips = []
    for top in tops:
        is_last = top == tops[-1]  # it takes the rows that are left over
        start = max(0, top - margin)
        stop = height if is_last else top + rows + margin
        maps = block(images[:, :, start:stop])
        end = None if is_last else (top + rows - start) // stride
        strips.append(maps[:, :, (top - start) // stride : end])
    return torch.cat(strips, dim=2)


def _is_local(layer):
    if isinstance(layer, nn.BatchNorm2d):  # without statistics it looks everywhere
        return layer.running_mean is not None
    named_padding = isinstance(getattr(layer, "padding", 0), str)  # "same"
    # other modes fill in pixels of the image, circular ones from its other end
    by_zeros = getattr(layer, "padding_mode", "zeros") == "zeros"
    return isinstance(layer, _LOCAL + _POINTWISE) and by_zeros and not named_padding


def _reach(layers):
    """Return the stride of some layers together and the rows that a result looks to.

    Counts the rows at the border of a map that zeros around the image change.
    """
    total_stride, changed = 1, 0
    for layer in layers:
        size, stride, padding, dilation = (
            value if isinstance(value, int) else value[0]
            for value in (
                layer.kernel_size,
                layer.stride,
                layer.padding,
                getattr(layer, "dilation", 1),
            )
        )
        above = padding
        below = dilation * (size - 1) - padding - stride + 1
        changed = -((changed + max(above, below, 0)) // -stride)
        total_stride *= stride
    return total_stride, changed * total_stride
