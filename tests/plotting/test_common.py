"""What every display promises."""

import sys

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.text import Text

from sklearn_protloc import plotting
from tests.plotting.displays import DISPLAYS, data

every_display = pytest.mark.parametrize("name", plotting.__all__)
# Those in which all labels stand.
OF_LABELS = {
    "ConfidenceDisplay",
    "CooccurrenceDisplay",
    "LabelFrequencyDisplay",
    "LabelScoresDisplay",
    "LocalizationConfusionDisplay",
    "LocalizationMapDisplay",
    "MultiLabelPrecisionRecallDisplay",
    "ReliabilityDisplay",
    "ThresholdCurveDisplay",
}
# Those in which nothing stands that users name.
UNNAMED = {"LabelsPerImageDisplay", "LearningRateDisplay"}


def drawn_texts(figure, monkeypatch):
    """Draw a figure; return the box of each text that was drawn, with its words."""
    boxes = {}

    def note(self, renderer, draw=Text.draw):
        draw(self, renderer)
        if self.get_visible() and self.get_text().strip():
            boxes[id(self)] = self.get_window_extent(renderer), self.get_text()

    monkeypatch.setattr(Text, "draw", note)
    figure.draw_without_rendering()
    return list(boxes.values())


def colliding(texts, bounds):
    """List texts that share more than a pixel, and those that leave the figure."""
    x0, y0, x1, y1 = np.array([box.extents for box, _ in texts]).T
    width, height = (
        np.minimum.outer(high, high) - np.maximum.outer(low, low)
        for low, high in ((x0, x1), (y0, y1))
    )
    both = np.triu((width > 1) & (height > 1), k=1)
    out = (x0 < -1) | (y0 < -1) | (x1 > bounds.x1 + 1) | (y1 > bounds.y1 + 1)
    return (
        [(texts[i][1], texts[j][1]) for i, j in zip(*both.nonzero(), strict=True)],
        [texts[i][1] for i in out.nonzero()[0]],
    )


def test_there_is_a_way_to_make_each():
    assert sorted(DISPLAYS) == plotting.__all__


@every_display
def test_texts_do_not_overlap_and_stay_inside_with_28_long_names(name, monkeypatch):
    many = data(28)
    figure = DISPLAYS[name](many, None).figure_
    texts = drawn_texts(figure, monkeypatch)
    assert texts
    assert colliding(texts, figure.bbox) == ([], [])
    if name in OF_LABELS:
        words = " ".join(" ".join(text for _, text in texts).split())
        assert all(label in words for label in many.names)


@every_display
def test_names_are_shown_as_they_are(name, monkeypatch):
    odd = data(3, r"$\bad$ & a_b")
    texts = drawn_texts(DISPLAYS[name](odd, None).figure_, monkeypatch)
    words = " ".join(" ".join(text for _, text in texts).split())
    if name in OF_LABELS:
        assert all(label in words for label in odd.names)
    if name not in UNNAMED:
        assert odd.name in words


def test_overlapping_texts_are_seen(monkeypatch):
    figure, ax = plt.subplots()
    ax.set_axis_off()
    ax.text(0.5, 0.5, "one")
    ax.text(0.52, 0.5, "two")
    ax.text(1.3, 0.1, "outside of it")
    pairs, outside = colliding(drawn_texts(figure, monkeypatch), figure.bbox)
    assert pairs == [("one", "two")]
    assert outside == ["outside of it"]


@every_display
def test_only_the_axes_of_the_user_are_changed(name):
    figure, (left, right) = plt.subplots(1, 2)
    settings, state = mpl.rcParams.copy(), np.random.get_state()[1].copy()  # noqa: NPY002
    display = DISPLAYS[name](data(3), right)
    assert isinstance(display, getattr(plotting, name))
    assert display.ax_ is right
    assert display.figure_ is figure
    assert not left.has_data()
    assert plt.get_fignums() == [figure.number]
    assert mpl.rcParams == settings
    np.testing.assert_array_equal(np.random.get_state()[1], state)  # noqa: NPY002


@every_display
def test_a_display_keeps_its_data_and_draws_it_again(name):
    display = DISPLAYS[name](data(3), plt.subplots()[1])
    parameters = type(display).__init__.__kwdefaults__ or {}
    assert all(hasattr(display, parameter) for parameter in parameters)
    first = display.figure_
    assert display.plot() is display
    assert display.figure_ is not first
    with pytest.raises(TypeError, match="positional"):
        type(display)(None)


@every_display
def test_without_matplotlib_the_extra_is_named(name, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot")
    with pytest.raises(ImportError, match=r"Plotting needs.*sklearn-protloc\[plot\]"):
        DISPLAYS[name](data(3), None)


@pytest.mark.parametrize(
    "name",
    [
        "ConfidenceDisplay",
        "ImagePanelDisplay",
        "LocalizationMapDisplay",
        "MultiLabelPrecisionRecallDisplay",
        "ReliabilityDisplay",
        "TrainingHistoryDisplay",
    ],
)
def test_axes_that_cannot_be_divided(name):
    with pytest.raises(ValueError, match=r"Expected axes of a grid.*plt.subplots"):
        DISPLAYS[name](data(3), plt.figure().add_axes((0, 0, 1, 1)))
