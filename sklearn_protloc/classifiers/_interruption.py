"""Training that the user ends: what was learnt is kept, and Ctrl-C goes on."""

import signal
import threading
import warnings
from contextlib import contextmanager

from skorch.callbacks import Callback

from sklearn_protloc.classifiers._encoding import level_of_user

__all__ = ["LastEpoch", "noticing_ctrl_c", "pass_on"]


@contextmanager
def noticing_ctrl_c():
    """Give an event that Ctrl-C sets, to tell it from callbacks that end training.

    Both raise a KeyboardInterrupt. Signals come to the main thread alone.
    """
    came = threading.Event()
    before = signal.getsignal(signal.SIGINT)
    is_main = threading.current_thread() is threading.main_thread()
    if not is_main or not callable(before):
        yield came
        return

    def notice(signum, frame):
        came.set()
        before(signum, frame)

    signal.signal(signal.SIGINT, notice)
    try:
        yield came
    finally:
        signal.signal(signal.SIGINT, before)


class LastEpoch(Callback):
    """Remember the weights of the last whole epoch."""

    def on_train_begin(self, net, **kwargs):
        self.on_epoch_end(net)  # of a training that goes on

    def on_epoch_end(self, net, **kwargs):
        self.n_epochs_ = len(net.history)
        self.weights_ = {
            name: tensor.detach().cpu().clone()
            for name, tensor in net.module_.state_dict().items()
        }

    def put_back(self, net):
        """Forget what came after that epoch."""
        net.module_.load_state_dict(self.weights_)
        del net.history[self.n_epochs_ :]


def pass_on(stage, model, start):
    """Tell what an interrupted training has left, and interrupt its caller too.

    Parameters
    ----------
    stage : LocalizationClassifier
        With the parameters of the training.
    model : LocalizationClassifier
        With what was learnt.
    start : Start or None
        Where training started.
    """
    n_epochs = stage.max_epochs + (len(start.history) if start else 0)
    kept = "its weights"
    if stage.early_stopping and model.best_iter_ is not None:
        kept = f"the weights of epoch {model.best_iter_}, the best so far,"
    hint = ""
    if stage.checkpoint_dir is not None:
        hint = " The same fit would go on from there."
    try:
        warnings.warn(
            f"Training was interrupted after epoch {model.n_iter_} of {n_epochs}. The "
            f"model keeps {kept} and can predict.{hint}",
            UserWarning,
            stacklevel=level_of_user(),
        )
    finally:  # even where warnings are errors
        raise KeyboardInterrupt
