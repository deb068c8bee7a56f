"""Good values of arguments, which are small, and models that were fitted on them."""

import copy
from functools import cache

import cv2
import numpy as np
import pandas as pd
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.utils import check_image_data

RNG = np.random.default_rng(0)
N_SAMPLES, N_LABELS, SHAPE = 12, 3, (4, 8, 12)
IMAGES = RNG.integers(0, 256, (N_SAMPLES, *SHAPE), dtype=np.uint8)
LABELS = np.array([[1, 0, 0], [0, 1, 0], [1, 1, 1], [0, 0, 1]] * 3)
PREDICTIONS = np.roll(LABELS, 1, axis=0)
PROBABILITIES = 0.6 * RNG.random(LABELS.shape) + 0.4 * LABELS
GROUPS = np.repeat(["HPA1", "HPA2", "HPA3", "HPA4", "HPA5", "HPA6"], 2)
WEIGHTS = np.linspace(0.5, 2, N_SAMPLES)
NAMES = ["Cytosol", "Golgi apparatus", "Nucleoli"]
DATA = {"X": IMAGES, "y": LABELS}


def means(X):
    """Return the mean of each channel, as an estimator that checks what it is given."""
    return np.asarray(check_image_data(X), dtype=float).mean(axis=(2, 3)) / 255


def forest():
    """Return an estimator of scikit-learn that reads images, in little time."""
    return make_pipeline(
        FunctionTransformer(means), OneVsRestClassifier(LogisticRegression())
    )


def network(**parameters):
    return LocalizationClassifier(
        TinyNet,
        max_epochs=1,
        random_state=0,
        **{"network_params": {"width": 2}} | parameters,
    )


@cache
def trained():
    torch.set_num_threads(1)
    return network().fit(IMAGES, LABELS)


def fitted(estimator):
    """Return a function that makes fitted copies of an estimator."""

    @cache
    def fit():
        return estimator.fit(IMAGES, LABELS)

    return lambda: copy.deepcopy(fit())


def image_files(folder):
    """Write a folder of images as the Human Protein Atlas does, with their labels."""
    (folder / "images").mkdir(exist_ok=True)
    for number, image in enumerate(IMAGES[:4]):
        for color, channel in zip(
            ["red", "green", "blue", "yellow"], image, strict=True
        ):
            path = folder / "images" / f"{number}_{color}.png"
            path.write_bytes(cv2.imencode(".png", channel)[1])
    return folder / "images"


def table_of_files(folder):
    """Return a table of image files and their labels."""
    image_files(folder)
    paths = [
        [str(folder / "images" / f"{k}_{c}.png") for c in ("red", "green")]
        for k in range(4)
    ]
    table = pd.DataFrame(paths, columns=["red", "green"])
    return table.assign(well=list("abcd"), plate=list("ppqq"), nucleus=[1, 0, 1, 0])


def csv_file(folder):
    image_files(folder)
    path = folder / "labels.csv"
    pd.DataFrame({"Id": range(4), "Target": ["1 2", "3", "4", "5"]}).to_csv(
        path, index=False
    )
    return path


def cyto_csv_file(folder):
    path = folder / "labels.csv"
    path.write_text("0, Cytosol\n1, Nucleus\n2, Cytosol, Nucleus\n3, Golgi apparatus\n")
    return path
