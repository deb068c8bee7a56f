"""What several rooms need: reading targets, probabilities and images."""

from sklearn_protloc.utils._targets import check_indicator

__all__ = ["check_indicator"]
