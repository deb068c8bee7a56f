import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin

from sklearn_protloc.classifiers import GreedyEnsembleClassifier
from sklearn_protloc.metrics import macro_average_precision_score

RNG = np.random.default_rng(0)
N_SAMPLES, N_LABELS = 200, 4
Y = RNG.integers(0, 2, (N_SAMPLES, N_LABELS))
# Each model is right about two of the labels, and one about none.
NOISE = [[0.3, 0.3, 2, 2], [2, 2, 0.3, 0.3], [2, 2, 2, 2]]
SCORES = [Y - 0.5 + RNG.normal(size=Y.shape) * noise for noise in NOISE]
X = np.stack([1 / (1 + np.exp(-scores)) for scores in SCORES], axis=1)


class Given(ClassifierMixin, BaseEstimator):
    """Answers with one of the blocks of X."""

    def __init__(self, block=0):
        self.block = block

    def fit(self, X, y):
        self.fitted_ = True
        return self

    def predict_proba(self, X):
        return X[:, self.block]


def members(n=3):
    return [(f"m{block}", Given(block)) for block in range(n)]


def test_models_that_complete_each_other_are_chosen():
    ensemble = GreedyEnsembleClassifier(members()).fit(X, Y)
    assert ensemble.weights_.sum() == pytest.approx(1)
    assert set(ensemble.selected_[:2]) == {"m0", "m1"}
    assert ensemble.weights_[2] < 0.15
    assert_allclose(
        ensemble.predict_proba(X), np.einsum("e,nek->nk", ensemble.weights_, X)
    )
    singles = [macro_average_precision_score(Y, X[:, e]) for e in range(3)]
    assert ensemble.score_estimate_ > max(singles)


def test_steps_by_hand():
    """Two folds, two steps, a score that wants a mean of 0.5 on the first label."""
    p = np.array([0.2, 0.7, 0.9])
    blocks = np.tile(p[None, :, None], (4, 1, 2))
    y = np.array([[1, 0], [0, 1], [1, 0], [0, 1]])

    def near_half(y_true, y_proba):
        return -abs(y_proba[:, 0].mean() - 0.5)

    ensemble = GreedyEnsembleClassifier(
        members(), score_func=near_half, n_iter=2, cv=2
    ).fit(blocks, y)
    # First 0.7, the nearest; then 0.2, which makes 0.45 of it.
    assert_array_equal(ensemble.weights_, [0.5, 0.5, 0])
    assert ensemble.selected_ == ["m0", "m1"]
    assert len(ensemble.estimators_) == 2  # the third is not fitted
    assert_allclose(ensemble.scores_["selection"], [-0.2, -0.05])
    assert_allclose(ensemble.scores_["cross_fitted"], [-0.2, -0.05])


def test_choosing_among_noise_is_seen_through():
    """The best of many coins looks good where it was chosen, and only there."""
    coins = RNG.random((N_SAMPLES, 20, N_LABELS))
    ensemble = GreedyEnsembleClassifier(members(20), n_iter=2).fit(coins, Y)
    optimism = ensemble.scores_["selection"] - ensemble.scores_["cross_fitted"]
    assert optimism.iloc[-1] > 0.03
    chance = Y.mean(axis=0).mean()
    assert ensemble.score_estimate_ == pytest.approx(chance, abs=0.05)


def test_no_search_sees_the_fold_that_scores_it():
    seen = []

    def spy(y_true, y_proba):
        seen.append(frozenset(y_proba[:, 0]))
        return macro_average_precision_score(y_true, y_proba)

    one = X[:, :1]
    GreedyEnsembleClassifier([("m", Given())], score_func=spy, n_iter=1).fit(one, Y)
    *searches, scored = seen
    assert len(searches) == 3
    held_out = [scored - search for search in searches]
    assert sum(map(len, held_out)) == len(scored) == N_SAMPLES


@pytest.mark.parametrize("groups", [None, np.repeat(np.arange(50), 4)])
def test_fitted_members_are_weighted_on_folds_of_their_own(groups):
    fitted = [(name, model.fit(X, Y)) for name, model in members()]
    ensemble = GreedyEnsembleClassifier(fitted, cv="prefit", n_iter=5)
    params = {} if groups is None else {"groups": groups}
    ensemble.fit(X, Y, **params)
    steps = ensemble.weights_ * 5 * 5  # folds and steps
    assert_allclose(steps, np.rint(steps))
    assert ensemble.scores_.index.tolist() == [1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"n_iter": 0}, ValueError, "n_iter as a whole number from 1, got 0"),
        ({"score_func": "f1"}, TypeError, "score_func as a function.*got 'f1'"),
        ({"score_func": lambda y, p: np.nan}, ValueError, "finite numbers, got nan"),
    ],
)
def test_bad_parameters_are_named(change, error, message):
    ensemble = GreedyEnsembleClassifier(members()).set_params(**change)
    with pytest.raises(error, match=message):
        ensemble.fit(X, Y)
