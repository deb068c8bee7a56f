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


def freeze(module, trainable, new=()):
    """Freeze all of a network but what is to be trained.

    Parameters
    ----------
    module : torch.nn.Module
        The network.
    trainable : str or callable
        As for `LocalizationClassifier.fine_tune`.
    new : sequence of str, default=()
        Names of weights that nobody has trained yet, and that are trained therefore.

    Returns
    -------
    frozen : Frozen
        What was frozen; parameters that were before are not in it.
    """
    chosen = _chooser(module, trainable)

    def trains(name, tensor):
        return name in new or chosen(name, tensor)

    learnable = [(n, p) for n, p in module.named_parameters() if p.requires_grad]
    parameters = [p for n, p in learnable if not trains(n, p)]
    if learnable and len(parameters) == len(learnable):
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


def _chooser(module, trainable):
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
        trainable = output_layer(module)
    return lambda name, tensor: f"{name}.".startswith(f"{trainable}.")


def output_layer(module):
    """Return the name of the last layer with weights, in the head if there is one."""
    names = [
        name
        for name, layer in module.named_modules()
        if next(layer.parameters(recurse=False), None) is not None
    ]
    if _has_head(module):
        names = [name for name in names if f"{name}.".startswith("head.")]
    return names[-1]


def _has_head(module):
    head = getattr(module, "head", None)
    return isinstance(head, nn.Module) and next(head.parameters(), None) is not None
