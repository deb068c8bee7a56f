import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import (
    GridSearchCV,
    StratifiedKFold,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier

from sklearn_protloc.model_selection import MultilabelStratifiedKFold

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = (X @ RNG.normal(size=(4, 5)) > 0.5).astype(int)


class OnlyLength:
    """Samples that may be counted but not read."""

    shape = (60, 4, 512, 512)

    def __len__(self):
        return 60

    def __getitem__(self, rows):
        raise AssertionError("the splitter must not read X")

    def __array__(self, *args, **kwargs):
        raise AssertionError("the splitter must not convert X")


def test_folds_are_a_partition():
    folds = list(MultilabelStratifiedKFold(5).split(X, Y))
    assert len(folds) == 5
    tests = np.concatenate([test for _, test in folds])
    np.testing.assert_array_equal(np.sort(tests), np.arange(60))
    for train, test in folds:
        together = np.concatenate([train, test])
        np.testing.assert_array_equal(np.sort(together), np.arange(60))


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        pd.DataFrame,
        sparse.csr_matrix,
        sparse.csc_array,
        lambda y: y.astype(bool),
        lambda y: y.astype(np.float32),
    ],
)
@pytest.mark.parametrize("seed", [None, 0])
def test_every_form_of_y_gives_the_same_folds(convert, seed):
    folds = MultilabelStratifiedKFold(3, shuffle=seed is not None, random_state=seed)
    for ours, theirs in zip(folds.split(X, Y), folds.split(X, convert(Y)), strict=True):
        np.testing.assert_array_equal(ours[1], theirs[1])


def test_x_is_never_read():
    folds = MultilabelStratifiedKFold(3)
    for lazy, real in zip(folds.split(OnlyLength(), Y), folds.split(X, Y), strict=True):
        np.testing.assert_array_equal(lazy[1], real[1])


@pytest.mark.parametrize("y", [Y[:, 0], Y[:, :1], sparse.csr_array(Y[:, :1])])
def test_one_column_is_stratified_k_fold(y):
    ours = MultilabelStratifiedKFold(4).split(X, y)
    for own, reference in zip(ours, StratifiedKFold(4).split(X, Y[:, 0]), strict=True):
        np.testing.assert_array_equal(own[1], reference[1])


def test_absent_label():
    y = np.column_stack([Y, np.zeros(60, dtype=int)])
    sizes = [len(test) for _, test in MultilabelStratifiedKFold(7).split(X, y)]
    assert max(sizes) - min(sizes) <= 1


def test_seeds():
    def tests(seed):
        folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=seed)
        return [test.tolist() for _, test in folds.split(X, Y)]

    assert tests(0) == tests(0)
    assert tests(0) != tests(1)


def test_as_cv_of_scikit_learn():
    folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=0)
    model = OneVsRestClassifier(LogisticRegression())
    assert cross_val_predict(model, X, Y, cv=folds).shape == Y.shape
    assert np.isfinite(cross_val_score(model, X, Y, cv=folds, scoring="f1_macro")).all()
    search = GridSearchCV(model, {"estimator__C": [0.1, 1]}, cv=folds).fit(X, Y)
    assert search.n_splits_ == 3
    assert "MultilabelStratifiedKFold(n_splits=3, random_state=0" in repr(folds)


def test_errors():
    with pytest.raises(ValueError, match="n_splits=61 greater than the number"):
        next(MultilabelStratifiedKFold(61).split(X, Y))
    with pytest.raises(ValueError, match="n_splits=2 or more, got n_splits=1"):
        MultilabelStratifiedKFold(1)
    with pytest.raises(ValueError, match="Setting a random_state has no effect"):
        MultilabelStratifiedKFold(random_state=0)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        next(MultilabelStratifiedKFold().split(X[:-1], Y))
    with pytest.raises(ValueError, match="MultiLabelBinarizer"):
        next(MultilabelStratifiedKFold().split(np.zeros(3), [[1], [0, 2], []]))


def test_groups_are_ignored_aloud():
    with pytest.warns(UserWarning, match="ignored by MultilabelStratifiedKFold"):
        next(MultilabelStratifiedKFold().split(X, Y, groups=np.arange(60)))


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
