"""The estimator: images and indicator labels in, a probability per label out."""

from numbers import Integral, Real

import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils._param_validation import Interval, StrOptions
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sklearn_protloc.classifiers._batches import ImageDataset
from sklearn_protloc.classifiers._encoding import encode_target, warn_of_absent_labels
from sklearn_protloc.classifiers._engine import to_probabilities
from sklearn_protloc.classifiers._options import resolve_device
from sklearn_protloc.classifiers._prediction import predict_logits
from sklearn_protloc.classifiers._sklearn_callbacks import (
    CallbackSupportMixin,
    with_callbacks,
)
from sklearn_protloc.classifiers._training import train_net
from sklearn_protloc.classifiers._weights import loss_weights
from sklearn_protloc.networks import GapNetPL
from sklearn_protloc.utils import (
    check_image_data,
    check_same_order,
    dataset_targets,
    is_dataset,
)

__all__ = ["LocalizationClassifier"]


class LocalizationClassifier(CallbackSupportMixin, ClassifierMixin, BaseEstimator):
    """Deep network that finds in which parts of the cell a protein is.

    Composes a skorch net, built anew by every `fit`, so that cloning, searching,
    cross-validation and pickling work as for any scikit-learn classifier.

    Parameters
    ----------
    network : class or callable, default=GapNetPL
        Called as ``network(n_channels, n_labels, **network_params)``; returns a
        :class:`torch.nn.Module` that turns float images into logits, or into a
        :class:`~sklearn_protloc.networks.Localization`. Both sizes are learnt
        in `fit`. A network with an `image_size` argument gets ``(height, width)``.
    dropout : float in [0, 1), default=None
        Passed on to the network; None keeps the network's own default.
    network_params : dict, default=None
        More arguments of the network.
    loss : class or callable, default=None
        Called as ``loss(logits, targets)``, or ``loss(output, targets, images)`` if it
        needs a third argument, and returns a scalar; a class is built first. The output
        is what the network returned: logits, or a
        :class:`~sklearn_protloc.networks.Localization`. Targets are float32 0
        and 1, shape (batch, n_labels), one-hot for classes. None is binary
        cross-entropy, and cross-entropy over classes where `y` is a single column of
        three or more.
    optimizer : class, default=torch.optim.Adam
        An optimiser of torch; Adam as it is the least sensitive to `lr`.
    lr : float > 0, default=1e-3
        Learning rate; the default is Adam's own.
    momentum : float in [0, 1), default=None
        For an optimiser that has it, such as :class:`torch.optim.SGD`; None keeps
        the optimiser's own default.
    weight_decay : float >= 0, default=0.0
        Weight decay of the optimiser.
    batch_size : int >= 1, default=32
        Images in one step, and in one block of a prediction by the fitted model. A
        last batch of a single image joins the batch before it.
    max_epochs : int >= 1, default=20
        Passes over the training images.
    early_stopping : bool, default=False
        Stop when the loss on held-out images has not fallen for `n_iter_no_change`
        epochs, and keep the weights of the best epoch.
    validation_fraction : float in (0, 1), default=None
        Share of images held out, stratified by label, for `history_` and early
        stopping. None holds out none, or a tenth with early stopping.
    n_iter_no_change : int >= 1, default=10
        Epochs of patience of early stopping; as in scikit-learn's MLPClassifier.
    class_weight : "balanced", dict or array-like of shape (n_labels,), default=None
        How much a present label counts against an absent one; "balanced" is absent
        over present images of each label, computed inside `fit`. A dict names columns
        by number or name. For a single column of classes, as in scikit-learn.
    standardize : bool, default=True
        Give every channel of every image zero mean and unit variance on the device,
        as in [1]_: staining and exposure differ from plate to plate.
    augmenter : callable, default=None
        Called as ``augmenter(image, rng)`` on each training image, shape
        (n_channels, height, width), every time it is drawn; never when predicting.
        Such as :class:`~sklearn_protloc.augmentation.RandomDihedral`.
    sampler : callable, default=None
        Called as ``sampler(y, rng)`` before each epoch with the 0/1 targets of the
        training images, shape (n, n_labels) or (n, 2) for two classes, and a
        :class:`numpy.random.Generator`; returns n row numbers, the images of the epoch
        in order. None shows each image once, in random order.
    crop_size : int or tuple of 2 int, default=None
        Side, or (height, width), in pixels, of the part of each training image that
        the network sees, cut out at random anew in every epoch, before `augmenter`;
        held-out images are cut in the middle. None shows whole images.
    tile_overlap : float in [0, 1), default=0.25
        Where images are larger than `crop_size`: the least share of its side by which
        neighbouring tiles overlap when predicting, so that what one cuts through is
        whole in the other. [1]_ used 0, the fewest tiles that cover the image.
    aggregate : {"mean", "max", "noisy_and"} or None, default="mean"
        How the probabilities of tiles become those of the image. "mean" is that of
        [1]_; "max" finds what a single cell shows; "noisy_and" [2]_ rises steeply
        where half of the image shows it. None predicts whole images, for a network
        that takes any size; other sizes than in `fit` need a `crop_size` all the same.
    tta : {"mean", "max", "geometric_mean"} or None, default=None
        How probabilities are combined over the eight turned and mirrored copies of an
        image (four, unless square) when predicting, for eight times the work;
        "geometric_mean" is of the odds. None predicts the image as it is.
    device : str or torch.device, default="auto"
        "auto" is a GPU if there is one, else the CPU. Looked up anew by every
        prediction, so that a model trained on a GPU predicts on a laptop.
    amp : bool, default=False
        Compute in bfloat16 where it is safe: faster, and equal to two or three
        digits.
    callbacks : list of skorch callbacks, default=None
        Or of (name, callback) pairs. Every fit works on copies; callbacks that write
        files get a folder of their own inside their `dirname`.
    num_workers : int >= 0, default=0
        Threads that read, crop and augment the next batch meanwhile: for files that
        have to be decoded. 0 reads between the steps, fastest for images in memory.
        Results do not depend on it, unless a data set of torch draws from torch's
        global generator; such a data set, and `augmenter`, must bear several threads.
    net_params : dict, default=None
        More arguments of :class:`skorch.NeuralNet`, such as
        ``{"optimizer__amsgrad": True}``.
    random_state : int, RandomState or None, default=None
        Decides weights, order, dropout and augmentation. torch's and NumPy's global
        generators stay as they are.
    verbose : int, default=0
        1 prints a line per epoch.

    Attributes
    ----------
    net_ : skorch.NeuralNet
        The trained net, on the CPU; ``net_.module_`` is the network.
    classes_ : ndarray of shape (n_classes,)
        ``arange(n_labels)`` for an indicator matrix; else the classes.
    label_names_ : ndarray of shape (n_labels,), dtype object
        Columns of `y` where it was a DataFrame; else the numbers, or the classes of a
        single column, as strings.
    image_shape_ : tuple of 3 int
        (n_channels, height, width) of the training images.
    n_features_in_ : int
        Number of channels.
    n_iter_ : int
        Epochs trained.
    history_ : skorch.history.History
        Losses and times per epoch; ``history_[:, "train_loss"]`` is one column.

    See Also
    --------
    sklearn_protloc.model_selection.MultiLabelThresholdOptimizer : Find the threshold
        of each label, which `predict` here puts at one half.

    Notes
    -----
    Unsigned 8- and 16-bit images are scaled to [0, 1] on the device. Equal seeds give
    bitwise equal models on a CPU with the same number of torch threads. Fits in
    several threads take turns, as torch has one random generator for all of them.

    References
    ----------
    .. [1] "Human-level Protein Localization with Convolutional Neural Networks",
       International Conference on Learning Representations, 2019, section 2.
    .. [2] O. Z. Kraus, J. L. Ba and B. J. Frey, "Classifying and segmenting microscopy
       images with deep multiple instance learning", Bioinformatics 32, 2016.

    Examples
    --------
    >>> from sklearn_protloc.classifiers import LocalizationClassifier
    >>> from sklearn_protloc.datasets import make_cells
    >>> from sklearn_protloc.networks import TinyNet
    >>> cells = make_cells(40, image_size=32, random_state=0)
    >>> model = LocalizationClassifier(TinyNet, max_epochs=2, random_state=0)
    >>> model.fit(cells.data, cells.target).predict(cells.data).shape == (
    ...     cells.target.shape
    ... )
    True
    """

    _parameter_constraints = {
        "dropout": [Interval(Real, 0, 1, closed="left"), None],
        "network_params": [dict, None],
        "loss": [callable, None],
        "optimizer": [type],
        "lr": [Interval(Real, 0, None, closed="neither")],
        "momentum": [Interval(Real, 0, 1, closed="left"), None],
        "weight_decay": [Interval(Real, 0, None, closed="left")],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "class_weight": [StrOptions({"balanced"}), dict, "array-like", None],
        "standardize": ["boolean"],
        "augmenter": [callable, None],
        "sampler": [callable, None],
        "crop_size": [Interval(Integral, 1, None, closed="left"), tuple, list, None],
        "tile_overlap": [Interval(Real, 0, 1, closed="left")],
        "aggregate": [StrOptions({"mean", "max", "noisy_and"}), None],
        "tta": [StrOptions({"mean", "max", "geometric_mean"}), None],
        "amp": ["boolean"],
        "callbacks": [list, None],
        "num_workers": [Interval(Integral, 0, None, closed="left")],
        "net_params": [dict, None],
        "random_state": ["random_state"],
        "verbose": ["verbose"],
    }

    def __init__(
        self,
        network=GapNetPL,
        *,
        dropout=None,
        network_params=None,
        loss=None,
        optimizer=torch.optim.Adam,
        lr=1e-3,
        momentum=None,
        weight_decay=0.0,
        batch_size=32,
        max_epochs=20,
        early_stopping=False,
        validation_fraction=None,
        n_iter_no_change=10,
        class_weight=None,
        standardize=True,
        augmenter=None,
        sampler=None,
        crop_size=None,
        tile_overlap=0.25,
        aggregate="mean",
        tta=None,
        device="auto",
        amp=False,
        callbacks=None,
        num_workers=0,
        net_params=None,
        random_state=None,
        verbose=0,
    ):
        self.network = network
        self.dropout = dropout
        self.network_params = network_params
        self.loss = loss
        self.optimizer = optimizer
        self.lr = lr
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.class_weight = class_weight
        self.standardize = standardize
        self.augmenter = augmenter
        self.sampler = sampler
        self.crop_size = crop_size
        self.tile_overlap = tile_overlap
        self.aggregate = aggregate
        self.tta = tta
        self.device = device
        self.amp = amp
        self.callbacks = callbacks
        self.num_workers = num_workers
        self.net_params = net_params
        self.random_state = random_state
        self.verbose = verbose

    @with_callbacks
    def fit(self, X, y=None, sample_weight=None):
        """Train the network from new weights.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images as uint8, uint16 or float; in memory, or read on indexing as
            :class:`~sklearn_protloc.datasets.ImageCollection` does. Or a data set of
            torch, whose items are images or (image, target).
        y : array-like of shape (n_samples, n_labels) or (n_samples,), default=None
            0/1 indicator matrix of any numeric type, as array, DataFrame or sparse
            matrix; or one column of classes. Only needed if `X` is not a data set with
            targets.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), \
default=None
            Weights of the samples, or of each of their labels, from 0 upwards.

        Returns
        -------
        self : LocalizationClassifier
            The trained classifier.

        Raises
        ------
        ValueError
            If a parameter, an image, a label or a weight is not as described, or if
            training diverges. A model trained before stays as it was.
        TypeError
            If `network` is not a class, or images are not numbers.
        """
        self._validate_params()
        if y is None and is_dataset(X):
            y = dataset_targets(X)
        target = encode_target(y)
        X = self._validate_X(X, reset=True)
        check_consistent_length(X, target.indicator)
        check_same_order(X, y)
        weights = loss_weights(target, self.class_weight, sample_weight)
        warn_of_absent_labels(target)
        fitted = {
            "classes_": target.classes,
            "label_names_": target.label_names,
            "image_shape_": tuple(X.shape[1:]),
            "n_features_in_": X.shape[1],
            "_kind": target.kind,
        }
        net = train_net(self, ImageDataset(X, target.indicator, weights), fitted, y)
        vars(self).update(fitted, net_=net)
        self.history_ = net.history
        self.n_iter_ = len(net.history)
        return self

    def predict_proba(self, X):
        """Compute the probability of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.

        Returns
        -------
        proba : ndarray of shape (n_samples, n_classes), dtype float32
            Probabilities in [0, 1]. Those of an indicator matrix are one per label
            and need not sum to 1.
        """
        scores = self.decision_function(X)
        return to_probabilities(scores, self._kind)

    def decision_function(self, X):
        """Compute the logit of each label.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.

        Returns
        -------
        scores : ndarray of shape (n_samples, n_classes) or (n_samples,), dtype float32
            Logits, above 0 where `predict` says present; one column where `y` had two
            classes.
        """
        check_is_fitted(self)
        self._validate_params()
        X = self._validate_X(X, reset=False)
        with self.net_.on_device(resolve_device(self.device)) as net:
            logits = predict_logits(
                net,
                X,
                tile_overlap=self.tile_overlap,
                aggregate=self.aggregate,
                tta=self.tta,
                num_workers=self.num_workers,
            )
        return logits[:, 0] if self._kind == "binary" else logits

    def predict(self, X):
        """Find the labels of each image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.

        Returns
        -------
        y : ndarray of shape (n_samples, n_labels) or (n_samples,)
            1 where a label's probability is at least one half, else 0, dtype int; or
            the most probable class.
        """
        proba = self.predict_proba(X)
        if self._kind == "multilabel":
            return (proba >= 0.5).astype(int)
        return self.classes_[proba.argmax(axis=1)]

    def predict_labels(self, X):
        """Find the labels of each image, by name.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.

        Returns
        -------
        names : list of list of str
            The names of the labels found in each image.
        """
        check_is_fitted(self)
        if self._kind != "multilabel":
            raise ValueError("predict_labels needs an indicator y; use predict.")
        return [self.label_names_[row == 1].tolist() for row in self.predict(X)]

    def _validate_X(self, X, reset):
        X = check_image_data(X)
        if not reset and not self._takes(tuple(X.shape[1:])):
            crop_size = self.net_.crop_size
            size = f", at least {crop_size} pixels large" if crop_size else ""
            raise ValueError(
                f"X has {X.shape[1]} features (channels) in images of shape "
                f"{tuple(X.shape[1:])}, but {type(self).__name__} is expecting "
                f"{self.image_shape_[0]} features as input, in images of shape "
                f"{self.image_shape_}{size}. Resize or select channels as in training; "
                "crop_size allows for images of any size."
            )
        return X

    def _takes(self, shape):
        """Whether images of this shape can be predicted."""
        if self.net_.crop_size is None:
            return shape == self.image_shape_
        height, width = self.net_.crop_size
        return shape[0] == self.image_shape_[0] and (
            shape[1] >= height and shape[2] >= width
        )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # images: scikit-learn has no 4-D tag
        tags.classifier_tags.multi_label = True
        return tags
