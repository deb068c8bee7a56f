import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.utils.estimator_checks import parametrize_with_checks

from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer


@parametrize_with_checks(
    [
        MultiLabelThresholdOptimizer(MLPClassifier(max_iter=100, random_state=0)),
        MultiLabelThresholdOptimizer(OneVsRestClassifier(LogisticRegression())),
    ]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learn_checks(estimator, check):
    check(estimator)
