import pickle
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    cross_val_predict,
    cross_val_score,
    train_test_split,
)
from sklearn.pipeline import Pipeline

from sklearn_protloc.datasets import ImageCollection, load_hpa
from sklearn_protloc.datasets._sources import _grey_files


@pytest.fixture
def X(paths):
    return ImageCollection(paths)


@pytest.fixture
def n_decoded(monkeypatch):
    """Count the files decoded from here on."""
    decoded = []
    read_grey = _grey_files.read_grey

    def read_and_count(path):
        decoded.append(path)
        return read_grey(path)

    monkeypatch.setattr(_grey_files, "read_grey", read_and_count)
    return lambda: len(decoded)


@pytest.fixture
def no_array(monkeypatch):
    """Make it an error to decode a whole collection at once."""

    def refuse(self, dtype=None, copy=None):
        raise AssertionError("a lazy collection was decoded as a whole")

    monkeypatch.setattr(ImageCollection, "__array__", refuse)


class Brightness(TransformerMixin, BaseEstimator):
    """Pass a collection through, lazily."""

    def fit(self, X, y=None):
        self.n_seen_ = len(X)
        return self

    def transform(self, X):
        return X


class MeanThreshold(ClassifierMixin, BaseEstimator):
    """Call an image positive if its mean exceeds a quantile of the training means."""

    def __init__(self, quantile=0.5):
        self.quantile = quantile

    def fit(self, X, y):
        self.classes_ = np.unique(y)
        self.threshold_ = np.quantile(
            [X[i].mean() for i in range(len(X))], self.quantile
        )
        return self

    def predict(self, X):
        return np.array([int(X[i].mean() > self.threshold_) for i in range(len(X))])


def test_looks_like_the_array(X, images):
    assert X.shape == images.shape
    assert X.dtype == images.dtype
    assert X.ndim == images.ndim == 4
    assert len(X) == len(images)
    assert repr(X) == "ImageCollection(8 samples, 4 channels, 32 x 32, uint8)"


@pytest.mark.parametrize("i", [0, 7, -1, -8, np.int64(3), np.uint8(2)])
def test_integer_decodes_one_image(X, images, i):
    image = X[i]
    assert type(image) is np.ndarray
    assert image.dtype == np.uint8
    np.testing.assert_array_equal(image, images[i])


@pytest.mark.parametrize("i", [8, -9, 1000])
def test_out_of_range(X, i):
    with pytest.raises(IndexError, match=f"index {i} is out of bounds"):
        X[i]


@pytest.mark.parametrize(
    "rows",
    [
        slice(None),
        slice(2, 7, 2),
        slice(None, None, -1),
        slice(5, 5),
        [0, 3, 3, -1],
        [],
        np.array([4, 1]),
        pd.Series([1, 2]),
        np.arange(8) > 3,
        [True, False] * 4,
        (np.array([6, 2]), Ellipsis),
    ],
    ids=str,
)
def test_other_indices_give_a_lazy_view(X, images, rows, n_decoded):
    view = X[rows]
    assert isinstance(view, ImageCollection)
    expected = images[rows if not isinstance(rows, list | pd.Series) else _ints(rows)]
    assert view.shape == expected.shape
    assert n_decoded() == 0
    np.testing.assert_array_equal(np.asarray(view), expected)


def _ints(rows):
    rows = np.asarray(rows)
    return rows.astype(int) if not rows.size else rows


def test_view_of_a_view(X, images):
    np.testing.assert_array_equal(X[2:][[0, 3]][-1], images[5])


@pytest.mark.parametrize(
    "key", ["0", 1.5, (0, 1), [[0, 1]], None, True, np.array([0.0, 1.0])], ids=str
)
def test_unusable_index(X, key):
    with pytest.raises(IndexError, match="along its first axis by an integer, a slice"):
        X[key]


def test_wrong_mask_and_rows(X):
    with pytest.raises(IndexError, match="boolean index did not match"):
        X[[True, False]]
    with pytest.raises(IndexError, match="out of bounds"):
        X[[0, 8]]


def test_iterates_over_images(X, images):
    np.testing.assert_array_equal(list(X), images)


def test_array_decodes_everything(X, images):
    np.testing.assert_array_equal(np.asarray(X), images)
    assert np.asarray(X, dtype=np.float32).dtype == np.float32
    with pytest.raises(ValueError, match="decoded into a new array"):
        np.array(X, copy=False)


def test_construction_decodes_the_first_sample_only(paths, n_decoded):
    ImageCollection(paths)
    assert n_decoded() == 4


def test_one_image_is_decoded_per_integer(X, n_decoded):
    X[3]
    assert n_decoded() == 4


