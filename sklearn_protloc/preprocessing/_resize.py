"""Images of one size."""

from functools import partial
from numbers import Integral

from sklearn.utils._param_validation import Interval, StrOptions

from sklearn_protloc.preprocessing._image_transformer import ImageTransformer
from sklearn_protloc.utils import check_image_size, resize_image


class Resize(ImageTransformer):
    """Bring images to another height and width.

    Images to be transformed may have another size than those of `fit`.

    Parameters
    ----------
    image_size : int or tuple of 2 int, default=256
        Side, or (height, width), in pixels, at least 1. The default is that of [1]_.
    interpolation : {"area", "nearest", "linear"}, default="area"
        "area" averages the pixels that fall into a new one: the default, because it
        neither skips pixels nor turns fine texture into a coarse one. "nearest" picks
        single pixels, as [1]_ did. "linear" mixes the four nearest.

    Attributes
    ----------
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the images of `fit`.
    n_features_in_ : int
        Number of channels.

    See Also
    --------
    sklearn_protloc.datasets.ImageCollection : Resize files when they are decoded.

    References
    ----------
    .. [1] K. Liimatainen, R. Huttunen, L. Latonen and P. Ruusuvuori, "Convolutional
       Neural Network-Based Artificial Intelligence for Classification of Protein
       Localization Patterns", Biomolecules 11, 2021, section 2.2.

    Examples
    --------
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.preprocessing import Resize
    >>> X = make_cells(2, image_size=64, random_state=0).data
    >>> Resize(32).fit_transform(X).shape
    (2, 4, 32, 32)
    """

    _parameter_constraints = {
        "image_size": [Interval(Integral, 1, None, closed="left"), tuple, list],
        "interpolation": [StrOptions({"area", "nearest", "linear"})],
    }

    def __init__(self, image_size=256, *, interpolation="area"):
        self.image_size = image_size
        self.interpolation = interpolation

    def _learn(self, X):
        check_image_size(self.image_size)

    def _accepts(self, image_shape):
        return image_shape[0] == self.n_features_in_

    def _change(self, dtype):
        size = check_image_size(self.image_size)
        return partial(resize_image, size=size, interpolation=self.interpolation)

    def _changed_shape(self, image_shape):
        return (image_shape[0], *check_image_size(self.image_size))
