"""A second stage of training: what stays, what is replaced."""

import copy

from sklearn_protloc.classifiers._freezing import output_layer
from sklearn_protloc.classifiers._initial_weights import Start, same_labels
from sklearn_protloc.classifiers._options import with_outputs
from sklearn_protloc.utils._label_names import check_names_alike

_FIXED = {
    "network": "the network is the trained one",
    "network_params": "the network is the trained one",
    "dropout": "the network is the trained one",
    "standardize": "images have to look as they did to the frozen weights",
    "crop_size": "images have to look as they did to the frozen weights",
    "init_weights": "the stage starts from the trained weights",
    "warm_start": "the stage starts from the trained weights",
}


def stage_of(estimator, params):
    """Return a copy of a fitted estimator with parameters of one stage."""
    for name in sorted(_FIXED.keys() & params.keys()):
        raise ValueError(f"fine_tune takes no {name}: {_FIXED[name]}.")
    stage = copy.copy(estimator).set_params(**params)
    stage.standardize = estimator.net_.standardize
    stage.crop_size = estimator.net_.crop_size
    stage._validate_params()
    return stage


def keep_names(estimator, fitted):
    """Let an array go on with the names of a table that was trained on before."""
    names = list(fitted["label_names_"])
    unnamed = names == [str(number) for number in range(len(estimator.label_names_))]
    if unnamed and fitted["_kind"] == estimator._kind == "multilabel":
        return {**fitted, "label_names_": estimator.label_names_}
    return fitted


def _check_order(estimator, fitted):
    """Refuse the labels in another order, which no one wants a new output layer for."""
    names = fitted["label_names_"]
    if estimator._kind == fitted["_kind"] == "multilabel" and (
        set(names) == set(estimator.label_names_)
    ):
        check_names_alike(names, estimator.label_names_, "y", "the model")


def start_of_stage(estimator, fitted, n_outputs, trainable):
    """Return where fine-tuning starts: with a new output layer for other labels."""
    _check_order(estimator, fitted)
    net = estimator.net_
    weights = net.module_.state_dict()
    if same_labels(estimator, fitted):
        return Start(
            weights,
            "the trained network",
            estimator.history_,
            factory=net.module,
            trainable=trainable,
        )
    replaced = output_layer(net.module_, net.n_outputs)
    kept = {n: w for n, w in weights.items() if not f"{n}.".startswith(f"{replaced}.")}
    return Start(
        kept,
        "the trained network",
        estimator.history_,
        # what does not fit another number of labels belongs to the labels
        replaceable=lambda name: True,
        factory=with_outputs(net.module, n_outputs),
        trainable=trainable,
    )
