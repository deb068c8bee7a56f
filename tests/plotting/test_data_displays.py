import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from sklearn_protloc.metrics import label_cooccurrence
from sklearn_protloc.plotting import (
    CooccurrenceDisplay,
    ImagePanelDisplay,
    LabelFrequencyDisplay,
    LabelsPerImageDisplay,
)

RNG = np.random.default_rng(0)
NAMES = ["Golgi", "Cytosol", "Rods & rings", "Aggresome"]
Y = pd.DataFrame(RNG.random((120, 4)) < [0.1, 0.6, 0.0, 0.3], columns=NAMES).astype(int)
IMAGES = RNG.integers(0, 256, (3, 4, 10, 12), dtype=np.uint8)


def words(labels):
    return [label.get_text() for label in labels]


def test_frequencies_stand_in_falling_order_with_numbers():
    display = LabelFrequencyDisplay.from_labels(Y)
    names = words(display.ax_.get_yticklabels())
    assert names == ["Cytosol", "Aggresome", "Golgi", "Rods & rings"]
    counts = Y[names].sum()
    assert [bar.get_width() for bar in display.bars_[0]] == list(counts)
    texts = [text.strip() for text in words(display.ax_.texts)]
    assert texts == [f"{n} ({100 * n / 120:.1f} %)" for n in counts]
    assert texts[-1] == "0 (0.0 %)"


def test_frequencies_of_several_sets():
    display = LabelFrequencyDisplay.from_labels({"train": Y[:80], "test": Y[80:]})
    order = display.n_positive["train"].sort_values(ascending=False, kind="stable")
    assert words(display.ax_.get_yticklabels()) == list(order.index)
    test = Y[80:][order.index].sum()
    assert [bar.get_width() for bar in display.bars_[1]] == list(test)
    legend = words(display.ax_.get_legend().get_texts())
    assert legend == ["train, 80 images", "test, 40 images"]


def test_names_of_labels():
    values, others = Y.to_numpy(), list("abcd")
    numbers = LabelFrequencyDisplay.from_labels(values).n_positive.index
    assert list(numbers) == ["0", "1", "2", "3"]
    table = LabelFrequencyDisplay.from_labels(Y, label_names=others)
    assert list(table.n_positive.index) == others
    matrix = CooccurrenceDisplay.from_labels(
        sparse.csr_matrix(values), label_names=others
    )
    assert words(matrix.ax_.get_xticklabels()) == others
    with pytest.raises(ValueError, match="a name for each of 4 labels, got 3"):
        CooccurrenceDisplay.from_labels(values, label_names=others[:3])


def test_sets_that_cannot_be_compared():
    with pytest.raises(ValueError, match="same labels in the same order"):
        LabelFrequencyDisplay.from_labels({"a": Y, "b": Y[NAMES[::-1]]})
    with pytest.raises(ValueError, match=r"one to 6 entries.*got 7"):
        LabelFrequencyDisplay.from_labels({str(k): Y for k in range(7)})
    with pytest.raises(ValueError, match=r"one to 6 entries.*got 0"):
        LabelFrequencyDisplay.from_labels({})
    with pytest.raises(ValueError, match=r"only 0 \(absent\) and 1"):
        LabelFrequencyDisplay.from_labels(Y * 2)


def test_labels_per_image():
    display = LabelsPerImageDisplay.from_labels(Y)
    expected = Y.sum(axis=1).value_counts().sort_index()
    assert words(display.ax_.get_xticklabels()) == [str(n) for n in expected.index]
    heights = [bar.get_height() for bar in display.bars_[0]]
    np.testing.assert_allclose(heights, expected)
    assert display.ax_.get_legend() is None


def test_labels_per_image_and_how_many_are_right():
    y_true = np.array([[1, 0, 0], [1, 0, 0], [1, 0, 0], [1, 1, 0]])
    y_pred = np.array([[1, 0, 0], [1, 0, 1], [0, 0, 0], [1, 1, 0]])
    display = LabelsPerImageDisplay.from_predictions(y_true, y_pred)
    heights = [[bar.get_height() for bar in part] for part in display.bars_]
    np.testing.assert_allclose(heights, [[1, 1], [1, 0], [1, 0]], atol=1e-12)
    legend = words(display.ax_.get_legend().get_texts())
    assert [text.split()[0] for text in legend] == ["all", "all", "some"]


def test_cooccurrence_in_percent_and_in_images():
    shares, counts = label_cooccurrence(Y), label_cooccurrence(Y, normalize=False)
    display = CooccurrenceDisplay.from_labels(Y)
    assert display.text_[1, 3].get_text() == f"{100 * shares.iloc[1, 3]:.0f}"
    assert display.text_[2, 0] is None  # a label that does not occur
    assert words(display.ax_.get_yticklabels())[2] == "Rods & rings (0)"
    display = CooccurrenceDisplay.from_labels(Y, normalize=False)
    assert display.text_[1, 3].get_text() == str(counts.iloc[1, 3])
    np.testing.assert_array_equal(display.im_.get_array(), counts)


def test_panels_show_stains_merged_and_alone():
    display = ImagePanelDisplay.from_images(IMAGES, Y[:3])
    assert display.axes_.shape == (3, 5)
    merged, red, green, *_ = (ax.images[0].get_array() for ax in display.axes_[1])
    assert merged.shape == (10, 12, 3)
    np.testing.assert_allclose(merged[..., 0], red)
    np.testing.assert_allclose(merged[..., 1], green)
    titles = [ax.get_title() for ax in display.axes_[0][1:]]
    assert titles == ["Microtubules", "Protein", "Nucleus", "Reticulum"]
    expected = [
        "\n".join(Y.columns[row == 1]) or "no label" for row in Y[:3].to_numpy()
    ]
    assert [row[0].get_title() for row in display.axes_] == expected


def test_panels_of_other_channels():
    display = ImagePanelDisplay.from_images(IMAGES[:, :2], order="GB")
    assert display.axes_.shape == (3, 3)
    single = ImagePanelDisplay.from_images(IMAGES[:, :1], order="G")
    assert single.axes_.shape == (3, 1)
    side_by_side = ImagePanelDisplay.from_images(IMAGES, shown=("RGB",))
    assert side_by_side.axes_.shape == (3, 1)
    tops = [ax.get_position().y1 for ax in side_by_side.axes_[:, 0]]
    assert len(set(tops)) == 1


def test_images_are_read_one_by_one():
    class Lazy:
        shape, dtype, ndim = IMAGES.shape, IMAGES.dtype, 4
        rows = ()

        def __len__(self):
            return len(IMAGES)

        def __getitem__(self, row):
            self.rows += (row,)
            return IMAGES[row]

    lazy = Lazy()
    ImagePanelDisplay.from_images(lazy)
    assert lazy.rows == (0, 1, 2)


def test_panels_that_cannot_be_drawn():
    with pytest.raises(ValueError, match=r"1 to 48 images.*got 49"):
        ImagePanelDisplay.from_images(np.zeros((49, 4, 4, 4)))
    with pytest.raises(ValueError, match="letter of RGBY for each channel"):
        ImagePanelDisplay.from_images(IMAGES[:, :3])
    for shown in ("RGB", ("RGX",)):
        with pytest.raises(ValueError, match="shown as a tuple of texts"):
            ImagePanelDisplay.from_images(IMAGES, shown=shown)
    with pytest.raises(ValueError, match="each of 3 images, got 2 rows"):
        ImagePanelDisplay.from_images(IMAGES, Y[:2])
