"""Random changes of an image that leave its locations as they are."""

from sklearn_protloc.augmentation._affine import (
    RandomAffine,
    RandomSideCrop,
    affine,
    side_crop,
)
from sklearn_protloc.augmentation._channel_dropout import (
    RandomChannelDropout,
    channel_dropout,
)
from sklearn_protloc.augmentation._combinations import Compose, OneOf, SomeOf
from sklearn_protloc.augmentation._dihedral import RandomDihedral, dihedral
from sklearn_protloc.augmentation._flips import (
    RandomHorizontalFlip,
    RandomVerticalFlip,
    horizontal_flip,
    vertical_flip,
)
from sklearn_protloc.augmentation._gaussian import (
    RandomGaussianBlur,
    RandomGaussianNoise,
    gaussian_blur,
    gaussian_noise,
)
from sklearn_protloc.augmentation._levels import (
    RandomBrightness,
    RandomContrast,
    RandomMultiply,
    brightness,
    contrast,
    multiply,
)
from sklearn_protloc.augmentation._policies import (
    gapnet_variant,
    stacked_resnet,
    tunet,
)
from sklearn_protloc.augmentation._torch_batch import augment_batch

__all__ = [
    "Compose",
    "OneOf",
    "RandomAffine",
    "RandomBrightness",
    "RandomChannelDropout",
    "RandomContrast",
    "RandomDihedral",
    "RandomGaussianBlur",
    "RandomGaussianNoise",
    "RandomHorizontalFlip",
    "RandomMultiply",
    "RandomSideCrop",
    "RandomVerticalFlip",
    "SomeOf",
    "affine",
    "augment_batch",
    "brightness",
    "channel_dropout",
    "contrast",
    "dihedral",
    "gapnet_variant",
    "gaussian_blur",
    "gaussian_noise",
    "horizontal_flip",
    "multiply",
    "side_crop",
    "stacked_resnet",
    "tunet",
    "vertical_flip",
]
