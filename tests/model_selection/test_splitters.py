"""What every splitter of multi-label targets promises."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, check_cv, cross_val_score
from sklearn.multiclass import OneVsRestClassifier

from sklearn_protloc.model_selection import (
    MultilabelStratifiedGroupKFold,
    MultilabelStratifiedKFold,
    MultilabelStratifiedShuffleSplit,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 4))
Y = (X @ RNG.normal(size=(4, 5)) > 0.5).astype(int)
GROUPS = np.arange(60) // 3
SPLITTERS = [
    MultilabelStratifiedKFold(3),
    MultilabelStratifiedKFold(3, shuffle=True, random_state=0),
    MultilabelStratifiedGroupKFold(3),
    MultilabelStratifiedGroupKFold(3, shuffle=True, random_state=0),
    MultilabelStratifiedShuffleSplit(3, test_size=0.25, random_state=0),
]
each_splitter = pytest.mark.parametrize("splitter", SPLITTERS, ids=str)


class OnlyLength:
    """Samples that may be counted but not read."""

    shape = (60, 4, 512, 512)

    def __len__(self):
        return 60

    def __getitem__(self, rows):
        raise AssertionError("the splitter must not read X")

    def __array__(self, *args, **kwargs):
        raise AssertionError("the splitter must not convert X")


def groups_for(splitter):
    return GROUPS if isinstance(splitter, MultilabelStratifiedGroupKFold) else None


def split(splitter, X=X, y=Y):
    return [
        (train.tolist(), test.tolist())
        for train, test in splitter.split(X, y, groups_for(splitter))
    ]


@each_splitter
def test_training_and_test_rows_are_apart_and_in_order(splitter):
    splits = split(splitter)
    assert len(splits) == splitter.get_n_splits(X, Y, groups_for(splitter)) == 3
    for train, test in splits:
        assert sorted(train + test) == list(range(60))
        assert train == sorted(train)
        assert test == sorted(test)


@each_splitter
@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        pd.DataFrame,
        sparse.csr_matrix,
        sparse.csc_array,
        lambda y: y.astype(bool),
        lambda y: y.astype(np.float32),
        lambda y: y.astype(object),
    ],
)
def test_every_form_of_y_gives_the_same_rows(splitter, convert):
    assert split(splitter, y=convert(Y)) == split(splitter)


@each_splitter
@pytest.mark.parametrize("samples", [None, OnlyLength(), np.zeros((60, 2, 3, 3))])
@pytest.mark.parametrize("y", [Y, Y[:, 0]], ids=["labels", "classes"])
def test_x_is_never_read(splitter, samples, y):
    assert split(splitter, X=samples, y=y) == split(splitter, y=y)


@each_splitter
def test_the_same_seed_gives_the_same_rows(splitter):
    assert split(splitter) == split(splitter) == split(clone_of(splitter))


def clone_of(splitter):
    return clone(splitter, safe=False)


@each_splitter
def test_another_seed_gives_other_rows(splitter):
    if splitter.random_state is None:
        pytest.skip("in order of rows")
    other = clone_of(splitter)
    other.random_state = 1
    assert split(other) != split(splitter)


@each_splitter
def test_one_column_is_stratified_by_its_classes(splitter):
    classes = np.repeat(["cytosol", "nucleus"], 30)
    for train, test in split(splitter, y=classes):
        for rows in (train, test):
            share = np.mean(classes[rows] == "nucleus")
            assert share == pytest.approx(0.5, abs=0.1)


@each_splitter
def test_an_absent_label_changes_nothing(splitter):
    absent = np.zeros((60, 1), dtype=int)
    assert split(splitter, y=np.hstack([Y, absent])) == split(splitter)


@each_splitter
def test_as_cv_of_scikit_learn(splitter):
    assert check_cv(splitter) is splitter
    groups = groups_for(splitter)
    model = OneVsRestClassifier(LogisticRegression())
    scores = cross_val_score(
        model, X, Y, cv=splitter, groups=groups, scoring="f1_macro"
    )
    assert np.isfinite(scores).all()
    search = GridSearchCV(model, {"estimator__C": [0.1, 1]}, cv=splitter)
    assert search.fit(X, Y, groups=groups).n_splits_ == 3


def test_routing_takes_groups_to_who_wants_them():
    with config_context(enable_metadata_routing=True):
        requests = [s.get_metadata_routing().split.requests for s in SPLITTERS]
    assert [r.get("groups") for r in requests] == [None, None, True, True, None]


@each_splitter
def test_repr_shows_the_parameters(splitter):
    assert repr(splitter).startswith(f"{type(splitter).__name__}(n_splits=3, ")
    assert f"random_state={splitter.random_state}" in repr(splitter)


@each_splitter
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (None, "labels y, to stratify by, got None"),
        (Y[1:], "inconsistent numbers of samples"),
        (np.where(Y, 2, 0), "only 0 .absent. and 1"),
        (np.where(Y, np.nan, 0), "NaN"),
        ([["cytosol"], ["nucleus", "golgi"]] * 30, "MultiLabelBinarizer"),
        (X[:, 0], "continuous|Unknown label type|least populated class"),
    ],
)
def test_targets_that_cannot_be_stratified_are_refused(splitter, y, message):
    with pytest.raises(ValueError, match=message):
        split(splitter, y=y)


@pytest.mark.parametrize("splitter", [SPLITTERS[0], SPLITTERS[-1]], ids=str)
@pytest.mark.parametrize("y", [Y, Y[:, 0]], ids=["labels", "classes"])
def test_groups_are_ignored_aloud(splitter, y):
    with pytest.warns(UserWarning, match=f"ignored by {type(splitter).__name__}"):
        next(splitter.split(X, y, groups=GROUPS))
