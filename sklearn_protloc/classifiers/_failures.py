"""What can go wrong in a step, in words that tell what to do."""

from contextlib import contextmanager

import torch

__all__ = [
    "DivergenceError",
    "check_logits",
    "explaining_norms",
    "fit_within_memory",
    "is_of_compiling",
    "naming_image",
    "not_compiled",
]

_ONE_VALUE = "more than 1 value per channel"
_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")


class DivergenceError(ValueError):
    """The loss or the weights are no longer finite."""

    @classmethod
    def of(cls, net, what):
        """Tell where in the training it was, and what helps.

        Parameters
        ----------
        net : LocalizationNet
            In training.
        what : str
            What is no longer finite.
        """
        lr = net.optimizer_.param_groups[0]["lr"]
        n_epochs, n_batches = len(net.history), len(net.history[-1]["batches"])
        clip = (
            " or clip the gradients with clip_norm=5, say," if not net.clip_norm else ""
        )
        return cls(
            f"Training diverged in epoch {n_epochs}, batch {n_batches}: {what}, at a "
            f"learning rate of lr={float(lr):g}. Lower lr, to a tenth for example,"
            f"{clip} and train again."
        )


def fit_within_memory(net, dataset):
    """Train; tell what takes less memory where there is not enough of it.

    Parameters
    ----------
    net : LocalizationNet
        Not trained yet.
    dataset : ImageDataset
        Training images.
    """
    try:
        net.fit(dataset)
        return
    except (RuntimeError, MemoryError) as error:
        if not _is_of_memory(error):
            raise
        message = f"{_memory_advice(net)} ({type(error).__name__}: {error})"
    # here, where the error no longer holds on to the memory
    raise MemoryError(message)


def _is_of_memory(error):
    no_memory = isinstance(error, torch.cuda.OutOfMemoryError | MemoryError)
    return no_memory or any(words in str(error) for words in _NO_MEMORY)


def _memory_advice(net):
    size = net.batch_size
    ways = []
    if size > 1:
        ways.append(
            f"batch_size={size // 2} with accumulate_steps={2 * net.accumulate_steps}, "
            "which makes equal steps but for batch normalisation"
        )
    smaller = "a crop_size" if net.crop_size is None else "a smaller crop_size"
    ways.append(f"{smaller}, for large images")
    if not net.amp:
        ways.append("amp=True, which halves most of it on a GPU")
    return (
        f"The memory of {net.device} does not suffice for steps of batch_size={size} "
        f"images. Try {'; or '.join(ways)}."
    )


def check_logits(logits, expected, module):
    """Refuse what is no logit of each label.

    Parameters
    ----------
    logits : torch.Tensor
        What the network returned, if it was right.
    expected : tuple of 2 int
        Its shape.
    module : torch.nn.Module
        The network.
    """
    if not isinstance(logits, torch.Tensor) or tuple(logits.shape) != expected:
        came = getattr(logits, "shape", type(logits).__name__)
        raise ValueError(
            f"Expected {type(module).__name__} to return logits of shape "
            f"(batch, n_labels) = {expected}, got {came}."
        )


@contextmanager
def explaining_norms(images, module):
    """Say what batch normalisation needs, where torch speaks of values per channel.

    Parameters
    ----------
    images : tensor of shape (batch, n_channels, height, width)
        What the network was given.
    module : torch.nn.Module
        The network.
    """
    try:
        yield
    except ValueError as error:
        if _ONE_VALUE not in str(error):
            raise
        height, width = images.shape[2:]
        raise ValueError(
            f"The batch normalisation of {type(module).__name__} cannot learn from "
            f"{len(images)} image of {height} x {width} pixels alone, as it needs two "
            "values of each map. Set batch_size to 2 or more; after pooling, larger "
            "images have more values too."
        ) from error


@contextmanager
def naming_image(X, row):
    """Say of which image an error is, wherever it comes from.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_channels, height, width)
        Images; with `ids`, perhaps.
    row : int
        The image that is read.
    """
    try:
        yield
    except MemoryError:
        raise
    except (Exception, SystemExit) as error:  # which would end a thread quietly
        ids = getattr(X, "ids", None)
        name = f"Image {row}" if ids is None else f"Image {row} (id {ids[row]!r})"
        kinds = [k for k in (OSError, TypeError, ValueError) if isinstance(error, k)]
        what = str(error) if kinds else f"{type(error).__name__}: {error}"
        raise [*kinds, ValueError][0](f"{name}: {what}") from error


def is_of_compiling(error):
    """Whether an error is of torch's compiler."""
    return type(error).__module__.startswith(("torch._dynamo", "torch._inductor"))


def not_compiled(error, module):
    """Make the error for a network that cannot be compiled."""
    return ValueError(
        f"compile=True, and torch cannot compile {type(module).__name__} here: {error} "
        "A compiler for C++ (such as g++) is needed on the CPU, Triton on a GPU. Set "
        "compile=False to train without."
    )
