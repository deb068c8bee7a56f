"""Where labels are, by the network inside a model."""

import numpy as np

from sklearn_protloc.utils._resize import resize_image

__all__ = ["classifier_inside", "maps_inside"]

# Where a model keeps the one that is asked with the same images.
_ASKED = ("estimator_", "best_estimator_")


def maps_inside(model, X, **options):
    """Compute where labels are, by the classifier inside a model.

    Parameters
    ----------
    model : estimator instance
        Fitted: a classifier with `predict_maps`, or one that hands images on to such a
        classifier, through the transformers of a pipeline.
    X : array-like of shape (n_samples, n_channels, height, width)
        Images like those of the model's `fit`.
    **options : dict
        Those of `predict_maps`, such as `labels`.

    Returns
    -------
    maps : ndarray of shape (n_samples, n_labels, height, width), dtype float32
        In [0, 1], of the size of `X`.

    Raises
    ------
    TypeError
        If there is no single classifier with `predict_maps` inside.
    ValueError
        If the images do not fit it, or its network has no maps.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.networks import TinyNet
    >>> from sklearn_protloc.preprocessing import Resize
    >>> from sklearn_protloc.utils._maps_inside import maps_inside
    >>> cells = make_cells(20, image_size=48, labels=2, random_state=0)
    >>> model = make_pipeline(Resize(32), LocalizationClassifier(TinyNet, max_epochs=1))
    >>> maps_inside(model.fit(cells.data, cells.target), cells.data[:3]).shape
    (3, 2, 48, 48)
    """
    transformers, classifier = classifier_inside(model)
    images = X
    for transformer in transformers:
        images = transformer.transform(images)
    maps = classifier.predict_maps(images, **options)
    return np.stack([resize_image(m, tuple(X.shape[2:]), "linear") for m in maps])


def classifier_inside(model):
    """Return the transformers in front of the classifier in a model, and it.

    Parameters
    ----------
    model : estimator instance
        As of `maps_inside`.

    Returns
    -------
    transformers : list of estimators
        What changes the images, in order.
    classifier : estimator instance
        With `predict_maps`.

    Raises
    ------
    TypeError
        If there is no single one.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.preprocessing import Resize
    >>> from sklearn_protloc.utils._maps_inside import classifier_inside
    >>> classifier_inside(make_pipeline(Resize(32), LocalizationClassifier()))
    ([Resize(image_size=32)], LocalizationClassifier())
    """
    transformers, asked = [], model
    while not hasattr(asked, "predict_maps"):
        steps = getattr(asked, "steps", None)
        if steps:  # samplers only change what is fitted
            transformers += [s for _, s in steps[:-1] if hasattr(s, "transform")]
            asked = steps[-1][1]
            continue
        asked = next((getattr(asked, n) for n in _ASKED if hasattr(asked, n)), None)
        if asked is None:
            raise TypeError(
                "Expected a LocalizationClassifier, or a pipeline, search or other "
                "model with one inside that predicts for it, got "
                f"{type(model).__name__}, which draws no maps. Of a model made of "
                "several, draw the maps of one, such as model.estimators_[0]."
            )
    return transformers, asked
