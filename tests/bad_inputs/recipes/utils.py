"""Good arguments of the callables of `sklearn_protloc.utils`."""

import numpy as np
from sklearn.base import ClassifierMixin, clone

from sklearn_protloc import utils
from tests.bad_inputs.good import (
    GROUPS,
    IMAGES,
    LABELS,
    N_LABELS,
    PROBABILITIES,
    forest,
    trained,
)
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.values import EITHER

SPLITS = [(np.arange(6), np.arange(6, 12)), (np.arange(6, 12), np.arange(6))]
ANY_SHAPE = [
    ("all", "no samples"),
    *(
        ("probabilities", value)
        for value in (
            "number",
            "one dimension less",
            "one dimension more",
            "zero size",
            "a label less",
        )
    ),
]
# These take any object, or what was checked before, as they are called for every image.
UNCHECKED = {
    "DatasetImages": lambda: utils.DatasetImages(
        list(zip(IMAGES, LABELS, strict=True))
    ),
    "as_array": lambda: utils.as_array(IMAGES),
    "as_single_column": lambda: utils.as_single_column(LABELS),
    "augment_image": lambda: utils.augment_image(
        flip, IMAGES[0], np.random.default_rng(0)
    ),
    "check_same_order": lambda: utils.check_same_order(IMAGES, LABELS),
    "dataset_targets": lambda: utils.dataset_targets(
        list(zip(IMAGES, LABELS, strict=True))
    ),
    "import_or_raise": lambda: utils.import_or_raise("json", "Nothing", extra="no"),
    "is_dataset": lambda: utils.is_dataset(IMAGES),
    "out_of_fold": lambda: utils.out_of_fold(
        clone(trained()), IMAGES, LABELS, splits=SPLITS, n_labels=N_LABELS
    ),
    "read_image": lambda: utils.read_image(IMAGES, 3),
}


class Scored(utils.LabelScoreMixin, ClassifierMixin):
    """A classifier that knows the answer."""

    def predict(self, X):
        return LABELS


class Faithful:
    """A classifier that answers with what it is given."""

    def predict_proba(self, X):
        return X


def flip(image, rng):
    return image[..., ::-1]


def written(path):
    with utils.replacing(path) as file:
        file.write(b"Nucleus")


RECIPES = {
    **{name: Recipe(call, {}, {}) for name, call in UNCHECKED.items()},
    "LabelScoreMixin.score": Recipe(
        Scored().score,
        {"y": "labels"},
        {"X": IMAGES, "y": LABELS},
        but={("y", v): EITHER for v in ("names of labels", "one dimension less")},
    ),
    "LazyImages": Recipe(object, {}, {}),
    "as_cv": Recipe(
        utils.as_cv, {"cv": "count"}, {"cv": 3}, words=("n_splits", "folds")
    ),
    "as_numbers": Recipe(
        utils.as_numbers,
        {"values": "numbers"},
        {"values": PROBABILITIES, "name": "values"},
    ),
    "as_path": Recipe(utils.as_path, {"path": "path"}, {"path": lambda folder: folder}),
    "replacing": Recipe(
        written, {"path": "output path"}, {"path": lambda folder: folder / "words.txt"}
    ),
    "check_method": Recipe(
        utils.check_method,
        {"estimator": "estimator"},
        {"estimator": forest(), "method": "predict"},
    ),
    "average_probabilities": Recipe(
        utils.average_probabilities,
        {"X": "probabilities", "n_labels": "count", "weights": "weights of models"},
        {
            "estimators": [Faithful(), Faithful()],
            "X": PROBABILITIES,
            "n_labels": N_LABELS,
            "weights": np.array([1.0, 2.0]),
        },
        but={("all", "no samples"): EITHER},
        words=("predict_proba",),
    ),
    "check_finite": Recipe(
        utils.check_finite, {"values": "pixels"}, {"values": IMAGES.astype("f4")}
    ),
    "check_image_data": Recipe(utils.check_image_data, {"X": "images"}, {"X": IMAGES}),
    "check_image_size": Recipe(
        utils.check_image_size,
        {"image_size": "count", "interpolation": "choice"},
        {"image_size": 8, "interpolation": "area"},
    ),
    "check_indicator": Recipe(
        utils.check_indicator,
        {"y": "labels"},
        {"y": LABELS},
        but={("all", "no samples"): EITHER},
    ),
    "check_label_columns": Recipe(
        utils.check_label_columns,
        {"y": "labels"},
        {"y": LABELS, "estimator": forest(), "instead": "another"},
        but={("all", "no samples"): EITHER},
    ),
    "fold_splits": Recipe(
        utils.fold_splits,
        {"indicator": "labels", "groups": "groups", "cv": "count"},
        {"X": IMAGES, "indicator": LABELS, "cv": 3, "groups": GROUPS},
    ),
    "group_codes": Recipe(
        utils.group_codes,
        {"groups": "groups"},
        {"groups": GROUPS, "n_samples": len(GROUPS)},
    ),
    "label_probabilities": Recipe(
        utils.label_probabilities,
        {"X": "probabilities", "n_labels": "count"},
        {"estimator": Faithful(), "X": PROBABILITIES, "n_labels": N_LABELS},
        but={("all", "no samples"): EITHER},
        words=("predict_proba",),
    ),
    "resize_image": Recipe(
        utils.resize_image,
        {"image": "one image", "interpolation": "choice"},
        {"image": IMAGES[0], "size": (4, 4), "interpolation": "area"},
    ),
    "stratified_folds": Recipe(
        utils.stratified_folds,
        {"indicator": "labels", "n_splits": "count"},
        {"indicator": LABELS, "n_splits": 3},
        words=("n_splits",),
    ),
    "stratified_holdout": Recipe(
        utils.stratified_holdout,
        {"indicator": "labels", "fraction": "share"},
        {"indicator": LABELS, "fraction": 0.25},
        words=("samples",),
    ),
    "stratified_parts": Recipe(
        utils.stratified_parts,
        {"indicator": "labels", "sizes": "sizes"},
        {"indicator": LABELS, "sizes": [6, 6]},
        words=("samples",),
    ),
    "to_logits": Recipe(
        utils.to_logits,
        {"probabilities": "probabilities", "edge": "share"},
        {"probabilities": PROBABILITIES, "edge": 0.01},
        but=dict.fromkeys(ANY_SHAPE, EITHER),
    ),
}
