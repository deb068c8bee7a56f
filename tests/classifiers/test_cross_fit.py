import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.datasets import make_multilabel_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import ShuffleSplit, cross_val_predict
from sklearn.multiclass import OneVsRestClassifier

from sklearn_protloc.classifiers import CrossFitClassifier
from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)

X, Y = make_multilabel_classification(120, n_classes=4, random_state=0)
MODEL = OneVsRestClassifier(LogisticRegression(max_iter=500))


def test_models_of_the_folds_are_kept_and_averaged():
    ensemble = CrossFitClassifier(MODEL, cv=4).fit(X, Y)
    splits = list(MultilabelStratifiedKFold(4).split(X, Y))
    each = [
        clone(MODEL).fit(X[train], Y[train]).predict_proba(X) for train, _ in splits
    ]
    assert_allclose(ensemble.predict_proba(X), np.mean(each, axis=0))
    held_out = cross_val_predict(MODEL, X, Y, cv=splits, method="predict_proba")
    assert_array_equal(ensemble.oof_proba_, held_out)
    for number, (_, test) in enumerate(splits):
        assert (ensemble.oof_folds_[test] == number).all()


def test_same_models_as_the_threshold_optimizer():
    ensemble = CrossFitClassifier(MODEL).fit(X, Y)
    optimizer = MultiLabelThresholdOptimizer(MODEL, ensemble=True).fit(X, Y)
    assert_array_equal(ensemble.predict_proba(X), optimizer.predict_proba(X))
    assert_array_equal(ensemble.oof_proba_, optimizer.oof_proba_)


def test_samples_that_were_never_held_out():
    split = ShuffleSplit(1, test_size=0.25, random_state=0)
    ensemble = CrossFitClassifier(MODEL, cv=split).fit(X, Y)
    assert np.isnan(ensemble.oof_proba_).all(axis=1).sum() == 90
    assert (ensemble.oof_folds_ == -1).sum() == 90


def test_fitted_models_belong_elsewhere():
    with pytest.raises(ValueError, match="SoftVotingClassifier averages models that"):
        CrossFitClassifier(MODEL, cv="prefit").fit(X, Y)
