"""Searches, cross-validation, seeds, pickles and manners."""

import copy
import os
import pickle
import subprocess
import sys

import cloudpickle
import numpy as np
import pytest
import sklearn
import torch
from joblib import parallel_config
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.ensemble import StackingClassifier
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, get_scorer
from sklearn.model_selection import (
    GridSearchCV,
    HalvingGridSearchCV,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.callbacks import Callback, Checkpoint

from sklearn_protloc.networks import GapNetPL, TinyNet


def test_parameters_have_clear_names(classifier):
    wanted = {"dropout", "lr", "max_epochs", "batch_size", "device", "random_state"}
    assert wanted <= set(classifier.get_params())
    with pytest.raises(ValueError, match=r"Valid parameters are.*'dropout'"):
        classifier.set_params(droput=0.3)


def test_grid_search_over_network_dropout_and_rate(classifier, X, y):
    grid = {"network": [GapNetPL, TinyNet], "dropout": [0.2], "lr": [1e-3, 3e-4]}
    search = GridSearchCV(classifier, grid, cv=2, scoring="average_precision")
    search.fit(X, y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.predict_proba(X).shape == y.shape


def test_counts_of_epochs_survive_a_search_and_a_refit(classifier, X, y):
    classifier.set_params(early_stopping=True, n_iter_no_change=1, max_epochs=8)
    search = GridSearchCV(classifier, {"lr": [1e-3, 0.3]}, cv=2, scoring="f1_macro")
    model = search.fit(X, y).best_estimator_
    assert 1 <= model.best_iter_ <= model.n_iter_ == len(model.history_)
    again = clone(model).set_params(max_epochs=model.best_iter_, early_stopping=False)
    assert again.fit(X, y).n_iter_ == model.best_iter_
    assert again.best_iter_ is None


def test_default_score_is_exact_match(classifier, X, y):
    classifier.fit(X, y)
    assert classifier.score(X, y) == accuracy_score(y, classifier.predict(X))


def test_pipeline_search_and_scoring_pass_4d_images(classifier, X, y):
    pipe = Pipeline(
        [("half", FunctionTransformer(lambda X: X // 2)), ("net", classifier)]
    )
    scores = cross_val_score(pipe, X, y, cv=3, scoring="average_precision")
    assert np.isfinite(scores).all()


def test_meta_estimators(classifier, X, y):
    search = HalvingGridSearchCV(
        classifier, {"lr": [1e-3, 1e-2]}, cv=2, scoring="f1_macro", min_resources=20
    )
    assert search.fit(X, y).predict(X).shape == y.shape
    sizes, *_ = learning_curve(
        classifier, X, y, cv=2, train_sizes=[0.5, 1.0], scoring="f1_macro"
    )
    assert len(sizes) == 2
    stack = StackingClassifier([("net", classifier)], LogisticRegression(), cv=2)
    assert stack.fit(X, y[:, 0]).predict(X).shape == (60,)


def test_equal_seeds_give_equal_models(classifier, X, y):
    first = classifier.fit(X, y).predict_proba(X)
    assert_array_equal(clone(classifier).fit(X, y).predict_proba(X), first)
    other = clone(classifier).set_params(random_state=1).fit(X, y)
    assert not np.array_equal(other.predict_proba(X), first)


@pytest.mark.parametrize("network", [TinyNet, GapNetPL])
def test_n_jobs_changes_nothing(classifier, X, y, network):
    """At the same number of torch threads: workers and this process use one."""
    classifier.set_params(network=network, dropout=0.3)
    grid = {"dropout": [0.1, 0.4], "lr": [1e-3, 1e-2]}
    found = []
    for n_jobs in (1, 2):
        search = GridSearchCV(
            classifier, grid, cv=2, scoring="average_precision", n_jobs=n_jobs
        ).fit(X, y)
        scores = cross_val_score(classifier, X, y, cv=2, n_jobs=n_jobs)
        found.append((search.cv_results_["mean_test_score"], scores))
    for serial, parallel in zip(*found, strict=True):
        assert_array_equal(serial, parallel)


def test_global_generators_stay_as_they_are(classifier, X, y):
    before = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    classifier.fit(X, y).predict(X)
    assert torch.equal(torch.get_rng_state(), before[0])
    assert_array_equal(np.random.get_state()[1], before[1])  # noqa: NPY002


def test_folds_do_not_share_checkpoints(classifier, X, y, tmp_path):
    classifier.set_params(callbacks=[Checkpoint(dirname=tmp_path, monitor=None)])
    cross_val_score(classifier, X, y, cv=3, n_jobs=2)
    weights = [folder / "params.pt" for folder in tmp_path.iterdir()]
    assert len({file.read_bytes() for file in weights}) == 3


def test_a_pickle_predicts_the_same_in_a_new_process(classifier, X, y, tmp_path):
    expected = classifier.set_params(network=GapNetPL).fit(X, y).predict_proba(X)
    np.save(tmp_path / "X.npy", X)
    (tmp_path / "model.pkl").write_bytes(pickle.dumps(classifier))
    code = (
        "import pickle, numpy as np; X = np.load('X.npy');"
        "model = pickle.load(open('model.pkl', 'rb'));"
        "np.save('proba.npy', model.predict_proba(X))"
    )
    env = {**os.environ, "OMP_NUM_THREADS": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, env=env)
    assert_array_equal(np.load(tmp_path / "proba.npy"), expected)


def test_a_network_of_a_notebook_comes_back_from_workers(classifier, X, y):
    class Mine(TinyNet):
        """Defined in a function, as in a notebook: pickle cannot import it."""

    classifier.set_params(network=Mine)
    folds = cross_validate(
        classifier, X, y, cv=2, n_jobs=2, return_estimator=True, scoring="f1_macro"
    )["estimator"]
    assert all(model.predict(X).shape == y.shape for model in folds)
    fitted = classifier.fit(X, y)
    same = copy.deepcopy(fitted), pickle.loads(cloudpickle.dumps(fitted))
    for model in same:
        assert_array_equal(model.predict_proba(X), fitted.predict_proba(X))


def test_fits_in_threads_equal_fits_one_by_one(classifier, X, y):
    classifier.set_params(dropout=0.5)
    serial = cross_val_score(classifier, X, y, cv=3, scoring="average_precision")
    before = torch.get_rng_state()
    with parallel_config("threading", n_jobs=3):
        threads = cross_val_score(classifier, X, y, cv=3, scoring="average_precision")
    assert_array_equal(threads, serial)
    assert torch.equal(torch.get_rng_state(), before)


def test_ctrl_c_amid_an_epoch_ends_the_search_too(classifier, X, y):
    class Interrupt(Callback):
        def on_batch_end(self, net, **kwargs):
            raise KeyboardInterrupt

    classifier.set_params(callbacks=[Interrupt()])
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(classifier, X, y, cv=2)
    assert not hasattr(classifier, "net_")


def test_net_answers_like_the_classifier(classifier, X, y):
    classifier.fit(X, y)
    assert_array_equal(classifier.net_.predict_proba(X), classifier.predict_proba(X))
    assert_array_equal(classifier.net_.predict(X), classifier.predict(X))


def test_a_fitted_model_holds_no_data_and_no_optimizer(classifier, X, y):
    images = np.repeat(X, 20, axis=0)
    classifier.set_params(validation_fraction=0.2, max_epochs=1)
    classifier.fit(images, np.repeat(y, 20, axis=0))
    assert len(pickle.dumps(classifier)) < 0.1 * images.nbytes
    assert classifier.net_.optimizer_ is None
    assert all(not p.is_cuda for p in classifier.net_.module_.parameters())


def test_models_of_folds_hold_nothing_on_a_device(classifier, X, y):
    classifier.set_params(optimizer=torch.optim.SGD, momentum=0.9)
    folds = cross_validate(classifier, X, y, cv=2, return_estimator=True)["estimator"]
    for model in folds:
        net = model.net_
        assert net.optimizer_ is None
        assert net.callbacks_ == []
        assert {t.device.type for t in net.module_.state_dict().values()} == {"cpu"}
        assert all(p.grad is None for p in net.module_.parameters())


def test_readers_inside_workers_change_nothing(classifier, X, y):
    expected = cross_val_score(classifier, X, y, cv=2, scoring="average_precision")
    classifier.set_params(num_workers=2)
    scores = cross_val_score(
        classifier, X, y, cv=2, n_jobs=2, scoring="average_precision"
    )
    assert_array_equal(scores, expected)


def test_a_clone_starts_from_new_weights(classifier, X, y):
    fresh = clone(classifier).fit(X, y).predict_proba(X)
    trained = classifier.set_params(random_state=0).fit(X, 1 - y)
    assert_array_equal(clone(trained).fit(X, y).predict_proba(X), fresh)
    assert_array_equal(trained.fit(X, y).predict_proba(X), fresh)


def test_set_params_waits_for_fit(classifier, X, y):
    before = classifier.fit(X, y).predict_proba(X)
    classifier.set_params(dropout=0.5, lr=1.0, network=GapNetPL)
    assert_array_equal(classifier.predict_proba(X), before)


def test_metadata_routing(classifier, X, y):
    with sklearn.config_context(enable_metadata_routing=True):
        routed = classifier.set_fit_request(sample_weight=True)
        scorer = get_scorer("f1_macro").set_score_request(sample_weight=False)
        scores = cross_val_score(
            routed,
            X,
            y,
            cv=2,
            scoring=scorer,
            params={"sample_weight": np.arange(60) % 3},
        )
    assert np.isfinite(scores).all()


def test_html_shows_the_knobs(classifier):
    html = classifier._repr_html_()
    assert "dropout" in html
    assert "lr" in html


def test_not_fitted(classifier, X):
    for method in ("predict", "predict_proba", "decision_function", "predict_labels"):
        with pytest.raises(NotFittedError):
            getattr(classifier, method)(X)
