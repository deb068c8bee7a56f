import re
from base64 import b64decode

import cv2
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import RidgeClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sklearn_protloc.classifiers import LocalizationClassifier, SoftVotingClassifier
from sklearn_protloc.datasets import ImageCollection
from sklearn_protloc.metrics import (
    bootstrap_interval,
    expected_calibration_error,
    label_scores,
)
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.networks import TinyNet
from sklearn_protloc.reporting import report
from sklearn_protloc.reporting._pictures import photo
from tests.reporting.conftest import renamed
from tests.reporting.html_check import Page

X, Y = make_multilabel_classification(90, n_classes=4, random_state=0)
NEAR = KNeighborsClassifier(5).fit(X[:60], Y[:60])


@pytest.fixture(scope="module")
def full(model, cells):
    """Return a page with all of its sections."""
    images = ImageCollection.from_array(
        cells.data[40:], ids=[f"cell {i}" for i in range(20)]
    )
    return report(
        model,
        images,
        cells.target[40:].reset_index(drop=True),
        groups=np.repeat(np.arange(10), 2),
        metadata=pd.DataFrame({"cell_line": ["U-2 OS", None] * 10}),
        X_train=cells.data[:40],
        y_train=cells.target[:40],
        groups_train=np.arange(100, 140),
        n_images=2,
        title="Cells & more",
    )


def rows_of(html, caption):
    """Return the table with that caption, row by row."""
    table = html[html.index(caption) :]
    rows = re.findall(r"<tr>(.*?)</tr>", table[: table.index("</table>")], re.DOTALL)
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]


def test_page_is_well_formed_and_fetches_nothing(full):
    page = Page(full)
    assert page.faults == []
    assert page.fetched() == []
    assert not page.attributes_of("script")
    assert len(page.attributes_of("img")) > 10


def test_checks_of_pages_can_fail():
    page = Page('<p><img src="http://a/b.png"><b></p><style>@import "x";</style>')
    assert len(page.faults) >= 1
    assert len(page.fetched()) == 2


