"""What all ensembles promise."""

import pickle

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import make_multilabel_classification
from sklearn.exceptions import NotFittedError, UnsetMetadataPassedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from sklearn_protloc.classifiers import (
    CrossFitClassifier,
    GreedyEnsembleClassifier,
    LocalizationClassifier,
    MultiLabelStackingClassifier,
    SoftVotingClassifier,
)
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import CytoCNN, CytoFCN, TinyNet
from sklearn_protloc.preprocessing import ChannelSelector

X, Y = make_multilabel_classification(120, n_classes=4, random_state=0)
GROUPS = np.repeat(np.arange(30), 4)
WEIGHT = np.arange(120) + 0.5


def of_members(*members, **params):
    """Make every ensemble of one model or several."""
    members = [(f"m{i}", member) for i, member in enumerate(members)]
    yield SoftVotingClassifier(members)
    yield MultiLabelStackingClassifier(members, min_positives=5, **params)
    yield GreedyEnsembleClassifier(members, n_iter=3, **params)
    yield CrossFitClassifier(members[0][1], **params)


NAMES = [type(ensemble).__name__ for ensemble in of_members(None)]
by_ensemble = pytest.mark.parametrize("number", range(len(NAMES)), ids=NAMES)
by_folds = pytest.mark.parametrize("number", range(1, len(NAMES)), ids=NAMES[1:])


def make(number, *members, **params):
    return list(of_members(*members, **params))[number]


def logistic():
    return OneVsRestClassifier(LogisticRegression())


class Recorder(ClassifierMixin, BaseEstimator):
    """Records what `fit` was given."""

    seen = []

    def fit(self, X, y, sample_weight=None):
        self.seen.append((np.asarray(X)[:, 0].astype(int), sample_weight))
        self.shares_ = np.asarray(y).mean(axis=0)
        return self

    def predict_proba(self, X):
        return np.tile(self.shares_, (len(X), 1))


@pytest.fixture(autouse=True)
def _nothing_seen():
    Recorder.seen.clear()


ROWS = np.arange(120.0)[:, None]


@by_ensemble
def test_manners(number):
    ensemble = make(number, logistic(), GaussianNBs())
    before = ensemble.get_params()
    with pytest.raises(NotFittedError):
        ensemble.predict(X)
    proba = ensemble.fit(X, Y).predict_proba(X)
    assert ensemble.get_params() == before
    assert proba.shape == Y.shape
    assert proba.min() >= 0
    assert proba.max() <= 1
    assert_array_equal(ensemble.predict(X), proba >= 0.5)
    assert_allclose(1 / (1 + np.exp(-ensemble.decision_function(X))), proba, atol=1e-9)
    assert_array_equal(ensemble.classes_, np.arange(4))
    assert ensemble.n_features_in_ == X.shape[1]
    loaded = pickle.loads(pickle.dumps(ensemble))
    assert_array_equal(loaded.predict_proba(X), proba)
    assert_array_equal(clone(ensemble).fit(X, Y).predict_proba(X), proba)


def GaussianNBs():
    return make_pipeline(StandardScaler(), OneVsRestClassifier(GaussianNB()))


@by_ensemble
def test_parameters_of_members_are_searched(number):
    ensemble = make(number, logistic())
    name = "estimator" if number == 3 else "m0"
    ensemble.set_params(**{f"{name}__estimator__C": 3})
    assert ensemble.get_params()[f"{name}__estimator__C"] == 3
    grid = {f"{name}__estimator__C": [0.01, 1]}
    search = GridSearchCV(ensemble, grid, cv=2, scoring="average_precision")
    assert np.isfinite(search.fit(X, Y).best_score_)


@by_ensemble
@pytest.mark.parametrize("scoring", ["roc_auc", "average_precision", "f1_macro"])
def test_two_labels_are_scored(number, scoring):
    """With two labels, scorers of scikit-learn want decision values."""
    scores = cross_val_score(make(number, logistic()), X, Y[:, :2], scoring=scoring)
    assert np.isfinite(scores).all()


@by_ensemble
def test_names_of_labels_and_features(number):
    frame = pd.DataFrame(X).add_prefix("f")
    ensemble = make(number, KNeighborsClassifier())
    ensemble.fit(frame, pd.DataFrame(Y, columns=list("abcd")))
    assert ensemble.label_names_.tolist() == list("abcd")
    assert ensemble.feature_names_in_.tolist() == frame.columns.tolist()


@by_ensemble
def test_images_are_read_by_row(number):
    """Nobody asks for all images at once, and none is copied as a whole."""
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (24, 2, 8, 8), dtype=np.uint8)
    y = np.arange(48).reshape(24, 2) // 3 % 2
    model = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    lazy = ImageCollection.from_array(images)
    in_memory = make(number, model).fit(images, y).predict_proba(images)
    assert_array_equal(make(number, model).fit(lazy, y).predict_proba(lazy), in_memory)


@by_ensemble
def test_processes_change_nothing(number):
    ensemble = make(number, logistic(), KNeighborsClassifier())
    one = ensemble.fit(X, Y).predict_proba(X)
    two = ensemble.set_params(n_jobs=2).fit(X, Y).predict_proba(X)
    assert_array_equal(one, two)


@by_ensemble
def test_labels_that_never_or_always_occur(number):
    y = Y.copy()
    y[:, 0], y[:, 1] = 0, 1
    with pytest.warns(UserWarning, match="Label"):  # scikit-learn's
        ensemble = make(number, logistic()).fit(X, y)
    assert (ensemble.predict_proba(X)[:, 0] == 0).all()
    assert (ensemble.predict_proba(X)[:, 1] == 1).all()


