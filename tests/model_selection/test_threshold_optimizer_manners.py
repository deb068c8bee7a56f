import pickle

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning, NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import LinearSVC

from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)

RNG = np.random.default_rng(0)
X = RNG.normal(size=(90, 6))
Y = (X @ RNG.normal(size=(6, 4)) + RNG.normal(size=(90, 4)) > 1).astype(int)


def model():
    return OneVsRestClassifier(LogisticRegression())


@pytest.mark.parametrize("n_labels", [2, 4])
def test_in_scikit_learn_tools(n_labels):
    y = Y[:, :n_labels]
    optimizer = MultiLabelThresholdOptimizer(model(), step=0.01)
    for method in ("predict", "predict_proba", "decision_function"):
        assert cross_val_predict(optimizer, X, y, cv=3, method=method).shape == y.shape
    for scoring in ("f1_macro", "roc_auc", "average_precision"):
        scores = cross_val_score(optimizer, X, y, cv=3, scoring=scoring)
        assert np.isfinite(scores).all()
    search = GridSearchCV(
        optimizer, {"estimator__estimator__C": [0.1, 1], "step": [0.1, 0.01]}, cv=2
    )
    assert search.fit(X, y).predict(X).shape == y.shape


def test_one_column_is_left_to_the_estimator():
    for y in (Y[:, 0], np.array(["a", "b", "c"])[Y[:, :2].sum(axis=1)]):
        alone = LogisticRegression().fit(X, y)
        optimizer = MultiLabelThresholdOptimizer(LogisticRegression()).fit(X, y)
        assert optimizer.thresholds_ is None
        np.testing.assert_array_equal(optimizer.classes_, alone.classes_)
        np.testing.assert_array_equal(optimizer.predict(X), alone.predict(X))
        np.testing.assert_array_equal(
            optimizer.predict_proba(X), alone.predict_proba(X)
        )
        with pytest.raises(ValueError, match="fitted on one column: use predict"):
            optimizer.predict_labels(X)


def test_a_single_column_is_ravelled_with_a_warning():
    optimizer = MultiLabelThresholdOptimizer(LogisticRegression())
    with pytest.warns(DataConversionWarning, match="column-vector"):
        optimizer.fit(X, Y[:, :1])
    assert optimizer.predict(X).shape == (90,)
    assert optimizer.predict_proba(X).shape == (90, 2)


def test_refit_on_other_targets_forgets_the_first():
    optimizer = MultiLabelThresholdOptimizer(model()).fit(X, Y)
    assert optimizer.fit(X, Y[:, :2]).thresholds_.shape == (2,)
    assert optimizer.fit(X, Y[:, 0]).thresholds_ is None


def test_manners():
    optimizer = MultiLabelThresholdOptimizer(model(), cv=MultilabelStratifiedKFold(4))
    before = optimizer.get_params()
    optimizer.fit(X, Y)
    assert optimizer.get_params() == before
    assert optimizer.n_features_in_ == 6
    predicted = optimizer.predict(X)
    optimizer.set_params(step=0.1, estimator__estimator__C=100)
    np.testing.assert_array_equal(optimizer.predict(X), predicted)
    loaded = pickle.loads(pickle.dumps(optimizer))
    np.testing.assert_array_equal(loaded.predict(X), predicted)
    with pytest.raises(NotFittedError):
        clone(optimizer).predict(X)
    html = optimizer._repr_html_()
    for word in ("MultilabelStratifiedKFold", "LogisticRegression", "step"):
        assert word in html
    assert hasattr(optimizer, "decision_function")
    assert not hasattr(
        MultiLabelThresholdOptimizer(KNeighborsClassifier()), "decision_function"
    )


def test_feature_names_are_those_of_the_estimator():
    frame = pd.DataFrame(X, columns=list("abcdef"))
    optimizer = MultiLabelThresholdOptimizer(KNeighborsClassifier()).fit(frame, Y)
    assert optimizer.feature_names_in_.tolist() == list("abcdef")


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"step": 0}, ValueError, "step from 1e-06 to 1, or None.*got 0"),
        ({"step": "fine"}, ValueError, "step from 1e-06 to 1.*got 'fine'"),
        ({"step": 0.3}, ValueError, r"equal steps, such as 0\.333333, got 0\.3"),
        ({"absent_threshold": 0}, ValueError, "absent_threshold above 0.*got 0"),
        ({"absent_threshold": None}, ValueError, "absent_threshold.*got None"),
        ({"cv": "loo"}, ValueError, "'prefit' or None, got 'loo'"),
        ({"cv": 1.5}, ValueError, r"between 0 and 1, both.*got 1\.5"),
        ({"cv": []}, ValueError, "at least one"),
        ({"estimator": LinearSVC()}, TypeError, "predict_proba, got LinearSVC"),
    ],
)
def test_parameter_errors(params, error, message):
    optimizer = MultiLabelThresholdOptimizer(model()).set_params(**params)
    with pytest.raises(error, match=message):
        optimizer.fit(X, Y)


def test_target_errors():
    optimizer = MultiLabelThresholdOptimizer(model())
    with pytest.raises(ValueError, match="MultiLabelBinarizer"):
        optimizer.fit(X, [["nucleus"], ["golgi", "er"]] * 45)
    with pytest.raises(ValueError, match="contains NaN"):
        optimizer.fit(X, np.where(Y == 1, np.nan, Y))
    with pytest.raises(ValueError, match=r"got also \[2\]"):
        optimizer.fit(X, Y * 2)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        optimizer.fit(X[:-1], Y)
