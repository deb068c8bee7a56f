"""A model of a file, and what has to be known of it to show it images."""

from sklearn.frozen import FrozenEstimator

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import HPA_LOCATIONS
from sklearn_protloc.persistence import load_model
from sklearn_protloc.reporting._inside import inside
from sklearn_protloc.utils._fitted import fitted_attribute

__all__ = ["configure", "load_bundle"]

_KEYS = {"model", "label_ids", "label_names", "channels", "image_size"}
_CHANNELS = "RGBY"  # of models that tell no more than that they take four


def load_bundle(path):
    """Return what `protloc train` saved, or the same of a classifier in a file."""
    saved = load_model(path)
    if isinstance(saved, dict) and saved.keys() >= _KEYS:
        return saved
    if not hasattr(saved, "predict"):
        raise ValueError(
            f'{path} is not a model that "protloc train" saved, and no classifier.'
        )
    why = _obstacle(saved)
    if why is not None:
        raise ValueError(
            f'{path} is not a model that "protloc train" saved, and {why}. Predict in '
            "Python: sklearn_protloc.persistence.load_model opens the file."
        )
    names = [str(name) for name in fitted_attribute(saved, "label_names_")]
    (classifier, *_) = _classifiers(saved)
    # crops are predicted in images of any size, at the scale that they come in
    whole = classifier.net_.crop_size is None
    return {
        "model": saved,
        "label_ids": [HPA_LOCATIONS.index(name) for name in names],
        "label_names": names,
        "channels": _CHANNELS,
        "image_size": classifier.image_shape_[1:] if whole else None,
    }


def configure(model, args):
    """Set device and threads of the networks in a model."""
    for classifier in _classifiers(model):
        classifier.set_params(device=args.device)
        if args.num_workers is not None:
            classifier.set_params(num_workers=args.num_workers)


def _obstacle(model):
    """Return why images and locations of a classifier are not known, or None."""
    classifiers = _classifiers(model)
    names = fitted_attribute(model, "label_names_")
    if not classifiers or not hasattr(model, "predict_proba"):
        return "no LocalizationClassifier predicts in it"
    if any(len(getattr(part, "steps", [])) > 1 for part in inside(model)):
        return "what the steps of a pipeline expect is not known"
    if any(classifier._kind != "multilabel" for classifier in classifiers):
        return "it was not fitted on a column per location"
    if names is None or not {str(name) for name in names} <= set(HPA_LOCATIONS):
        return "its labels are not named as in sklearn_protloc.datasets.HPA_LOCATIONS"
    shapes = {(c.image_shape_, c.net_.crop_size) for c in classifiers}
    if len(shapes) > 1:
        return "its networks were trained on images of different shapes"
    if classifiers[0].image_shape_[0] != len(_CHANNELS):
        n_channels = classifiers[0].image_shape_[0]
        return f"which {n_channels} of the channels {_CHANNELS} it takes is not known"
    return None


def _classifiers(model):
    """Return the classifiers with a network in a model."""
    parts = [
        part.estimator if isinstance(part, FrozenEstimator) else part
        for part in inside(model)
    ]
    return [part for part in parts if isinstance(part, LocalizationClassifier)]
