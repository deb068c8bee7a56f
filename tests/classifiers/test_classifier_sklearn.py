"""scikit-learn's own checks, with rows read as images of 1 x 1 pixel.

scikit-learn has no tag for 4-D input: on the honest class its suite runs one check
and is green, so the checks run on a subclass that turns columns into channels.
"""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import (
    check_estimator,
    check_methods_subset_invariance,
    parametrize_with_checks,
)
from sklearn.utils.validation import validate_data

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import GapNetPL, TinyNet

_SUBSETS = "check_methods_subset_invariance"


class _As4D(LocalizationClassifier):
    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        tags.classifier_tags.poor_score = True
        return tags

    def _validate_X(self, X, reset):
        X = validate_data(self, X, reset=reset, dtype=np.float32)
        return super()._validate_X(X[:, :, np.newaxis, np.newaxis], reset)


@parametrize_with_checks(
    [
        # one pixel has no deviation to standardise by
        _As4D(max_epochs=2, standardize=False, random_state=0),
        _As4D(TinyNet, max_epochs=2, standardize=False, random_state=0),
    ],
    expected_failed_checks=lambda estimator: (
        {"check_sample_weight_equivalence_on_dense_data": "minibatch SGD"}
        | ({} if estimator.network is TinyNet else {_SUBSETS: "see below"})
    ),
)
def test_sklearn_checks(estimator, check):
    check(estimator)


@pytest.mark.parametrize("network", [GapNetPL, TinyNet])
def test_subsets_of_images_one_at_a_time(network):
    """Last digits of features of 256 units depend on how many images pass together."""
    model = _As4D(
        network, max_epochs=1, batch_size=1, standardize=False, random_state=0
    )
    check_methods_subset_invariance("_As4D", model)


def test_honest_class_still_gets_one_check():
    """If scikit-learn ever learns to test images, this adapter can go."""
    with pytest.warns(match="Can't test estimator"):
        results = check_estimator(LocalizationClassifier(), on_fail=None)
    assert len(results) == 1
