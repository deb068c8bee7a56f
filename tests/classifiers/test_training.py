"""Options of training: weights, early stopping, callbacks, losses, networks."""

import numpy as np
import pandas as pd
import pytest
import torch
from numpy.testing import assert_allclose, assert_array_equal
from skorch.callbacks import Checkpoint, EarlyStopping, EpochScoring, LRScheduler
from torch import nn

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import GapNetPL, Localization, TinyNet


def proba(X, y, sample_weight=None, **params):
    params = {"max_epochs": 2, "random_state": 0, **params}
    model = LocalizationClassifier(TinyNet, **params)
    return model.fit(X, y, sample_weight=sample_weight).predict_proba(X)


def test_training_learns():
    """Bright and dark squares are told apart on new images."""
    rng = np.random.default_rng(0)
    X = rng.normal(0, 1, (80, 2, 8, 8)).astype(np.float32)
    y = rng.integers(0, 2, (80, 2))
    X[:, :, 2:5, 2:5] += 2 * y[:, :, None, None]
    model = LocalizationClassifier(TinyNet, lr=1e-2, max_epochs=20, random_state=0)
    model.fit(X[:40], y[:40])
    assert (model.predict(X[40:]) == y[40:]).mean() > 0.9
    losses = model.history_[:, "train_loss"]
    assert losses[-1] < 0.5 * losses[0]
    assert model.n_iter_ == 20


def test_equal_sample_weights_are_no_weights(X, y):
    expected = proba(X, y)
    assert_array_equal(proba(X, y, np.ones(60)), expected)
    assert_array_equal(proba(X, y, np.full((60, 5), 3.0)), expected)


def test_sample_weights_matter_and_zero_means_not_there(X, y):
    """Rows of weight zero have no say, whatever their labels."""
    weight = np.arange(60) % 2
    changed = np.where(weight[:, None] == 0, 1 - y, y)
    assert_allclose(proba(X, y, weight), proba(X, changed, weight), atol=1e-6)
    assert not np.allclose(proba(X, y, weight), proba(X, y), atol=1e-4)
    per_label = np.ones((60, 5))
    per_label[:, 2] = 0
    changed = y.copy()
    changed[:, 2] = 1 - changed[:, 2]
    assert_allclose(proba(X, y, per_label), proba(X, changed, per_label), atol=1e-6)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        (np.zeros((60, 5)), "zero weight"),
        (np.zeros(60), "zero weight"),
        (-np.ones(60), "Negative values"),
        (np.full(60, np.nan), "contains NaN"),
        (np.ones(73), r"sample_weight.shape == \(73,\), expected \(60,\) or \(60, 5\)"),
        (np.ones((60, 4)), r"sample_weight.shape == \(60, 4\)"),
    ],
)
def test_bad_sample_weights_are_refused(classifier, X, y, weight, message):
    with pytest.raises(ValueError, match=message):
        classifier.fit(X, y, sample_weight=weight)


def test_class_weight_in_its_three_forms(X, y):
    n_present = y.sum(axis=0)
    ratio = (len(y) - n_present) / n_present
    balanced = proba(X, y, class_weight="balanced")
    assert_array_equal(proba(X, y, class_weight=ratio), balanced)
    by_number = proba(X, y, class_weight=dict(enumerate(ratio)))
    assert_array_equal(by_number, balanced)
    frame = pd.DataFrame(y, columns=list("abcde"))
    by_name = proba(X, frame, class_weight=dict(zip("abcde", ratio, strict=True)))
    assert_array_equal(by_name, balanced)
    assert not np.array_equal(balanced, proba(X, y))


def test_class_weight_is_torchs_pos_weight(X, y):
    """Element weights equal BCEWithLogitsLoss(pos_weight=...)."""
    weight = np.array([1.0, 2.0, 3.0, 0.5, 1.0])
    loss = nn.BCEWithLogitsLoss(pos_weight=torch.tensor(weight, dtype=torch.float32))
    assert_allclose(proba(X, y, class_weight=weight), proba(X, y, loss=loss), atol=1e-6)


