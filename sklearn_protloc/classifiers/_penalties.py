"""What is added to the loss for large weights."""


def weight_penalty(module, l1, l2):
    """Sum ``l1 * |w| + l2 * w**2`` over all trained weights but biases.

    As the GapNet-PL authors' torch code counts them: scales of norms are in, and
    squares are not halved.
    """
    weights = [
        parameter
        for name, parameter in module.named_parameters()
        if parameter.requires_grad and not name.rpartition(".")[2].startswith("bias")
    ]
    penalty = 0.0
    if l1:
        penalty = penalty + l1 * sum(w.abs().sum() for w in weights)
    if l2:
        penalty = penalty + l2 * sum(w.square().sum() for w in weights)
    return penalty
