"""What every exported sampler promises."""

import pickle

import numpy as np
import pandas as pd
import pytest
from imblearn.pipeline import make_pipeline
from scipy import sparse
from sklearn import config_context
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import Pipeline as StockPipeline
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import (
    check_estimator_cloneable,
    check_estimator_repr,
    check_get_params_invariance,
    check_no_attributes_set_in_init,
    check_parameters_default_constructible,
    check_set_params,
)

from sklearn_protloc import over_sampling
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.utils import LazyImages

PARAMETERS = {
    "RareLabelOverSampler": [
        {"min_count": 10},
        {"min_count": 10, "selection": "random"},
    ]
}
SAMPLERS = [
    getattr(over_sampling, name)(**parameters)
    for name in over_sampling.__all__
    if hasattr(getattr(over_sampling, name), "fit_resample")
    for parameters in PARAMETERS.get(name, [{}])
]
for sampler in SAMPLERS:
    if hasattr(sampler, "random_state"):
        sampler.set_params(random_state=0)
ON_IMAGES = [s for s in SAMPLERS if not isinstance(s, over_sampling.MLSMOTE)]
every = pytest.mark.parametrize("sampler", SAMPLERS, ids=str)
every_on_images = pytest.mark.parametrize("sampler", ON_IMAGES, ids=str)


@pytest.fixture
def table(images):
    return images.reshape(40, -1)[:, :7].astype(float)


def test_all_samplers_are_looked_at():
    others = {"ClassAwareSampler", "imbalance_report"}
    assert {type(s).__name__ for s in SAMPLERS} | others == set(over_sampling.__all__)


@every
def test_rows_are_the_samples_that_sample_indices_names(sampler, table, target):
    before = table.copy()
    X, y = clone(sampler).fit_resample(table, target)
    fitted = clone(sampler)
    fitted.fit_resample(table, target)
    rows = fitted.sample_indices_
    assert rows.shape == fitted.is_augmented_.shape == (len(X),) == (len(y),)
    if not isinstance(sampler, over_sampling.MLSMOTE):
        np.testing.assert_array_equal(X, table[rows])
    if not isinstance(sampler, over_sampling.MLRandomUnderSampler):
        np.testing.assert_array_equal(X[:40], table)
        np.testing.assert_array_equal(rows[:40], np.arange(40))
        assert not fitted.is_augmented_[:40].any()
        assert fitted.is_augmented_[40:].all()
        assert len(X) > 40
    np.testing.assert_array_equal(table, before)


@every
def test_report_counts_labels(sampler, table, target):
    names = list("abcdef")
    fitted = clone(sampler)
    _, y = fitted.fit_resample(table, pd.DataFrame(target, columns=names))
    assert fitted.report_.index.tolist() == names
    assert fitted.report_["before"].tolist() == target.sum(axis=0).tolist()
    assert fitted.report_["after"].tolist() == y.sum(axis=0).tolist()
    assert fitted.report_.loc["f", "after"] == 0
    again = clone(sampler).fit(table, target)
    assert again.report_["after"].tolist() == fitted.report_["after"].tolist()


@every
@pytest.mark.parametrize(
    "form",
    [
        np.asarray,
        lambda y: y.astype(bool),
        lambda y: y.astype(np.float32),
        lambda y: y.astype(np.uint8),
        lambda y: pd.DataFrame(y, columns=list("abcdef"), index=range(100, 140)),
        sparse.csr_matrix,
        sparse.csc_array,
        lambda y: y.tolist(),
    ],
    ids=["int", "bool", "float32", "uint8", "frame", "csr", "csc", "list"],
)
def test_labels_keep_their_form(sampler, table, target, form):
    given = form(target)
    fitted = clone(sampler)
    _, y = fitted.fit_resample(table, given)
    _, expected = clone(sampler).fit_resample(table, target)
    dense = y.toarray() if sparse.issparse(y) else np.asarray(y)
    np.testing.assert_array_equal(dense, expected)
    if isinstance(given, pd.DataFrame):
        assert y.dtypes.equals(given.dtypes)
        assert y.index.tolist() == (100 + fitted.sample_indices_).tolist()
    elif not isinstance(given, list):
        assert y.dtype == given.dtype
        assert sparse.issparse(y) == sparse.issparse(given)


@every
def test_tables_keep_their_form(sampler, table, target):
    expected, _ = clone(sampler).fit_resample(table, target)
    frame = pd.DataFrame(table, columns=[f"c{k}" for k in range(7)])
    X, _ = clone(sampler).fit_resample(frame, target)
    assert isinstance(X, pd.DataFrame)
    assert X.columns.equals(frame.columns)
    np.testing.assert_array_equal(X, expected)
    X, _ = clone(sampler).fit_resample(table.tolist(), target)
    np.testing.assert_array_equal(X, expected)
    if not isinstance(sampler, over_sampling.MLSMOTE):
        X, _ = clone(sampler).fit_resample(sparse.coo_array(table), target)
        np.testing.assert_array_equal(X.toarray(), expected)


@every_on_images
def test_arrays_of_images_give_arrays(sampler, images, target):
    fitted = clone(sampler)
    X, _ = fitted.fit_resample(images, target)
    assert type(X) is np.ndarray
    assert X.dtype == np.uint8
    np.testing.assert_array_equal(X, images[fitted.sample_indices_])
    assert fitted.n_features_in_ == 4


