import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, precision_recall_curve
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_protloc.metrics import (
    bootstrap_interval,
    expected_calibration_error,
    label_scores,
    localization_confusion_matrix,
    reliability_curve,
)
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.plotting import (
    ConfidenceDisplay,
    LabelScoresDisplay,
    LabelsPerImageDisplay,
    LocalizationConfusionDisplay,
    MultiLabelPrecisionRecallDisplay,
    ReliabilityDisplay,
)

RNG = np.random.default_rng(0)
NAMES = ["Golgi", "Cytosol", "Rods & rings"]
Y = pd.DataFrame(RNG.random((90, 3)) < [0.3, 0.6, 0.1], columns=NAMES).astype(int)
X = Y.to_numpy() + RNG.normal(size=Y.shape)
P = np.clip(0.3 * Y.to_numpy() + 0.7 * RNG.random(Y.shape), 0, 1)
MODEL = OneVsRestClassifier(LogisticRegression()).fit(X, Y.to_numpy())
OPTIMIZER = MultiLabelThresholdOptimizer(
    OneVsRestClassifier(LogisticRegression()), cv=2
).fit(X, Y)
WITHOUT = Y.assign(**{NAMES[2]: 0})
FROM_ESTIMATOR = [
    LabelScoresDisplay,
    LabelsPerImageDisplay,
    LocalizationConfusionDisplay,
    MultiLabelPrecisionRecallDisplay,
    ReliabilityDisplay,
    ConfidenceDisplay,
]


def words(labels):
    return [label.get_text() for label in labels]


@pytest.mark.parametrize("display", FROM_ESTIMATOR)
def test_an_estimator_is_drawn_as_its_predictions_are(display):
    rows = slice(10) if display is ConfidenceDisplay else slice(None)
    y, features = Y[rows], X[rows]
    result = display.from_estimator(MODEL, features, y)
    by_probability = FROM_ESTIMATOR.index(display) > 2
    predicted = (MODEL.predict_proba if by_probability else MODEL.predict)(features)
    expected = display.from_predictions(y, predicted)
    drawn, wanted = (
        {k: joblib.hash(v) for k, v in vars(d).items() if not k.endswith("_")}
        for d in (result, expected)
    )
    assert drawn == wanted


def test_names_come_from_the_model_inside():
    pipeline = make_pipeline(StandardScaler(), OPTIMIZER).fit(X, Y)
    search = GridSearchCV(OPTIMIZER, {"step": [0.01]}, cv=2).fit(X, Y)
    for model in (OPTIMIZER, pipeline, search):
        display = LocalizationConfusionDisplay.from_estimator(model, X, Y.to_numpy())
        assert list(display.matrix.index) == NAMES
    other = LocalizationConfusionDisplay.from_estimator(
        OPTIMIZER, X, Y, label_names=list("abc")
    )
    assert words(other.ax_.get_xticklabels()) == list("abc")


def test_confusion_is_that_of_the_metric():
    y_pred = P > 0.4
    display = LocalizationConfusionDisplay.from_predictions(WITHOUT, y_pred)
    matrix = localization_confusion_matrix(WITHOUT, y_pred)
    pd.testing.assert_frame_equal(display.matrix, matrix)
    assert display.text_[0, 1].get_text() == f"{100 * matrix.iloc[0, 1]:.0f}"
    assert display.text_[2, 2] is None
    mean = np.nanmean(np.diag(matrix))
    assert display.ax_.get_title() == f"Mean of the diagonal: {mean:.3f}"
    rows = words(display.ax_.get_yticklabels())
    assert rows == [f"{name} ({n})" for name, n in WITHOUT.sum().items()]
    counts = LocalizationConfusionDisplay.from_predictions(Y, y_pred, normalize=None)
    assert counts.ax_.get_title() == ""
    assert counts.text_[0, 0].get_text() == str(counts.matrix.iloc[0, 0])


def test_scores_with_intervals_the_most_frequent_on_top():
    models = {"low": P > 0.3, "high": P > 0.5}
    display = LabelScoresDisplay.from_predictions(Y, models, metric="recall")
    for name, predicted in models.items():
        table = label_scores(Y, predicted)
        np.testing.assert_array_equal(display.scores[name], table["recall"])
        low, high = bootstrap_interval(
            Y, predicted, metric="recall", average=None, random_state=0
        ).confidence_interval
        np.testing.assert_array_equal(display.low[name], low)
        np.testing.assert_array_equal(display.high[name], high)
    rows = words(display.ax_.get_yticklabels())
    order = Y.sum().sort_values(ascending=False)
    assert rows == [f"{name} ({n})" for name, n in order.items()]
    dots = display.errorbars_[1].lines[0].get_xdata()
    np.testing.assert_array_equal(dots, display.scores["high"][order.index])
    ends = np.array([s[:, 0] for s in display.errorbars_[1].lines[2][0].get_segments()])
    np.testing.assert_allclose(ends[:, 0], display.low["high"][order.index])
    assert display.ax_.get_xlabel().startswith("Recall")
    legend = words(display.ax_.get_legend().get_texts())
    assert legend[0] == f"low, mean {display.scores['low'].mean():.3f}"


def test_a_score_that_is_not_defined():
    y_pred = np.where(np.arange(3) == 2, 0, P > 0.4)
    display = LabelScoresDisplay.from_predictions(WITHOUT, y_pred)
    assert words(display.ax_.texts) == ["not defined"]
    assert display.ax_.texts[0].get_position()[1] == 2


