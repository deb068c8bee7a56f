"""What goes in as y and what comes out: rows A1 to A8 of what users expect."""

import warnings

import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from scipy import sparse
from scipy.special import expit
from sklearn.base import clone
from sklearn.exceptions import DataConversionWarning
from sklearn.metrics import get_scorer
from sklearn.model_selection import cross_val_predict

from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer


@pytest.mark.parametrize("dtype", [int, bool, np.uint8, np.float32, np.int64])
def test_every_type_of_indicator_gives_the_same_model(classifier, X, y, dtype):
    expected = classifier.fit(X, y).predict_proba(X)
    assert_array_equal(classifier.fit(X, y.astype(dtype)).predict_proba(X), expected)


def test_sparse_indicator_gives_the_same_model(classifier, X, y):
    expected = classifier.fit(X, y).predict_proba(X)
    fitted = classifier.fit(X, sparse.csr_matrix(y))
    assert_array_equal(fitted.predict_proba(X), expected)


def test_names_come_from_a_data_frame(classifier, X, y):
    names = ["Nucleoplasm", "Cytosol", "Golgi apparatus", "Nucleoli", "Mitochondria"]
    classifier.fit(X, pd.DataFrame(y, columns=names))
    assert classifier.label_names_.tolist() == names
    found = classifier.predict_labels(X)
    assert found == [
        [n for n, there in zip(names, row, strict=True) if there]
        for row in classifier.predict(X)
    ]


def test_a_single_label_is_asked_for_as_a_column(classifier, X, y):
    """A table of one would lose its name: scikit-learn takes it for a column, too."""
    frame = pd.DataFrame(y, columns=list("abcde"))
    for estimator in (classifier, MultiLabelThresholdOptimizer(classifier, cv=2)):
        for table in (frame[["b"]], frame[["b"]].astype(bool)):
            with pytest.raises(ValueError, match=r"got only 'b'.*y\['b'\]"):
                estimator.fit(X, table)
        assert estimator.fit(X, frame["b"]).predict(X).shape == (60,)
    words = frame[["b"]].replace({0: "out", 1: "in"})
    with pytest.warns(DataConversionWarning):  # as scikit-learn does
        assert classifier.fit(X, words).classes_.tolist() == ["in", "out"]


def test_lists_of_labels_are_pointed_to_the_binarizer(classifier, X):
    with pytest.raises(ValueError, match="MultiLabelBinarizer"):
        classifier.fit(X, [[0], [1, 2]] * 30)
    with pytest.raises(ValueError, match="MultiLabelBinarizer"):
        classifier.fit(X, [{"Nucleoli"}, {"Cytosol", "Nucleoli"}] * 30)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y * 2, r"only 0 \(absent\) and 1 \(present\), got also \[2\]"),
        (lambda y: np.where(y == 1, np.nan, 0), "contains NaN"),
        (lambda y: y[:50], "inconsistent numbers of samples"),
        (lambda y: y[:, :0], "got 0 columns"),
        (lambda y: y[:, :, None], "indicator matrix"),
        (lambda y: None, "target y is None"),
        (lambda y: np.zeros(60), "one class"),
        (lambda y: np.linspace(0, 1, 60), "Unknown label type"),
        (lambda y: np.where(y[:, 0] == 1, np.inf, 0), "NaN or infinity"),
        (lambda y: np.where(y[:, 0] == 1, np.nan, 0), "NaN or infinity"),
        (lambda y: np.array(["in", None])[y[:, 0]], "NaN or infinity"),
    ],
)
def test_bad_targets_are_refused(classifier, X, y, change, message):
    with pytest.raises(ValueError, match=message):
        classifier.fit(X, change(y))
    assert not hasattr(classifier, "net_")


def test_a_failed_fit_leaves_the_old_model(classifier, X, y):
    before = classifier.fit(X, y).predict_proba(X)
    with pytest.raises(ValueError, match="NaN"):
        classifier.fit(X[:, :3], np.where(y == 1, np.nan, 0))
    assert_array_equal(classifier.predict_proba(X), before)


def test_predictions_have_one_column_per_label(classifier, X, y):
    classifier.fit(X, y)
    found, proba = classifier.predict(X), classifier.predict_proba(X)
    assert found.shape == y.shape
    assert found.dtype.kind == "i"
    assert set(np.unique(found)) <= {0, 1}
    assert isinstance(proba, np.ndarray)
    assert proba.shape == y.shape
    assert 0 <= proba.min() <= proba.max() <= 1
    assert_allclose(proba, expit(classifier.decision_function(X)))
    assert_array_equal(found, proba >= 0.5)


@pytest.mark.parametrize("method", ["predict", "predict_proba", "decision_function"])
def test_cross_val_predict(classifier, X, y, method):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        out = cross_val_predict(classifier, X, y, cv=3, method=method)
    assert out.shape == y.shape
    assert_array_equal(classifier.fit(X, y).classes_, np.arange(5))


@pytest.mark.parametrize("n_labels", [2, 3, 5])
@pytest.mark.parametrize("scoring", ["f1_macro", "roc_auc", "average_precision"])
def test_scorers_are_finite_for_any_number_of_labels(
    classifier, X, y, n_labels, scoring
):
    y = y[:, :n_labels]
    assert np.isfinite(get_scorer(scoring)(classifier.fit(X, y), X, y))


def test_one_label_column_is_a_binary_target(classifier, X, y):
    flat = classifier.fit(X, y[:, 0]).predict_proba(X)
    with pytest.warns(DataConversionWarning):
        column = clone(classifier).fit(X, y[:, :1])
    assert_array_equal(column.predict_proba(X), flat)
    assert flat.shape == (60, 2)
    assert_allclose(flat.sum(axis=1), 1, rtol=1e-6)
    assert column.predict(X).shape == (60,)
    assert column.decision_function(X).shape == (60,)


def test_exclusive_classes_get_a_softmax(classifier, X, y):
    classes = np.array(["cytosol", "golgi", "nucleus"])[y[:, 0] + y[:, 1]]
    proba = classifier.fit(X, classes).predict_proba(X)
    assert proba.shape == (60, 3)
    assert_allclose(proba.sum(axis=1), 1, rtol=1e-6)
    assert set(classifier.predict(X)) <= set(classes)
    with pytest.raises(ValueError, match="use predict"):
        classifier.predict_labels(X)


def test_a_label_absent_in_training_is_named_and_harmless(classifier, X, y):
    y = pd.DataFrame(y, columns=list("abcde"))
    y["d"] = 0
    with pytest.warns(UserWarning, match=r"label\(s\) d:") as record:
        classifier.fit(X, y)
    assert len(record) == 1
    proba = classifier.predict_proba(X)
    assert proba.shape == y.shape
    assert np.isfinite(proba).all()


def test_fit_learns_sizes_and_leaves_parameters(classifier, X, y):
    before = classifier.get_params()
    assert classifier.fit(X, y).get_params() == before
    assert classifier.fit(X[:, :2], y[:, :3]).predict(X[:, :2]).shape == (60, 3)
    assert classifier.get_params() == before
