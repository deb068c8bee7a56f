"""scikit-learn's callbacks see every epoch, also inside a search."""

import pytest
from sklearn.model_selection import GridSearchCV

callback = pytest.importorskip("sklearn.callback", reason="scikit-learn 1.9 or later")


class _Recorder:
    """Remember which tasks ended, in the order they did."""

    max_propagation_depth = None

    def __init__(self, stop_after=None):
        self.stop_after = stop_after
        self.ended = []

    def setup(self, estimator, context):
        pass

    def teardown(self, estimator, context):
        pass

    def on_fit_task_begin(self, estimator, context):
        pass

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        self.ended.append((context.estimator_name, context.task_name))
        if context.task_name == "epoch":
            assert fitted_estimator.predict(X).shape == y.shape
            return context.task_id + 1 == self.stop_after
        return False


def test_every_epoch_is_reported(classifier, X, y):
    recorder = _Recorder()
    classifier.set_callbacks(recorder).fit(X, y)
    epoch = ("LocalizationClassifier", "epoch")
    assert recorder.ended == [epoch, epoch, ("LocalizationClassifier", "fit")]


def test_epochs_of_a_second_stage_are_reported(classifier, X, y):
    recorder = _Recorder()
    classifier.fit(X, y).set_callbacks(recorder).fine_tune(X, y, max_epochs=1)
    name = "LocalizationClassifier"
    assert recorder.ended == [(name, "epoch"), (name, "fit")]
    assert not hasattr(classifier, "_callback_fit_ctx")


def test_a_callback_can_stop_training(classifier, X, y):
    classifier.set_params(max_epochs=5).set_callbacks(_Recorder(stop_after=3))
    assert classifier.fit(X, y).n_iter_ == 3


def test_early_stopping_ends_every_epoch_that_began(classifier, X, y):
    recorder = _Recorder()
    classifier.set_params(
        lr=0.3, max_epochs=30, early_stopping=True, n_iter_no_change=2
    )
    classifier.set_callbacks(recorder).fit(X, y)
    n_ended = recorder.ended.count(("LocalizationClassifier", "epoch"))
    assert n_ended == classifier.n_iter_ < 30


def test_epochs_are_nested_under_a_search(classifier, X, y):
    recorder = _Recorder()
    search = GridSearchCV(classifier, {"lr": [1e-3, 1e-2]}, cv=2, scoring="f1_macro")
    search.set_callbacks(recorder).fit(X, y)
    n_fits = 2 * 2 + 1
    assert recorder.ended.count(("LocalizationClassifier", "epoch")) == 2 * n_fits


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_progress_bar(classifier, X, y, capsys, n_jobs):
    search = GridSearchCV(
        classifier, {"lr": [1e-3, 1e-2]}, cv=2, scoring="f1_macro", n_jobs=n_jobs
    )
    search.set_callbacks(callback.ProgressBar()).fit(X, y)
    assert "LocalizationClassifier" in capsys.readouterr().out
