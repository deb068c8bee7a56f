"""How each paper trained its networks, as arguments of LocalizationClassifier.

A recipe is a function: its docstring says where its values come from, and each call
makes new losses and augmenters. Values that no source gives are this library's and
named as such.
"""

from difflib import get_close_matches

from torch.optim import SGD
from torch.optim.lr_scheduler import CosineAnnealingWarmRestarts, ReduceLROnPlateau

from sklearn_protloc.augmentation import tunet as tunet_policy
from sklearn_protloc.losses import (
    AuxiliaryLoss,
    BinaryCrossEntropyLoss,
    DiceFocalLoss,
    FocalLoss,
    MaskedMapLoss,
)
from sklearn_protloc.networks import (
    MCNN,
    ConvolutionalMIL,
    CytoCNN,
    CytoFCN,
    DeepLoc,
    DeepYeast,
    DenseNet121,
    GapNetPL,
    GapNetVariant,
    InceptionResNetV2,
    InceptionV3,
    ResNet34,
    ResNet50,
    TUNet,
)

__all__ = ["RECIPES", "get_recipe_names", "recipe_arguments"]


def _human_level(network, **differing):
    """Return what all models of gapnet-pl-2019 share (its section 4 and code).

    Whole fields in crops of 1024 pixels, a new one each epoch; the learning rate is
    halved when macro F1 on held-out images has not risen by 1 % for 30 epochs, and the
    epoch of the best macro F1 is kept. The authors' schedule for GapNet-PL, DeepLoc and
    MIL was fed zeros by mistake; this is the one that they describe.
    """
    return {
        "network": network,
        "loss": BinaryCrossEntropyLoss(reduction="sum_over_labels"),
        "optimizer": SGD,
        "lr": 0.01,
        "momentum": 0.9,
        "l1_penalty": 1e-7,
        "l2_penalty": 1e-5,
        "clip_norm": 5.0,
        "lr_schedule": ReduceLROnPlateau,
        "lr_schedule_params": {
            "factor": 0.5,
            "patience": 30,
            "threshold": 0.01,
            "threshold_mode": "rel",
        },
        "scoring": "f1_macro",
        "early_stopping": True,
        "n_iter_no_change": 500,
        "validation_fraction": 1 / 9,  # 8 : 1 of the paper, once the test set is away
        "max_epochs": 500,
        "crop_size": 1024,
        "tile_overlap": 0.0,
        **differing,
    }


def gapnet_pl():
    """GapNet-PL: SGD, lr 0.01, batches of 40, loss summed over labels (code)."""
    return _human_level(GapNetPL, batch_size=40)


def convolutional_mil():
    """Convolutional MIL, in the wiring of the paper's Table 7 (code).

    Batches of 32; the losses of the logits and of the noisy-AND are added. The code
    takes the noisy-AND, a probability, for logits: ``loss=AuxiliaryLoss(
    double_sigmoid=True)`` does so too.
    """
    loss = AuxiliaryLoss(BinaryCrossEntropyLoss())
    params = {"variant": "table7"}
    return _human_level(
        ConvolutionalMIL, batch_size=32, loss=loss, network_params=params
    )


def m_cnn():
    """M-CNN: batches of 22, mean loss; lr 0.01 of the paper, not the code's 0.1."""
    return _human_level(MCNN, batch_size=22, loss=BinaryCrossEntropyLoss())


def densenet121_gapnet_pl():
    """DenseNet-121: lr 0.1, batches of 3, mean loss, dropout 0.2 (code)."""
    loss = BinaryCrossEntropyLoss()
    return _human_level(DenseNet121, lr=0.1, batch_size=3, loss=loss, dropout=0.2)


def deeploc():
    """DeepLoc: lr 0.001, batches of 2, loss summed over labels (code).

    SELU without batch normalisation, as in the text and the code; the parameters that
    Table 7 counts are those of ``network_params={"norm": "batch"}``.
    """
    return _human_level(DeepLoc, lr=0.001, batch_size=2)


