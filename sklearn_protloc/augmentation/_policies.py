"""What three papers did to their images."""

from sklearn_protloc.augmentation._affine import RandomAffine, RandomSideCrop
from sklearn_protloc.augmentation._combinations import Compose, OneOf
from sklearn_protloc.augmentation._dihedral import RandomDihedral
from sklearn_protloc.augmentation._flips import (
    RandomHorizontalFlip,
    RandomVerticalFlip,
)
from sklearn_protloc.augmentation._gaussian import (
    RandomGaussianBlur,
    RandomGaussianNoise,
)
from sklearn_protloc.augmentation._levels import (
    RandomBrightness,
    RandomContrast,
    RandomMultiply,
)

__all__ = ["gapnet_variant", "stacked_resnet", "tunet"]


def gapnet_variant():
    """Return the augmenter of the GapNet variant: one of seven changes.

    The paper made copies of images with rare labels, each changed by one of these.
    A mirror image and a blur are made with a chance of one half, so about one copy in
    seven is equal to its original.

    Returns
    -------
    augmenter : OneOf
        The seven, each as likely, with all their values.

    Notes
    -----
    The paper [1]_ states the chances, the blur, the contrast and the factors of
    brightness. The crop, the strength of the noise and the affine figures are not
    stated. They are those of the public notebook whose text the paper follows,
    GapNet-PL for the Kaggle challenge: a crop of up to a tenth on each side, noise of
    up to a twentieth of the range, drawn per channel in half of the cases, scales from
    0.8 to 1.2 for either direction, shifts of up to a fifth, any rotation and a shear
    of up to 8 degrees. The notebook has a contrast from 0.75 on, the paper from 0.5.

    References
    ----------
    .. [1] M. Madeira and M. T. Parreira, "Protein Localization from High-Resolution
       Microscopy using Deep Neural Networks", section 2.1.

    Examples
    --------
    >>> from sklearn_protloc.augmentation import gapnet_variant
    >>> for augmenter in gapnet_variant().augmenters:
    ...     print(type(augmenter).__name__, augmenter.get_params())
    RandomHorizontalFlip {'p': 0.5}
    RandomGaussianBlur {'p': 0.5, 'sigma': (0.0, 0.5)}
    RandomSideCrop {'fraction': (0.0, 0.1), 'p': 1.0}
    RandomContrast {'factor': (0.5, 1.5), 'p': 1.0}
    RandomGaussianNoise {'p': 1.0, 'per_channel': 0.5, 'std': (0.0, 0.05)}
    RandomMultiply {'factor': (0.8, 1.2), 'p': 1.0, 'per_channel': 0.2}
    RandomAffine {'keep_aspect': False, 'p': 1.0, 'rotation': (-180, 180),
    'scale': (0.8, 1.2), 'shear': (-8, 8), 'shift': (-0.2, 0.2)}
    """
    return OneOf(
        [
            RandomHorizontalFlip(p=0.5),
            RandomGaussianBlur(sigma=(0.0, 0.5), p=0.5),
            RandomSideCrop(fraction=(0.0, 0.1)),
            RandomContrast(factor=(0.5, 1.5)),
            RandomGaussianNoise(std=(0.0, 0.05), per_channel=0.5),
            RandomMultiply(factor=(0.8, 1.2), per_channel=0.2),
            RandomAffine(
                scale=(0.8, 1.2),
                shift=(-0.2, 0.2),
                rotation=(-180, 180),
                shear=(-8, 8),
                keep_aspect=False,
            ),
        ]
    )


def tunet():
    """Return the augmenter of TUNet: rotation, dihedral and lighting.

    Returns
    -------
    augmenter : Compose
        The changes, with all their values.

    Notes
    -----
    The paper [1]_ names the three and states no figure. They are those of the public
    notebook that its training follows, ResNet-34 for the Kaggle challenge with fastai
    0.7: rotations of up to 30 degrees in three of four images, and lighting of up to
    0.05 for both brightness and contrast. There, contrast was changed around the mean
    of the image and the border was mirrored; here it is around the middle of the range,
    which makes dark images at most 0.025 brighter or darker, and the border is black.

    References
    ----------
    .. [1] Y. Tian, "TUNet: incorporating segmentation maps to improve classification",
       section 4.

    Examples
    --------
    >>> from sklearn_protloc.augmentation import tunet
    >>> for augmenter in tunet().augmenters:
    ...     print(type(augmenter).__name__, augmenter.get_params())
    RandomAffine {'keep_aspect': True, 'p': 0.75, 'rotation': (-30, 30),
    'scale': (1.0, 1.0), 'shear': (0.0, 0.0), 'shift': (0.0, 0.0)}
    RandomDihedral {}
    RandomContrast {'factor': (0.95, 1.05), 'p': 1.0}
    RandomBrightness {'p': 1.0, 'per_channel': 0.0, 'shift': (-0.05, 0.05)}
    """
    return Compose(
        [
            RandomAffine(rotation=(-30, 30), p=0.75),
            RandomDihedral(),
            RandomContrast(factor=(0.95, 1.05)),
            RandomBrightness(shift=(-0.05, 0.05)),
        ]
    )


def stacked_resnet():
    """Return the augmenter of the stacked ResNet-50: flip, mirror and rotate.

    Returns
    -------
    augmenter : Compose
        The changes, with all their values.

    Notes
    -----
    The paper [1]_ made changed copies of images with rare labels. It names the three
    changes and states no figure; each mirror image is taken with a chance of one half
    here, and every angle is as likely. No code was released.

    References
    ----------
    .. [1] P. C. Mylavarapu, "Classification of Subcellular Protein Localizations",
       2020, section 5.1.

    Examples
    --------
    >>> from sklearn_protloc.augmentation import stacked_resnet
    >>> for augmenter in stacked_resnet().augmenters:
    ...     print(type(augmenter).__name__, augmenter.get_params())
    RandomHorizontalFlip {'p': 0.5}
    RandomVerticalFlip {'p': 0.5}
    RandomAffine {'keep_aspect': True, 'p': 1.0, 'rotation': (-180, 180),
    'scale': (1.0, 1.0), 'shear': (0.0, 0.0), 'shift': (0.0, 0.0)}
    """
    return Compose(
        [
            RandomHorizontalFlip(p=0.5),
            RandomVerticalFlip(p=0.5),
            RandomAffine(rotation=(-180, 180)),
        ]
    )
