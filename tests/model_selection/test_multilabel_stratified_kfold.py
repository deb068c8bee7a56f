import numpy as np
import pytest
from scipy import sparse
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier

from sklearn_protloc.model_selection import MultilabelStratifiedKFold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = (X @ RNG.normal(size=(4, 5)) > 0.5).astype(int)


def test_folds_are_a_partition():
    folds = list(MultilabelStratifiedKFold(7).split(X, Y))
    tests = np.concatenate([test for _, test in folds])
    np.testing.assert_array_equal(np.sort(tests), np.arange(60))
    sizes = [len(test) for _, test in folds]
    assert max(sizes) - min(sizes) <= 1


@pytest.mark.parametrize("y", [Y[:, 0], Y[:, :1], sparse.csr_array(Y[:, :1])])
def test_one_column_is_stratified_k_fold(y):
    ours = MultilabelStratifiedKFold(4).split(X, y)
    for own, reference in zip(ours, StratifiedKFold(4).split(X, Y[:, 0]), strict=True):
        np.testing.assert_array_equal(own[1], reference[1])


def test_every_sample_is_predicted_once():
    folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=0)
    model = OneVsRestClassifier(LogisticRegression())
    assert cross_val_predict(model, X, Y, cv=folds).shape == Y.shape


def test_errors():
    with pytest.raises(ValueError, match="n_splits=61 greater than the number"):
        next(MultilabelStratifiedKFold(61).split(X, Y))
    with pytest.raises(ValueError, match="n_splits=2 or more, got n_splits=1"):
        MultilabelStratifiedKFold(1)
    with pytest.raises(ValueError, match="Setting a random_state has no effect"):
        MultilabelStratifiedKFold(random_state=0)


def test_integer_cv_of_scikit_learn_starves_where_ours_does_not():
    y = np.zeros((30, 2), dtype=int)
    y[:15, 0] = y[27:, 1] = 1  # sorted by label
    ours = [
        y[test].sum(axis=0).tolist()
        for _, test in MultilabelStratifiedKFold(3).split(y, y)
    ]
    assert ours == [[5, 1]] * 3
    scores = cross_val_score(
        DummyClassifier(strategy="prior"), y, y, cv=MultilabelStratifiedKFold(3)
    )
    assert np.isfinite(scores).all()
