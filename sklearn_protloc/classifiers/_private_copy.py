"""Copies of networks to look into, which leave the networks themselves alone."""

import copy

import torch
from torch import nn


def private_copy(module, device=None):
    """Copy the layers of a network, but not its weights.

    Hooks and modes of the copy are its own, so that other threads may use the network
    meanwhile.

    Parameters
    ----------
    module : torch.nn.Module
        A trained network.
    device : str, default=None
        "meta" for a copy that computes shapes only. None shares the weights.

    Returns
    -------
    twin : torch.nn.Module
        In evaluation mode; none of its weights gets a gradient.
    """
    memo = {id(p): _constant(p, device) for p in module.parameters()}
    memo |= {id(b): b.detach().to(device=device) for b in module.buffers()}
    return copy.deepcopy(module, memo).eval()


def _constant(parameter, device):
    return nn.Parameter(parameter.detach().to(device=device), requires_grad=False)


def private_net(net):
    """Copy a net around a private copy of its network."""
    twin = copy.copy(net)
    vars(twin)["module_"] = private_copy(net.module_)
    return twin


def try_out(function, module, image_shape):
    """Call a function with a copy of a network and an image of zeros for it.

    Parameters
    ----------
    function : callable
        Called as ``function(module, images)``, with shapes only, or, where the network
        needs figures, with figures.
    module : torch.nn.Module
        A network.
    image_shape : tuple of 3 int
        (n_channels, height, width).

    Returns
    -------
    result : object
        What the function returned.
    """
    try:
        images = torch.zeros((1, *image_shape), device="meta")
        return function(private_copy(module, "meta"), images)
    except (RuntimeError, TypeError):  # it decides by the values of tensors
        device = next((p.device for p in module.parameters()), torch.device("cpu"))
        images = torch.zeros((1, *image_shape), device=device)
        return function(private_copy(module), images)
