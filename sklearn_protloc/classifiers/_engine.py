"""skorch's training loop, fed with batches of images."""

import math
import threading
from contextlib import contextmanager

import numpy as np
import torch
from scipy.special import expit, softmax
from sklearn.base import ClassifierMixin
from skorch import NeuralNet
from skorch.callbacks import PrintLog
from torch import nn

from sklearn_protloc.classifiers._batches import Batches, ImageDataset, parts_of
from sklearn_protloc.classifiers._failures import (
    DivergenceError,
    check_logits,
    explaining_norms,
    is_of_compiling,
    not_compiled,
)
from sklearn_protloc.classifiers._freezing import freeze
from sklearn_protloc.classifiers._initial_weights import load_weights
from sklearn_protloc.classifiers._interruption import noticing_ctrl_c
from sklearn_protloc.classifiers._outputs import logits_of, to_float, without_maps
from sklearn_protloc.classifiers._penalties import weight_penalty

_MOVING = threading.RLock()  # one prediction at a time moves networks between devices


class LocalizationNet(ClassifierMixin, NeuralNet):
    """skorch's net with our batches, losses that see the images, and autocast.

    It answers in terms of its outputs, one 0/1 column each, as skorch's scoring
    callbacks want; the estimator turns that into classes.
    """

    interrupted_ = False  # by the user, amid training; not by a callback between epochs

    def __init__(
        self,
        *args,
        kind,
        n_outputs,
        standardize,
        amp,
        sampler,
        augmenter,
        crop_size,
        num_workers,
        rng,
        clip_norm,
        l1_penalty,
        l2_penalty,
        accumulate_steps,
        start,
        team,
        **kwargs,
    ):
        self.kind = kind
        self.n_outputs = n_outputs
        self.standardize = standardize
        self.amp = amp
        self.sampler = sampler
        self.augmenter = augmenter
        self.crop_size = crop_size
        self.num_workers = num_workers
        self.rng = rng
        self.clip_norm = clip_norm
        self.l1_penalty = l1_penalty
        self.l2_penalty = l2_penalty
        self.accumulate_steps = accumulate_steps
        self.start = start
        self.team = team
        super().__init__(*args, **kwargs)

    @property
    def classes_(self):
        """Columns of the target, or the two values of its only column."""
        return np.arange(max(self.n_outputs, 2))

    @property
    def _default_callbacks(self):
        # skorch keeps quiet only if its sink is print, in whose place Ray puts another
        return [*super()._default_callbacks[:-1], ("print_log", PrintLog(sink=print))]

    def get_dataset(self, X, y=None):
        return X if isinstance(X, ImageDataset) else ImageDataset(X)

    def get_iterator(self, dataset, training=False):
        n_parts = self.accumulate_steps if training else 1
        return Batches(
            dataset,
            batch_size=self.batch_size * n_parts,
            device=self.device,
            standardize=self.standardize,
            rng=self.rng if training else None,
            sampler=self.sampler,
            augmenter=self.augmenter,
            crop_size=None if dataset.targets is None else self.crop_size,
            num_workers=self.num_workers,
            team=self.team if training else None,
        )

    def infer(self, x, **fit_params):
        images = x[0] if isinstance(x, tuple) else x
        # bfloat16 has float32's range, so that gradients need no scaling
        with (
            torch.autocast(images.device.type, torch.bfloat16, bool(self.amp)),
            explaining_norms(images, self.module_),
        ):
            output = self._forward(images)
        check_logits(logits_of(output), (len(images), self.n_outputs), self.module_)
        return to_float(output) if self.amp else output

    def _forward(self, images):
        """Run the network, compiled while it is trained if that was asked for."""
        if self.compiled_ is None or not self.module_.training:
            return self.module_(images)
        try:
            return self.compiled_(images)
        except RuntimeError as error:
            if not is_of_compiling(error):
                raise
            raise not_compiled(error, self.module_) from error

    def train_step_single(self, batch, **fit_params):
        """Add up the gradients of the parts of a batch."""
        self._set_training(True)
        self.frozen_.hold()
        n_images = len(batch[1])
        # not more parts than that: a last image may have joined the batch
        n_parts = min(self.accumulate_steps, math.ceil(n_images / self.batch_size))
        if self.batch_size > 1:  # and no part of one image, from which no norm learns
            n_parts = max(1, min(n_parts, n_images // 2))
        summed = self.criterion_.reduction == "sum"
        loss = batch[1].new_zeros(())
        logits = [batch[1].new_empty((0, self.n_outputs))]
        # a process of a team may have no image of a last batch
        for inputs, targets in parts_of(batch, n_parts) if n_images else []:
            output = self.infer(inputs)
            part = self.get_loss(output, targets, X=inputs, training=True)
            if not summed:
                part = part * (len(targets) / n_images)
            part.backward()
            loss = loss + part.detach()
            logits.append(logits_of(output).detach())
        if self.team is not None:
            loss, n_images = self.team.combine(self, loss, n_images)
        if self.l1_penalty or self.l2_penalty:
            penalty = weight_penalty(self.module_, self.l1_penalty, self.l2_penalty)
            penalty.backward()
            loss = loss + penalty.detach()
        return {"loss": loss, "y_pred": torch.cat(logits), "n_images": n_images}

    def on_grad_computed(self, net, named_parameters=None, **kwargs):
        if self.clip_norm is not None:
            parameters = [parameter for _, parameter in named_parameters]
            nn.utils.clip_grad_norm_(parameters, self.clip_norm)

    def validation_step(self, batch, **fit_params):
        step = without_maps(super().validation_step(batch, **fit_params))
        return step if self.team is None else self.team.agree(step)

    def evaluation_step(self, batch, training=False):
        return logits_of(super().evaluation_step(batch, training=training))

    def get_loss(self, y_pred, y_true, X=None, training=False):
        images, weights = X if isinstance(X, tuple) else (X, None)
        return self.criterion_(y_pred, y_true, images, weights)

    def on_batch_end(self, net, training=False, loss=None, n_images=0, **kwargs):
        if loss is not None and not torch.isfinite(loss):
            where = "" if training else " of held-out images"
            raise DivergenceError.of(self, f"the loss{where} is {float(loss):g}")
        if training:  # skorch counts the images that this process has seen
            self.history.record_batch("train_batch_size", n_images)

    def partial_fit(self, X, y=None, classes=None, **fit_params):
        """Train; note whether it was the user who ended that."""
        self.interrupted_ = False
        super().partial_fit(X, y, classes, **fit_params)
        weights = self.module_.parameters()
        if not self.interrupted_ and not all(torch.isfinite(w).all() for w in weights):
            raise DivergenceError.of(self, "weights are no longer finite")
        return self

    def fit_loop(self, X, y=None, epochs=None, **kwargs):
        """Train for the epochs that are left; after Ctrl-C, go back to a whole one."""
        epochs = self.max_epochs - len(self.history)
        with noticing_ctrl_c() as ctrl_c:
            try:
                return super().fit_loop(X, y, epochs, **kwargs)
            except KeyboardInterrupt:
                self.interrupted_ = ctrl_c.is_set() or not self._ends_whole()
                if self.interrupted_:
                    dict(self.callbacks_)["LastEpoch"].put_back(self)
                raise

    def _ends_whole(self):
        """Whether the last epoch saw all batches, after which callbacks may stop."""
        sides = ["train"] if self.train_split is None else ["train", "valid"]
        last = self.history[-1] if self.history else {}
        return all(f"{side}_batch_count" in last for side in sides)

    def initialize_module(self):
        super().initialize_module()
        new = [] if self.start is None else load_weights(self.module_, self.start)
        trainable = "all" if self.start is None else self.start.trainable
        self.frozen_ = freeze(self.module_, trainable, self.n_outputs, new)
        if not issubclass(self.optimizer, torch.optim.LBFGS):  # views weights as rows
            self.module_.to(memory_format=torch.channels_last)
        return self

    def torch_compile(self, module, name):
        """Compile beside the network: what is compiled cannot be pickled."""
        if name == "module":
            options = self.get_params_for("compile")
            self.compiled_ = (
                torch.compile(module.forward, **options) if self.compile else None
            )
        return module

    def release(self):
        """Keep what prediction needs: no optimiser, no data, nothing on a GPU."""
        self.module_.zero_grad()  # gradients take as much memory as the weights
        self.frozen_.release()
        self.frozen_ = self.start = self.compiled_ = self.team = None
        self.module_.eval()
        self.to_device("cpu")
        self.callbacks = None
        self.callbacks_ = []
        self.train_split = None
        self.optimizer_ = None
        self.criterion = None
        self.criterion_ = None
        self.rng = None
        self.sampler = None
        self.augmenter = None

    def to_device(self, device):
        """Move the network to where the next batches go."""
        self.device = device
        self.module_.to(device)

    @contextmanager
    def on_device(self, device):
        """Work on a device for a while and come back."""
        if torch.device(self.device) == device == torch.device("cpu"):
            yield self
            return
        with _MOVING:
            home = self.device
            self.to_device(device)
            try:
                yield self
            finally:
                self.to_device(home)

    def logits(self, X):
        """Compute logits in batches; memory beyond a batch is the answer's own."""
        return np.concatenate([b.detach().numpy() for b in self.forward_iter(X)])

    def decision_function(self, X):
        logits = self.logits(X)
        return logits[:, 0] if self.kind == "binary" else logits

    def predict_proba(self, X):
        return to_probabilities(self.decision_function(X), self.kind)

    def predict(self, X):
        proba = self.predict_proba(X)
        if self.kind == "multiclass":
            return np.eye(self.n_outputs, dtype=int)[proba.argmax(axis=1)]
        return (proba[:, 1:] if self.kind == "binary" else proba) >= 0.5

    def __getstate__(self):
        # skorch's own goes through torch.save, which cannot pickle what cloudpickle
        # can, such as networks defined in a notebook; there is nothing on a GPU here
        return {**vars(self), "compiled_": None}

    def __setstate__(self, state):
        vars(self).update(state)


def to_probabilities(scores, kind):
    """Turn logits into probabilities as `predict_proba` gives them."""
    if kind == "multiclass":
        return softmax(scores, axis=1)
    present = expit(scores)
    return np.column_stack([1 - present, present]) if kind == "binary" else present


def to_answers(proba, kind, classes):
    """Turn probabilities into what `predict` answers."""
    if kind == "multilabel":
        return (proba >= 0.5).astype(int)
    return classes[proba.argmax(axis=1)]
