"""What all transformers of images share."""

from abc import ABC, abstractmethod

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted

from sklearn_protloc.datasets import as_lazy
from sklearn_protloc.preprocessing._changed_images import ChangedImages
from sklearn_protloc.utils import check_finite, check_image_data


class ImageTransformer(TransformerMixin, BaseEstimator, ABC):
    """Base of transformers that change one image at a time.

    A subclass returns from ``_change`` a function of an image that pickles, and tells
    in ``_changed_shape`` and ``_changed_dtype`` what it makes of an image. What it
    learns, it learns in ``_learn``.
    """

    def fit(self, X, y=None):
        """Check the images, and learn from them what is to be learnt.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images, in memory or lazy.
        y : None
            Ignored.

        Returns
        -------
        self : object
            The fitted transformer.
        """
        self._validate_params()
        X = self._validate_X(X, reset=True)
        self._learn(X)
        self.image_shape_ = tuple(X.shape[1:])
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        """Change every image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.

        Returns
        -------
        X_changed : ndarray or lazy images, of 4 dimensions
            An ndarray for an ndarray. For images that are not in memory, lazy images
            that are changed when they are read.
        """
        check_is_fitted(self)
        X = self._validate_X(X, reset=False)
        changed = ChangedImages(
            as_lazy(X),
            self._change(X.dtype),
            self._changed_shape(tuple(X.shape[1:])),
            self._changed_dtype(X.dtype),
        )
        in_memory = isinstance(X, np.ndarray) and not isinstance(X, np.memmap)
        return np.asarray(changed) if in_memory else changed

    def _validate_X(self, X, reset):
        X = check_image_data(X)
        if not reset and not self._accepts(tuple(X.shape[1:])):
            raise ValueError(
                f"X has images of {_spell(X.shape[1:])}, but {type(self).__name__} was "
                f"fitted on images of {_spell(self.image_shape_)}. Select channels and "
                "resize as for fit."
            )
        return X

    def _accepts(self, image_shape):
        """Tell whether images of this shape are like those of `fit`."""
        return image_shape == self.image_shape_

    def _learn(self, X):
        """Set what is learnt from the images."""

    @abstractmethod
    def _change(self, dtype):
        """Return the function that changes an image of this type."""

    def _changed_shape(self, image_shape):
        return image_shape

    def _changed_dtype(self, dtype):
        return dtype

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # images: scikit-learn has no 4-D tag
        return tags


def each_image(X):
    """Read the images one after the other, checked for NaN."""
    lazy = as_lazy(X)
    for i in range(len(lazy)):
        yield check_finite(lazy[i])


def _spell(image_shape):
    n_channels, height, width = image_shape
    return f"{n_channels} channels and {height} x {width} pixels"
