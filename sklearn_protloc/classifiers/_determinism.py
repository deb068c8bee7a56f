"""Arithmetic that gives the same bits every time, on a GPU too."""

import os
import threading
from contextlib import contextmanager

import torch

_SWITCH = threading.RLock()  # torch has one for all threads
_CUBLAS = "CUBLAS_WORKSPACE_CONFIG"


@contextmanager
def deterministic_algorithms(wanted):
    """Let torch take deterministic algorithms only, and put its switch back."""
    if not wanted:
        yield
        return
    with _SWITCH:
        enabled = torch.are_deterministic_algorithms_enabled()
        warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
        workspace = os.environ.get(_CUBLAS)
        os.environ.setdefault(_CUBLAS, ":4096:8")  # cuBLAS refuses to work without
        torch.use_deterministic_algorithms(True)
        try:
            yield
        except RuntimeError as error:
            if "deterministic" not in str(error):
                raise
            raise ValueError(
                f"deterministic=True, and torch has no such algorithm here: {error} "
                "Set deterministic=False, or compute on the CPU."
            ) from error
        finally:
            torch.use_deterministic_algorithms(enabled, warn_only=warn_only)
            if workspace is None:
                del os.environ[_CUBLAS]
