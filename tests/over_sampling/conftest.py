import numpy as np
import pytest

from sklearn_protloc.over_sampling import RareLabelOverSampler

COUNTS = [30, 20, 8, 3, 2, 0]  # samples of each label; the last does not occur


@pytest.fixture(scope="session")
def images():
    pixels = np.random.default_rng(0).integers(0, 256, (40, 4, 12, 12), dtype=np.uint8)
    pixels.setflags(write=False)
    return pixels


@pytest.fixture(scope="session")
def target():
    rng = np.random.default_rng(1)
    y = np.zeros((40, len(COUNTS)), dtype=int)
    for label, count in enumerate(COUNTS):
        y[rng.choice(40, count, replace=False), label] = 1
    y.setflags(write=False)
    return y


@pytest.fixture
def calls(monkeypatch):
    """List the lengths of what is resampled from here on."""
    lengths, resample = [], RareLabelOverSampler.fit_resample

    def spy(self, X, y, **kwargs):
        lengths.append(len(y))
        return resample(self, X, y, **kwargs)

    monkeypatch.setattr(RareLabelOverSampler, "fit_resample", spy)
    return lengths
