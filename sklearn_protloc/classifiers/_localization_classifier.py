"""The estimator: images and indicator labels in, a probability per label out."""

import os
from numbers import Integral, Real

import torch
from sklearn.base import (
    BaseEstimator,
    ClassifierMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
)
from sklearn.utils import check_scalar
from sklearn.utils._param_validation import (
    Interval,
    StrOptions,
    validate_parameter_constraints,
)
from sklearn.utils.validation import check_consistent_length, check_is_fitted

from sklearn_protloc.classifiers._batches import ImageDataset
from sklearn_protloc.classifiers._determinism import deterministic_algorithms
from sklearn_protloc.classifiers._embedding import embed, embedding_size
from sklearn_protloc.classifiers._encoding import encode_target, warn_of_absent_labels
from sklearn_protloc.classifiers._engine import to_answers, to_probabilities
from sklearn_protloc.classifiers._fine_tuning import (
    keep_names,
    stage_of,
    start_of_stage,
)
from sklearn_protloc.classifiers._initial_weights import start_of_fit
from sklearn_protloc.classifiers._interruption import pass_on
from sklearn_protloc.classifiers._maps import label_numbers, predict_maps
from sklearn_protloc.classifiers._options import resolve_device
from sklearn_protloc.classifiers._prediction import predict_logits
from sklearn_protloc.classifiers._processes import in_step
from sklearn_protloc.classifiers._recipes import recipe_arguments
from sklearn_protloc.classifiers._sklearn_callbacks import (
    CallbackSupportMixin,
    with_callbacks,
)
from sklearn_protloc.classifiers._training import train_net
from sklearn_protloc.classifiers._weights import loss_weights
from sklearn_protloc.networks import GapNetPL
from sklearn_protloc.utils import (
    LabelScoreMixin,
    check_image_data,
    check_same_order,
    dataset_targets,
    is_dataset,
)

__all__ = ["LocalizationClassifier"]

# Read by every prediction anew; a trained model predicts whatever the others are.
_OF_PREDICTION = ("tile_overlap", "aggregate", "tta", "num_workers", "deterministic")


