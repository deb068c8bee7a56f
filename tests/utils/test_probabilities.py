import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import ClassifierChain, MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline

from sklearn_protloc.utils import label_probabilities

RNG = np.random.default_rng(0)
X = RNG.normal(size=(40, 3))
Y = (X @ RNG.normal(size=(3, 4)) > 0).astype(int)


class Answer:
    """Predicts what it was given."""

    def __init__(self, answer, classes=None):
        self.answer = answer
        if classes is not None:
            self.classes_ = classes

    def predict_proba(self, X):
        return self.answer


@pytest.mark.parametrize(
    "estimator",
    [
        OneVsRestClassifier(LogisticRegression()),
        MultiOutputClassifier(LogisticRegression()),
        ClassifierChain(LogisticRegression()),
        MLPClassifier(max_iter=5, random_state=0),
        RandomForestClassifier(5, random_state=0),
        KNeighborsClassifier(),
        make_pipeline(KNeighborsClassifier()),
    ],
    ids=lambda estimator: type(estimator).__name__,
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_agrees_with_the_estimator(estimator):
    estimator.fit(X, Y)
    probabilities = label_probabilities(estimator, X, 4)
    assert probabilities.shape == (40, 4)
    assert probabilities.dtype == np.float64
    np.testing.assert_array_equal(probabilities > 0.5, estimator.predict(X) == 1)


@pytest.mark.parametrize("constant", [0, 1])
def test_constant_label_of_a_list_answer(constant):
    y = Y.copy()
    y[:, 2] = constant
    probabilities = label_probabilities(KNeighborsClassifier().fit(X, y), X, 4)
    np.testing.assert_array_equal(probabilities[:, 2], constant)


def test_list_without_classes():
    two, one = np.array([[0.25, 0.75]]), np.array([[1.0]])
    answer = label_probabilities(Answer([two, one]), None, 2)
    np.testing.assert_array_equal(answer, [[0.75, 0.0]])


def test_stacked_answer():
    answer = np.stack([1 - Y * 0.5, Y * 0.5], axis=1)
    np.testing.assert_array_equal(
        label_probabilities(Answer(answer, np.arange(2)), X, 4), Y * 0.5
    )


def test_rounding_is_clipped():
    answer = np.array([[1 + 1e-9, -1e-9]])
    np.testing.assert_array_equal(label_probabilities(Answer(answer), X, 2), [[1, 0]])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([[0.1, np.nan]], "gave NaN"),
        ([[0.1, 1.7]], "between 0 and 1, got values from 0 to 1.7.*logits"),
        ([[0.1, -np.inf]], "between 0 and 1, got values from -inf"),
        (np.zeros((1, 3)), r"shape \(n_samples, 2\), got shape \(1, 3\)"),
        (np.zeros(2), r"got shape \(2,\)"),
        (np.zeros((1, 3, 2)), r"got shape \(1, 3, 2\)"),
        ([np.zeros((1, 2))], r"got shape \(1, 1\)"),
    ],
)
def test_wrong_answers(answer, message):
    answer = np.asarray(answer) if np.ndim(answer) != 3 else answer
    with pytest.raises(ValueError, match=message):
        label_probabilities(Answer(answer), X, 2)
