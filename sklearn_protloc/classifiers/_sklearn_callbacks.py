"""scikit-learn's callbacks where that version has them (1.9 and later)."""

from skorch.callbacks import Callback

__all__ = ["CallbackSupportMixin", "EpochReporter", "with_callbacks"]

try:
    from sklearn.callback import CallbackSupportMixin, with_callbacks
except ImportError:

    class _NoContext:
        """Accept every report and pass it to nobody."""

        def subcontext(self, **kwargs):
            return self

        def call_on_fit_task_begin(self, **kwargs):
            return self

        def call_on_fit_task_end(self, **kwargs):
            return False

    class CallbackSupportMixin:
        """No callbacks can be set, so that training reports to nobody."""

        def _init_callback_context(self, **kwargs):
            return _NoContext()

    def with_callbacks(method):
        """Return the method: there is nothing to tear down."""
        return method


class EpochReporter(Callback):
    """Tell scikit-learn's callbacks where training is; stop if one of them asks."""

    def __init__(self, context, report):
        self.context = context
        self.report = report
        self.stopped = False

    def on_epoch_begin(self, net, **kwargs):
        self.epoch_ = self.context.subcontext(task_name="epoch")
        self.epoch_.call_on_fit_task_begin(**self.report(net))

    def on_epoch_end(self, net, **kwargs):
        self.stopped = self.epoch_.call_on_fit_task_end(**self.report(net))
        if self.stopped:
            raise KeyboardInterrupt  # skorch's way to end training early
