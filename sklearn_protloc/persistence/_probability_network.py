"""A trained network with all that turns raw images into probabilities."""

import copy
import inspect

import torch
from sklearn.utils.validation import check_is_fitted
from torch import nn

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import Localization

__all__ = ["ProbabilityNetwork", "example_images", "probability_network"]

_LARGEST = {"uint8": 255, "uint16": 65535, "float32": None}


class ProbabilityNetwork(nn.Module):
    """Scales and standardises images as the classifier does, and answers as it does.

    Parameters
    ----------
    network : torch.nn.Module
        Images to logits.
    largest : int or None
        What a pixel is divided by.
    standardize : bool
        Whether the network was trained on standardised channels.
    kind : {"multilabel", "binary", "multiclass"}
        What logits mean.
    """

    def __init__(self, network, *, largest, standardize, kind):
        super().__init__()
        self.network = network
        self.largest = largest
        self.standardize = standardize
        self.kind = kind

    def forward(self, images):
        """Return the probabilities of images, shape (batch, n_labels)."""
        pixels = images.to(torch.float32)
        if self.largest is not None:
            pixels = pixels / self.largest
        if self.standardize:
            std, mean = torch.std_mean(pixels, dim=(2, 3), correction=0, keepdim=True)
            pixels = (pixels - mean) / (std + 1e-7)
        output = self.network(pixels)
        logits = output.logits if isinstance(output, Localization) else output
        if self.kind == "multiclass":
            return logits.softmax(dim=1)
        present = logits.sigmoid()
        if self.kind == "binary":
            return torch.cat([1 - present, present], dim=1)
        return present


def probability_network(model, dtype):
    """Return a fitted classifier's network from raw images to probabilities.

    Parameters
    ----------
    model : LocalizationClassifier
        Fitted.
    dtype : {"uint8", "uint16", "float32"}
        Type of the images.

    Returns
    -------
    network : ProbabilityNetwork
        On the CPU, a copy.
    any_size : bool
        Whether it takes images of other sizes than `model` was trained on.
    """
    if not isinstance(model, LocalizationClassifier):
        raise TypeError(
            "Expected a LocalizationClassifier, as other programs run its network "
            f"alone, got {type(model).__name__}. Take the one inside, such as "
            "optimizer.estimator_ or pipeline[-1]; what is around it is left out."
        )
    check_is_fitted(model)
    if not isinstance(dtype, str) or dtype not in _LARGEST:
        raise ValueError(f"Expected dtype as one of {list(_LARGEST)}, got {dtype!r}.")
    network = ProbabilityNetwork(
        copy.deepcopy(model.net_.module_),
        largest=_LARGEST[dtype],
        standardize=model.net_.standardize,
        kind=model._kind,
    )
    any_size = "image_size" not in inspect.signature(model.network).parameters
    return network.eval(), any_size


def example_images(model, dtype):
    """Return two images of the size that a classifier was trained on."""
    size = model.net_.crop_size or model.image_shape_[1:]
    images = torch.arange(2 * model.n_features_in_ * size[0] * size[1]) % 251
    return images.reshape(2, model.n_features_in_, *size).to(getattr(torch, dtype))
