import matplotlib.pyplot as plt
import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline

from sklearn_protloc.classifiers import LocalizationClassifier, SoftVotingClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.model_selection import (
    MultiLabelCalibratedClassifier,
    MultiLabelThresholdOptimizer,
)
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.plotting import LocalizationMapDisplay
from sklearn_protloc.plotting._composite import composite
from sklearn_protloc.preprocessing import ChannelSelector, Resize

RNG = np.random.default_rng(0)
IMAGE = RNG.integers(0, 256, (4, 16, 20), dtype=np.uint8)
MAPS = RNG.random((3, 16, 20), dtype=np.float32)
NAMES = ["Nucleoli", "Cytosol", "Golgi apparatus"]


@pytest.fixture(scope="module")
def cells():
    return make_cells(
        24, image_size=32, labels=4, return_masks=True, random_state=0, as_frame=True
    )


@pytest.fixture(scope="module")
def model(cells):
    model = LocalizationClassifier(TinyNet, lr=0.01, max_epochs=4, random_state=0)
    return model.fit(cells.data, cells.target)


def titles(display):
    return [panel.get_title() for panel in display.axes_]


def test_a_panel_per_label_with_its_map_over_the_image():
    display = LocalizationMapDisplay.from_predictions(MAPS, IMAGE, label_names=NAMES)
    assert titles(display) == NAMES
    for panel, overlay, map_ in zip(display.axes_, display.images_, MAPS, strict=True):
        below, above = panel.get_images()
        assert above is overlay
        assert_allclose(below.get_array(), 0.6 * composite(IMAGE, shown="RGB"))
        assert_allclose(overlay.get_array(), map_)
        assert overlay.get_clim() == (0, 1)
        # the less a map says, the more of the image is seen
        assert (np.diff(overlay.get_alpha().ravel()[map_.ravel().argsort()]) >= 0).all()
        assert overlay.get_alpha().max() < 1
    assert display.contours_ == []


def test_probabilities_and_masks():
    masks = np.zeros(MAPS.shape, dtype=bool)
    masks[0, 3:8, 5:9] = True
    masks[2] = True  # everywhere: nothing to outline
    display = LocalizationMapDisplay.from_predictions(
        MAPS, IMAGE, probabilities=[0.934, 0.5, 0.01], masks=masks
    )
    assert titles(display)[0] == "0\nprobability 0.93"
    (outline,) = display.contours_
    vertices = np.concatenate(outline.get_paths()[0].to_polygons())
    assert_allclose(vertices.min(axis=0), [4.5, 2.5], atol=0.5)
    assert_allclose(vertices.max(axis=0), [8.5, 7.5], atol=0.5)
    assert outline.axes is display.axes_[0]


def test_from_estimator_draws_what_the_model_finds(model, cells):
    image, masks = cells.data[3], cells.masks[3]
    proba = model.predict_proba(image[None])[0]
    display = LocalizationMapDisplay.from_estimator(
        model, image, labels=["Cytosol", 0], masks=masks
    )
    assert display.label_names == ["Cytosol", "Nucleoplasm"]
    assert_allclose(display.probabilities, proba[[1, 0]])
    assert_array_equal(display.masks, masks[[1, 0]])
    expected = model.predict_maps(image[None], labels=[1, 0])[0]
    assert_allclose(display.maps, expected, atol=1e-6)
    one = LocalizationMapDisplay.from_estimator(model, image, labels="Cytosol")
    assert one.label_names == ["Cytosol"]


def test_models_that_hand_images_on_to_a_classifier(model, cells):
    image = cells.data[3]
    tuned = MultiLabelThresholdOptimizer(FrozenEstimator(model), min_positives=30)
    tuned.fit(cells.data, cells.target)
    calibrated = MultiLabelCalibratedClassifier(model, cv="prefit")
    calibrated.fit(cells.data, cells.target)
    expected = model.predict_maps(image[None])[0]
    for wrapper in (tuned, calibrated, make_pipeline(tuned)):
        display = LocalizationMapDisplay.from_estimator(wrapper, image, labels=range(4))
        assert_allclose(display.maps, expected)
        assert_allclose(display.probabilities, wrapper.predict_proba(image[None])[0])
        assert display.label_names == model.label_names_.tolist()
    decided = tuned.predict(cells.data)
    other = (decided != model.predict(cells.data)).any(axis=1) & decided.any(axis=1)
    image = cells.data[other.argmax()]
    found = LocalizationMapDisplay.from_estimator(tuned, image).label_names
    assert found == tuned.predict_labels(image[None])[0]
    assert found != model.predict_labels(image[None])[0]


