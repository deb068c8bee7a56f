"""What several rooms need: reading targets, probabilities and images."""

from sklearn_protloc.utils._augmenting import augment_image
from sklearn_protloc.utils._dataset_images import (
    DatasetImages,
    as_array,
    dataset_targets,
    is_dataset,
)
from sklearn_protloc.utils._estimators import LabelScoreMixin, check_method
from sklearn_protloc.utils._fold_splits import as_cv, fold_splits
from sklearn_protloc.utils._groups import group_codes
from sklearn_protloc.utils._images import (
    check_finite,
    check_image_data,
    read_image,
)
from sklearn_protloc.utils._lazy_images import LazyImages
from sklearn_protloc.utils._numbers import as_numbers
from sklearn_protloc.utils._optional import import_or_raise
from sklearn_protloc.utils._order import check_same_order
from sklearn_protloc.utils._out_of_fold import out_of_fold
from sklearn_protloc.utils._paths import as_path
from sklearn_protloc.utils._probabilities import (
    average_probabilities,
    label_probabilities,
    to_logits,
)
from sklearn_protloc.utils._replacing import replacing
from sklearn_protloc.utils._resize import check_image_size, resize_image
from sklearn_protloc.utils._stratification import (
    stratified_folds,
    stratified_holdout,
    stratified_parts,
)
from sklearn_protloc.utils._targets import (
    as_single_column,
    check_indicator,
    check_label_columns,
)

__all__ = [
    "DatasetImages",
    "LabelScoreMixin",
    "LazyImages",
    "as_array",
    "as_cv",
    "as_numbers",
    "as_path",
    "as_single_column",
    "augment_image",
    "average_probabilities",
    "check_finite",
    "check_image_data",
    "check_image_size",
    "check_indicator",
    "check_label_columns",
    "check_method",
    "check_same_order",
    "dataset_targets",
    "fold_splits",
    "group_codes",
    "import_or_raise",
    "is_dataset",
    "label_probabilities",
    "out_of_fold",
    "read_image",
    "replacing",
    "resize_image",
    "stratified_folds",
    "stratified_holdout",
    "stratified_parts",
    "to_logits",
]
