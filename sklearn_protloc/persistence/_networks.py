"""Networks, losses and tensors of torch."""

import functools
import threading
from contextlib import contextmanager

import safetensors
import safetensors.torch
import torch
from torch import nn
from torch.nn.modules import module as torch_module

from sklearn_protloc.classifiers._engine import LocalizationNet
from sklearn_protloc.classifiers._options import network_factory
from sklearn_protloc.persistence._codec import Kind, field
from sklearn_protloc.persistence._errors import ModelFileError
from sklearn_protloc.persistence._objects import attributes_of, check_names

__all__ = ["NETWORKS"]

_OF_MODULE = vars(nn.Module()).keys() - {"training"}
# Made anew: the network itself, and setters of optimisers that are gone.
_OF_NET = ("module", "module_", "virtual_params_", "compiled_")
_SPARE = 1000  # layers without weights that a small network may have


def _write(tensors, encoder):
    copies = {n: t.detach().cpu().contiguous().clone() for n, t in tensors.items()}
    return encoder.archive.add("weights", "safetensors", safetensors.torch.save(copies))


def _read(node, decoder):
    content = decoder.archive.read(field(node, "weights", str))
    try:
        return safetensors.torch.load(content)
    except safetensors.SafetensorError as error:
        raise ModelFileError(f"its weights cannot be read: {error}") from error


def _encode_tensor(value, encoder):
    return {
        "weights": _write({"": value}, encoder),
        "requires_grad": value.requires_grad,
    }


def _decode_tensor(node, decoder):
    # early files of format 1 do not tell
    return _read(node, decoder)[""].requires_grad_(node.get("requires_grad", False))


def _is_module(value, encoder):
    return isinstance(value, nn.Module) and encoder.allowed.builds(type(value))


def _encode_module(value, encoder):
    """Encode a loss or another small module as it is."""
    parts = vars(value)
    if any(parts[name] for name in _OF_MODULE if name.endswith("hooks")):
        raise encoder.refusal(value, "it has hooks of torch, which are code")
    state = {name: v for name, v in parts.items() if name not in _OF_MODULE}
    tensors = {**parts["_parameters"], **parts["_buffers"]}
    held = {name: tensor for name, tensor in tensors.items() if tensor is not None}
    return {
        "class": encoder.allowed.name_of(type(value)),
        "state": attributes_of(state, encoder),
        "parameters": list(parts["_parameters"]),
        "frozen": [n for n, p in parts["_parameters"].items() if _is_frozen(p)],
        "buffers": list(parts["_buffers"]),
        "weights": _write(held, encoder) if held else None,
        "children": attributes_of(parts["_modules"], encoder),
    }


def _is_frozen(parameter):
    return parameter is not None and not parameter.requires_grad


def _decode_module(node, decoder):
    cls = decoder.allowed.find(field(node, "class", str))
    if not decoder.allowed.builds(cls) or not issubclass(cls, nn.Module):
        raise ModelFileError(f"it holds a module of {cls!r}, which is none to build")
    state = {n: decoder.value(v) for n, v in field(node, "state", dict).items()}
    check_names(cls, state)
    if state.keys() & _OF_MODULE:
        raise ModelFileError("a module in it has hooks of torch")
    held = _read(node, decoder) if node.get("weights") else {}
    built = cls.__new__(cls)
    nn.Module.__init__(built)
    frozen = node.get("frozen", ())
    for name in decoder.value(field(node, "parameters", list)):
        weight = held.get(name)
        built.register_parameter(
            name,
            None if weight is None else nn.Parameter(weight, name not in frozen),
        )
    for name in decoder.value(field(node, "buffers", list)):
        built.register_buffer(name, held.get(name))
    for name, child in field(node, "children", dict).items():
        built.register_module(name, decoder.value(child))
    vars(built).update(state)
    return built


def _is_net(value, encoder):
    return type(value) is LocalizationNet


def _innermost(network):
    """Return what a network with options of functools.partial is made by."""
    while isinstance(network, functools.partial):
        network = network.func
    return network