@every_on_images
@pytest.mark.parametrize("form", ["collection", "memory map"])
def test_lazy_images_stay_lazy(sampler, images, target, form, tmp_path, monkeypatch):
    np.save(tmp_path / "X.npy", images)
    lazy = np.load(tmp_path / "X.npy", mmap_mode="r")
    if form == "collection":
        lazy = ImageCollection.from_array(tmp_path / "X.npy")
    monkeypatch.setattr(LazyImages, "__array__", None)
    fitted = clone(sampler)
    X, y = fitted.fit_resample(lazy, target)
    assert isinstance(X, LazyImages)
    assert X.shape == (len(y), 4, 12, 12)
    for i in (0, len(y) - 1):
        np.testing.assert_array_equal(X[i], images[fitted.sample_indices_[i]])
    assert len(pickle.dumps(X)) < images.nbytes / 4


@every
def test_seeds_decide_and_the_global_generator_is_left_alone(sampler, table):
    y = np.array([[1, 0]] * 33 + [[0, 1]] * 7)
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    X, _ = clone(sampler).fit_resample(table, y)
    again, _ = clone(sampler).fit_resample(table, y)
    np.testing.assert_array_equal(X, again)
    now = np.random.get_state()[1]  # noqa: NPY002
    np.testing.assert_array_equal(now, state)
    if hasattr(sampler, "random_state"):
        other, _ = clone(sampler).set_params(random_state=1).fit_resample(table, y)
        assert not np.array_equal(X, other)


@every
def test_weights_are_taken_along(sampler, table, target):
    weights = np.arange(40) / 40
    fitted = clone(sampler)
    X, y, w = fitted.fit_resample(table, target, sample_weight=weights)
    assert len(X) == len(y) == len(w)
    np.testing.assert_array_equal(w, weights[fitted.sample_indices_])
    with pytest.raises(ValueError, match="X has 40 samples and sample_weight 53 val"):
        clone(sampler).fit_resample(table, target, sample_weight=np.ones(53))


@every
def test_a_routed_pipeline_does_not_ask_for_weights(sampler, table, target):
    assert not hasattr(sampler, "set_fit_resample_request")
    with config_context(enable_metadata_routing=True):
        pipe = make_pipeline(clone(sampler), RandomForestClassifier(2, random_state=0))
        assert pipe.fit(table, target).predict(table).shape == target.shape


@every
@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (np.zeros((4, 2)), np.zeros((3, 2)), "X has 4 samples and y has 3 rows"),
        (np.zeros((4, 2)), np.zeros(4), r"got 4 classes in one column.*RandomOverSam"),
        (np.zeros((2, 2)), ["a", "b"], "got 2 classes in one column"),
        (np.zeros((2, 2)), [["a"], ["a", "b"]], "MultiLabelBinarizer"),
        (np.zeros((2, 2)), [[0, 2], [1, 1]], "only 0 .absent. and 1 .present."),
        (np.zeros((0, 2)), np.zeros((0, 2)), "0 sample"),
        (np.zeros(4), np.zeros((4, 2)), "Expected X of shape"),
        (np.zeros((4, 8, 8)), np.zeros((4, 2)), "Expected X of shape"),
    ],
)
def test_bad_data_is_explained(sampler, X, y, message):
    fitted = clone(sampler)
    with pytest.raises(ValueError, match=message):
        fitted.fit_resample(X, y)
    assert not hasattr(fitted, "report_")


@every
def test_parameters_are_checked(sampler, table, target):
    for name in sampler.get_params():
        if name.startswith("augmenter__"):
            continue
        wrong = clone(sampler).set_params(**{name: object()})
        with pytest.raises(ValueError, match=name):
            wrong.fit_resample(table, target)


@every
def test_manners(sampler, table, target):
    fitted = clone(sampler)
    before = dict(fitted.get_params())
    fitted.fit_resample(table, target)
    assert fitted.get_params() == before
    again = pickle.loads(pickle.dumps(fitted))
    assert again.report_.equals(fitted.report_)
    tags = get_tags(fitted)
    assert tags.estimator_type == "sampler"
    assert tags.target_tags.multi_output
    assert not tags.target_tags.single_output


@every
@pytest.mark.parametrize(
    "check",
    [
        check_estimator_cloneable,
        check_estimator_repr,
        check_get_params_invariance,
        check_no_attributes_set_in_init,
        check_parameters_default_constructible,
        check_set_params,
    ],
)
def test_checks_of_scikit_learn(sampler, check):
    check(type(sampler).__name__, clone(sampler))


@every
def test_pipelines_resample_in_fit_alone(sampler, table, target, monkeypatch):
    cls, lengths = type(sampler), []
    resample = cls.fit_resample

    def spy(self, X, y):
        lengths.append(len(X))
        return resample(self, X, y)

    monkeypatch.setattr(cls, "fit_resample", spy)
    pipe = make_pipeline(clone(sampler), RandomForestClassifier(2, random_state=0))
    pipe.fit(table, target)
    assert pipe.predict(table[:3]).shape == (3, 6)
    assert lengths == [40]


@every
def test_stock_pipelines_say_that_they_cannot_resample(sampler, table, target):
    pipe = StockPipeline([("s", clone(sampler)), ("c", RandomForestClassifier(2))])
    with pytest.raises(TypeError, match="should be transformers"):
        pipe.fit(table, target)


@every
@pytest.mark.parametrize("value", [0, 1])
def test_equal_labels_leave_nothing_to_do(sampler, table, value):
    y = np.full((40, 3), value)
    X, y_new = clone(sampler).fit_resample(table, y)
    np.testing.assert_array_equal(X, table)
    np.testing.assert_array_equal(y_new, y)