class LocalizationClassifier(
    CallbackSupportMixin,
    ClassNamePrefixFeaturesOutMixin,
    TransformerMixin,
    LabelScoreMixin,
    ClassifierMixin,
    BaseEstimator,
):
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
        three or more. Probabilities of those are the softmax of the logits, which
        :class:`torch.nn.CrossEntropyLoss` trains. Losses of labels, such as binary
        cross-entropy and focal loss, train the sigmoid of each logit: good for
        `predict`, but such probabilities are then not to be taken at their value.
    optimizer : class, default=torch.optim.Adam
        An optimiser of torch; Adam as it is the least sensitive to `lr`.
    lr : float > 0, default=1e-3
        Learning rate; the default is Adam's own.
    momentum : float in [0, 1), default=None
        For an optimiser that has it, such as :class:`torch.optim.SGD`; None keeps
        the optimiser's own default.
    weight_decay : float >= 0, default=0.0
        Weight decay of the optimiser: with Adam, unlike `l2_penalty`, scaled as the
        gradients are; see :class:`torch.optim.AdamW`.
    l1_penalty, l2_penalty : float >= 0, default=0.0
        Added to the training loss: ``l1_penalty * |w| + l2_penalty * w**2``, summed
        over all weights but biases, as in the torch code of [1]_ (1e-7 and 1e-5); 0 as
        each data set wants its own. Counted in ``train_loss``, not in ``valid_loss``.
    clip_norm : float > 0, default=None
        Longest gradient, over all weights; longer ones are shortened to it. [1]_ used
        5. None leaves gradients as they are, which most networks bear.
    lr_schedule : class or callable, default=None
        Called as ``lr_schedule(optimizer, **lr_schedule_params)``; returns a scheduler
        of :mod:`torch.optim.lr_scheduler`. `OneCycleLR` and `CyclicLR` step after each
        batch, all others after each epoch; `ReduceLROnPlateau` watches what early
        stopping does, or the training loss where no images are held out. None keeps
        `lr`, as the best schedule depends on `max_epochs`.
    lr_schedule_params : dict, default=None
        More arguments of the schedule. `max_lr` (which is `lr`) and `total_steps` of
        `OneCycleLR` and `mode` of `ReduceLROnPlateau` are filled in.
    batch_size : int >= 1, default=32
        Images that pass the network together, in training and in a prediction by the
        fitted model. A last batch of a single image joins the batch before it.
    accumulate_steps : int >= 1, default=1
        Batches whose gradients make one step of the optimiser: equal to a batch as
        many times as large where the loss is a mean over images, or a sum that torch's
        `reduction` tells, and the network has no batch normalisation, but for less
        memory.
    max_epochs : int >= 1, default=20
        Passes over the training images.
    early_stopping : bool, default=False
        Stop when held-out images have not become better by `scoring` for
        `n_iter_no_change` epochs, and keep the weights of the best epoch.
    validation_fraction : float in (0, 1), default=None
        Share of images held out, stratified by label, for `history_` and early
        stopping. None holds out none, or a tenth with early stopping.
    n_iter_no_change : int >= 1, default=10
        Epochs of patience of early stopping; as in scikit-learn's MLPClassifier. With
        `max_epochs`, training never stops early and still keeps the best epoch.
    scoring : str or callable, default="loss"
        What early stopping, `ReduceLROnPlateau` and `best_iter_` watch on held-out
        images: "loss", which every network has, or a scorer of scikit-learn, such as
        "f1_macro", as for :func:`~sklearn.model_selection.cross_val_score`.
    class_weight : "balanced", dict or array-like of shape (n_labels,), default=None
        How much a present label counts against an absent one; "balanced" is absent
        over present images of each label, computed inside `fit`, and 1 for a label
        that no image or every image has. A dict names columns by number or name. For a
        single column of classes, as in scikit-learn.
    standardize : bool, default=True
        Give every channel of every image zero mean and unit variance on the device,
        as in [1]_: staining and exposure differ from plate to plate.
    augmenter : callable, default=None
        Called as ``augmenter(image, rng)`` on each training image, shape
        (n_channels, height, width), every time it is drawn; never when predicting.
        Such as :class:`~sklearn_protloc.augmentation.RandomDihedral`. On a GPU, those
        of this library change whole batches there; functions of your own, and all on
        the CPU, run in the threads that read, image by image.
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
        prediction, so that a model trained on a GPU predicts on a laptop. With
        "accelerate", the processes that ``accelerate launch`` starts train one network,
        each on a GPU of its own (extra ``accelerate``).
    amp : bool, default=False
        Compute in bfloat16 where it is safe: faster, and equal to two or three
        digits.
    compile : bool, default=False
        Train with :func:`torch.compile`: faster steps on a GPU, after up to minutes of
        compiling, for which a compiler of C++ is needed. What is kept is not compiled.
    deterministic : bool, default=False
        Let torch take deterministic algorithms only, in training and prediction, so
        that equal seeds give equal bits on one GPU too: slower. The CPU needs no such
        switch. It is torch's for the whole process: while `fit` or a prediction
        runs, other threads that use torch are held to it as well.
    warm_start : bool, default=False
        If True, `fit` goes on from the trained weights instead of new ones, if the
        labels are the same, with a new optimiser and a continued `history_`. An array
        goes on with the labels of a table of as many columns.
    init_weights : str or path-like, default=None
        File of the weights to start from, of the same network: as
        ``torch.save(model.net_.module_.state_dict(), path)`` writes it, or safetensors
        (extra ``safetensors``). Those of the network's ``head`` may be missing or of
        another shape, as for other labels, and start anew. None draws new weights.
    checkpoint_dir : str or path-like, default=None
        Folder for the state of training, written after each epoch: once the process
        was killed, `fit` with the same data, parameters, code and kind of device goes
        on after the last whole epoch, to the same model. Each training has a file of
        its own there, so folds and candidates of a search go on too; a finished one is
        read instead of trained again, with a warning. Needs a `random_state`. Delete
        the folder when the model is saved. None keeps nothing.
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
        Epochs trained, those before a warm start or a fine-tuning included.
    best_iter_ : int or None
        Epoch, counted from 1, that was best on held-out images; whose weights are kept
        with early stopping. None if no images were held out.
    history_ : skorch.history.History
        Losses and times per epoch; ``history_[:, "train_loss"]`` is one column.
        "valid_score" is that of `scoring`, "lr" the rate of `lr_schedule`.

    See Also
    --------
    sklearn_protloc.model_selection.MultiLabelThresholdOptimizer : Find the threshold
        of each label, which `predict` here puts at one half.
    lr_range_test : Find a learning rate.

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
        "l1_penalty": [Interval(Real, 0, None, closed="left")],
        "l2_penalty": [Interval(Real, 0, None, closed="left")],
        "clip_norm": [Interval(Real, 0, None, closed="neither"), None],
        "lr_schedule": [callable, None],
        "lr_schedule_params": [dict, None],
        "batch_size": [Interval(Integral, 1, None, closed="left")],
        "accumulate_steps": [Interval(Integral, 1, None, closed="left")],
        "max_epochs": [Interval(Integral, 1, None, closed="left")],
        "early_stopping": ["boolean"],
        "validation_fraction": [Interval(Real, 0, 1, closed="neither"), None],
        "n_iter_no_change": [Interval(Integral, 1, None, closed="left")],
        "scoring": [str, callable],
        "class_weight": [StrOptions({"balanced"}), dict, "array-like", None],
        "standardize": ["boolean"],
        "augmenter": [callable, None],
        "sampler": [callable, None],
        "crop_size": [Interval(Integral, 1, None, closed="left"), tuple, list, None],
        "tile_overlap": [Interval(Real, 0, 1, closed="left")],
        "aggregate": [StrOptions({"mean", "max", "noisy_and"}), None],
        "tta": [StrOptions({"mean", "max", "geometric_mean"}), None],
        "amp": ["boolean"],
        "compile": ["boolean"],
        "deterministic": ["boolean"],
        "warm_start": ["boolean"],
        "init_weights": [str, os.PathLike, None],
        "checkpoint_dir": [str, os.PathLike, None],
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
        l1_penalty=0.0,
        l2_penalty=0.0,
        clip_norm=None,
        lr_schedule=None,
        lr_schedule_params=None,
        batch_size=32,
        accumulate_steps=1,
        max_epochs=20,
        early_stopping=False,
        validation_fraction=None,
        n_iter_no_change=10,
        scoring="loss",
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
        compile=False,
        deterministic=False,
        warm_start=False,
        init_weights=None,
        checkpoint_dir=None,
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
        self.l1_penalty = l1_penalty
        self.l2_penalty = l2_penalty
        self.clip_norm = clip_norm
        self.lr_schedule = lr_schedule
        self.lr_schedule_params = lr_schedule_params
        self.batch_size = batch_size
        self.accumulate_steps = accumulate_steps
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.scoring = scoring
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
        self.compile = compile
        self.deterministic = deterministic
        self.warm_start = warm_start
        self.init_weights = init_weights
        self.checkpoint_dir = checkpoint_dir
        self.callbacks = callbacks
        self.num_workers = num_workers
        self.net_params = net_params
        self.random_state = random_state
        self.verbose = verbose

    def fit(self, X, y=None, sample_weight=None):
        """Train the network, from new weights unless told otherwise.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images as uint8, uint16 or float; in memory, or read on indexing as
            :class:`~sklearn_protloc.datasets.ImageCollection` does. Or a data set of
            torch, whose items are images or (image, target).
        y : array-like of shape (n_samples, n_labels) or (n_samples,), default=None
            0/1 indicator matrix of any numeric type, as array, DataFrame or sparse
            matrix; or one column of classes, such as ``y["Cytosol"]`` for a single
            label: a DataFrame has two or more. Only needed if `X` is not a data set
            with targets.
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
            If a parameter, an image, a label or a weight is not as described, if
            training diverges, or if weights to start from do not fit. A model trained
            before stays as it was.
        FileNotFoundError
            If there is no file `init_weights`.
        OSError
            If an image cannot be read, or nothing can be written to `checkpoint_dir`.
        MemoryError
            If a step takes more memory than there is.
        KeyboardInterrupt
            After Ctrl-C. From the second epoch on, the model is that of the last whole
            epoch and can predict; before, it is as it was.
        TypeError
            If `network` is not a class, or images are not numbers.
        """
        with in_step(self):
            self._validate_params()
            fitted, dataset, y = self._read(X, y, sample_weight)
            if self.warm_start and hasattr(self, "net_"):
                fitted = keep_names(self, fitted)
            start = start_of_fit(self, fitted)
            return self._learn(self, dataset, fitted, y, start)

    def fine_tune(self, X, y=None, sample_weight=None, *, trainable="head", **params):
        """Train a part of the fitted network further, the rest frozen.

        Where `y` has other labels than before - other columns, or one column of
        classes after an indicator matrix - the output layer is replaced by a new one
        for them, and trained whatever `trainable` is. The same labels have to be in the
        same order.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.
        y : array-like of shape (n_samples, n_labels) or (n_samples,), default=None
            Targets as for `fit`.
        sample_weight : array-like of shape (n_samples,) or (n_samples, n_labels), \
default=None
            Weights as for `fit`.
        trainable : str or callable, default="head"
            What to train: "head", all layers after the convolutions, as in the second
            stage of [1]_; "output", the last layer, as in the comparison with experts
            of [2]_; "all"; the first part of names of weights, such as
            "features.block_c"; or called as ``trainable(name, weight)``, returns
            whether to train it. Frozen batch normalisation keeps its statistics. For a
            network that has no `head`, "head" and "output" are the last layer with
            weights in the order of its ``__init__``, which has to put out the logits.
        **params : dict
            Parameters of the classifier for this stage alone, such as `loss`, `lr` or
            `max_epochs`. The others are the classifier's own; but a `loss` made for
            other targets becomes the default one.

        Returns
        -------
        self : LocalizationClassifier
            The same classifier, with `history_` continued. Its parameters stay.

        Raises
        ------
        ValueError
            If a parameter, an image, a label or a weight is not as described, if the
            output layer is asked for and the last layer cannot be it, or if training
            diverges. The model stays as it was.
        TypeError
            If `trainable` is neither a text nor a callable.

        References
        ----------
        .. [1] M. Madeira and M. T. Parreira, "Protein Localization from
           High-Resolution Microscopy using Deep Neural Networks", section 4.1.
        .. [2] "Human-level Protein Localization with Convolutional Neural Networks",
           International Conference on Learning Representations, 2019, section 3.2.
        """
        check_is_fitted(self)
        stage = stage_of(self, params)
        with in_step(stage):
            fitted, dataset, y = stage._read(X, y, sample_weight, reset=False)
            fitted = keep_names(self, fitted)
            if fitted["_kind"] != self._kind and "loss" not in params:
                stage.loss = None
            n_outputs = dataset.targets.shape[1]
            start = start_of_stage(self, fitted, n_outputs, trainable)
            return self._learn(stage, dataset, fitted, y, start)

    def _read(self, X, y, sample_weight, reset=True):
        """Check what was given to be trained on."""
        if y is None and is_dataset(X):
            y = dataset_targets(X)
        target = encode_target(y)
        X = self._validate_X(X, reset=reset)
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
        return fitted, ImageDataset(X, target.indicator, weights), y

    def _learn(self, stage, dataset, fitted, y, start):
        """Train with the parameters of a stage, and set what was learnt."""
        vars(self).update(stage._train(dataset, fitted, y, start))
        if self.net_.interrupted_:
            pass_on(stage, self, start)
        return self

    @with_callbacks
    def _train(self, dataset, fitted, y, start):
        """Train a net, and return all that was learnt."""
        net, best = train_net(self, dataset, fitted, y, start)
        return {
            **fitted,
            "net_": net,
            "history_": net.history,
            "n_iter_": len(net.history),
            "best_iter_": best,
        }

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
        logits = self._apply(predict_logits, X, tta=self.tta)
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
        return to_answers(self.predict_proba(X), self._kind, self.classes_)

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

    def predict_maps(self, X, *, labels=None, upsample=True, n_shifts=1):
        """Compute where in each image each label is.

        A network that draws maps, such as :class:`~sklearn_protloc.networks.TUNet`,
        answers by them. For others, the last maps of features are weighed by the
        gradients of each logit: class-activation maps [1]_, by gradients place by place
        [2]_. `tta` is not used.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.
        labels : str, int or sequence of them, default=None
            Names or numbers of the labels to draw. None is all.
        upsample : bool, default=True
            Whether maps are enlarged bilinearly to the size of the images. False leaves
            them as coarse as the network makes them.
        n_shifts : int >= 1, default=1
            How many times finer maps get, in rows and columns, by moving the images in
            as many steps within a place of the map, for the square of it in work: 4
            makes the 16 pixels of a place of :class:`~sklearn_protloc.networks.CytoFCN`
            4.

        Returns
        -------
        maps : ndarray of shape (n_samples, n_labels, map_height, map_width), \
dtype float32
            In [0, 1]; above one half speaks for the label. Maps of the network are
            probabilities. Others are evidence ``e``, of which the mean over the image
            is its logit, as ``(1 + e) / (2 + e)``, and ``1 / (2 - e)`` below 0: like
            probabilities around one half, and without their end at 1, as a small spot
            has to outweigh the rest. For exclusive classes, they sum to 1.

        Raises
        ------
        ValueError
            If there is no such label, or the network has no maps at this size.

        Notes
        -----
        28 maps of 512 x 512 pixels take 29 MB for each image: ask for a few images, or
        `labels`, at a time. Images larger than `crop_size` are drawn in tiles, whose
        maps fade into each other. Evidence is the sum over features of feature times
        gradient, shifted to the mean that it has to have: where one dense layer reads
        the means of maps, that is its weighted sum of features and bias, else it is so
        to first order. It tells where, not whether: see `predict_proba`.

        References
        ----------
        .. [1] B. Zhou, A. Khosla, A. Lapedriza, A. Oliva and A. Torralba, "Learning
           Deep Features for Discriminative Localization", Conference on Computer Vision
           and Pattern Recognition, 2016, section 2.
        .. [2] R. L. Draelos and L. Carin, "Use HiResCAM instead of Grad-CAM for
           faithful explanations of convolutional neural networks", arXiv:2011.08891,
           2020, section 3.
        """
        check_is_fitted(self)
        check_scalar(n_shifts, "n_shifts", Integral, min_val=1)
        labels = label_numbers(labels, self.label_names_)
        return self._apply(
            predict_maps, X, labels=labels, upsample=upsample, n_shifts=n_shifts
        )

    def transform(self, X):
        """Compute what the output layer of the network reads of each image.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_channels, height, width)
            Images like those of `fit`.

        Returns
        -------
        X_new : ndarray of shape (n_samples, n_features), dtype float32
            Features of the images, means over places and tiles; `tta` is not used. Of
            a network without a `head`, what the last of its layers with weights reads,
            in the order of its ``__init__``.

        Raises
        ------
        ValueError
            If that layer cannot be the output layer, by the number of its outputs, or
            is not used.
        """
        check_is_fitted(self)
        return self._apply(embed, X)

    @property
    def _n_features_out(self):
        size = self.net_.crop_size or self.image_shape_[1:]
        return embedding_size(self.net_, (self.n_features_in_, *size))

    def _apply(self, function, X, **options):
        """Have a function predict, on the device and in the way that is set."""
        self._validate_prediction()
        X = self._validate_X(X, reset=False)
        with (
            self.net_.on_device(resolve_device(self.device)) as net,
            deterministic_algorithms(self.deterministic),
        ):
            return function(
                net,
                X,
                tile_overlap=self.tile_overlap,
                aggregate=self.aggregate,
                num_workers=self.num_workers,
                **options,
            )

    def _validate_prediction(self):
        validate_parameter_constraints(
            {name: self._parameter_constraints[name] for name in _OF_PREDICTION},
            {name: getattr(self, name) for name in _OF_PREDICTION},
            caller_name=type(self).__name__,
        )

    def _validate_X(self, X, reset):
        X = check_image_data(X)
        if not reset and not self._takes(tuple(X.shape[1:])):
            crop_size = self.net_.crop_size
            size = f", at least {crop_size} pixels large" if crop_size else ""
            cure = (
                ""
                if crop_size
                else "; for images of any size, fit again with crop_size"
            )
            raise ValueError(
                f"X has {X.shape[1]} features (channels) in images of shape "
                f"{tuple(X.shape[1:])}, but {type(self).__name__} is expecting "
                f"{self.image_shape_[0]} features as input, in images of shape "
                f"{self.image_shape_}{size}. Resize or select channels as in training"
                f"{cure}."
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

    @classmethod
    def from_recipe(cls, name, **overrides):
        """Make a classifier that trains as a paper did.

        Parameters
        ----------
        name : str
            One of :func:`get_recipe_names`; the user guide tells which is from where.
        **overrides : object
            Parameters to set otherwise; `network_params` and `lr_schedule_params` are
            added to those of the recipe. Recipes of whole fields of view crop 1024
            pixels: for smaller images give ``crop_size=None``.

        Returns
        -------
        model : LocalizationClassifier
            Not fitted; every value of the recipe is in its `get_params`.

        Raises
        ------
        ValueError
            If there is no such recipe.
        TypeError
            If an override is no parameter of the classifier.

        Examples
        --------
        >>> from sklearn_protloc.classifiers import LocalizationClassifier
        >>> model = LocalizationClassifier.from_recipe("gapnet-pl", max_epochs=100)
        >>> model.lr, model.batch_size, model.max_epochs
        (0.01, 40, 100)
        """
        return cls(**recipe_arguments(name, overrides, cls._get_param_names()))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = False  # images: scikit-learn has no 4-D tag
        tags.classifier_tags.multi_label = True
        tags.transformer_tags.preserves_dtype = ["float32"]
        return tags
