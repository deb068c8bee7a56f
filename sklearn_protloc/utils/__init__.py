"""What several rooms need: reading targets, probabilities and images."""

from sklearn_protloc.utils._images import check_image_data, read_batch
from sklearn_protloc.utils._probabilities import label_probabilities
from sklearn_protloc.utils._stratification import stratified_folds, stratified_holdout
from sklearn_protloc.utils._targets import as_single_column, check_indicator

__all__ = [
    "as_single_column",
    "check_image_data",
    "check_indicator",
    "label_probabilities",
    "read_batch",
    "stratified_folds",
    "stratified_holdout",
]