@pytest.mark.parametrize(
    ("weight", "message"),
    [
        ([1, 2], "one value for each of 5 labels"),
        ({"Nucleus": 2.0}, "unknown labels"),
        ([1, 2, 3, 4, -1], "from 0 upwards"),
        ("heavy", "balanced"),
    ],
)
def test_bad_class_weights_are_refused(X, y, weight, message):
    with pytest.raises(ValueError, match=message):
        proba(X, y, class_weight=weight)


def test_class_weight_of_a_single_column(X, y):
    """As in scikit-learn: by class; an array has no meaning."""
    classes = np.array(["out", "in"])[y[:, 0]]
    weight = {"out": 1.0, "in": 5.0}
    by_sample = np.where(classes == "in", 5.0, 1.0)
    expected = proba(X, classes, sample_weight=by_sample * 60 / by_sample.sum())
    weighted = proba(X, classes, class_weight=weight)
    assert (weighted[:, 0] > proba(X, classes)[:, 0]).mean() > 0.9  # "in" comes first
    assert expected.shape == weighted.shape
    with pytest.raises(ValueError, match="weight of each class"):
        proba(X, classes, class_weight=[1, 5])
    with pytest.raises(ValueError, match="zero weight"):
        proba(X, classes, class_weight={"out": 0, "in": 0})


def _mean_square(output, targets):
    return ((output.sigmoid() - targets) ** 2).mean()


class Mapping(nn.Module):
    """A network whose logits are the highest places of maps it draws."""

    def __init__(self, n_channels, n_labels):
        super().__init__()
        self.head = nn.Conv2d(n_channels, n_labels, 3)

    def forward(self, images):
        maps = self.head(images)
        return Localization(maps.amax(dim=(2, 3)), maps)


def _faint_maps(output, targets, images):
    assert output.maps.shape[2] == images.shape[2] - 2
    return output.maps.square().mean()


@pytest.mark.parametrize("amp", [False, True])
def test_networks_that_draw_maps(X, y, amp):
    """A loss of two arguments gets logits, one of three the maps too."""
    seen = LocalizationClassifier(Mapping, max_epochs=2, validation_fraction=0.2)
    seen.set_params(amp=amp, random_state=0, callbacks=[EpochScoring("roc_auc")])
    assert seen.fit(X, y).predict_proba(X).shape == y.shape
    faint = seen.set_params(loss=_faint_maps, lr=0.01, max_epochs=30).fit(X, y)
    assert np.abs(faint.decision_function(X)).max() < 0.5


def _bright_only(output, targets, images):
    bright = images.mean(dim=(1, 2, 3)) > images.mean()
    return ((output.sigmoid() - targets) ** 2)[bright].mean()


def test_losses_of_two_and_three_arguments(X, y):
    two = proba(X, y, loss=_mean_square)
    three = proba(X, y, loss=_bright_only, standardize=False)
    assert not np.array_equal(two, proba(X, y))
    assert np.isfinite(three).all()
    with pytest.raises(ValueError, match="`reduction`"):
        proba(X, y, loss=_mean_square, class_weight="balanced")


def _focal(output, targets, gamma=2.0):
    assert isinstance(gamma, float)
    return ((output.sigmoid() - targets).abs() ** gamma).mean()


def test_only_a_loss_that_asks_for_images_gets_them(X, y):
    """Arguments with a default keep it, unless they are called images."""
    assert np.isfinite(proba(X, y, loss=_focal)).all()
    plain = nn.functional.binary_cross_entropy_with_logits
    assert_array_equal(proba(X, y, loss=plain), proba(X, y))

    def named(output, targets, images=None):
        assert images.shape[1:] == X.shape[1:]
        return _mean_square(output, targets)

    assert_array_equal(proba(X, y, loss=named), proba(X, y, loss=_mean_square))


def test_weights_need_a_loss_per_label(X, y):
    with pytest.raises(ValueError, match=r"a value for each of \(32, 5\)"):
        proba(X, y, loss=nn.MultiLabelSoftMarginLoss, class_weight=[1, 9, 9, 9, 9])


