"""Network architectures in plain torch: images in, one logit per location out."""

from sklearn_protloc.networks._convolutional_mil import ConvolutionalMIL
from sklearn_protloc.networks._cyto_cnn import CytoCNN
from sklearn_protloc.networks._cyto_fcn import CytoFCN
from sklearn_protloc.networks._deep_loc import DeepLoc
from sklearn_protloc.networks._deep_yeast import DeepYeast
from sklearn_protloc.networks._densenet import DenseNet121
from sklearn_protloc.networks._gapnet_pl import GapNetPL
from sklearn_protloc.networks._gapnet_variant import GapNetVariant
from sklearn_protloc.networks._inception_resnet_v2 import InceptionResNetV2
from sklearn_protloc.networks._inception_v3 import InceptionV3
from sklearn_protloc.networks._localization import Localization
from sklearn_protloc.networks._mcnn import MCNN
from sklearn_protloc.networks._resnet import ResNet34, ResNet50
from sklearn_protloc.networks._tiny_net import TinyNet
from sklearn_protloc.networks._tunet import TUNet

__all__ = [  # noqa: RUF022 - in capitals, yet no constants
    "ConvolutionalMIL",
    "CytoCNN",
    "CytoFCN",
    "DeepLoc",
    "DeepYeast",
    "DenseNet121",
    "GapNetPL",
    "GapNetVariant",
    "InceptionResNetV2",
    "InceptionV3",
    "Localization",
    "MCNN",
    "ResNet34",
    "ResNet50",
    "TUNet",
    "TinyNet",
]