def test_images_go_through_a_pipeline(model, cells):
    pipeline = make_pipeline(Resize(16), ChannelSelector("GB"), clone(model))
    pipeline.fit(cells.data, cells.target)
    tuned = MultiLabelThresholdOptimizer(pipeline, cv="prefit")
    tuned.fit(cells.data, cells.target)
    image = cells.data[3]
    maps = pipeline[-1].predict_maps(pipeline[:-1].transform(image[None]), labels=[1])
    for whole in (pipeline, tuned):
        display = LocalizationMapDisplay.from_estimator(whole, image, labels="Cytosol")
        assert display.maps.shape == (1, 32, 32)
        # halves of the map lie over halves of the image
        assert_allclose(display.maps[0].mean(), maps.mean(), atol=0.02)
        assert np.corrcoef(display.maps[0, ::2, ::2].ravel(), maps.ravel())[0, 1] > 0.9


def test_models_without_maps_are_told_in_words(model, cells):
    voting = SoftVotingClassifier([("a", FrozenEstimator(model))])
    voting.fit(cells.data, cells.target)
    neighbors = KNeighborsClassifier().fit([[0], [1]] * 5, [[0, 1], [1, 0]] * 5)
    for other in (voting, neighbors):
        with pytest.raises(TypeError, match=r"draws no maps.*estimators_\[0\]"):
            LocalizationMapDisplay.from_estimator(other, cells.data[0])
    one = voting.estimators_[0]
    assert LocalizationMapDisplay.from_estimator(one, cells.data[0]).maps.ndim == 3


def test_from_estimator_chooses_the_labels_found(model, cells):
    for image in cells.data[:6]:
        proba = model.predict_proba(image[None])[0]
        found = np.flatnonzero(proba >= 0.5)
        found = found if len(found) else [proba.argmax()]
        display = LocalizationMapDisplay.from_estimator(model, image, n_shifts=2)
        assert display.label_names == [model.label_names_[k] for k in found]


def test_other_stains():
    display = LocalizationMapDisplay.from_predictions(MAPS, IMAGE[1:3], order="GB")
    below = display.axes_[0].get_images()[0].get_array()
    assert_allclose(below, 0.6 * composite(IMAGE[1:3], "GB"))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"maps": MAPS[:, :8]}, r"size of the image, got \(3, 8, 20\)"),
        ({"maps": MAPS[0]}, r"\(n_labels, height, width\).*\(16, 20\)"),
        ({"maps": MAPS[:0]}, r"got \(0, 16, 20\)"),
        ({"maps": np.where(MAPS > 0.5, np.nan, MAPS)}, r"in \[0, 1\], without NaN"),
        ({"maps": 2 * MAPS}, r"in \[0, 1\], without NaN"),
        ({"label_names": NAMES[:2]}, "label_names for each of 3 maps, got 2"),
        ({"probabilities": [0.5]}, "probabilities for each of 3 maps, got 1"),
        ({"masks": MAPS[:2] > 0.5}, r"masks like the maps.*\(2, 16, 20\)"),
        ({"order": "RGB"}, r"a letter.*\(4, 16, 20\) and 'RGB'"),
    ],
)
def test_what_does_not_fit(changed, message):
    given = {"maps": MAPS, "image": IMAGE} | changed
    with pytest.raises(ValueError, match=message):
        LocalizationMapDisplay.from_predictions(**given)
    assert not plt.get_fignums()


def test_models_that_cannot(model, cells):
    image = cells.data[0]
    with pytest.raises(NotFittedError):
        LocalizationMapDisplay.from_estimator(LocalizationClassifier(), image)
    with pytest.raises(ValueError, match="Expected labels as names or numbers"):
        LocalizationMapDisplay.from_estimator(model, image, labels=["Golgi"])
