import numpy as np
import pandas as pd
import pytest
import zarr
from imblearn import FunctionSampler
from imblearn.pipeline import make_pipeline as make_sampling_pipeline
from scipy import sparse
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.ensemble import RandomForestClassifier
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    ShuffleSplit,
    cross_val_predict,
    cross_val_score,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.networks import TinyNet

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 6))
Y = (X @ RNG.normal(size=(6, 4)) + RNG.normal(size=(90, 4)) > 1).astype(int)


def model():
    return OneVsRestClassifier(LogisticRegression())


class Spy(ClassifierMixin, BaseEstimator):
    """Counts its fits and predicts the means of rows."""

    fits = []

    def fit(self, X, y):
        self.fits.append(len(X))
        self.n_labels_ = np.shape(y)[1]
        return self

    def predict_proba(self, X):
        return np.tile(1 / (1 + np.exp(-np.asarray(X[:, 0]))), (self.n_labels_, 1)).T


class Lazy:
    """Images that are read row by row; converting all of them is an error."""

    def __init__(self, images):
        self.images = images
        self.shape, self.ndim, self.dtype = images.shape, images.ndim, images.dtype

    def __len__(self):
        return len(self.images)

    def __getitem__(self, rows):
        return Lazy(self.images[rows])

    def __array__(self, *args, **kwargs):
        raise AssertionError("the optimizer must not convert X")


class LazyModel(ClassifierMixin, BaseEstimator):
    """Reads the images one label per channel."""

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict_proba(self, X):
        return X.images.mean(axis=(2, 3))


@pytest.fixture(autouse=True)
def _no_fits_yet():
    Spy.fits.clear()


