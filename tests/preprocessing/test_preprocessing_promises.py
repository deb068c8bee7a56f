"""What every exported transformer promises."""

import pickle
import sys

import numpy as np
import pytest
import zarr
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from sklearn.utils.validation import validate_data

from sklearn_protloc import preprocessing
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import ImageCollection, make_cells
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.utils import LazyImages

PARAMETERS = {
    "ChannelSelector": [{"channels": "GB"}, {"channels": [2, 0]}],
    "ChannelStandardizer": [{"per": "image"}, {"per": "dataset"}],
    "MissingChannelImputer": [
        {"strategy": "zero"},
        {"strategy": "mean"},
        {"strategy": "raise"},
    ],
    "PercentileStretch": [{}],
    "Resize": [{"image_size": 16}, {"image_size": (20, 8), "interpolation": "linear"}],
    "ToFloat": [{}],
}
TRANSFORMERS = [
    getattr(preprocessing, name)(**parameters)
    for name in preprocessing.__all__
    for parameters in PARAMETERS[name]
]
every = pytest.mark.parametrize("transformer", TRANSFORMERS, ids=str)


@pytest.fixture(scope="module")
def images():
    return make_cells(8, image_size=32, random_state=0).data


@pytest.fixture(params=["collection", "memory map", "zarr", "view"])
def lazy(request, images, tmp_path):
    np.save(tmp_path / "X.npy", images)
    if request.param == "memory map":
        return np.load(tmp_path / "X.npy", mmap_mode="r")
    if request.param == "zarr":
        store = zarr.create_array(
            tmp_path / "X.zarr", shape=images.shape, dtype="uint8"
        )
        store[:] = images
        return store
    X = ImageCollection.from_array(tmp_path / "X.npy")
    return X if request.param == "collection" else Passed().fit_transform(X)


class Passed(preprocessing.MissingChannelImputer):
    """Give a lazy view of the same images."""


@pytest.fixture
def reads(monkeypatch):
    """List the rows read from here on."""
    from sklearn_protloc.datasets._sources._array_rows import ArrayRows

    rows, read = [], ArrayRows.read
    monkeypatch.setattr(
        ArrayRows, "read", lambda self, row: (rows.append(row), read(self, row))[1]
    )
    return rows


@every
def test_lazy_images_stay_lazy(transformer, images, lazy, reads):
    expected = clone(transformer).fit_transform(images)
    transformer = clone(transformer).fit(lazy)
    del reads[:]
    view = transformer.transform(lazy)
    assert isinstance(view, LazyImages)
    assert (view.shape, view.dtype) == (expected.shape, expected.dtype)
    assert view.ndim == 4
    assert view[1:][[0, 2]].shape == (2, *expected.shape[1:])
    assert len(reads) <= 1  # opening an array looks at its first image
    image = view[2:][-1]
    assert type(image) is np.ndarray
    assert len(reads) <= 2
    np.testing.assert_array_equal(image, expected[7])
    np.testing.assert_array_equal(view[[5, 1]], expected[[5, 1]])


@every
def test_ids_stay_with_their_images(transformer, images):
    X = ImageCollection.from_array(images, ids=[f"cell{i}" for i in range(len(images))])
    transformer = clone(transformer)
    view = transformer.fit(X).transform(X)
    assert view.ids.tolist() == X.ids.tolist()
    again = preprocessing.Resize(4).fit_transform(view)
    part = pickle.loads(pickle.dumps(again[[4, 1]]))
    assert part.ids.tolist() == ["cell4", "cell1"]
    nameless = ImageCollection.from_array(images)
    assert transformer.transform(nameless).ids is None


@every
def test_views_pickle_without_pixels(transformer, images, lazy):
    view = clone(transformer).fit(lazy).transform(lazy)
    mean_image = images[0].nbytes if transformer.get_params().get("strategy") else 0
    pickled = pickle.dumps(view)
    assert len(pickled) < 4000 + mean_image
    np.testing.assert_array_equal(pickle.loads(pickled), view)


@every
def test_arrays_give_arrays_and_are_left_alone(transformer, images):
    before = images.copy()
    changed = clone(transformer).fit_transform(images)
    assert type(changed) is np.ndarray
    np.testing.assert_array_equal(images, before)
    assert not np.shares_memory(changed, images)


@every
def test_images_do_not_depend_on_their_neighbours(transformer, images):
    fitted = clone(transformer).fit(images)
    np.testing.assert_array_equal(
        fitted.transform(images[3:4]), fitted.transform(images)[3:4]
    )


