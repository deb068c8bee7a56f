"""skorch's training loop, fed with batches of images."""

from contextlib import contextmanager

import numpy as np
import torch
from skorch import NeuralNet
from skorch.callbacks import Callback

from sklearn_protloc.classifiers._batches import Batches, ImageDataset


class LocalizationNet(NeuralNet):
    """skorch's net with our batches, losses that see the images, and autocast."""

    def __init__(self, *args, standardize, amp, augmenter, rng, **kwargs):
        self.standardize = standardize
        self.amp = amp
        self.augmenter = augmenter
        self.rng = rng
        super().__init__(*args, **kwargs)

    def get_iterator(self, dataset, training=False):
        return Batches(
            dataset,
            batch_size=self.batch_size,
            device=self.device,
            standardize=self.standardize,
            rng=self.rng if training else None,
            augmenter=self.augmenter,
        )

    def infer(self, x, **fit_params):
        # bfloat16 has float32's range, so that gradients need no scaling
        kind = torch.device(self.device).type
        with torch.autocast(kind, dtype=torch.bfloat16, enabled=bool(self.amp)):
            output = self.module_(x)
        return output.float() if self.amp else output

    def get_loss(self, y_pred, y_true, X=None, training=False):
        targets = y_true if isinstance(y_true, tuple | list) else (y_true,)
        return self.criterion_(y_pred, targets[0], X, *targets[1:])

    def initialize_module(self):
        super().initialize_module()
        self.module_.to(memory_format=torch.channels_last)
        return self

    def release(self):
        """Keep what prediction needs: no optimiser, no data, nothing on a GPU."""
        self.module_.eval()
        self.to_device("cpu")
        self.callbacks = None
        self.callbacks_ = []
        self.train_split = None
        self.optimizer_ = None
        self.criterion_ = None
        self.rng = None

    def to_device(self, device):
        """Move the network to where the next batches go."""
        self.device = device
        self.module_.to(device)

    @contextmanager
    def on_device(self, device):
        """Work on a device for a while and come back."""
        home = self.device
        self.to_device(device)
        try:
            yield self
        finally:
            self.to_device(home)

    def logits(self, X):
        """Compute logits in batches; memory beyond a batch is the answer's own."""
        blocks = [b.numpy() for b in self.forward_iter(ImageDataset(X))]
        return np.concatenate(blocks)


class EpochReporter(Callback):
    """Tell scikit-learn's callbacks where training is; stop if one of them asks."""

    def __init__(self, context, report):
        self.context = context
        self.report = report

    def on_epoch_begin(self, net, **kwargs):
        self.epoch_ = self.context.subcontext(task_name="epoch")
        self.epoch_.call_on_fit_task_begin(**self.report(net))

    def on_epoch_end(self, net, **kwargs):
        if self.epoch_.call_on_fit_task_end(**self.report(net)):
            raise KeyboardInterrupt  # skorch's way to end training early