def test_a_summed_loss_stays_summed_with_weights(X, y):
    loss = nn.BCEWithLogitsLoss(reduction="sum")
    almost_one = np.r_[np.ones(59), 1.001]

    def first_loss(weight):
        model = LocalizationClassifier(TinyNet, loss=loss, max_epochs=1, random_state=0)
        return model.fit(X, y, sample_weight=weight).history_[0, "train_loss"]

    assert first_loss(almost_one) == pytest.approx(first_loss(None), rel=1e-3)
    assert loss.reduction == "sum"


class _Scaled(nn.Module):
    """A loss with a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, output, targets):
        return self.scale * _mean_square(output, targets)


def test_a_loss_with_parameters_is_copied(X, y):
    loss = _Scaled()
    first = proba(X, y, loss=loss)
    assert loss.scale.item() == 1
    assert_array_equal(proba(X, y, loss=loss), first)


def test_divergence_is_an_error_with_a_remedy(X, y):
    with pytest.raises(ValueError, match=r"diverged in epoch 1.*lr=1e\+20.*clip_norm"):
        proba(X, y, lr=1e20, optimizer=torch.optim.SGD)


@pytest.mark.parametrize("score", ["f1_macro", "average_precision", "roc_auc"])
@pytest.mark.parametrize("on_train", [True, False])
@pytest.mark.parametrize("class_weight", [None, "balanced"])
def test_skorch_scores_epochs_with_scikit_learns_scorers(
    X, y, score, on_train, class_weight
):
    scoring = EpochScoring(score, lower_is_better=False, on_train=on_train, name="it")
    model = LocalizationClassifier(
        TinyNet,
        max_epochs=2,
        batch_size=12,
        validation_fraction=0.5,
        class_weight=class_weight,
        callbacks=[scoring],
        random_state=0,
    ).fit(X, y)
    if not on_train:
        held_out = model.history_[-1, "it"]
        assert 0 <= held_out <= 1
    scores = model.history_[:, "it"]
    assert len(scores) == 2
    assert np.isfinite(scores).all()


def test_epoch_scores_are_those_of_the_held_out_images(X, y):
    seen = []

    def spy(net, dataset, truth):
        seen.append((net.predict_proba(dataset), truth, dataset.rows))
        return 0.0

    model = LocalizationClassifier(
        TinyNet,
        max_epochs=2,
        validation_fraction=0.3,
        class_weight="balanced",
        callbacks=[EpochScoring(spy, name="it")],
        random_state=0,
    ).fit(X, y)
    proba, truth, rows = seen[-1]
    assert_array_equal(truth, y[rows])
    assert_allclose(model.predict_proba(X[rows]), proba, atol=1e-6)


def test_the_papers_schedule_can_be_written(X, y, tmp_path):
    """Halve the rate where validation F1 stalls and keep the best epoch's weights."""
    model = LocalizationClassifier(
        TinyNet,
        max_epochs=4,
        validation_fraction=0.3,
        callbacks=[
            EpochScoring("f1_macro", lower_is_better=False, name="valid_f1"),
            LRScheduler("ReduceLROnPlateau", monitor="valid_f1", mode="max"),
            Checkpoint(monitor="valid_f1_best", dirname=tmp_path, load_best=True),
        ],
        random_state=0,
    ).fit(X, y)
    assert model.predict(X).shape == y.shape


def test_early_stopping_keeps_the_best_epoch(X, y):
    model = LocalizationClassifier(
        TinyNet,
        lr=0.3,
        max_epochs=30,
        early_stopping=True,
        validation_fraction=0.3,
        n_iter_no_change=3,
        random_state=0,
    ).fit(X, y)
    losses = model.history_[:, "valid_loss"]
    assert model.n_iter_ == len(losses) < 30
    assert model.n_iter_ == np.argmin(losses) + 1 + 3
    shorter = LocalizationClassifier(
        TinyNet,
        lr=0.3,
        max_epochs=int(np.argmin(losses)) + 1,
        validation_fraction=0.3,
        random_state=0,
    ).fit(X, y)
    assert_array_equal(model.predict_proba(X), shorter.predict_proba(X))


