"""A search on workers of Ray, for those who have it: it is large."""

import joblib
import pytest
from numpy.testing import assert_array_equal
from sklearn.model_selection import GridSearchCV

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.networks import TinyNet


def test_a_search_runs_on_ray_quietly(capsys):
    ray = pytest.importorskip("ray", reason="Ray is not installed")
    from ray.util.joblib import register_ray

    cells = make_cells(60, image_size=32, labels=3, random_state=0)
    search = GridSearchCV(
        LocalizationClassifier(TinyNet, max_epochs=1, random_state=0),
        {"dropout": [0.0, 0.2]},
        cv=2,
        scoring="average_precision",
        error_score="raise",
    )
    search.fit(cells.data, cells.target)
    scores = search.cv_results_["mean_test_score"]
    register_ray()
    ray.init(num_cpus=2, include_dashboard=False)  # puts its own print in place
    try:
        with joblib.parallel_config(backend="ray", n_jobs=2):
            search.set_params(n_jobs=2).fit(cells.data, cells.target)
    finally:
        ray.shutdown()
    assert_array_equal(search.cv_results_["mean_test_score"], scores)
    assert "train_loss" not in capsys.readouterr().out
