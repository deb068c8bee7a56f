"""Ctrl-C amid a training: what was learnt can be used, and a search ends."""

import os
import signal
import subprocess
import sys
import threading

import pytest
from numpy.testing import assert_array_equal
from sklearn.base import clone
from sklearn.model_selection import cross_val_score
from skorch.callbacks import Callback

from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet


class CtrlC(Callback):
    """Press Ctrl-C at one moment of one epoch."""

    def __init__(self, moment, epoch):
        self.moment = moment
        self.epoch = epoch

    def on_epoch_begin(self, net, **kwargs):
        self._at("on_epoch_begin", net)

    def on_batch_end(self, net, training=False, **kwargs):
        self._at("on_batch_end" if training else "on_validation", net)

    def on_epoch_end(self, net, **kwargs):
        self._at("on_epoch_end", net)

    def _at(self, moment, net):
        if moment == self.moment and len(net.history) == self.epoch:
            signal.raise_signal(signal.SIGINT)


MOMENTS = ["on_epoch_begin", "on_batch_end", "on_validation", "on_epoch_end"]


@pytest.fixture
def model():
    return LocalizationClassifier(
        TinyNet, max_epochs=5, validation_fraction=0.3, random_state=0
    )


@pytest.mark.parametrize("moment", MOMENTS)
def test_the_model_of_the_last_whole_epoch_is_kept(model, X, y, moment):
    expected = clone(model).set_params(max_epochs=2).fit(X, y)
    model.set_params(callbacks=[CtrlC(moment, 3)])
    message = "interrupted after epoch 2 of 5. The model keeps its weights and can"
    with pytest.raises(KeyboardInterrupt), pytest.warns(UserWarning, match=message):
        model.fit(X, y)
    assert_array_equal(model.predict_proba(X), expected.predict_proba(X))
    assert model.n_iter_ == len(model.history_) == 2
    assert model.best_iter_ == expected.best_iter_


def test_early_stopping_keeps_the_best_epoch_so_far(model, X, y):
    model.set_params(early_stopping=True, scoring="f1_macro", lr=0.3, max_epochs=9)
    best = clone(model).fit(X, y).best_iter_
    assert best < 9
    expected = clone(model).set_params(max_epochs=best).fit(X, y)
    model.set_params(callbacks=[CtrlC("on_batch_end", 9)])
    message = f"the weights of epoch {best}, the best so far"
    with pytest.raises(KeyboardInterrupt), pytest.warns(UserWarning, match=message):
        model.fit(X, y)
    assert_array_equal(model.predict_proba(X), expected.predict_proba(X))


@pytest.mark.parametrize("moment", ["on_epoch_begin", "on_batch_end", "on_epoch_end"])
def test_before_the_first_epoch_is_over_nothing_is_kept(model, X, y, moment):
    model.set_params(callbacks=[CtrlC(moment, 1)])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, y)
    assert not hasattr(model, "net_")


def test_an_interrupted_stage_counts_the_epochs_before_it(model, X, y):
    model.fit(X, y)
    before = model.decision_function(X)
    model.set_params(callbacks=[CtrlC("on_batch_end", 1)])
    with pytest.raises(KeyboardInterrupt):
        model.fine_tune(X, y)
    assert_array_equal(model.decision_function(X), before)
    model.set_params(callbacks=[CtrlC("on_batch_end", 2)])
    message = "interrupted after epoch 6 of 8"
    with pytest.raises(KeyboardInterrupt), pytest.warns(UserWarning, match=message):
        model.fine_tune(X, y, max_epochs=3)
    assert model.n_iter_ == 6


@pytest.mark.filterwarnings("error:Training was interrupted")
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_search_ends_at_once(model, X, y, moment):
    """Also where warnings are errors, which a search takes for a fit that failed."""
    model.set_params(callbacks=[CtrlC(moment, 2)])
    with pytest.raises(KeyboardInterrupt):
        cross_val_score(model, X, y, cv=3, error_score=0)


def test_handlers_of_ctrl_c_are_put_back(model, X, y):
    seen = []
    before = signal.signal(signal.SIGINT, lambda *args: seen.append(args))
    try:
        mine = signal.getsignal(signal.SIGINT)
        model.set_params(callbacks=[CtrlC("on_batch_end", 2)])
        assert model.fit(X, y).n_iter_ == 5  # this handler does not interrupt
        assert seen
        assert signal.getsignal(signal.SIGINT) is mine
    finally:
        signal.signal(signal.SIGINT, before)


def test_other_threads_leave_signals_alone(model, X, y):
    thread = threading.Thread(target=model.fit, args=(X, y))
    thread.start()
    thread.join()
    assert model.n_iter_ == 5


_SCRIPT = """
import numpy as np
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.networks import TinyNet
from skorch.callbacks import Callback

class Tell(Callback):
    def on_epoch_end(self, net, **kwargs):
        print(len(net.history), flush=True)

X, y = np.random.default_rng(0).random((20, 1, 8, 8)), np.eye(20, 2, dtype=int)
model = LocalizationClassifier(TinyNet, max_epochs=10**6, callbacks=[Tell()])
try:
    model.fit(X, y)
except KeyboardInterrupt:
    print("usable", model.predict(X).shape, model.n_iter_ == len(model.history_))
    raise
"""


@pytest.mark.skipif(os.name == "nt", reason="sends the signal of Ctrl-C")
def test_a_signal_from_outside():
    process = subprocess.Popen(
        [sys.executable, "-c", _SCRIPT],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        for _ in range(3):
            process.stdout.readline()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert out.splitlines()[-1] == "usable (20, 2) True"
    assert "Training was interrupted after epoch" in err
    assert process.returncode == -signal.SIGINT