def test_nothing_is_held_out_unless_asked(classifier, X, y):
    assert "valid_loss" not in classifier.fit(X, y).history_[-1]
    classifier.set_params(validation_fraction=0.2).fit(X, y)
    assert "valid_loss" in classifier.history_[-1]


def test_watching_validation_without_any_is_explained(classifier, X, y):
    classifier.set_params(callbacks=[EarlyStopping()])
    with pytest.raises(ValueError, match="Set validation_fraction"):
        classifier.fit(X, y)
    classifier.set_params(callbacks=[EarlyStopping])
    with pytest.raises(ValueError, match="Set validation_fraction"):
        classifier.fit(X, y)
    classifier.set_params(callbacks=[EpochScoring("f1_macro")])
    with pytest.raises(ValueError, match="scores held-out samples"):
        classifier.fit(X, y)
    classifier.set_params(callbacks=[EarlyStopping(monitor="train_loss")]).fit(X, y)


def test_what_is_no_callback_is_refused(classifier, X, y):
    with pytest.raises(TypeError, match="skorch callbacks"):
        classifier.set_params(callbacks=["progress"]).fit(X, y)


def test_callbacks_of_the_user_stay_as_they_were(classifier, X, y):
    schedule = LRScheduler("StepLR", step_size=1, gamma=0.1, event_name="lr")
    classifier.set_params(callbacks=[("schedule", schedule)], max_epochs=3)
    classifier.fit(X, y)
    assert_allclose(classifier.history_[:, "lr"], [1e-3, 1e-4, 1e-5])
    assert not hasattr(schedule, "lr_scheduler_")


def test_every_fit_checkpoints_into_a_folder_of_its_own(classifier, X, y, tmp_path):
    checkpoint = Checkpoint(dirname=tmp_path, monitor=None)
    classifier.set_params(callbacks=[checkpoint])
    classifier.fit(X, y)
    classifier.fit(X, y)
    folders = list(tmp_path.iterdir())
    assert len(folders) == 2
    assert all((folder / "params.pt").exists() for folder in folders)
    assert checkpoint.dirname == tmp_path


class _CountingAugmenter(RandomDihedral):
    calls = 0

    def __call__(self, image, rng):
        _CountingAugmenter.calls += 1
        return super().__call__(image, rng)


def test_augmentation_is_for_training_only(X, y):
    model = LocalizationClassifier(
        TinyNet, max_epochs=2, augmenter=_CountingAugmenter(), random_state=0
    )
    first = model.fit(X, y).predict_proba(X)
    assert _CountingAugmenter.calls == 2 * len(X)
    assert_array_equal(model.predict_proba(X), first)
    assert _CountingAugmenter.calls == 2 * len(X)
    assert not np.array_equal(first, proba(X, y))


@pytest.mark.parametrize(
    "break_it",
    [
        lambda image, rng: image / 255,
        lambda image, rng: image[0],
        lambda image, rng: image[:, :8],
        lambda image, rng: None,
    ],
)
def test_an_augmenter_must_keep_shape_and_dtype(X, y, break_it):
    with pytest.raises(ValueError, match="augmenter was given uint8"):
        proba(X, y, augmenter=break_it)


def test_a_last_batch_of_one_image_joins_the_one_before():
    class BatchNormed(TinyNet):
        def __init__(self, n_channels, n_labels):
            super().__init__(n_channels, n_labels)
            self.head = nn.Sequential(nn.BatchNorm1d(32), nn.Linear(32, n_labels))

    rng = np.random.default_rng(0)
    X, y = rng.random((9, 1, 4, 4)), rng.integers(0, 2, (9, 2))
    model = LocalizationClassifier(BatchNormed, batch_size=4, max_epochs=1)
    assert model.fit(X, y).predict(X).shape == (9, 2)


def test_amp_changes_little(X, y):
    assert_allclose(proba(X, y, amp=True), proba(X, y), atol=0.02)