@every
@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_types(transformer, images, dtype):
    changed = clone(transformer).fit_transform(images.astype(dtype))
    to_float = preprocessing.ChannelStandardizer | preprocessing.ToFloat
    assert changed.dtype == (np.float32 if isinstance(transformer, to_float) else dtype)


@every
def test_tells_what_it_was_fitted_on(transformer, images):
    fitted = clone(transformer).fit(images)
    assert fitted.n_features_in_ == 4
    assert fitted.image_shape_ == (4, 32, 32)
    with pytest.raises(
        ValueError, match=r"of 3 channels and 32 x 32 .* fitted on images of 4 channels"
    ):
        fitted.transform(images[:, :3])
    if isinstance(transformer, preprocessing.Resize):
        assert fitted.transform(images[..., :20]).shape[0] == 8
    else:
        with pytest.raises(ValueError, match=r"and 32 x 20 pixels, but .* 32 x 32"):
            fitted.transform(images[..., :20])


@every
def test_not_fitted(transformer, images):
    with pytest.raises(NotFittedError):
        clone(transformer).transform(images)


@every
@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_nan_is_refused(transformer, images, value, tmp_path):
    X = images.astype(np.float32)
    X[5, 2, 3, 4] = value
    with pytest.raises(ValueError, match="Input X contains"):
        clone(transformer).fit(X)
    np.save(tmp_path / "X.npy", X)
    lazy = ImageCollection.from_array(tmp_path / "X.npy")
    with pytest.raises(ValueError, match="Input X contains"):
        clone(transformer).fit(images.astype(np.float32)).transform(lazy)[5]


@every
def test_flat_tables_are_refused(transformer):
    with pytest.raises(ValueError, match=r"Expected X of shape \(n_samples, n_chan"):
        clone(transformer).fit(np.zeros((8, 4)))


@every
def test_parameters_are_checked_in_fit(transformer, images):
    for name in transformer.get_params():
        wrong = clone(transformer).set_params(**{name: object()})
        with pytest.raises(ValueError, match=name):
            wrong.fit(images)


@every
def test_fit_edits_no_parameter_and_pickles(transformer, images):
    fitted = clone(transformer)
    before = dict(fitted.get_params())
    fitted.fit(images)
    assert fitted.get_params() == before
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.transform(images), fitted.transform(images))


@pytest.fixture
def no_array(monkeypatch):
    def refuse(self, dtype=None, copy=None):
        raise AssertionError("lazy images were read as a whole")

    monkeypatch.setattr(LazyImages, "__array__", refuse)


@every
@pytest.mark.parametrize("n_jobs", [None, 2])
def test_pipelines_are_searched_lazily(transformer, images, tmp_path, no_array, n_jobs):
    np.save(tmp_path / "X.npy", images)
    lazy = ImageCollection.from_array(tmp_path / "X.npy")
    y = np.tile([[0, 1], [1, 0]], (4, 1))
    classifier = LocalizationClassifier(TinyNet, max_epochs=1, random_state=0)
    pipe = Pipeline([("change", clone(transformer)), ("classify", classifier)])
    search = GridSearchCV(
        pipe,
        {"classify__lr": [1e-3, 1e-2]},
        cv=2,
        scoring="average_precision",
        n_jobs=n_jobs,
        error_score="raise",
    ).fit(lazy, y)
    assert search.predict_proba(lazy).shape == (8, 2)


def as_table(transformer):
    """Return the transformer for rows of columns, read as images of one pixel."""
    cls = type(transformer)

    class OnTables(cls):
        def _validate_X(self, X, reset):
            X = validate_data(self, X, reset=reset, dtype=[np.float64, np.float32])
            return super()._validate_X(X[:, :, np.newaxis, np.newaxis], reset)

        def transform(self, X):
            return super().transform(X)[:, :, 0, 0]

        def __sklearn_tags__(self):
            tags = super().__sklearn_tags__()
            tags.input_tags.two_d_array = True
            return tags

    # scikit-learn pickles what it checks
    OnTables.__name__ = OnTables.__qualname__ = f"{cls.__name__}OnTables"
    setattr(sys.modules[__name__], OnTables.__name__, OnTables)
    return OnTables(**transformer.get_params())


@parametrize_with_checks(
    [
        as_table(preprocessing.ChannelSelector([0])),
        as_table(preprocessing.ChannelStandardizer("dataset")),
        as_table(preprocessing.MissingChannelImputer()),
        as_table(preprocessing.PercentileStretch()),
        as_table(preprocessing.Resize(1)),
    ]
)
def test_sklearn_checks(estimator, check):
    check(estimator)
