import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, KFold

from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
)
from sklearn_protloc.utils import average_probabilities, fold_splits, to_logits

Y = (np.random.default_rng(0).random((60, 4)) < [0.5, 0.3, 0.2, 0.1]).astype(int)
GROUPS = np.repeat([f"HPA{k}" for k in range(20)], 3)


def check_equal(splits, expected):
    for (train, test), (train_, test_) in zip(splits, expected, strict=True):
        np.testing.assert_array_equal(train, train_)
        np.testing.assert_array_equal(test, test_)


@pytest.mark.parametrize("cv", [None, 4])
def test_numbers_stand_for_stratified_folds(cv):
    n_splits = cv or 3
    by_rows = MultilabelStratifiedKFold(n_splits).split(Y, Y)
    check_equal(fold_splits(Y, Y, cv), by_rows)
    by_groups = MultilabelStratifiedGroupKFold(n_splits).split(Y, Y, GROUPS)
    check_equal(fold_splits(Y, Y, cv, groups=GROUPS), by_groups)


def test_splitters_and_splits_are_taken_as_they_are():
    check_equal(fold_splits(Y, Y, KFold(3)), KFold(3).split(Y))
    by_groups = GroupKFold(3).split(Y, Y, GROUPS)
    check_equal(fold_splits(Y, Y, GroupKFold(3), groups=GROUPS), by_groups)
    check_equal(fold_splits(Y, Y, [([0, 1], [2])]), [([0, 1], [2])])


def test_masks_of_the_samples_are_splits():
    first = np.arange(60) < 20
    splits = fold_splits(Y, Y, [(~first, first), (first.tolist(), (~first).tolist())])
    check_equal(splits, [(range(20, 60), range(20)), (range(20), range(20, 60))])


def test_no_more_folds_than_groups():
    with pytest.raises(ValueError, match="number of groups, 20, got 21"):
        fold_splits(Y, Y, 21, groups=GROUPS)


class Constant:
    def __init__(self, value):
        self.value = value

    def predict_proba(self, X):
        assert self.value is not None, "asked in vain"
        return np.full((len(X), 2), self.value)


def test_averages_ask_no_one_without_weight():
    models = [Constant(0.2), Constant(None), Constant(0.6)]
    mean = average_probabilities(models, Y, 2, weights=[3, 0, 1])
    np.testing.assert_allclose(mean, 0.3)
    by_label = average_probabilities(models, Y, 2, weights=[[1, 0], [0, 0], [1, 2]])
    np.testing.assert_allclose(by_label, np.tile([0.4, 0.6], (60, 1)))


def test_logits_are_finite():
    logits = to_logits(np.array([0, 1, 0.5], dtype=np.float32))
    assert np.isfinite(logits).all()
    assert logits.dtype == np.float64
    assert logits[0] == -logits[1]
