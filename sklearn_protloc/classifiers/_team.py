"""Processes that train one network together, each on a GPU of its own."""

import numpy as np
import torch
from skorch.callbacks import Callback
from torch import nn

from sklearn_protloc.classifiers._fingerprint import digest_of
from sklearn_protloc.classifiers._processes import Processes
from sklearn_protloc.losses import LovaszHingeLoss, SoftMacroF1Loss

__all__ = ["Team"]

_OF_WHOLE_BATCHES = (LovaszHingeLoss, SoftMacroF1Loss)


class Team(Callback):
    """A process among those that train one network, each its share of a batch.

    All draw the same batches, from equal seeds. Each computes gradients of its share;
    what they step by is the gradient of the whole batch, so that their weights stay
    equal, and equal to those of one process alone but for rounding.
    """

    def __init__(self):
        self.processes = Processes()
        self.device = self.processes.device
        self.size = self.processes.size
        self.index = self.processes.index

    @classmethod
    def of(cls, estimator):
        """Return the team of a training, or None where that is alone."""
        if estimator.device != "accelerate":
            return None
        if estimator.random_state is None or estimator.checkpoint_dir is not None:
            raise ValueError(
                'device="accelerate" needs a random_state, such as random_state=0, so '
                "that all processes train the same network on the same batches, and "
                "no checkpoint_dir, which is for one process; got random_state="
                f"{estimator.random_state!r}, checkpoint_dir="
                f"{estimator.checkpoint_dir!r}."
            )
        return cls()

    def check_batches(self, batch_size, n_images):
        """Refuse batches of which some process would have one image or none."""
        n_needed = 2 * self.size
        n_given = min(batch_size, n_images)
        if self.size > 1 and n_given < n_needed:
            raise ValueError(
                f"{self.size} processes need batches of {n_needed} images or more, two "
                f"for each, got {n_given}. Raise batch_size, or launch fewer processes."
            )

    def share_chance(self, rng):
        """Bring a RandomState to where that of the first process is."""
        if self.size > 1:
            rng.set_state(self.processes.tell_all("the start", rng.get_state())[0])

    def compare(self, digests):
        """Refuse trainings that differ from process to process."""
        if self.size > 1:
            self.processes.compare(digests)

    def on_train_begin(self, net, **kwargs):
        """Draw another dropout than the first process, from equal weights."""
        if self.size > 1:
            _check_loss(net.criterion_)
            weights = dict(net.module_.state_dict())
            self.compare({"network with its first weights": digest_of(weights)})
        if self.index:
            seed = torch.default_generator.initial_seed() + self.index
            torch.default_generator.manual_seed(seed)
            if self.device.type == "cuda":
                with torch.cuda.device(self.device):
                    torch.cuda.manual_seed(seed)

    def share(self, values):
        """Return the part of a batch that is this process's.

        Two values or more, or none where a last batch is small: batch normalisation
        cannot train on one.
        """
        n_shares = max(1, min(self.size, len(values) // 2))
        shares = np.array_split(values, n_shares)
        return shares[self.index] if self.index < n_shares else values[:0]

    @torch.no_grad()
    def combine(self, net, loss, n_images):
        """Make the gradients, in place, those of the whole batch.

        Returns
        -------
        loss : tensor
            Of the whole batch.
        n_images : int
            In the whole batch.
        """
        if self.size == 1:
            return loss, n_images
        groups = net.optimizer_.param_groups
        weights = [w for group in groups for w in group["params"] if w.requires_grad]
        # of those that no process has a gradient of, there shall be none
        has = loss.new_tensor([w.grad is not None for w in weights])
        gradients = [torch.zeros_like(w) if w.grad is None else w.grad for w in weights]
        averaged, counters = _statistics(net.module_)
        added = [*gradients, loss]
        if net.criterion_.reduction != "sum":
            added, averaged = [], [*added, *averaged]
        count = loss.new_tensor(n_images)
        first = float(self.index == 0)  # which has images in every batch
        shares = [count, has, *(counter * first for counter in counters)]
        shares += [*added, *(tensor * count for tensor in averaged)]
        n_all, n_have, *whole = self._add_up(shares)
        for tensor, total in zip([*counters, *added], whole, strict=False):
            tensor.copy_(total)
        for tensor, total in zip(averaged[::-1], whole[::-1], strict=False):
            tensor.copy_(total / n_all)
        n_have = n_have.tolist()  # at one go, from a GPU
        for weight, gradient, n in zip(weights, gradients, n_have, strict=True):
            weight.grad = gradient if n else None
        return loss, round(n_all.item())

    def _add_up(self, tensors):
        """Add up tensors over the processes, all of them at one go."""
        vector = torch.cat([tensor.reshape(-1).float() for tensor in tensors])
        vector = self.processes.add_up("a step", vector)
        parts = vector.split([tensor.numel() for tensor in tensors])
        return [p.view(t.shape) for p, t in zip(parts, tensors, strict=True)]

    def agree(self, step):
        """Return what the first process found on held-out images: all decide alike."""
        return self.processes.of_first("held-out images", step)


def _statistics(module):
    """Return means and variances of norms, of a share each, and what counts batches."""
    buffers = dict(module.named_buffers())
    averaged = [b for b in buffers.values() if b.is_floating_point()]
    return averaged, [b for n, b in buffers.items() if n.endswith("batches_tracked")]


def _check_loss(criterion):
    """Refuse losses that are neither means nor sums over the images of a batch."""
    for loss in criterion.modules():
        divides_by_weights = (
            isinstance(loss, nn.CrossEntropyLoss | nn.NLLLoss)
            and loss.weight is not None
            and loss.reduction == "mean"
        )
        if divides_by_weights or isinstance(loss, _OF_WHOLE_BATCHES):
            raise ValueError(
                'device="accelerate" adds up losses of shares of each batch, and '
                f"{loss!r} cannot be told from these: it is neither a mean nor a sum "
                "over images. Take one that is, such as FocalLoss (with class_weight "
                "to weigh classes), or train in one process."
            )