def test_page_can_be_read_without_seeing_it(full):
    page = Page(full)
    assert all(len(attrs["alt"]) > 5 for attrs in page.attributes_of("img"))
    assert page.attributes_of("html") == [{"lang": "en"}]
    assert all(attrs["scope"] in ("col", "row") for attrs in page.attributes_of("th"))
    levels = [int(tag[1]) for tag, _ in page.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert max(np.diff(levels)) == 1  # no level is left out
    ids = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(set(ids)) == len(ids)
    for attrs in page.attributes_of("a"):
        assert attrs["href"].removeprefix("#") in ids
    for attrs in page.attributes_of("table"):
        assert attrs["aria-labelledby"] in ids


def test_sections_stand_in_the_contents(full):
    titles = re.findall(r"<h2>(.*?)</h2>", full)
    assert titles == [
        "Labels",
        "Data",
        "Leakage",
        "Confusion",
        "Calibration",
        "Images",
        "Parts of the images",
        "Configuration",
    ]
    assert "<h1>Cells &amp; more</h1>" in full


def test_scores_are_those_of_the_metrics(full, model, cells):
    y, predicted = cells.target[40:], model.predict(cells.data[40:])
    proba, groups = model.predict_proba(cells.data[40:]), np.repeat(np.arange(10), 2)
    scores = label_scores(y, predicted, proba)
    low, high = bootstrap_interval(
        y, predicted, groups=groups, average=None, random_state=0
    ).confidence_interval
    for row in rows_of(full, "Scores of each label")[1:]:
        k = list(y.columns).index(row[0])
        expected = scores.iloc[k]
        assert int(row[1]) == expected["n_positive"]
        assert float(row[3]) == pytest.approx(expected["f1"], abs=1e-3)
        assert row[4] == f"{low[k]:.3f} to {high[k]:.3f}"
        assert float(row[-1]) == pytest.approx(model.thresholds_[k], abs=1e-3)
    assert "over 10 groups" in full


def test_both_calibration_errors_are_named(full, model, cells):
    y, proba = cells.target[40:], model.predict_proba(cells.data[40:])
    macro = expected_calibration_error(y, proba)
    pooled = expected_calibration_error(
        y.to_numpy().reshape(-1, 1), proba.reshape(-1, 1)
    )
    assert f"{macro:.3f} on average as a mean over labels" in full
    assert f"{pooled:.3f} for decisions on all labels together" in full


def test_parts_and_training_are_told(full):
    lines = rows_of(full, "By cell line")
    assert [row[:2] for row in lines[1:]] == [["U-2 OS", "10"], ["not given", "10"]]
    assert "Nothing is shared with the training images" in full
    trained = {row[0]: row[1] for row in rows_of(full, "What was trained")[1:]}
    assert trained["Epochs"] == "1"
    assert int(trained["Parameters of networks"].replace(",", "")) > 100
    assert ["network", "TinyNet"] in rows_of(full, "LocalizationClassifier (")
    assert " at 0x" not in full


def test_parts_called_other_and_unknown_stay_apart_from_what_is_merged():
    lines = [*["other"] * 4, *["unknown"] * 4, *[None] * 4, *"aabbccddeeffgghhij"]
    html = report(NEAR, X[60:], Y[60:], metadata=pd.DataFrame({"line": lines}))
    rows = {row[0]: row[1] for row in rows_of(html, "By line")[1:]}
    assert rows["other"] == rows["unknown"] == rows["not given"] == "4"
    assert rows["other groups"] == "4"


def test_best_and_worst_images_have_maps(full, model, cells):
    proba = np.clip(model.predict_proba(cells.data[40:]), 1e-7, 1 - 1e-7)
    y = cells.target[40:].to_numpy()
    losses = -np.log(np.where(y == 1, proba, 1 - proba)).mean(axis=1)
    titles = [int(t) for t in re.findall(r"<h4>cell (\d+)</h4>", full)]
    order = np.argsort(losses)
    assert titles == [order[-1], order[-2], order[0], order[1]]
    assert full.count(": where the network sees") == 2 * 4


def test_photos_are_small():
    rng = np.random.default_rng(0)
    noise = cv2.GaussianBlur(rng.random((512, 512, 3)), (5, 5), 0)
    figure = photo(noise, "Noise")
    kind, _, content = figure.source.partition(";base64,")
    assert kind == "data:image/jpeg"
    assert len(content) < 150_000  # as PNG, 500 000
    shown = cv2.imdecode(np.frombuffer(b64decode(content), np.uint8), 1)[..., ::-1]
    assert shown.shape == (384, 384, 3)
    expected = 255 * cv2.resize(noise, (384, 384), interpolation=cv2.INTER_AREA)
    assert np.abs(shown - expected).mean() < 8


def test_leaks_are_told_first(model, cells):
    html = report(
        model,
        cells.data[30:],
        cells.target[30:],
        groups=np.arange(30, 60),
        X_train=cells.data[:40],
        y_train=cells.target[:40],
        groups_train=np.arange(40),
        n_images=0,
    )
    first = re.search(r'<p class="important">(.*?)</p>', html)[1]
    assert "33.3% of the images have images of their group" in first
    assert "33.3% of the images have a near duplicate" in first
    assert [row[0] for row in rows_of(html, "only remembers")[1:]] == [
        "Groups",
        "Near duplicates",
    ]


def test_without_training_data_nobody_knows():
    html = report(NEAR, X[60:], Y[60:])
    first = re.search(r'<p class="important">(.*?)</p>', html)[1]
    assert "Whether the model was trained on any of these images is not known" in first
    assert "Images</h2>" not in html  # a table holds none


def test_models_no_better_than_naming_everything_are_told():
    y = np.ones((30, 2), dtype=int)
    y[:3] = 0
    html = report(KNeighborsClassifier(1).fit(X[:30], 1 - y), X[:30], y)
    assert "not clearly above what naming every label that occurs here" in html


def test_absent_labels_count_for_the_model_and_the_baseline_alike():
    class Coins(KNeighborsClassifier):
        def predict(self, X):
            return np.column_stack([np.arange(len(X)) % 2, np.zeros((len(X), 4), int)])

    y = np.column_stack([np.arange(30) < 15, np.zeros((30, 4), bool)])
    html = report(Coins().fit(X[:30], y), X[:30], y)
    rows = {row[0]: row[1] for row in rows_of(html, "Scores of all labels")[1:]}
    assert rows["For comparison: macro F1"] == "0.667"
    assert rows["Macro F1"].startswith("0.467")
    assert "not clearly above" in html


def test_training_images_of_another_size_are_not_compared(model, cells):
    html = report(
        model,
        cells.data[40:],
        cells.target[40:],
        X_train=np.zeros((5, 4, 16, 16), np.uint8),
        y_train=np.eye(5, 3),
        n_images=0,
    )
    assert "training images have the shape (4, 16, 16), these images" in html


def test_models_without_probabilities_and_labels_that_do_not_occur():
    y = np.column_stack([Y, np.zeros(90, int)])
    y[0, 4] = 1
    html = report(RidgeClassifier().fit(X[:60], y[:60]), X[60:], y[60:])
    assert "Calibration" not in html
    assert "No image here has 4." in html
    assert "nan" not in Page(html).text.lower()


EVIL = '<script>alert("1")</script><img src=x onerror=alert(1)>{{ 7 * 7 }}$\\a$'


def test_names_from_users_are_text(full, model, cells):
    y = cells.target[40:].set_axis([f"{EVIL}{k}" for k in range(3)], axis=1)
    images = ImageCollection.from_array(
        cells.data[40:], ids=[f"{EVIL}{i}" for i in range(20)]
    )
    html = report(
        renamed(model, y),
        images,
        y.reset_index(drop=True),
        groups=np.repeat([f"{EVIL}{k}" for k in range(10)], 2),
        metadata=pd.DataFrame({EVIL: [f"{EVIL}a", f"{EVIL}b"] * 10}),
        notes=[EVIL],
        n_images=1,
        title=EVIL,
    )
    page = Page(html)
    assert page.faults == []
    assert not page.attributes_of("script")
    assert not any("onerror" in attrs for _, attrs in page.tags)
    assert {t for t, _ in page.tags} <= {t for t, _ in Page(full).tags}
    assert page.text.count('<script>alert("1")</script>') > 10
    assert "{{ 7 * 7 }}" in page.text


def test_channels_without_names_and_too_many(cells):
    class Always(KNeighborsClassifier):
        def fit(self, X, y):
            return super().fit(np.zeros((len(X), 1)), y)

        def predict(self, X):
            return super().predict(np.zeros((len(X), 1)))

        def predict_proba(self, X):
            return super().predict_proba(np.zeros((len(X), 1)))

    model = Always().fit(cells.data[:40], cells.target[:40])
    html = report(model, cells.data[40:, :2], cells.target[40:], n_images=1)
    assert "Channels are drawn in red, green, in their order." in html
    images = np.repeat(cells.data[40:], 2, axis=1)
    html = report(model, images, cells.target[40:], n_images=1)
    assert "Images of 8 channels are not drawn" in html


def test_a_note_may_be_a_text():
    html = report(NEAR, X[60:], Y[60:], notes="One note")
    assert html.count("One note") == 1
    for notes in (5, [5]):
        with pytest.raises(TypeError, match="notes as a text or a list of texts, got"):
            report(NEAR, X[60:], Y[60:], notes=notes)


def test_page_is_written_whole_or_not_at_all(tmp_path):
    path = tmp_path / "report.html"
    html = report(NEAR, X[60:], Y[60:], path=path)
    assert path.read_text(encoding="utf-8") == html
    with pytest.raises(ValueError, match="Expected labels for each of 30"):
        report(NEAR, X[60:], Y[:60], path=path)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    with pytest.raises(ValueError, match="Folder of path not found"):
        report(NEAR, X[60:], Y[60:], path=tmp_path / "nowhere" / "a.html")
    with pytest.raises(ValueError, match="that of a file, got a folder"):
        report(NEAR, X[60:], Y[60:], path=tmp_path)


def test_figures_of_the_user_stay_and_others_go():
    figure = plt.figure()
    before = plt.get_fignums()
    report(NEAR, X[60:], Y[60:])
    assert plt.get_fignums() == before
    plt.close(figure)


def test_labels_in_another_order_are_refused(model, cells):
    with pytest.raises(ValueError, match="in another order"):
        report(model, cells.data[40:], cells.target[40:].iloc[:, ::-1])


def test_training_labels_must_be_those_of_the_images(model, cells):
    x, y = cells.data[40:], cells.target[40:]
    for given in (y, y.to_numpy()):  # the model knows the names, too
        with pytest.raises(
            ValueError, match=r"in y_train and .* in y\. .*another order"
        ):
            report(model, x, given, y_train=y.iloc[:, ::-1])
    with pytest.raises(ValueError, match="label 2 is 'Other' in y_train"):
        report(model, x, y, y_train=y.rename(columns={y.columns[2]: "Other"}))


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"n_images": 25}, "n_images as a whole number from 0 to 24"),
        ({"n_images": 1.5}, "n_images as a whole number"),
        ({"groups": np.zeros(30)}, "two or more groups"),
        ({"groups": np.zeros(3)}, "Expected a group for each of 30"),
        ({"metadata": pd.DataFrame({"a": [1]})}, "metadata with a row for each of 30"),
        ({"X_train": X[:60]}, "Expected y_train with X_train"),
        ({"y_train": Y[:60, :2]}, "y_train with the 4 labels"),
        ({"y_train": Y[:60], "X_train": X[:9]}, "X_train with an image for each"),
        ({"y_train": Y[:60], "groups_train": range(60)}, "groups with groups_train"),
    ],
)
def test_arguments_that_do_not_fit_are_refused(options, match):
    with pytest.raises(ValueError, match=match):
        report(NEAR, X[60:], Y[60:], **options)