def gapnet_variant():
    """GapNet variant: Adam, lr 0.001, batches of 20, 50 epochs (sections 3 and 4).

    The paper copies images of rare labels first (``RareLabelOverSampler(augmenter=
    gapnet_variant())`` in a pipeline) and afterwards trains the dense layers alone:
    ``model.fine_tune(X, y, trainable="head", max_epochs=14)``.
    """
    return {
        "network": GapNetVariant,
        "loss": BinaryCrossEntropyLoss(),
        "lr": 1e-3,
        "batch_size": 20,
        "max_epochs": 50,
    }


def deepyeast():
    """DeepYeast at 192 pixels: SGD, lr 0.01 halved after 3 stale epochs (section 3.2).

    Epochs and held-out share are this library's: 50 and a tenth.
    """
    return {
        "network": DeepYeast,
        "loss": BinaryCrossEntropyLoss(),
        "optimizer": SGD,
        "lr": 0.01,
        "momentum": 0.9,
        "weight_decay": 0.005,
        "lr_schedule": ReduceLROnPlateau,
        "lr_schedule_params": {"factor": 0.5, "patience": 2},  # acts on the third
        "batch_size": 128,
        "validation_fraction": 0.1,
        "max_epochs": 50,
    }


def m_cnn_gapnet_variant():
    """M-CNN at 512 pixels: lr 0.01, batches of 22 (section 3.2).

    SGD with momentum is that of gapnet-pl-2019; 50 epochs are those of the main model.
    """
    return {
        "network": MCNN,
        "loss": BinaryCrossEntropyLoss(),
        "optimizer": SGD,
        "lr": 0.01,
        "momentum": 0.9,
        "batch_size": 22,
        "max_epochs": 50,
    }


def densenet121_gapnet_variant():
    """DenseNet-121 from scratch: lr 0.001, batches of 32 (section 3.2).

    The standard network, not the layout with extra scales of the code it cites; Adam,
    no dropout and 50 epochs are this library's.
    """
    return {
        "network": DenseNet121,
        "dropout": 0.0,
        "loss": BinaryCrossEntropyLoss(),
        "lr": 1e-3,
        "batch_size": 32,
        "max_epochs": 50,
    }


def _cyto(network, loss):
    """Return what both networks of cnn-fcn-2021 share (section 2).

    lr divided by 3 after 8 epochs, training ended after 20 without a lower loss on the
    tenth held out; at most 100 epochs. Images are resized to 256 pixels.
    """
    return {
        "network": network,
        "loss": loss,
        "lr": 1e-3,
        "lr_schedule": ReduceLROnPlateau,
        "lr_schedule_params": {"factor": 1 / 3, "patience": 7},  # acts on the eighth
        "early_stopping": True,
        "n_iter_no_change": 20,
        "validation_fraction": 0.1,
        "batch_size": 64,
        "max_epochs": 100,
    }


def cyto_cnn():
    """CNN of cnn-fcn-2021: Adam, lr 0.001, batches of 64; dropout 0.3 of its grid."""
    return _cyto(CytoCNN, BinaryCrossEntropyLoss())


def cyto_fcn():
    """FCN of cnn-fcn-2021: as its CNN, on masks of the bright protein."""
    return _cyto(CytoFCN, MaskedMapLoss())


def _tunet(network, loss):
    """Return what all networks of tunet share (section 4).

    Adam and cosine cycles that restart, of 5, 10 and 20 epochs as convergence took 30
    to 35; the cycles and lr 0.001 are this library's, as 0.02, the paper's lr, is too
    high for weights from scratch. So is the patience of early stopping, 10 epochs.
    """
    return {
        "network": network,
        "loss": loss,
        "lr": 1e-3,
        "lr_schedule": CosineAnnealingWarmRestarts,
        "lr_schedule_params": {"T_0": 5, "T_mult": 2},
        "early_stopping": True,
        "validation_fraction": 0.1,
        "augmenter": tunet_policy(),
        "batch_size": 64,
        "max_epochs": 35,
    }


def tunet():
    """TUNet: 0.4 dice of the masks + 0.6 focal loss, batches of 64."""
    return _tunet(TUNet, DiceFocalLoss())


def resnet34_tunet():
    """ResNet-34 compared in tunet: focal loss, two dense layers as in its source."""
    recipe = _tunet(ResNet34, FocalLoss(reduction="sum_over_labels"))
    return {**recipe, "dropout": 0.5, "network_params": {"n_hidden": 512}}


