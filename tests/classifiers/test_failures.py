"""What goes wrong in a training is told in words that help."""

import numpy as np
import pytest
import torch
from skorch.callbacks import LRScheduler
from torch import nn

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import CytoCNN, CytoFCN, GapNetVariant, TinyNet, TUNet


def model_of(network=TinyNet, **params):
    params = {"max_epochs": 3, "batch_size": 16, "random_state": 0, **params}
    return LocalizationClassifier(network, **params)


def nan_after(n_calls):
    calls = []

    def loss(logits, targets):
        calls.append(1)
        factor = torch.nan if len(calls) > n_calls else 1.0
        return factor * nn.functional.binary_cross_entropy_with_logits(logits, targets)

    return loss


def test_divergence_names_epoch_batch_rate_and_remedy(X, y):
    schedule = LRScheduler("StepLR", step_size=1, gamma=0.1)
    model = model_of(loss=nan_after(5), callbacks=[schedule])
    message = r"epoch 2, batch 2: the loss is nan.*lr=0\.0001\. Lower lr.*clip_norm=5"
    with pytest.raises(ValueError, match=message):
        model.fit(X, y)
    assert not hasattr(model, "net_")
    with pytest.raises(ValueError, match="diverged") as caught:
        model_of(loss=nan_after(5), clip_norm=1.0).fit(X, y)
    assert "clip" not in str(caught.value)


def test_divergence_on_held_out_images_is_told(X, y):
    model = model_of(loss=nan_after(3), validation_fraction=0.2)
    with pytest.raises(
        ValueError, match=r"epoch 1.*the loss of held-out images is nan"
    ):
        model.fit(X, y)


@pytest.mark.parametrize(
    "error",
    [
        torch.cuda.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: 4 bytes"),
        MemoryError("Unable to allocate 3 GiB for an array"),
    ],
    ids=["on a GPU", "on the CPU", "of NumPy"],
)
def test_what_takes_less_memory_is_told(X, y, error):
    class Greedy(TinyNet):
        def forward(self, images):
            raise error

    model = model_of(Greedy)
    for words in (
        "The memory of cpu does not suffice for steps of batch_size=16 images",
        "batch_size=8 with accumulate_steps=2",
        "a crop_size",
        "amp=True",
        str(error),
    ):
        with pytest.raises(MemoryError) as caught:
            model.fit(X, y)
        assert words in str(caught.value)
    with pytest.raises(MemoryError) as caught:
        model.set_params(amp=True, batch_size=1, crop_size=8).fit(X, y)
    text = str(caught.value)
    assert "a smaller crop_size" in text
    assert "accumulate" not in text
    assert "amp" not in text


def test_memory_is_given_back_before_it_is_told(X, y):
    class Greedy(TinyNet):
        def forward(self, images):
            raise torch.cuda.OutOfMemoryError("CUDA out of memory")

    with pytest.raises(MemoryError) as caught:
        model_of(Greedy).fit(X, y)
    assert caught.value.__context__ is None  # whose frames would hold on to it


def test_other_errors_stay_what_they_are(X, y):
    class Wrong(TinyNet):
        def forward(self, images):
            raise RuntimeError("of the network's own")

    with pytest.raises(RuntimeError, match=r"^of the network's own$"):
        model_of(Wrong).fit(X, y)


class Lazy:
    """Images of which one cannot be read."""

    ids = np.array([f"image-{row}" for row in range(60)], dtype=object)

    def __init__(self, X, error):
        self.X, self.error = X, error
        self.shape, self.dtype, self.ndim = X.shape, X.dtype, X.ndim

    def __len__(self):
        return len(self.X)

    def __getitem__(self, row):
        if row == 37:
            raise self.error
        return self.X[row]


@pytest.mark.parametrize("num_workers", [0, 2])
@pytest.mark.parametrize(
    ("error", "kind", "message"),
    [
        (ValueError("damaged"), ValueError, "damaged"),
        (FileNotFoundError(2, "gone"), OSError, r"\[Errno 2\] gone"),
        (KeyError("x"), ValueError, "KeyError: 'x'"),
        (SystemExit(3), ValueError, "SystemExit: 3"),
    ],
    ids=["ValueError", "FileNotFoundError", "KeyError", "SystemExit"],
)
def test_an_image_that_cannot_be_read_is_named(X, y, num_workers, error, kind, message):
    """A thread that ends tells why, and of which image."""
    images = Lazy(X, error)
    model = model_of(num_workers=num_workers)
    with pytest.raises(kind, match=rf"Image 37 \(id 'image-37'\): {message}"):
        model.fit(images, y)
    model.fit(X, y)
    with pytest.raises(kind, match="Image 37"):
        model.predict(images)


def test_an_image_that_cannot_be_augmented_is_named(X, y):
    def augment(image, rng):
        return image / 0 if (image == X[5]).all() else image

    with np.errstate(all="ignore"), pytest.raises(ValueError, match="Image 5: The aug"):
        model_of(augmenter=augment).fit(X, y)


def test_lbfgs_trains(X, y):
    model = model_of(optimizer=torch.optim.LBFGS, batch_size=60, lr=0.05)
    losses = model.fit(X, y).history_[:, "train_loss"]
    assert losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("network", "params"),
    [
        (CytoCNN, {"width": 2, "n_hidden": 4}),
        (CytoFCN, {"width": 2}),
        (GapNetVariant, {"widths": (4, 8, 8), "stride": 2}),
        (TUNet, {"width": 2}),
    ],
)
def test_one_small_image_is_too_little_for_batch_norm(X, y, network, params):
    model = model_of(network, network_params=params, batch_size=1)
    message = rf"{network.__name__} cannot learn from 1 image of 16 x 16 pixels alone.*"
    with pytest.raises(ValueError, match=message + "batch_size to 2 or more"):
        model.fit(X, y)
    with pytest.raises(ValueError, match=message):
        model.set_params(batch_size=4).fit(X[:1], np.ones_like(y[:1]))
    model.set_params(batch_size=4, max_epochs=1).fit(X[:5], y[:5])
