import numpy as np
import pytest

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet


@pytest.fixture(scope="session")
def X():
    images = np.random.default_rng(0).integers(0, 256, (60, 4, 16, 16), dtype=np.uint8)
    images.setflags(write=False)  # nothing may write into the user's data
    return images


@pytest.fixture(scope="session")
def y(X):
    """Five labels that each follow from how two channels compare."""
    brightness = X.mean(axis=(2, 3))
    first, second = [0, 1, 2, 3, 0], [1, 2, 3, 0, 2]
    target = (brightness[:, first] > brightness[:, second]).astype(int)
    target.setflags(write=False)
    return target


@pytest.fixture
def classifier():
    return LocalizationClassifier(TinyNet, max_epochs=2, random_state=0)
