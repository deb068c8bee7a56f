import numpy as np
from numpy.testing import assert_allclose

from sklearn_protloc.classifiers._encoding import encode_target
from sklearn_protloc.classifiers._weights import loss_weights


def test_balanced_weights_of_labels_without_a_counterpart():
    """Columns: in one of four images, in none, in all."""
    y = np.array([[1, 0, 1], [0, 0, 1], [0, 0, 1], [0, 0, 1]])
    weights = loss_weights(encode_target(y), "balanced", None)
    assert_allclose(weights, [[3, 1, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1]])


def test_nothing_to_balance():
    y = np.array([[0, 1], [0, 1]])
    assert loss_weights(encode_target(y), "balanced", None) is None
