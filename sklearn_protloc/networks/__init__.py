"""Network architectures in plain torch: images in, one logit per location out."""

from sklearn_protloc.networks._gapnet_pl import GapNetPL
from sklearn_protloc.networks._localization import Localization
from sklearn_protloc.networks._tiny_net import TinyNet

__all__ = ["GapNetPL", "Localization", "TinyNet"]
