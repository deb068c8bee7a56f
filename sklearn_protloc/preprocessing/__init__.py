"""Transformers of images, which stay lazy on images that are lazy."""

from sklearn_protloc.preprocessing._channel_selector import ChannelSelector
from sklearn_protloc.preprocessing._channel_standardizer import ChannelStandardizer
from sklearn_protloc.preprocessing._missing_channel_imputer import MissingChannelImputer
from sklearn_protloc.preprocessing._percentile_stretch import PercentileStretch
from sklearn_protloc.preprocessing._resize import Resize
from sklearn_protloc.preprocessing._to_float import ToFloat

__all__ = [
    "ChannelSelector",
    "ChannelStandardizer",
    "MissingChannelImputer",
    "PercentileStretch",
    "Resize",
    "ToFloat",
]
