"""What several rooms need: reading targets, probabilities and images."""

from sklearn_protloc.utils._images import check_image_data, read_batch
from sklearn_protloc.utils._targets import check_indicator

__all__ = ["check_image_data", "check_indicator", "read_batch"]