def _encode_net(value, encoder):
    network, n_channels, n_outputs, options = value.module.args
    weights = value.module_.state_dict()
    if not encoder.allowed.trusts(_innermost(network)):
        try:
            _check_fits(_shapes(value.module, len(weights)), weights)
        except ModelFileError as error:
            name = type(value.module_).__name__
            why = f"{name} is no longer as it was built: {error}"
            raise encoder.refusal(value, why) from None
    state = {n: v for n, v in vars(value).items() if n not in _OF_NET}
    return {
        "network": encoder.named(network, ".network"),
        "n_channels": n_channels,
        "n_outputs": n_outputs,
        "options": encoder.named(options, ".network_params"),
        "weights": _write(weights, encoder),
        "state": attributes_of(state, encoder),
    }


def _decode_net(node, decoder):
    network = decoder.value(field(node, "network", dict))
    options = decoder.value(field(node, "options", dict))
    cls = _innermost(network)
    trusted = decoder.allowed.trusts(cls)
    if not trusted and not (isinstance(cls, type) and issubclass(cls, nn.Module)):
        raise ModelFileError(f"its network {network!r} is none")
    n_channels, n_outputs = (field(node, n, int) for n in ("n_channels", "n_outputs"))
    factory = network_factory(network, (n_channels, 0, 0), n_outputs, None, options)
    state = {n: decoder.value(v) for n, v in field(node, "state", dict).items()}
    check_names(LocalizationNet, state)
    net = LocalizationNet.__new__(LocalizationNet)
    weights = _read(node, decoder)
    vars(net).update(state, module=factory, virtual_params_={}, compiled_=None)
    vars(net)["module_"] = _build(factory, weights, trusted)
    return net


def _build(factory, weights, trusted):
    """Build a network of given weights.

    Those of the library take the tensors of the file as theirs, and need no memory
    until the file is seen to hold them. A network of the user's may compute with its
    weights while it is built.
    """
    if trusted:
        with torch.random.fork_rng(devices=[]):
            module = factory()
    else:
        module = _shapes(factory, len(weights))
    _check_fits(module, weights)
    module.load_state_dict(weights, assign=not trusted)
    # The order in memory that training leaves behind, for the same bits.
    return module.eval().to(memory_format=torch.channels_last)


def _shapes(factory, n_weights):
    """Build a network without its weights: whatever their size, no memory is taken."""
    with torch.device("meta"), _no_more_than(n_weights):
        return factory()


@contextmanager
def _no_more_than(n_weights):
    """Stop the building of a network of more layers than there are weights for."""
    thread, counts = threading.get_ident(), [0, 0]

    def count(module, name, part):
        if part is not None and threading.get_ident() == thread:
            counts[isinstance(part, nn.Module)] += 1
        if counts[0] > 2 * n_weights + 10 or counts[1] > 10 * n_weights + _SPARE:
            raise ModelFileError("its network has more layers than weights")

    hooks = (
        torch_module.register_module_parameter_registration_hook(count),
        torch_module.register_module_module_registration_hook(count),
    )
    try:
        yield
    finally:
        for hook in hooks:
            hook.remove()


def _check_fits(module, weights):
    """Refuse weights of other names, shapes or types than a network's."""
    own = module.state_dict()
    differing = sorted(own.keys() ^ weights.keys())
    if differing:
        raise ModelFileError(
            f"its weights are not those of {type(module).__name__}: {differing[0]}"
        )
    for name, tensor in own.items():
        came = weights[name]
        if came.shape != tensor.shape or came.dtype != tensor.dtype:
            raise ModelFileError(
                f"its weight {name} is {came.dtype} of shape {tuple(came.shape)}, "
                f"expected {tensor.dtype} of shape {tuple(tensor.shape)}"
            )


NETWORKS = [
    Kind("net", _is_net, _encode_net, _decode_net, shared=True),
    Kind("module", _is_module, _encode_module, _decode_module, shared=True),
    Kind(
        "tensor",
        lambda value, encoder: type(value) is torch.Tensor,
        _encode_tensor,
        _decode_tensor,
        shared=True,
    ),
]