def test_scores_of_models():
    display = LabelScoresDisplay.from_estimator({"a": MODEL, "b": OPTIMIZER}, X, Y)
    assert list(display.scores.columns) == ["a", "b"]
    assert list(display.scores.index) == NAMES
    with pytest.raises(ValueError, match="'f1', 'precision', 'recall', got 'auc'"):
        LabelScoresDisplay.from_predictions(Y, P > 0.5, metric="auc")


def test_precision_and_recall():
    display = MultiLabelPrecisionRecallDisplay.from_predictions(
        WITHOUT, P, thresholds=[0.5, 0.4, 0.3]
    )
    precision, recall, _ = precision_recall_curve(Y["Golgi"], P[:, 0])
    np.testing.assert_array_equal(display.lines_[0].get_xdata(), recall)
    np.testing.assert_array_equal(display.lines_[0].get_ydata(), precision)
    score = average_precision_score(Y["Golgi"], P[:, 0])
    title = f"Golgi\nAP {score:.2f} ({Y['Golgi'].sum()})"
    assert display.axes_[0].get_title() == title
    assert display.axes_[2].get_title() == "Rods & rings\nno positive"
    dot = display.axes_[0].lines[-1].get_xydata()[0]
    row = label_scores(Y, P >= [0.5, 0.4, 0.3]).loc["Golgi"]
    np.testing.assert_allclose(dot, row[["recall", "precision"]].astype(float))


def test_thresholds_of_the_model_are_marked():
    display = MultiLabelPrecisionRecallDisplay.from_estimator(OPTIMIZER, X, Y)
    expected = label_scores(Y, OPTIMIZER.predict(X))
    np.testing.assert_array_equal(display.scores["recall"], expected["recall"])
    plain = MultiLabelPrecisionRecallDisplay.from_estimator(MODEL, X, Y)
    assert "recall" not in plain.scores


def test_reliability_of_labels_and_of_all_together():
    display = ReliabilityDisplay.from_predictions(Y, P, average=None, n_bins=5)
    expected = reliability_curve(Y, P, n_bins=5)
    pd.testing.assert_frame_equal(display.curve, expected)
    for panel, name in zip(display.axes_, NAMES, strict=True):
        error = expected_calibration_error(Y, P, n_bins=5, average=None)[name]
        assert panel.get_title() == f"{name}\nECE {error:.3f} ({Y[name].sum()})"
    pooled = ReliabilityDisplay.from_predictions(Y, P, n_bins=5)
    assert len(pooled.axes_) == 1
    assert pooled.curve["n_samples"].sum() == 270
    # Intervals hold the share, and are wide for few images.
    bars = pooled.errorbars_[0].lines[2][0].get_segments()
    for bar, share in zip(bars, pooled.curve["fraction_positive"], strict=True):
        assert bar[0, 1] <= share + 1e-9
        assert bar[1, 1] >= share - 1e-9
    with pytest.raises(ValueError, match="'micro' or None, got 'macro'"):
        ReliabilityDisplay.from_predictions(Y, P, average="macro")
    with pytest.raises(ValueError, match="between 0 and 1"):
        ReliabilityDisplay.from_predictions(Y, 3 * P)


def test_confidence_marks_what_is_predicted_and_annotated():
    thresholds = np.array([0.2, 0.5, 0.8])
    images = RNG.integers(0, 256, (4, 4, 8, 8), dtype=np.uint8)
    display = ConfidenceDisplay.from_predictions(
        Y[:4], P[:4], thresholds=thresholds, images=images
    )
    assert display.axes_.shape == (2, 4)
    assert words(display.axes_[1, 0].get_yticklabels()) == NAMES
    for k, bars in enumerate(display.bars_):
        np.testing.assert_array_equal([bar.get_width() for bar in bars], P[k])
        shades = [
            round(patch.get_y() + 0.5)
            for patch in display.axes_[1, k].patches
            if patch.get_height() == 1
        ]
        assert shades == list(np.flatnonzero(Y.iloc[k]))
    colors = np.array([[bar.get_facecolor() for bar in bars] for bars in display.bars_])
    dark = colors.sum(axis=2) < colors.sum(axis=2).mean()
    np.testing.assert_array_equal(dark, P[:4] >= thresholds)


def test_confidence_of_a_model_on_images_without_labels():
    display = ConfidenceDisplay.from_estimator(OPTIMIZER, X[:3])
    assert display.axes_.shape == (1, 3)
    np.testing.assert_array_equal(display.thresholds, OPTIMIZER.thresholds_)
    assert list(display.label_names) == NAMES
    plain = ConfidenceDisplay.from_estimator(MODEL, X[:1])
    np.testing.assert_array_equal(plain.thresholds, [0.5] * 3)


def test_confidences_that_cannot_be_drawn():
    draw = ConfidenceDisplay.from_predictions
    with pytest.raises(ValueError, match=r"1 to 12 images.*got 90"):
        draw(Y, P)
    with pytest.raises(ValueError, match=r"1 to 12 images.*got 90"):
        ConfidenceDisplay.from_estimator(MODEL, X)
    with pytest.raises(ValueError, match="from 0 to 1 without NaN"):
        draw(Y[:2], P[:2] * np.nan)
    with pytest.raises(
        ValueError, match=r"y of shape \(3, 3\) and p of shape \(2, 3\)"
    ):
        draw(Y[:3], P[:2])
    with pytest.raises(ValueError, match="an image for each of 2 rows of p, got 1"):
        draw(Y[:2], P[:2], images=np.zeros((1, 4, 8, 8)))
    with pytest.raises(ValueError, match="letter of RGBY for each channel"):
        draw(Y[:2], P[:2], images=np.zeros((2, 3, 8, 8)))
