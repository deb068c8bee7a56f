"""From images to what the output layer of a network reads."""

import numpy as np

from sklearn_protloc.classifiers._freezing import output_layer
from sklearn_protloc.classifiers._prediction import each_batch_of_tiles, forward
from sklearn_protloc.classifiers._private_copy import private_net, try_out

__all__ = ["embed", "embedding_size"]


def embed(net, X, *, tile_overlap, aggregate, num_workers):
    """Compute the input of the output layer, averaged over tiles.

    Parameters
    ----------
    net : LocalizationNet
        Trained, on the device to work on.
    X : array-like of shape (n_samples, n_channels, height, width)
        Images.
    tile_overlap, aggregate, num_workers : float, str or None, int
        As for LocalizationClassifier.

    Returns
    -------
    features : ndarray of shape (n_samples, n_features), dtype float32
        A row per image.
    """
    net = private_net(net)
    read = _listen(net.module_, net.n_outputs)

    def features_of(tiles):
        forward(net, tiles)
        return read()

    batches = each_batch_of_tiles(
        net,
        X,
        features_of,
        tile_overlap=tile_overlap,
        aggregate=aggregate,
        num_workers=num_workers,
    )
    return np.concatenate([tiles.mean(axis=0) for tiles in batches])


def embedding_size(net, image_shape):
    """Return how many features `embed` computes of images of one shape."""

    def size_of(module, images):
        read = _listen(module, net.n_outputs)
        module(images)
        return read().shape[1]

    return try_out(size_of, net.module_, image_shape)


def _listen(module, n_outputs):
    """Return a function that tells what the output layer was given last.

    Values at places of maps are averaged.
    """
    heard = []

    def hear(_, inputs):
        heard[:] = inputs[:1]

    name = output_layer(module, n_outputs)
    module.get_submodule(name).register_forward_pre_hook(hear)

    def read():
        if not heard:
            raise ValueError(
                f"{type(module).__name__} does not use its layer {name!r} to predict, "
                "though it is the last with weights. Give the network a `head` whose "
                "last layer puts out the logits."
            )
        values = heard.pop().float()
        return values.mean(dim=(2, 3)) if values.ndim == 4 else values.flatten(1)

    return read