@by_ensemble
@pytest.mark.parametrize(
    ("y", "message"),
    [
        (Y[:, 0], "two label columns or more, got one: use sklearn"),
        (Y[:, :1], "two label columns or more, got one: use sklearn"),
        (None, "requires y to be passed"),
        (Y[:-1], "inconsistent numbers"),
        (Y * 2, r"got also \[2\]"),
        ([["golgi"], ["er", "golgi"]] * 60, "MultiLabelBinarizer"),
    ],
)
def test_targets_that_do_not_fit(number, y, message):
    ensemble = make(number, logistic())
    with pytest.raises(ValueError, match=message):
        ensemble.fit(X, y)
    with pytest.raises(NotFittedError):
        ensemble.predict(X)


@by_ensemble
def test_members_must_give_probabilities(number):
    with pytest.raises(TypeError, match="predict_proba, got LinearSVC"):
        make(number, LinearSVC()).fit(X, Y)


@pytest.mark.parametrize("number", range(3), ids=NAMES[:3])
def test_members_trained_before_must_share_the_labels(number):
    three = FrozenEstimator(logistic().fit(X, Y[:, :3]))
    with pytest.raises(ValueError, match=r"\(n_samples, 4\).*with other labels"):
        make(number, logistic(), three).fit(X, Y)
    with pytest.raises(NotFittedError):
        make(number, FrozenEstimator(logistic())).fit(X, Y)


@pytest.mark.parametrize("number", range(3), ids=NAMES[:3])
def test_names_of_labels_are_compared_with_y(number):
    class Named(Recorder):
        def fit(self, X, y):
            self.label_names_ = list(y.columns)
            return super().fit(X, y)

    one = Pipeline([("last", Named())]).fit(X, pd.DataFrame(Y, columns=list("abcd")))
    ensemble = make(number, FrozenEstimator(one))
    assert ensemble.fit(X, Y).classes_.tolist() == [0, 1, 2, 3]  # y has no names
    with pytest.raises(ValueError, match=r"'d' in y and 'a' in estimator 'm0'"):
        ensemble.fit(X, pd.DataFrame(Y, columns=list("dcba")))


@by_folds
@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("cv", [None, 2, GroupKFold(3)])
def test_groups_stay_together(number, routing, cv):
    with config_context(enable_metadata_routing=routing):
        make(number, Recorder(), cv=cv).fit(ROWS, Y, groups=GROUPS)
    n_folds = 2 if cv == 2 else 3
    assert len(Recorder.seen) == n_folds + (number != 3)
    for rows, _ in Recorder.seen:
        assert set(np.bincount(GROUPS[rows])) <= {0, 4}


@by_ensemble
def test_weights_are_cut_to_the_rows_of_each_fit(number):
    make(number, Recorder()).fit(ROWS, Y, sample_weight=WEIGHT)
    for rows, weight in Recorder.seen:
        assert_array_equal(weight, rows + 0.5)


@by_ensemble
def test_weights_are_routed(number):
    with config_context(enable_metadata_routing=True):
        asked = Recorder().set_fit_request(sample_weight=True)
        make(number, asked).fit(ROWS, Y, sample_weight=WEIGHT)
        for rows, weight in Recorder.seen:
            assert_array_equal(weight, rows + 0.5)
        with pytest.raises(UnsetMetadataPassedError, match="sample_weight"):
            make(number, Recorder()).fit(ROWS, Y, sample_weight=WEIGHT)


@by_folds
@pytest.mark.parametrize(
    ("cv", "message"),
    [
        ("loo", "'prefit' or None, got 'loo'"),
        (0.3, r"a number of folds, a splitter.*got 0\.3"),
        (1, "from 2 to the number of samples, 120, got 1"),
        (121, "from 2 to the number of samples, 120, got 121"),
    ],
)
def test_bad_folds(number, cv, message):
    with pytest.raises(ValueError, match=message):
        make(number, logistic(), cv=cv).fit(X, Y)


@pytest.mark.parametrize("number", [1, 2], ids=NAMES[1:3])
def test_fitted_members_are_used_as_they_are(number):
    members = logistic().fit(X[:60], Y[:60]), GaussianNBs().fit(X[:60], Y[:60])
    ensemble = make(number, *members, cv="prefit").fit(X[60:], Y[60:])
    assert set(map(id, ensemble.estimators_)) <= set(map(id, members))
    assert_array_equal(ensemble.oof_proba_[0], members[0].predict_proba(X[60:]))
    with pytest.raises(NotFittedError):
        make(number, logistic(), cv="prefit").fit(X, Y)


@by_ensemble
def test_in_the_threshold_optimizer(number):
    optimizer = MultiLabelThresholdOptimizer(make(number, logistic()), cv=2)
    assert optimizer.fit(X, Y).predict(X).shape == Y.shape


def test_cnn_and_fcn_and_a_network_per_channel():
    """The pair of networks of one paper, and stains told apart."""
    images = np.random.default_rng(0).integers(0, 256, (12, 4, 64, 64), dtype=np.uint8)
    y = np.arange(24).reshape(12, 2) // 3 % 2
    options = {"max_epochs": 1, "random_state": 0, "batch_size": 6}
    small = LocalizationClassifier(TinyNet, **options)
    ensemble = SoftVotingClassifier(
        [
            ("cnn", LocalizationClassifier(CytoCNN, network_params=WIDTH, **options)),
            ("fcn", LocalizationClassifier(CytoFCN, network_params=WIDTH, **options)),
            ("protein", Pipeline([("green", ChannelSelector("G")), ("net", small)])),
        ],
        weights=[2, 1, 1],
    ).fit(images, y)
    assert ensemble.predict_proba(images).shape == (12, 2)


WIDTH = {"width": 2}
