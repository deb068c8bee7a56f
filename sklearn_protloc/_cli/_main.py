"""Running a command: what can go wrong for a user ends in one line."""

import contextlib
import importlib
import os
import re
import signal
import sys
import warnings

from sklearn_protloc._cli._parser import make_parser

__all__ = ["main"]

_INTERRUPTED = 130  # what shells report for a command ended by Ctrl-C


def main(argv=None):
    """Run the `protloc` command.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; None reads those of the process.

    Returns
    -------
    status : int
        0 on success, 2 where an input or option does not fit, 130 after Ctrl-C.
    """
    args = make_parser().parse_args(argv)
    # Threads that wait for each other by spinning are many times slower where other
    # programs use the cores too. Read when torch is loaded, so it is set before.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    # Commands import torch, which takes seconds: not for --help.
    command = importlib.import_module(f"sklearn_protloc._cli._{args.command}")
    try:
        with _interruptible(), warnings.catch_warnings():
            warnings.showwarning = _show_warning
            command.run(args)
    except (ValueError, TypeError, OSError, MemoryError) as error:
        message = _with_options(_one_line(error), args)
        print(f"protloc: error: {message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        folder = getattr(args, "checkpoint_dir", None)
        left = "nothing was written"
        if folder is not None:
            left = f"the same command goes on with what is in {folder}"
        print(f"protloc: interrupted, {left}", file=sys.stderr)
        return _INTERRUPTED
    return 0


class _Interrupted(BaseException):
    """Ctrl-C under a name that skorch, which ends training on it, does not catch."""


@contextlib.contextmanager
def _interruptible():
    """Let Ctrl-C end the whole command and not one training among several."""

    def interrupt(signum, frame):
        raise _Interrupted

    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    except _Interrupted:
        raise KeyboardInterrupt from None
    finally:
        signal.signal(signal.SIGINT, before)


def _show_warning(message, *args, **kwargs):
    print(f"protloc: warning: {_one_line(message)}", file=sys.stderr)


def _with_options(message, args):
    """Call parameters of the library as the options are called that set them."""
    # words such as "images" are meant as words, unless something is set to a value
    names = "|".join(n if "_" in n else f"{n}(?==)" for n in vars(args))
    parameter = rf"(?<![\w./\\-])({names})(?![\w/\\-]|\.\w)"  # no part of a path
    return re.sub(parameter, lambda found: "--" + found[0].replace("_", "-"), message)


def _one_line(error):
    if isinstance(error, OSError) and error.filename is not None:
        return f"{error.strerror}: {error.filename}"
    return " ".join(str(error).split())
