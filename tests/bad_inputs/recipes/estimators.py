"""Good arguments of the methods of estimators, samplers and splitters."""

from functools import partial

import numpy as np
from sklearn.base import clone

from sklearn_protloc import (
    classifiers,
    model_selection,
    over_sampling,
    preprocessing,
)
from sklearn_protloc.augmentation import RandomDihedral
from tests.bad_inputs.good import (
    DATA,
    GROUPS,
    IMAGES,
    LABELS,
    WEIGHTS,
    fitted,
    forest,
    means,
    network,
)
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.values import EITHER

# Images of another type or size than those of the training.
OTHER_IMAGES = {("X", "16-bit"): EITHER, ("X", "saturated"): EITHER}
# One column of classes will do.
CLASSES = {
    ("y", "names of labels"): EITHER,
    ("y", "one dimension less"): EITHER,
}
SAMPLES = {"X": "images", "y": "labels"}


def call(method):
    """Return a function that sets the parameters among what it is given, and calls."""

    def with_parameters(estimator, **given):
        names = estimator.get_params().keys() & given.keys()
        estimator.set_params(**{name: given.pop(name) for name in names})
        result = getattr(estimator, method)(**given)
        return list(result) if method == "split" else result

    return with_parameters


def of_model(name, estimator, *methods, fit=SAMPLES, extra=None, but=None):
    """Return recipes of `fit` and of methods of a fitted estimator."""
    extra = extra or {}
    roles = fit | {name: role for name, (role, _) in extra.items()}
    good = {k: DATA[k] for k in fit if k in DATA}
    good |= {name: value for name, (_, value) in extra.items()}
    recipes = {
        f"{name}.fit": Recipe(
            call("fit"), roles, good, but or {}, partial(clone, estimator), OF_FOLDS
        )
    }
    made = fitted(estimator)
    for method in methods:
        data = {"X": "images"} | ({"y": "labels"} if method == "score" else {})
        recipes[f"{name}.{method}"] = Recipe(
            call(method), data, {k: DATA[k] for k in data}, OTHER_IMAGES, made
        )
    return recipes


PREDICT = ("predict", "predict_proba", "decision_function", "score")


def of_sampler(cls, extra=None, X=("images", IMAGES), **parameters):
    extra = {"random_state": ("count", 0)} | (extra or {})
    extra = {k: v for k, v in extra.items() if k in cls().get_params()}
    samples, data = SAMPLES | {"X": X[0]}, DATA | {"X": X[1]}
    roles = samples | {name: role for name, (role, _) in extra.items()}
    good = data | {name: value for name, (_, value) in extra.items()}
    make = partial(cls, **parameters)
    name = cls.__name__
    return {
        f"{name}.fit": Recipe(call("fit"), roles, good, {}, make),
        f"{name}.fit_resample": Recipe(
            call("fit_resample"),
            samples | {"sample_weight": "weights"},
            data | {"sample_weight": WEIGHTS},
            {},
            make,
        ),
    }


def of_transformer(transformer, **extra):
    roles = {"X": "images"} | {name: role for name, (role, _) in extra.items()}
    good = {"X": IMAGES} | {name: value for name, (_, value) in extra.items()}
    name = type(transformer).__name__
    return {
        f"{name}.fit": Recipe(
            call("fit"), roles, good, {}, partial(clone, transformer)
        ),
        f"{name}.transform": Recipe(
            call("transform"), {"X": "images"}, {"X": IMAGES}, {}, fitted(transformer)
        ),
    }


def of_splitter(cls, *, groups=False, **parameters):
    roles = SAMPLES | {name: role for name, (role, _) in parameters.items()}
    roles.pop("X")
    good = DATA | {name: value for name, (_, value) in parameters.items()}
    if groups:
        roles |= {"groups": "groups"}
        good |= {"groups": GROUPS}

    def split(X, y, groups=None, **given):
        return list(cls(**given).split(X, y, groups))

    recipe = Recipe(split, roles, good, CLASSES, words=OF_FOLDS)
    return {f"{cls.__name__}.split": recipe}


RATIO = {"sampling_ratio": ("number", 0.25)}
CV = {"cv": ("count", 2)}
OF_FOLDS = ("fold", "n_splits", "cross-validation", "group")