def test_paths_are_read_only(X, paths):
    assert X.paths.shape == (8, 4)
    assert X.paths[1, 2] == str(paths[1][2])
    with pytest.raises(ValueError, match="read-only"):
        X.paths[0, 0] = "other.png"
    with pytest.raises(ValueError, match="read-only"):
        X[[1, 2]].paths[0, 0] = "other.png"
    with pytest.raises(AttributeError):
        X.shape = (1, 1, 1, 1)


def test_caller_may_change_the_list_of_paths(paths, images):
    mine = [list(row) for row in paths]
    X = ImageCollection(mine)
    mine[0] = mine[1]
    np.testing.assert_array_equal(X[0], images[0])


def test_view_outlives_and_does_not_disturb_its_parent(X, images):
    view = X[4:]
    assert len(X) == 8
    del X
    np.testing.assert_array_equal(view[0], images[4])


def test_pickles_small(X, images):
    everything, view = pickle.dumps(X), pickle.dumps(X[2:3])
    assert len(everything) < 200 * 8 * 4 < images.nbytes
    assert len(view) < 200 * 4 + 500
    restored = pickle.loads(view)
    assert restored.shape == (1, 4, 32, 32)
    np.testing.assert_array_equal(restored[0], images[2])


def test_threads_share_a_collection(X, images):
    with ThreadPoolExecutor(4) as pool:
        decoded = list(pool.map(X.__getitem__, [*range(8)] * 4))
    np.testing.assert_array_equal(decoded, np.concatenate([images] * 4))


def test_image_size_resizes_on_read(paths, images):
    X = ImageCollection(paths, image_size=16)
    assert X.shape == (8, 4, 16, 16)
    assert X.dtype == np.uint8
    # Area interpolation by two is the mean of 2 x 2 pixels.
    means = images[5].reshape(4, 16, 2, 16, 2).mean(axis=(2, 4))
    np.testing.assert_allclose(X[5], means, atol=0.5)
    assert X[1:3].shape == (2, 4, 16, 16)


def test_image_size_unites_sizes(tmp_path, images, write_images):
    mixed = [images[0], images[1][:, :20, :24]]
    X = ImageCollection(write_images(mixed, tmp_path), image_size=16)
    assert X.shape == (2, 4, 16, 16)
    assert X[1].shape == (4, 16, 16)
    assert np.asarray(X).shape == (2, 4, 16, 16)


def test_sixteen_bits(tmp_path, images, write_images):
    deep = images.astype(np.uint16) * 257
    X = ImageCollection(write_images(deep, tmp_path, "tif"))
    assert X.dtype == np.uint16
    np.testing.assert_array_equal(X[2], deep[2])


def test_not_square(tmp_path, images, write_images):
    X = ImageCollection(write_images(images[:2, :1, :20], tmp_path))
    assert X.shape == (2, 1, 20, 32)
    assert X[1].shape == (1, 20, 32)


def test_unicode_names(tmp_path, images, write_images):
    X = ImageCollection(write_images(images[:2], tmp_path / "Zellen größe 细胞"))
    np.testing.assert_array_equal(X[1], images[1])


def test_scikit_learn_never_decodes_the_whole(X, no_array):
    y = np.array([0, 1] * 4)
    pipe = Pipeline([("pass", Brightness()), ("classify", MeanThreshold())])
    cv = KFold(2)
    for train, test in cv.split(X):
        assert len(X[train]) == len(X[test]) == 4
    assert np.isfinite(cross_val_score(pipe, X, y, cv=cv)).all()
    assert cross_val_predict(pipe, X, y, cv=cv).shape == (8,)
    search = GridSearchCV(
        pipe,
        {"classify__quantile": [0.3, 0.6]},
        cv=cv,
        error_score="raise",
    )
    search.fit(X, y)
    assert search.predict(X).shape == (8,)
    train, test = train_test_split(X, random_state=0)
    assert isinstance(train, ImageCollection)
    assert len(test) == 2


def test_search_scores_as_on_the_array(X, images):
    y = np.array([0, 1] * 4)
    grid = {"quantile": [0.3, 0.6]}
    scores = [
        GridSearchCV(MeanThreshold(), grid, cv=2).fit(data, y).cv_results_
        for data in (X, images)
    ]
    np.testing.assert_array_equal(
        scores[0]["mean_test_score"], scores[1]["mean_test_score"]
    )


def test_search_holds_a_few_images_at_a_time(protloc_data, no_array):
    montages = protloc_data / "hpa_montages"
    hpa = load_hpa(montages / "train.csv", montages / "images")
    rows = np.arange(0, 240, 10)
    X, y = hpa.data[rows], np.tile([0, 1], 12)
    tracemalloc.start()
    GridSearchCV(MeanThreshold(), {"quantile": [0.5]}, cv=2).fit(X, y)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 * X[0].nbytes
