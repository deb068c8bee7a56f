import subprocess
import sys
from itertools import pairwise

import matplotlib

matplotlib.use("agg")

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.multiclass import OneVsRestClassifier

from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.plotting import ThresholdCurveDisplay

RNG = np.random.default_rng(0)
Y = RNG.integers(0, 2, (60, 3))
P = np.clip(0.3 * Y + 0.7 * RNG.random(Y.shape), 0, 1).round(2)
X, TARGET = make_multilabel_classification(90, n_classes=4, random_state=0)


@pytest.fixture(autouse=True)
def _close():
    yield
    plt.close("all")


def fitted(**params):
    model = OneVsRestClassifier(LogisticRegression(max_iter=500))
    return MultiLabelThresholdOptimizer(model, **params)


def row_texts(display):
    """Return the texts on the right of the rows."""
    right = next(ax for ax in display.figure_.axes if ax is not display.ax_)
    return [text.get_text() for text in right.get_yticklabels()]


def test_curves_are_f1_at_each_threshold():
    display = ThresholdCurveDisplay.from_predictions(Y, P)
    for j in (0, 1, 250, 500, 777, 1000):
        predicted = display.thresholds[j] <= P
        expected = f1_score(Y, predicted, average=None, zero_division=0)
        np.testing.assert_allclose(display.f1[:, j], expected)
    assert len(display.lines_) == 3
    assert display.chosen_ is None


def test_from_predictions_marks_the_thresholds():
    thresholds, names = [0.25, 0.5, 0.755], ["nucleus", "golgi", "er"]
    display = ThresholdCurveDisplay.from_predictions(
        pd.DataFrame(Y, columns=names), P, thresholds=thresholds
    )
    ticks = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert ticks == names
    dots = display.chosen_.lines[0]
    np.testing.assert_array_equal(dots.get_xdata(), thresholds)
    f1 = f1_score(Y, np.greater_equal(P, thresholds), average=None)
    counts = Y.sum(axis=0)
    assert row_texts(display) == [
        f"{value:.2f} ({n})" for value, n in zip(f1, counts, strict=True)
    ]
    # The first label is the highest row, and dots lie on their curves.
    assert np.diff(dots.get_ydata()).max() < 0
    for dot, line in zip(dots.get_xydata(), display.lines_, strict=True):
        at = np.searchsorted(line.get_xdata(), dot[0])
        assert line.get_ydata()[at] == pytest.approx(dot[1])


def test_from_estimator_shows_what_the_optimizer_reports():
    y = pd.DataFrame(TARGET, columns=list("abcd"))
    optimizer = fitted().fit(X, y)
    display = ThresholdCurveDisplay.from_estimator(optimizer, y)
    np.testing.assert_array_equal(display.chosen, optimizer.thresholds_)
    np.testing.assert_array_equal(display.chosen_std, optimizer.thresholds_std_)
    np.testing.assert_allclose(display.chosen_f1, optimizer.oof_f1_)
    assert list(display.label_names) == list("abcd")
    bars = display.chosen_.lines[2][0].get_segments()
    widths = [np.ptp(bar[:, 0]) for bar in bars]
    np.testing.assert_allclose(widths, 2 * optimizer.thresholds_std_, atol=1e-12)


def test_from_estimator_takes_the_rows_held_out():
    optimizer = fitted(cv=0.4, random_state=0).fit(X, TARGET)
    display = ThresholdCurveDisplay.from_estimator(optimizer, TARGET)
    expected = optimizer.report_["n_positive"]
    np.testing.assert_array_equal(display.n_positive, expected)


def test_a_label_without_a_positive_is_flat():
    y = Y.copy()
    y[:, 1] = 0
    display = ThresholdCurveDisplay.from_predictions(y, P, thresholds=[0.5, 2.0, 0.5])
    assert (display.f1[1] == 0).all()
    assert row_texts(display)[1] == "no positive"
    assert display.ax_.get_xlim() == (0, 1)


def test_axes_of_the_user():
    figure, ax = plt.subplots()
    display = ThresholdCurveDisplay.from_predictions(Y, P, ax=ax)
    assert display.ax_ is ax
    assert display.figure_ is figure
    assert display.plot().ax_ is not ax


def test_nothing_overlaps_with_as_many_labels_as_hpa_has():
    names = [f"Microtubule organizing center {k}" for k in range(28)]
    y = RNG.integers(0, 2, (200, 28))
    display = ThresholdCurveDisplay.from_predictions(
        pd.DataFrame(y, columns=names),
        RNG.random(y.shape),
        thresholds=np.full(28, 0.5),
        thresholds_std=np.full(28, 0.1),
    )
    display.figure_.draw_without_rendering()
    for ax in display.figure_.axes:
        boxes = [label.get_window_extent() for label in ax.get_yticklabels()]
        assert all(upper.y0 >= lower.y1 for upper, lower in pairwise(boxes))
        box = ax.get_tightbbox()
        assert box.x0 >= 0
        assert box.x1 <= display.figure_.bbox.x1
    for base, line in zip(range(27, -1, -1), display.lines_, strict=True):
        assert line.get_ydata().min() >= base
        assert line.get_ydata().max() < base + 1


def test_errors():
    with pytest.raises(NotFittedError):
        ThresholdCurveDisplay.from_estimator(fitted(), TARGET)
    optimizer = fitted().fit(X, TARGET)
    with pytest.raises(ValueError, match=r"y of shape \(89, 4\).*shape \(90, 4\)"):
        ThresholdCurveDisplay.from_estimator(optimizer, TARGET[1:])
    single = MultiLabelThresholdOptimizer(LogisticRegression(max_iter=500))
    single.fit(X, TARGET[:, 0])
    with pytest.raises(ValueError, match="has no thresholds to show"):
        ThresholdCurveDisplay.from_estimator(single, TARGET[:, :1])
    with pytest.raises(ValueError, match="from 0 to 1, without NaN"):
        ThresholdCurveDisplay.from_predictions(Y, np.where(P > 0.5, np.nan, P))
    with pytest.raises(ValueError, match=r"shape \(60, 3\) and prob.*\(60, 2\)"):
        ThresholdCurveDisplay.from_predictions(Y, P[:, :2])


def test_matplotlib_is_imported_for_drawing_only():
    code = (
        "import sys, sklearn_protloc.plotting\n"
        "assert not {'matplotlib', 'torch', 'skorch'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_without_matplotlib_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    monkeypatch.delitem(sys.modules, "matplotlib.pyplot")
    y = np.array([[0, 1], [1, 0], [1, 1]])
    with pytest.raises(ImportError, match=r"sklearn-protloc\[plot\]"):
        ThresholdCurveDisplay.from_predictions(y, y * 0.8)
