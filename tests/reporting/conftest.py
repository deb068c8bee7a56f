import matplotlib

matplotlib.use("agg")

import copy

import pytest

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import TinyNet


@pytest.fixture(scope="session")
def cells():
    return make_cells(60, image_size=32, labels=3, random_state=0, as_frame=True)


@pytest.fixture(scope="session")
def model(cells):
    """Return a network with tuned thresholds, fitted on the first 40 cells."""
    net = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    optimizer = MultiLabelThresholdOptimizer(net, cv=0.5, random_state=0)
    return optimizer.fit(cells.data[:40], cells.target[:40])


def renamed(model, y):
    """Return the model as if it had been fitted on the columns of `y`."""
    model = copy.copy(model)
    model.label_names_ = y.columns.to_numpy(dtype=object)
    return model