@pytest.mark.parametrize("optimizer", [torch.optim.SGD, torch.optim.AdamW])
def test_optimizers(X, y, optimizer):
    momentum = 0.9 if optimizer is torch.optim.SGD else None
    out = proba(X, y, optimizer=optimizer, momentum=momentum, weight_decay=0.1)
    assert not np.array_equal(out, proba(X, y, optimizer=optimizer))


def test_momentum_needs_an_optimizer_that_has_it(X, y):
    with pytest.raises(ValueError, match="Adam does not take momentum"):
        proba(X, y, momentum=0.9)


def test_net_params_reach_skorch(classifier, X, y):
    params = {"optimizer__amsgrad": True}
    classifier.set_params(net_params=params).fit(X, y)
    assert classifier.net_.optimizer__amsgrad is True
    assert params == {"optimizer__amsgrad": True}


@pytest.mark.parametrize("name", ["max_epochs", "device", "iterator_train__shuffle"])
def test_net_params_leave_our_own_parameters_alone(classifier, X, y, name):
    with pytest.raises(ValueError, match=f"net_params cannot set '{name}'"):
        classifier.set_params(net_params={name: 1}).fit(X, y)


def test_network_params_and_image_size_reach_the_network(X, y):
    class Sized(TinyNet):
        def __init__(self, n_channels, n_labels, *, image_size, width):
            super().__init__(n_channels, n_labels, width=width)
            self.image_size = image_size

    params = {"width": 4}
    model = LocalizationClassifier(Sized, network_params=params, max_epochs=1)
    module = model.fit(X[:, :, :12], y).net_.module_
    assert module.image_size == (12, 16)
    assert module.features[0].out_channels == 4
    assert params == {"width": 4}


@pytest.mark.parametrize("shape", [(-1, 4), (-1, 5, 1), (-1,)])
def test_logits_of_another_shape_are_refused(X, y, shape):
    class Wrong(TinyNet):
        def forward(self, images):
            logits = super().forward(images)
            return logits[:, :4] if shape == (-1, 4) else logits.reshape(shape)

    model = LocalizationClassifier(Wrong, max_epochs=1)
    with pytest.raises(ValueError, match=r"Expected Wrong to return logits of shape"):
        model.fit(X, y)


def test_optimizers_without_weight_decay(X, y):
    assert np.isfinite(proba(X, y, optimizer=torch.optim.Rprop)).all()
    with pytest.raises(ValueError, match="Rprop does not take weight_decay"):
        proba(X, y, optimizer=torch.optim.Rprop, weight_decay=0.1)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"network": "GapNetPL"}, TypeError, "as a class.*got 'GapNetPL'"),
        ({"augmenter": RandomDihedral}, TypeError, r"use RandomDihedral\(\)"),
        ({"network": TinyNet(4, 5)}, TypeError, "carry its weights"),
        ({"network": lambda c, k: print}, TypeError, "return a torch.nn.Module"),
        ({"network_params": {"depth": 3}}, ValueError, r"It takes TinyNet\("),
        ({"device": "gpu"}, ValueError, "Expected device"),
        ({"lr": -1}, ValueError, "'lr' parameter"),
        ({"max_epochs": 0}, ValueError, "'max_epochs' parameter"),
        ({"dropout": 1.5}, ValueError, "'dropout' parameter"),
        ({"batch_size": 2.5}, ValueError, "'batch_size' parameter"),
        ({"validation_fraction": 1}, ValueError, "'validation_fraction' parameter"),
    ],
)
def test_bad_parameters_are_named(classifier, X, y, params, error, message):
    with pytest.raises(error, match=message):
        classifier.set_params(**params).fit(X, y)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_asking_for_a_gpu_that_is_not_there(classifier, X, y):
    with pytest.raises(ValueError, match=r'set_params\(device="auto"\)'):
        classifier.set_params(device="cuda").fit(X, y)


def test_dropout_reaches_the_network_or_keeps_its_default(X, y):
    def rate(dropout):
        model = LocalizationClassifier(GapNetPL, dropout=dropout, max_epochs=1)
        return model.fit(X[:8], y[:8]).net_.module_.head[0][2].p

    assert rate(None) == 0.3
    assert rate(0.1) == 0.1
