"""Copies are made in the training side of a fold, and nowhere else."""

import runpy
from pathlib import Path

import numpy as np
import pytest
from imblearn.pipeline import Pipeline
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.over_sampling import RareLabelOverSampler
from sklearn_protloc.utils import LazyImages

CHANGED = []  # one entry for each call of the augmenter


def noted(image, rng):
    CHANGED.append(1)
    return image


@pytest.fixture
def y(target):
    return target[:, :3]  # those of which every fold has some


@pytest.fixture
def pipe():
    del CHANGED[:]
    return Pipeline(
        [
            ("over", RareLabelOverSampler(20, augmenter=noted, random_state=0)),
            ("net", LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)),
        ]
    )


FOLDS = MultilabelStratifiedKFold(2)


def test_prediction_neither_resamples_nor_changes(pipe, images, y, calls):
    pipe.fit(images, y)
    n_added = pipe["over"].is_augmented_.sum()
    assert len(CHANGED) == n_added > 0
    assert calls == [40]
    first = pipe.predict_proba(images)
    assert first.shape == y.shape
    np.testing.assert_array_equal(first, pipe["net"].predict_proba(images))
    np.testing.assert_array_equal(first, pipe.predict_proba(images))
    pipe.predict(images)
    pipe.score(images, y)
    assert len(CHANGED) == n_added
    assert calls == [40]


def test_folds_resample_their_training_side(pipe, images, y, calls):
    proba = cross_val_predict(pipe, images, y, cv=FOLDS, method="predict_proba")
    assert proba.shape == y.shape
    assert calls == [20, 20]
    cross_val_score(pipe, images, y, cv=FOLDS, scoring="average_precision")
    assert calls == [20] * 4


def test_thresholds_are_tuned_on_what_was_not_resampled(pipe, images, y, calls):
    optimizer = MultiLabelThresholdOptimizer(pipe, cv=FOLDS).fit(images, y)
    assert sorted(calls) == [20, 20, 40]
    assert optimizer.oof_proba_.shape == y.shape
    assert optimizer.predict(images).shape == y.shape
    nested = make_pipeline(FunctionTransformer(), optimizer).fit(images, y)
    assert nested.predict(images).shape == y.shape


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_searches_stay_lazy(pipe, images, y, tmp_path, monkeypatch, n_jobs):
    np.save(tmp_path / "X.npy", images)
    lazy = ImageCollection.from_array(tmp_path / "X.npy")
    monkeypatch.setattr(LazyImages, "__array__", None)
    search = GridSearchCV(
        pipe,
        {"over__min_count": [0, 15], "over__selection": ["greedy", "random"]},
        cv=FOLDS,
        scoring="average_precision",
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(lazy, y)
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] == scores[1]  # nothing was copied
    assert scores[0] != scores[2]
    assert search.predict(lazy).shape == y.shape


def test_weights_of_a_pipeline_name_both_lengths(pipe, images, y):
    n_new = len(RareLabelOverSampler(20, random_state=0).fit(images, y).sample_indices_)
    with pytest.raises(ValueError, match=rf"40.*{n_new}|{n_new}.*40"):
        pipe.fit(images, y, net__sample_weight=np.ones(40))


def test_noise_is_not_learnt_by_heart():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(300, 5)), (rng.random((300, 3)) < 0.06).astype(int)
    forest = RandomForestClassifier(30, random_state=0)
    sampler = RareLabelOverSampler(150, random_state=0)
    folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=0)
    inside = cross_val_score(
        Pipeline([("over", sampler), ("forest", forest)]),
        X, y, cv=folds, scoring="f1_macro",
    )  # fmt: skip
    before = cross_val_score(
        forest, *sampler.fit_resample(X, y), cv=folds, scoring="f1_macro"
    )
    assert inside.mean() < 0.15
    assert before.mean() > 0.9


def test_the_example_of_the_gallery_shows_the_leak():
    pytest.importorskip("matplotlib").use("agg")
    path = Path(__file__).parents[2] / "examples" / "plot_oversampling_leak.py"
    names = runpy.run_path(str(path))
    assert abs(names["inside"].mean() - 0.5) < 0.1
    assert names["before"].min() > 0.9
