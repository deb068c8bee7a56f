"""scikit-learn's callbacks where that version has them (1.9 and later)."""

__all__ = ["CallbackSupportMixin", "with_callbacks"]

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
