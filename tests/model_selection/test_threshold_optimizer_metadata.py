import numpy as np
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.exceptions import UnsetMetadataPassedError
from sklearn.model_selection import GroupKFold, cross_validate

from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer

RNG = np.random.default_rng(0)
X = np.arange(30.0)[:, None]
Y = RNG.integers(0, 2, (30, 3))
GROUPS = np.repeat(np.arange(10), 3)
WEIGHT = np.arange(30) + 0.5


class Weighted(ClassifierMixin, BaseEstimator):
    """Records what `fit` was given."""

    seen = []

    def fit(self, X, y, sample_weight=None, mode=None):
        self.seen.append((X[:, 0], sample_weight, mode))
        self.n_labels_ = y.shape[1]
        return self

    def predict_proba(self, X):
        return np.full((len(X), self.n_labels_), 0.5)


@pytest.fixture(autouse=True)
def _nothing_seen():
    Weighted.seen.clear()


def check_seen(*, groups, weight, n_fits=4):
    assert len(Weighted.seen) == n_fits
    for rows, sample_weight, _ in Weighted.seen:
        if weight:
            np.testing.assert_array_equal(sample_weight, rows + 0.5)
        else:
            assert sample_weight is None
        if groups:  # whole groups only
            counts = np.bincount(GROUPS[rows.astype(int)])
            assert set(counts) <= {0, 3}


def test_groups_and_weights_without_routing():
    optimizer = MultiLabelThresholdOptimizer(Weighted(), cv=GroupKFold(3))
    optimizer.fit(X, Y, groups=GROUPS, sample_weight=WEIGHT, mode="fast")
    check_seen(groups=True, weight=True)
    assert [mode for _, _, mode in Weighted.seen] == ["fast"] * 4


def test_groups_and_weights_with_routing():
    with config_context(enable_metadata_routing=True):
        estimator = Weighted().set_fit_request(sample_weight=True)
        optimizer = MultiLabelThresholdOptimizer(estimator, cv=GroupKFold(3))
        optimizer.fit(X, Y, groups=GROUPS, sample_weight=WEIGHT)
    check_seen(groups=True, weight=True)


def test_nested_with_routing():
    with config_context(enable_metadata_routing=True):
        estimator = Weighted().set_fit_request(sample_weight=True)
        optimizer = MultiLabelThresholdOptimizer(estimator, cv=GroupKFold(2))
        cross_validate(
            optimizer,
            X,
            Y,
            cv=GroupKFold(2),
            scoring=lambda model, X, y: model.predict(X).mean(),
            params={"groups": GROUPS, "sample_weight": WEIGHT},
        )
    check_seen(groups=True, weight=True, n_fits=6)


@pytest.mark.parametrize("cv", [None, 3])
@pytest.mark.parametrize("routing", [False, True])
def test_a_number_of_folds_keeps_groups_together(cv, routing):
    with config_context(enable_metadata_routing=routing):
        optimizer = MultiLabelThresholdOptimizer(Weighted(), cv=cv)
        optimizer.fit(X, Y, groups=GROUPS)
        check_seen(groups=True, weight=False)
        optimizer.fit(X, Y)  # and does without


def test_a_number_of_folds_gets_the_groups_of_outer_folds():
    with config_context(enable_metadata_routing=True):
        cross_validate(
            MultiLabelThresholdOptimizer(Weighted(), cv=2),
            X,
            Y,
            cv=GroupKFold(2),
            scoring=lambda model, X, y: model.predict(X).mean(),
            params={"groups": GROUPS},
        )
    check_seen(groups=True, weight=False, n_fits=6)


def test_routing_refuses_what_nobody_requested():
    with config_context(enable_metadata_routing=True):
        optimizer = MultiLabelThresholdOptimizer(Weighted())
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            optimizer.fit(X, Y, sample_weight=WEIGHT)


def test_weights_reach_the_estimator_of_a_single_column():
    class Binary(Weighted):
        def fit(self, X, y, sample_weight=None):
            self.classes_ = np.unique(y)
            self.seen.append((X[:, 0], sample_weight, None))
            return self

    MultiLabelThresholdOptimizer(Binary()).fit(X, Y[:, 0], sample_weight=WEIGHT)
    check_seen(groups=False, weight=True, n_fits=1)


def test_group_splitter_without_groups_says_so():
    optimizer = MultiLabelThresholdOptimizer(Weighted(), cv=GroupKFold(3))
    with pytest.raises(ValueError, match="groups"):
        optimizer.fit(X, Y)
