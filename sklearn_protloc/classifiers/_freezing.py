"""Which weights are trained in fine-tuning, and which stay as they are."""

from dataclasses import dataclass

from torch import nn


@dataclass(frozen=True)
class Frozen:
    """Parameters that keep their values, and norms that keep their statistics."""

    parameters: list
    norms: list

    def hold(self):
        """Put the norms into evaluation mode, out of which training takes them."""
        for norm in self.norms:
            norm.eval()

    def release(self):
        """Let all be trained again."""
        for parameter in self.parameters:
            parameter.requires_grad_(True)


def freeze(module, trainable, n_outputs, new=()):
    """Freeze all of a network but what is to be trained.

    Parameters
    ----------
    module : torch.nn.Module
        The network.
    trainable : str or callable
        As for `LocalizationClassifier.fine_tune`.
    n_outputs : int
        Logits of the network.
    new : sequence of str, default=()
        Names of weights that nobody has trained yet, and that are trained therefore.

    Returns
    -------
    frozen : Frozen
        What was frozen; parameters that were before are not in it.
    """
    chosen = _chooser(module, trainable, n_outputs)

    def trains(name, tensor):
        return name in new or chosen(name, tensor)

    learnable = [(n, p) for n, p in module.named_parameters() if p.requires_grad]
    parameters = [p for n, p in learnable if not trains(n, p)]
    if learnable and not any(chosen(n, p) for n, p in learnable):
        names = ", ".join(name for name, _ in learnable)
        raise ValueError(
            f"trainable={trainable!r} chooses no weight of {type(module).__name__}. "
            "Expected 'head', 'output', 'all', a callable, or the first part of some "
            f"of these names, such as 'features': {names}."
        )
    for parameter in parameters:
        parameter.requires_grad_(False)
    norms = [
        layer
        for prefix, layer in module.named_modules()
        if getattr(layer, "track_running_stats", False)
        and not _any_of(layer, prefix, trains)
    ]
    return Frozen(parameters, norms)


def _any_of(norm, prefix, trains):
    """Whether a norm is trained: by its parameters, or else its statistics."""
    tensors = dict(norm.named_parameters()) or dict(norm.named_buffers())
    return any(trains(f"{prefix}.{name}", t) for name, t in tensors.items())


def _chooser(module, trainable, n_outputs):
    if callable(trainable):
        return trainable
    if not isinstance(trainable, str):
        raise TypeError(
            "Expected trainable as 'head', 'output', 'all', the first part of names "
            f"of weights, or a callable, got {trainable!r}."
        )
    if trainable == "all":
        return lambda name, tensor: True
    if trainable == "output" or (trainable == "head" and not _has_head(module)):
        trainable = output_layer(module, n_outputs)
    return lambda name, tensor: f"{name}.".startswith(f"{trainable}.")


def output_layer(module, n_outputs):
    """Return the name of the layer that puts out the logits.

    It is the last with weights, in the head if there is one, as `__init__` names them:
    only running a network would tell in which order it uses them.

    Parameters
    ----------
    module : torch.nn.Module
        The network.
    n_outputs : int
        Its logits.
    """
    names = [
        name
        for name, layer in module.named_modules()
        if next(layer.parameters(recurse=False), None) is not None
    ]
    if _has_head(module):
        names = [name for name in names if f"{name}.".startswith("head.")]
    last = module.get_submodule(names[-1])
    size = getattr(last, "out_features", getattr(last, "out_channels", n_outputs))
    if size != n_outputs:
        raise ValueError(
            f"The output layer of {type(module).__name__} is not known: the last of "
            f"its layers with weights, {names[-1]!r}, has {size} outputs, and "
            f"{n_outputs} logits are expected. Give the network a `head` whose last "
            "layer puts out the logits, or make that layer last in __init__."
        )
    return names[-1]


def _has_head(module):
    head = getattr(module, "head", None)
    return isinstance(head, nn.Module) and next(head.parameters(), None) is not None