def inceptionv3_tunet():
    """InceptionV3 compared in tunet: focal loss, from new weights."""
    return _tunet(InceptionV3, FocalLoss(reduction="sum_over_labels"))


def inceptionresnetv2_tunet():
    """InceptionResNetV2 compared in tunet: focal loss, from new weights."""
    return _tunet(InceptionResNetV2, FocalLoss(reduction="sum_over_labels"))


def _stacked(extra_conv):
    """Return what the models of stacked-resnet-2020 share (section 4).

    Batches of 16. Optimiser, lr and epochs are this library's: Adam, 0.001 and 30. The
    paper adds turned copies of rare images: ``RareLabelOverSampler(augmenter=
    stacked_resnet())`` in a pipeline.
    """
    return {
        "network": ResNet50,
        "network_params": {"extra_conv": extra_conv},
        "loss": BinaryCrossEntropyLoss(),
        "lr": 1e-3,
        "batch_size": 16,
        "max_epochs": 30,
    }


def stacked_resnet_1():
    """Plain ResNet-50 on the protein alone, ``ChannelSelector("G")``, at 128 pixels."""
    return _stacked(extra_conv=False)


def stacked_resnet_2():
    """ResNet-50 with an extra convolution on the protein alone, at 256 pixels."""
    return _stacked(extra_conv=True)


def stacked_resnet_3():
    """ResNet-50 with an extra convolution on protein, nucleus and microtubules."""
    return _stacked(extra_conv=True)


def stacked_resnet_4():
    """ResNet-50 with an extra convolution on all four channels, at 256 pixels."""
    return _stacked(extra_conv=True)


RECIPES = {
    "gapnet-pl": gapnet_pl,
    "convolutional-mil": convolutional_mil,
    "m-cnn": m_cnn,
    "densenet121-gapnet-pl": densenet121_gapnet_pl,
    "deeploc": deeploc,
    "gapnet-variant": gapnet_variant,
    "deepyeast": deepyeast,
    "m-cnn-gapnet-variant": m_cnn_gapnet_variant,
    "densenet121-gapnet-variant": densenet121_gapnet_variant,
    "cyto-cnn": cyto_cnn,
    "cyto-fcn": cyto_fcn,
    "tunet": tunet,
    "resnet34-tunet": resnet34_tunet,
    "inceptionv3-tunet": inceptionv3_tunet,
    "inceptionresnetv2-tunet": inceptionresnetv2_tunet,
    "stacked-resnet-1": stacked_resnet_1,
    "stacked-resnet-2": stacked_resnet_2,
    "stacked-resnet-3": stacked_resnet_3,
    "stacked-resnet-4": stacked_resnet_4,
}

_PARAMS_OF = {"network": "network_params", "lr_schedule": "lr_schedule_params"}


def _nearest(name, names):
    """Return a question for the name that was meant, if any is near."""
    near = get_close_matches(str(name).casefold(), names, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def get_recipe_names():
    """Return the names of the recipes of the papers.

    Returns
    -------
    names : list of str
        What :meth:`LocalizationClassifier.from_recipe` takes, in the order of the
        papers.

    Examples
    --------
    >>> from sklearn_protloc.classifiers import get_recipe_names
    >>> get_recipe_names()[:3]
    ['gapnet-pl', 'convolutional-mil', 'm-cnn']
    """
    return list(RECIPES)


def recipe_arguments(name, overrides, parameters):
    """Return the constructor arguments of a recipe, some of them overridden.

    Parameters of the network or the schedule of the recipe join those of the recipe;
    overrides that are no `parameters` of the constructor are refused.
    """
    if not isinstance(name, str) or name not in RECIPES:
        raise ValueError(
            f"Expected the name of a recipe, got {name!r}.{_nearest(name, RECIPES)} "
            f"There are {', '.join(RECIPES)}."
        )
    for other in sorted(overrides.keys() - set(parameters)):
        raise TypeError(
            f"LocalizationClassifier has no parameter {other!r}."
            f"{_nearest(other, parameters)}"
        )
    recipe = RECIPES[name]()
    for owner, params in _PARAMS_OF.items():
        if owner not in overrides and overrides.get(params) is not None:
            joined = {**recipe.get(params, {}), **overrides[params]}
            overrides = {**overrides, params: joined}
    return {**recipe, **overrides}
