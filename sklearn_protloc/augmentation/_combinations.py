"""Several changes in one."""

import numbers

from sklearn_protloc.augmentation._random_change import RandomChange

__all__ = ["Compose", "OneOf", "SomeOf"]


class _Combination(RandomChange):
    """Draw steps from several augmenters."""

    def _check(self, shape):
        augmenters = self.augmenters
        if not isinstance(augmenters, list | tuple) or len(augmenters) == 0:
            raise ValueError(
                "Expected augmenters as a list of one or more, such as "
                f"{type(self).__name__}([RandomDihedral(), RandomContrast()]), got "
                f"{augmenters!r}."
            )
        super()._check(shape)  # after that, as a second augmenter would be taken for p

    def _check_values(self, shape):
        for augmenter in self.augmenters:
            if not isinstance(augmenter, RandomChange):
                raise TypeError(
                    "Expected augmenters of sklearn_protloc.augmentation, got "
                    f"{augmenter!r}. Classes are given as instances, RandomDihedral(). "
                    "To add a change of your own, write a function of an image and rng "
                    "that calls both."
                )
            augmenter._check(shape)

    def _draw_all(self, augmenters, shape, rng):
        return [step for a in augmenters for step in a._draw_if(shape, rng)]


class Compose(_Combination):
    """Do several changes to each image.

    All that moves pixels is done first, in a single interpolation: cells are not
    blurred by one rotation after another, and nothing that leaves the picture in
    between is lost. Moves that make up one of the eight of a square (see `dihedral`)
    are exact. The rest follows in the order of the list. Changes of brightness and
    contrast next to each other, and noise after them, are rounded and clipped once.

    Parameters
    ----------
    augmenters : list of augmenters
        What is done.
    p : float in [0, 1], default=1.0
        The chance that an image is changed at all.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import (
    ...     Compose, RandomAffine, RandomContrast, RandomDihedral
    ... )
    >>> from sklearn_protloc.datasets import make_cells
    >>> image = make_cells(1, image_size=32, random_state=0).data[0]
    >>> augment = Compose(
    ...     [RandomDihedral(), RandomAffine(scale=(0.8, 1.2)), RandomContrast()]
    ... )
    >>> augment(image, np.random.default_rng(0)).shape
    (4, 32, 32)
    """

    def __init__(self, augmenters, p=1.0):
        self.augmenters = augmenters
        self.p = p

    def _draw(self, shape, rng):
        return self._draw_all(self.augmenters, shape, rng)


class OneOf(_Combination):
    """Do one of several changes to each image, each as likely.

    Parameters
    ----------
    augmenters : list of augmenters
        What is chosen from.
    p : float in [0, 1], default=1.0
        The chance that an image is changed at all.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import (
    ...     OneOf, RandomHorizontalFlip, RandomVerticalFlip
    ... )
    >>> image = np.arange(4, dtype=np.uint8).reshape(1, 2, 2)
    >>> flip = OneOf([RandomHorizontalFlip(p=1), RandomVerticalFlip(p=1)])
    >>> flip(image, np.random.default_rng(0))
    array([[[2, 3],
            [0, 1]]], dtype=uint8)
    """

    def __init__(self, augmenters, p=1.0):
        self.augmenters = augmenters
        self.p = p

    def _draw(self, shape, rng):
        chosen = self.augmenters[rng.integers(len(self.augmenters))]
        return chosen._draw_if(shape, rng)


class SomeOf(_Combination):
    """Do some of several changes to each image.

    Parameters
    ----------
    augmenters : list of augmenters
        What is chosen from, each as likely and none twice.
    n : int or (int, int)
        How many are chosen, or the fewest and the most. Those chosen are combined as by
        `Compose`, in the order of the list.
    p : float in [0, 1], default=1.0
        The chance that an image is changed at all.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn_protloc.augmentation import (
    ...     RandomDihedral, RandomGaussianNoise, RandomMultiply, SomeOf
    ... )
    >>> from sklearn_protloc.datasets import make_cells
    >>> image = make_cells(1, image_size=32, random_state=0).data[0]
    >>> augment = SomeOf(
    ...     [RandomDihedral(), RandomMultiply(), RandomGaussianNoise()], n=(1, 2)
    ... )
    >>> augment(image, np.random.default_rng(0)).shape
    (4, 32, 32)
    """

    def __init__(self, augmenters, n, p=1.0):
        self.augmenters = augmenters
        self.n = n
        self.p = p

    def _check_values(self, shape):
        super()._check_values(shape)
        bounds = self._bounds()
        whole = all(isinstance(n, numbers.Integral) for n in bounds)
        if not (
            whole
            and len(bounds) == 2
            and 0 <= bounds[0] <= bounds[1] <= len(self.augmenters)
        ):
            raise ValueError(
                "Expected n as a whole number, or two (fewest, most), from 0 to the "
                f"number of augmenters, {len(self.augmenters)}, got {self.n!r}."
            )

    def _bounds(self):
        return tuple(self.n) if isinstance(self.n, list | tuple) else (self.n, self.n)

    def _draw(self, shape, rng):
        fewest, most = self._bounds()
        n = rng.integers(fewest, most, endpoint=True)
        chosen = sorted(rng.permutation(len(self.augmenters))[:n])
        return self._draw_all([self.augmenters[i] for i in chosen], shape, rng)