@pytest.mark.parametrize(
    "estimator",
    [
        model(),
        MLPClassifier(max_iter=20, random_state=0),
        RandomForestClassifier(10, random_state=0),
        KNeighborsClassifier(),
        make_pipeline(StandardScaler(), model()),
        make_sampling_pipeline(FunctionSampler(validate=False), model()),
        GridSearchCV(model(), {"estimator__C": [0.1, 1]}, cv=2),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_works_over_every_kind_of_multilabel_classifier(estimator):
    optimizer = MultiLabelThresholdOptimizer(estimator).fit(X, Y)
    probabilities, predicted = optimizer.predict_proba(X), optimizer.predict(X)
    assert optimizer.thresholds_.shape == (4,)
    assert probabilities.shape == optimizer.oof_proba_.shape == Y.shape
    assert predicted.dtype.kind == "i"
    np.testing.assert_array_equal(predicted, probabilities >= optimizer.thresholds_)
    np.testing.assert_array_equal(optimizer.classes_, np.arange(4))
    assert optimizer.estimator_ is not estimator


def test_thresholds_are_tuned_on_pooled_held_out_probabilities():
    folds = MultilabelStratifiedKFold(4, shuffle=True, random_state=3)
    optimizer = MultiLabelThresholdOptimizer(model(), cv=folds, strategy="f1")
    optimizer.fit(X, Y)
    pooled = cross_val_predict(model(), X, Y, cv=folds, method="predict_proba")
    np.testing.assert_array_equal(optimizer.oof_proba_, pooled)
    reached = f1_score(Y, pooled >= optimizer.thresholds_, average=None)
    np.testing.assert_array_equal(optimizer.oof_f1_, reached)
    grid = np.arange(1001) / 1000
    each = [f1_score(Y, pooled >= t, average=None, zero_division=0) for t in grid]
    np.testing.assert_array_equal(optimizer.oof_f1_, np.max(each, axis=0))
    np.testing.assert_allclose(
        optimizer.thresholds_ * 1000, np.rint(optimizer.thresholds_ * 1000)
    )


def test_report_and_names():
    y = pd.DataFrame(Y, columns=["nucleus", "golgi", "er", "cilia"])
    optimizer = MultiLabelThresholdOptimizer(model()).fit(X, y)
    report = optimizer.report_
    assert report["label"].tolist() == ["nucleus", "golgi", "er", "cilia"]
    assert report["n_positive"].tolist() == Y.sum(axis=0).tolist()
    assert report["status"].tolist() == ["tuned"] * 4
    np.testing.assert_array_equal(report["threshold"], optimizer.thresholds_)
    np.testing.assert_array_equal(report["f1"], optimizer.oof_f1_)
    names = optimizer.predict_labels(X)
    assert names == [
        [y.columns[k] for k in np.flatnonzero(row)] for row in optimizer.predict(X)
    ]


def test_absent_label():
    y = pd.DataFrame(Y, columns=["nucleus", "golgi", "er", "cilia"])
    y["cilia"] = 0
    optimizer = MultiLabelThresholdOptimizer(
        KNeighborsClassifier(), absent_threshold=0.25
    )
    with pytest.warns(UserWarning, match="labels: cilia. Their threshold is") as record:
        optimizer.fit(X, y)
    assert len(record) == 1
    assert record[0].filename == __file__
    assert optimizer.thresholds_[3] == 0.25
    assert optimizer.report_["status"].tolist() == ["tuned"] * 3 + ["absent"]
    assert optimizer.predict(X)[:, 3].sum() == 0


@pytest.mark.parametrize("cv", [3, None, KFold(3), list(KFold(3).split(X))])
def test_one_fit_per_fold_and_one_more(cv):
    optimizer = MultiLabelThresholdOptimizer(Spy(), cv=cv).fit(X, Y)
    assert Spy.fits == [60, 60, 60, 90]
    assert np.isfinite(optimizer.oof_proba_).all()


@pytest.mark.parametrize("step", [0.001, None])
def test_prefit_is_not_fitted_and_matches_its_own_predictions(step):
    fitted = model().fit(X[:45], Y[:45])
    for estimator, cv in (
        (fitted, "prefit"),
        (FrozenEstimator(fitted), "prefit"),
        (FrozenEstimator(fitted), None),
    ):
        optimizer = MultiLabelThresholdOptimizer(estimator, cv=cv, step=step)
        optimizer.fit(X[45:], Y[45:])
        assert optimizer.estimator_ is estimator
        own = f1_score(Y[45:], optimizer.predict(X[45:]), average=None)
        np.testing.assert_array_equal(own, optimizer.oof_f1_)


def test_prefit_makes_no_fit():
    spy = Spy().fit(X, Y)
    MultiLabelThresholdOptimizer(spy, cv="prefit").fit(X, Y)
    MultiLabelThresholdOptimizer(FrozenEstimator(spy), cv=3).fit(X, Y)
    assert Spy.fits == [90]
    with pytest.raises(NotFittedError):
        MultiLabelThresholdOptimizer(Spy(), cv="prefit").fit(X, Y)


def test_a_single_split_tunes_on_the_rows_held_out():
    optimizer = MultiLabelThresholdOptimizer(
        model(), cv=ShuffleSplit(1, test_size=30, random_state=0)
    ).fit(X, Y)
    _, test = next(ShuffleSplit(1, test_size=30, random_state=0).split(X))
    held_out = np.isfinite(optimizer.oof_proba_).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(held_out), np.sort(test))
    assert optimizer.report_["n_positive"].tolist() == Y[test].sum(axis=0).tolist()


def test_rows_held_out_twice_are_refused_before_any_fit():
    optimizer = MultiLabelThresholdOptimizer(Spy(), cv=ShuffleSplit(4))
    with pytest.raises(ValueError, match="each sample at most once, but"):
        optimizer.fit(X, Y)
    assert Spy.fits == []


def test_sampler_sees_training_rows_only():
    sizes = []

    def double(X, y):
        sizes.append(len(X))
        return np.concatenate([X, X]), np.concatenate([y, y])

    pipeline = make_sampling_pipeline(
        FunctionSampler(func=double, validate=False), Spy()
    )
    optimizer = MultiLabelThresholdOptimizer(pipeline, cv=3).fit(X, Y)
    optimizer.predict(X)
    assert sizes == [60, 60, 60, 90]
    assert Spy.fits == [120, 120, 120, 180]
    assert optimizer.oof_proba_.shape == Y.shape


@pytest.mark.parametrize(
    "convert",
    [
        np.ndarray.tolist,
        pd.DataFrame,
        lambda y: y.astype(bool),
        lambda y: y.astype(np.float32),
        sparse.csr_matrix,
    ],
)
def test_every_form_of_y_gives_the_same_thresholds(convert):
    reference = MultiLabelThresholdOptimizer(model()).fit(X, Y)
    optimizer = MultiLabelThresholdOptimizer(model()).fit(X, convert(Y))
    np.testing.assert_array_equal(optimizer.thresholds_, reference.thresholds_)


def test_parallel_folds_give_the_same_model():
    one = MultiLabelThresholdOptimizer(model()).fit(X, Y)
    two = MultiLabelThresholdOptimizer(model(), n_jobs=2).fit(X, Y)
    np.testing.assert_array_equal(one.oof_proba_, two.oof_proba_)


def test_lazy_images_are_never_converted():
    images = RNG.random((90, 4, 2, 2))
    optimizer = MultiLabelThresholdOptimizer(LazyModel()).fit(Lazy(images), Y)
    assert optimizer.predict(Lazy(images)).shape == Y.shape


def test_honest_macro_f1_on_real_labels(protloc_data):
    emotions = np.load(protloc_data / "multilabel" / "emotions.npz")
    X, y = emotions["X"], emotions["Y"]
    plain = make_pipeline(
        StandardScaler(), OneVsRestClassifier(LogisticRegression(C=0.01))
    )
    folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=0)
    at_half, tuned = (
        cross_val_score(estimator, X, y, cv=folds, scoring="f1_macro").mean()
        for estimator in (plain, MultiLabelThresholdOptimizer(plain))
    )
    assert tuned > at_half + 0.05


def test_stores_that_scikit_learn_cannot_slice(tmp_path):
    cells = make_cells(24, image_size=32, labels=2, random_state=0)
    store = zarr.create_array(
        tmp_path / "X.zarr", shape=cells.data.shape, dtype="uint8", chunks=(1, 4, 8, 8)
    )
    store[:] = cells.data
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    model = MultiLabelThresholdOptimizer(model, cv=2)
    expected = model.fit(cells.data, cells.target).predict_proba(cells.data)
    found = model.fit(store, cells.target).predict_proba(store)
    np.testing.assert_array_equal(found, expected)
