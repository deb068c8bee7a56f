"""Processes that train one network together, each on a GPU of its own."""

import numpy as np
import torch
from skorch.callbacks import Callback

from sklearn_protloc.utils import import_or_raise

__all__ = ["Team"]


class Team(Callback):
    """A process among those that train one network, each its share of a batch.

    All draw the same batches, from equal seeds. Each computes gradients of its share;
    what they step by is the gradient of the whole batch, so that their weights stay
    equal, and equal to those of one process alone but for rounding.
    """

    def __init__(self):
        accelerate = import_or_raise(
            "accelerate", 'device="accelerate"', extra="accelerate"
        )
        accelerator = accelerate.Accelerator()
        self.device = accelerator.device
        self.size = accelerator.num_processes
        self.index = accelerator.process_index
        self._sum_of_all = accelerate.utils.reduce
        self._of_first = accelerate.utils.broadcast

    @classmethod
    def of(cls, estimator, n_images):
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
        team = cls()
        n_needed = 2 * team.size
        n_given = min(estimator.batch_size, n_images)
        if team.size > 1 and n_given < n_needed:
            raise ValueError(
                f"{team.size} processes need batches of {n_needed} images or more, two "
                f"for each, got {n_given}. Raise batch_size, or launch fewer processes."
            )
        return team

    def on_train_begin(self, net, **kwargs):
        """Draw another dropout than the first process, from equal weights."""
        if self.index:
            seed = torch.default_generator.initial_seed() + self.index
            torch.default_generator.manual_seed(seed)
            if self.device.type == "cuda":
                with torch.cuda.device(self.device):
                    torch.cuda.manual_seed(seed)

    def share(self, values):
        """Return the part of a batch that is this process's."""
        return np.array_split(values, self.size)[self.index]

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
        weights = [weight for group in groups for weight in group["params"]]
        gradients = [w.grad for w in weights if w.grad is not None]
        # means and variances of norms, each process has those of its share
        statistics = [b for b in net.module_.buffers() if b.is_floating_point()]
        summed = net.criterion_.reduction == "sum"
        added, averaged = [*gradients, loss], statistics
        if not summed:
            added, averaged = [], [*added, *averaged]
        count = loss.new_tensor(n_images)
        shares = [count, *added, *(tensor * count for tensor in averaged)]
        whole = self._add_up(shares)
        for tensor, total in zip(added, whole[1:], strict=False):
            tensor.copy_(total)
        for tensor, total in zip(averaged, whole[1 + len(added) :], strict=True):
            tensor.copy_(total / whole[0])
        return loss, round(whole[0].item())

    def _add_up(self, tensors):
        """Add up tensors over the processes, all of them at one go."""
        vector = torch.cat([tensor.reshape(-1).float() for tensor in tensors])
        vector = self._sum_of_all(vector, reduction="sum")
        parts = vector.split([tensor.numel() for tensor in tensors])
        return [p.view(t.shape) for p, t in zip(parts, tensors, strict=True)]

    def agree(self, step):
        """Return what the first process found on held-out images: all decide alike."""
        return self._of_first(step)
