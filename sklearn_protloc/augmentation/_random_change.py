"""What all random changes have in common."""

from sklearn.base import BaseEstimator

from sklearn_protloc.augmentation._checks import (
    check_generator,
    check_image,
    check_number,
)
from sklearn_protloc.augmentation._opencv import change


class RandomChange(BaseEstimator):
    """A change whose figures are drawn anew for each image.

    What it does is drawn by `draw` and carried out afterwards, so that OpenCV, for one
    image, and torch, for a batch, can do the same. Nothing is kept between calls: one
    object serves many threads.
    """

    p = 1.0  # those without a chance among their parameters are always done

    def __call__(self, image, rng):
        """Change one image.

        Parameters
        ----------
        image : ndarray of shape (n_channels, height, width)
            The image, which is left as it is: uint8, uint16 or float.
        rng : numpy.random.Generator
            Where chance comes from; it decides everything.

        Returns
        -------
        image : ndarray of shape (n_channels, height, width)
            A changed copy, of the same dtype.
        """
        check_image(image)
        return change(image, self.draw(image.shape, rng))

    def draw(self, shape, rng):
        """Draw what is to be done to one image.

        Parameters
        ----------
        shape : tuple of int
            Shape (n_channels, height, width) of the image.
        rng : numpy.random.Generator
            Where chance comes from.

        Returns
        -------
        steps : list
            The steps, in order; none leaves the image as it is.
        """
        check_generator(rng)
        self._check(shape)
        return self._draw_if(shape, rng)

    def _check(self, shape):
        """Check all parameters, also those that chance may not ask for now."""
        check_number("p", self.p, 0, 1)
        self._check_values(shape)

    def _draw_if(self, shape, rng):
        if self.p == 1 or rng.random() < self.p:
            return self._draw(shape, rng)
        return []

    def _check_values(self, shape):
        pass

    def _draw(self, shape, rng):
        raise NotImplementedError
