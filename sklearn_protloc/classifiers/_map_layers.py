"""Where in a network maps are, and where in the image their places are."""

from collections import Counter
from typing import NamedTuple

import torch
from torch import nn
from torch.nn.functional import grid_sample

from sklearn_protloc.classifiers._outputs import logits_of
from sklearn_protloc.classifiers._private_copy import try_out
from sklearn_protloc.networks import Localization

__all__ = ["Grid", "MapSource", "cut_at_maps", "find_maps", "resample"]

_SLIDING = (nn.Conv2d, nn.MaxPool2d, nn.AvgPool2d)


class Grid(NamedTuple):
    """Pixels, from 0, that the places of maps are centred on: rows, then columns."""

    size: tuple
    start: tuple = (0, 0)
    step: tuple = (1, 1)

    def refined(self, times):
        """Return a grid of so many times the places, on both sides of each of these."""
        size, start, step = zip(
            *(
                (n * k, first - k // 2 * s / k, s / k)
                for n, first, s, k in zip(*self, times, strict=True)
            ),
            strict=True,
        )
        return Grid(size, start, step)


class MapSource(NamedTuple):
    """The layers, as (name, number of call), that put out maps, and their grids.

    No layers, and a single grid, where the network draws maps of labels itself.
    """

    layers: tuple
    grids: tuple

    @property
    def grid(self):
        """The finest grid, which all maps are brought to."""
        return max(self.grids, key=lambda grid: grid.size)


def find_maps(module, image_shape):
    """Find the maps of a network for images of one shape.

    These are the maps of labels that it draws, or else all that the logits depend on
    other than by way of later maps.

    Parameters
    ----------
    module : torch.nn.Module
        A network.
    image_shape : tuple of 3 int
        (n_channels, height, width).

    Returns
    -------
    source : MapSource
        Which maps there are, and where their places are.
    """
    source = try_out(_find, module, image_shape)
    if not source.grids:
        raise ValueError(
            f"{type(module).__name__} has no maps of images of {image_shape[1]} x "
            f"{image_shape[2]} pixels: no layer of it puts out more than one place. "
            "Train on larger images, or with a network that draws maps, such as "
            "CytoFCN."
        )
    return source


def _find(module, images):
    grids = {tuple(images.shape[2:]): Grid(tuple(images.shape[2:]))}

    def grid_of(size):
        return grids.get(size) or _even_grid(size, images.shape[2:])

    def follow(layer, inputs, output):
        size = tuple(output.shape[-2:])
        if size not in grids:  # paths that meet again have the same
            grids[size] = _slide(grid_of(tuple(inputs[0].shape[-2:])), layer, size)

    for layer in module.modules():
        if isinstance(layer, _SLIDING):
            layer.register_forward_hook(follow)
    leaves = cut_at_maps(module)
    with torch.enable_grad():
        output = module(images)
    if isinstance(output, Localization) and output.maps is not None:
        return MapSource((), (grid_of(tuple(output.maps.shape[2:])),))
    last = _reached(logits_of(output), leaves)
    sizes = [tuple(leaf.shape[2:]) for leaf in last.values()]
    return MapSource(tuple(last), tuple(map(grid_of, sizes)))


def _reached(logits, leaves):
    """Keep the maps that gradients of the logits come to."""
    if not logits.requires_grad:
        return {}
    grads = torch.autograd.grad(logits.sum(), list(leaves.values()), allow_unused=True)
    pairs = zip(leaves.items(), grads, strict=True)
    return {key: leaf for (key, leaf), grad in pairs if grad is not None}


def cut_at_maps(module, layers=None):
    """Have gradients end at maps, so that they come to the last maps only.

    Parameters
    ----------
    module : torch.nn.Module
        A private copy of a network, which is changed.
    layers : sequence of (str, int), default=None
        Name of a layer and number of its call. None is all that put out maps of more
        than one place.

    Returns
    -------
    leaves : dict of (str, int) to tensor of shape (batch, n_maps, height, width)
        The maps, which gradients can be asked of. Filled by each call of the network.
    """
    leaves, calls = {}, Counter()

    def cut(name, output):
        if not isinstance(output, torch.Tensor) or output.ndim != 4:
            return None
        if output.shape[2] * output.shape[3] == 1:
            return None
        key = name, calls[name]
        calls[name] += 1
        if layers is not None and key not in layers:
            return None
        leaves[key] = output.detach().requires_grad_()
        return leaves[key].clone()  # layers that work in place may change it

    def start_anew(*_):
        leaves.clear()
        calls.clear()

    module.register_forward_pre_hook(start_anew)
    for name, layer in module.named_modules():
        layer.register_forward_hook(lambda _, __, output, name=name: cut(name, output))
    return leaves


def _slide(grid, layer, size):
    """Return the grid of what a sliding window makes of a map."""
    start, step = [], []
    for axis in range(2):
        width, stride, dilation, padding = (
            value if isinstance(value, int | str) else value[axis]
            for value in (
                layer.kernel_size,
                layer.stride,
                getattr(layer, "dilation", 1),
                layer.padding,
            )
        )
        shift = dilation * (width - 1) / 2
        if padding != "same":
            shift -= 0 if padding == "valid" else padding
        start.append(grid.start[axis] + shift * grid.step[axis])
        step.append(grid.step[axis] * stride)
    return Grid(size, tuple(start), tuple(step))


def _even_grid(size, image_size):
    """Return a grid of places that share the image among them."""
    step = tuple(a / b for a, b in zip(image_size, size, strict=True))
    return Grid(size, tuple((s - 1) / 2 for s in step), step)


def resample(maps, grid, target):
    """Resample maps bilinearly; outside of its places a map goes on as it ends.

    Parameters
    ----------
    maps : tensor of shape (batch, n_maps, *grid.size)
        Maps.
    grid, target : Grid
        Where their places are, and where to have them.

    Returns
    -------
    maps : tensor of shape (batch, n_maps, *target.size)
        The same maps.
    """
    if grid == target:
        return maps
    at = []
    for axis in range(2):
        pixels = torch.arange(target.size[axis], device=maps.device)
        pixels = target.start[axis] + pixels * target.step[axis]
        place = (pixels - grid.start[axis]) / grid.step[axis]
        at.append(2 * place / max(grid.size[axis] - 1, 1) - 1)  # from -1 to 1
    points = torch.stack(torch.meshgrid(*at[::-1], indexing="xy"), dim=-1)
    points = points.to(maps.dtype).expand(len(maps), -1, -1, -1)
    return grid_sample(maps, points, padding_mode="border", align_corners=True)