def test_thresholds_of_members_are_not_those_of_an_ensemble():
    tuned = MultiLabelThresholdOptimizer(KNeighborsClassifier(5), cv=2)
    voting = SoftVotingClassifier([("a", tuned), ("b", tuned)]).fit(X[:60], Y[:60])
    assert "thresholds came with the model" not in report(voting, X[60:], Y[60:])
    behind = make_pipeline(StandardScaler(), tuned).fit(X[:60], Y[:60])
    html = report(behind, X[60:], Y[60:])
    assert "thresholds came with the model" in html
    for row in rows_of(html, "Scores of each label")[1:]:
        expected = behind[-1].thresholds_[int(row[0])]
        assert float(row[-1]) == pytest.approx(expected, abs=1e-3)


def test_training_of_every_member_is_told(cells):
    members = [
        (str(n), LocalizationClassifier(TinyNet, max_epochs=n, random_state=0))
        for n in (1, 2)
    ]
    voting = SoftVotingClassifier(members).fit(cells.data[:9], cells.target[:9])
    html = report(voting, cells.data[40:], cells.target[40:], n_images=0)
    trained = {row[0]: row[1] for row in rows_of(html, "What was trained")[1:]}
    assert trained["Epochs"] == "1; 2"


@pytest.mark.parametrize(
    ("trained", "these"),
    [
        (np.arange(60) % 5, (np.arange(30) % 5).astype(str)),
        (np.arange(60.0) % 5, list("abc") * 10),
        ([*range(59), "unknown"], ["unknown", *map(str, range(29))]),
    ],
)
def test_groups_as_numbers_and_as_texts_are_refused(trained, these):
    with pytest.raises(ValueError, match=r"all as .* all as texts"):
        report(NEAR, X[60:], Y[60:], y_train=Y[:60], groups_train=trained, groups=these)


def test_groups_as_whole_and_as_floating_numbers_are_the_same():
    these = np.arange(30.0) % 5
    html = report(
        NEAR,
        X[60:],
        Y[60:],
        y_train=Y[:60],
        groups_train=np.arange(60) % 5,
        groups=these,
    )
    assert "100.0% of the images have images of their group" in html


def test_models_must_be_fitted():
    with pytest.raises(NotFittedError):
        report(KNeighborsClassifier(), X[60:], Y[60:])
    with pytest.raises(ValueError, match="two or more images"):
        report(NEAR, X[:1], Y[:1])