RECIPES = {
    **of_model(
        "LocalizationClassifier",
        network(),
        *PREDICT,
        "predict_labels",
        "predict_maps",
        "transform",
        fit=SAMPLES,
        extra={
            "sample_weight": ("weights", WEIGHTS),
            "dropout": ("share", 0.1),
            "lr": ("number", 0.01),
            "batch_size": ("count", 4),
            "max_epochs": ("count", 1),
            "validation_fraction": ("share", 0.25),
            "random_state": ("count", 0),
        },
        but=CLASSES,
    ),
    "LocalizationClassifier.fine_tune": Recipe(
        call("fine_tune"),
        SAMPLES | {"sample_weight": "weights", "trainable": "choice"},
        DATA | {"sample_weight": WEIGHTS, "trainable": "head"},
        CLASSES,
        fitted(network()),
    ),
    "LocalizationClassifier.from_recipe": Recipe(
        classifiers.LocalizationClassifier.from_recipe,
        {"name": "choice"},
        {"name": "gapnet-pl"},
    ),
    "get_recipe_names": Recipe(classifiers.get_recipe_names, {}, {}),
    "lr_range_test": Recipe(
        lambda **given: classifiers.lr_range_test(network(), **given),
        SAMPLES
        | {
            "sample_weight": "weights",
            "min_lr": "number",
            "max_lr": "number",
            "n_steps": "count",
        },
        DATA | {"sample_weight": WEIGHTS, "min_lr": 1e-4, "max_lr": 0.1, "n_steps": 10},
        CLASSES,
    ),
    **of_model(
        "CrossFitClassifier",
        classifiers.CrossFitClassifier(forest(), cv=2),
        *PREDICT,
        extra=CV | {"groups": ("groups", GROUPS)},
    ),
    **of_model(
        "GreedyEnsembleClassifier",
        classifiers.GreedyEnsembleClassifier([("a", forest()), ("b", forest())], cv=2),
        *PREDICT,
        extra=CV | {"n_iter": ("count", 3)},
    ),
    **of_model(
        "MultiLabelStackingClassifier",
        classifiers.MultiLabelStackingClassifier(
            [("a", forest()), ("b", forest())], cv=2, min_positives=1
        ),
        *PREDICT,
        extra=CV | {"min_positives": ("count", 1)},
    ),
    **of_model(
        "SoftVotingClassifier",
        classifiers.SoftVotingClassifier([("a", forest()), ("b", forest())]),
        *PREDICT,
    ),
    **of_model(
        "MultiLabelCalibratedClassifier",
        model_selection.MultiLabelCalibratedClassifier(forest(), cv=2, min_positives=1),
        *PREDICT,
        extra=CV | {"method": ("choice", "beta"), "min_positives": ("count", 1)},
    ),
    **of_model(
        "MultiLabelThresholdOptimizer",
        model_selection.MultiLabelThresholdOptimizer(forest(), cv=2),
        *PREDICT,
        "predict_labels",
        extra=CV
        | {
            "groups": ("groups", GROUPS),
            "strategy": ("choice", "f1"),
            "metric": ("choice", "f1"),
            "step": ("share", 0.1),
            "absent_threshold": ("share", 0.5),
            "min_positives": ("count", 0),
            "empty": ("choice", "allow"),
        },
        but=CLASSES | {("absent_threshold", "above one"): EITHER},  # is never reached
    ),
    **of_splitter(model_selection.MultilabelStratifiedKFold, n_splits=("count", 3)),
    **of_splitter(
        model_selection.MultilabelStratifiedGroupKFold,
        groups=True,
        n_splits=("count", 3),
    ),
    **of_splitter(
        model_selection.MultilabelStratifiedShuffleSplit,
        n_splits=("count", 2),
        test_size=("share", 0.25),
    ),
    "leakage_report": Recipe(
        model_selection.leakage_report,
        {"y": "labels", "groups": "groups", "images": "images", "cv": "count"},
        {"y": LABELS, "groups": GROUPS, "images": IMAGES, "cv": 3},
        CLASSES | {("images", "None"): EITHER},
        words=OF_FOLDS,
    ),
    **of_sampler(over_sampling.LPRandomOverSampler, RATIO),
    **of_sampler(over_sampling.MLRandomOverSampler, RATIO),
    **of_sampler(over_sampling.MLRandomUnderSampler, RATIO),
    **of_sampler(
        over_sampling.MLSMOTE,
        {"k_neighbors": ("count", 2)},
        X=("features", means(IMAGES)),
    ),
    **of_sampler(over_sampling.REMEDIAL),
    **of_sampler(
        over_sampling.RareLabelOverSampler,
        {
            "min_count": ("count", 8),
            "selection": ("choice", "greedy"),
            "concentration": ("number", 1.5),
        },
        min_count=8,
        augmenter=RandomDihedral(),
    ),
    "ClassAwareSampler": Recipe(
        lambda y: over_sampling.ClassAwareSampler()(y, np.random.default_rng(0)),
        {"y": "labels"},
        {"y": LABELS},
    ),
    "imbalance_report": Recipe(
        over_sampling.imbalance_report,
        {"y": "labels"},
        {"y": LABELS},
        {("all", "no samples"): EITHER},
    ),
    **of_transformer(
        preprocessing.ChannelSelector(),
        channels=("choice", "G"),
        order=("choice", "RGBY"),
    ),
    **of_transformer(preprocessing.ChannelStandardizer(), per=("choice", "image")),
    **of_transformer(
        preprocessing.MissingChannelImputer(), strategy=("choice", "zero")
    ),
    **of_transformer(
        preprocessing.PercentileStretch(), low=("number", 1), high=("number", 99)
    ),
    **of_transformer(
        preprocessing.Resize(6),
        image_size=("count", 6),
        interpolation=("choice", "area"),
    ),
    **of_transformer(preprocessing.ToFloat()),
}
