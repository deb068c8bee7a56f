"""Losses of several labels per image, in plain torch."""

from sklearn_protloc.losses._asymmetric import AsymmetricLoss
from sklearn_protloc.losses._auxiliary import AuxiliaryLoss
from sklearn_protloc.losses._binary_cross_entropy import BinaryCrossEntropyLoss
from sklearn_protloc.losses._dice import DiceLoss
from sklearn_protloc.losses._focal import FocalLoss
from sklearn_protloc.losses._lovasz_hinge import LovaszHingeLoss
from sklearn_protloc.losses._mask import DiceFocalLoss, MaskedMapLoss
from sklearn_protloc.losses._soft_macro_f1 import SoftMacroF1Loss

__all__ = [
    "AsymmetricLoss",
    "AuxiliaryLoss",
    "BinaryCrossEntropyLoss",
    "DiceFocalLoss",
    "DiceLoss",
    "FocalLoss",
    "LovaszHingeLoss",
    "MaskedMapLoss",
    "SoftMacroF1Loss",
]
