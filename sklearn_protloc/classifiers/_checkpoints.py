"""A training that goes on where a process before was killed."""

import os
import shutil
import time
import warnings
from contextlib import suppress
from pathlib import Path

import torch
from skorch.callbacks import Callback, PrintLog
from skorch.history import History

from sklearn_protloc.classifiers._encoding import level_of_user
from sklearn_protloc.classifiers._fingerprint import digest_of
from sklearn_protloc.classifiers._interruption import LastEpoch
from sklearn_protloc.classifiers._state_file import (
    DamagedFileError,
    pack,
    read_state,
    unpack,
    write_state,
)

__all__ = ["Checkpoints"]

_UNFINISHED, _FINISHED = ".unfinished", ".finished"
_TIMES_WEIGHTS = 8  # two files of weights, Adam's two averages, and the best weights
_CACHES = ("y_trues_", "y_preds_")  # of one epoch, emptied before the next
_STALE = 3600  # seconds; a file is written within minutes
_STARTED = time.time()


class Checkpoints(Callback):
    """Write the state of a training after each epoch, and go on from it.

    Each training has a file of its own in the folder, named by its fingerprint, so
    that those of folds and candidates never meet.
    """

    def __init__(self, folder, fingerprint):
        self.folder = Path(folder)
        self.fingerprint = fingerprint
        self.stem = self.folder / digest_of(fingerprint)

    def find(self):
        """Look for what there is of this training, before it begins."""
        _make_folder(self.folder)
        self._clear_away()
        self.state = _read(self._path(_FINISHED))
        self.is_finished = self.state is not None
        if self.is_finished:
            _warn(
                "checkpoint_dir: this very training was finished before, and its "
                f"model was read from {str(self.folder)!r} instead of being trained "
                "again. Delete the folder to train anew."
            )
            return
        self.state = _read(self._path(_UNFINISHED))
        if self.state is None:
            self._tell_of_others()

    def _clear_away(self):
        """Delete what processes that were killed amid writing have left.

        A part that is young may be of another process, which trains just now.
        """
        for partial in self.folder.glob(".protloc-*.part"):
            with suppress(FileNotFoundError):
                if time.time() - partial.stat().st_mtime > _STALE:
                    partial.unlink()

    def take_finished(self, net):
        """Take the weights and the history of the finished training."""
        net.initialize()
        self._load(net, "module_")
        net.history = History(unpack(self.state["history"]))

    def on_train_begin(self, net, **kwargs):
        if self.state is not None:
            self._restore(net)
            return
        n_bytes = sum(t.nbytes for t in net.module_.state_dict().values())
        _check_space(self.folder, _TIMES_WEIGHTS * n_bytes)
        # of no epoch: what cannot be stored or written is known before hours
        self.on_epoch_end(net)

    def on_epoch_end(self, net, **kwargs):
        state = {
            "fingerprint": self.fingerprint,
            "module_": _checked_state(net.module_),
            "criterion_": _checked_state(net.criterion_),
            "optimizer_": _pack_state(net.optimizer_),
            "callbacks": [_state_of(callback) for callback in self._others(net)],
            "history": _packed(net.history.to_list(), "the history"),
            "numpy": pack(net.rng.bit_generator.state),
            "torch": torch.get_rng_state(),
        }
        if torch.device(net.device).type == "cuda":
            state["cuda"] = torch.cuda.get_rng_state(net.device)
        write_state(self._path(_UNFINISHED), state)

    def finish(self, net):
        """Keep the result in place of the state."""
        state = {
            "fingerprint": self.fingerprint,
            "module_": net.module_.state_dict(),
            "history": _packed(net.history.to_list(), "the history"),
        }
        write_state(self._path(_FINISHED), state)
        self._path(_UNFINISHED).unlink(missing_ok=True)

    def _path(self, suffix):
        return self.stem.with_suffix(suffix)

    def _others(self, net):
        """List the callbacks whose attributes decide how training goes on."""
        no_matter = (Checkpoints, LastEpoch, PrintLog)
        return [c for _, c in net.callbacks_ if not isinstance(c, no_matter)]

    def _restore(self, net):
        self._load(net, "module_", "criterion_", "optimizer_")
        net.history = History(unpack(self.state["history"]))
        net.rng.bit_generator.state = unpack(self.state["numpy"])
        torch.set_rng_state(self.state["torch"])
        if "cuda" in self.state:
            torch.cuda.set_rng_state(self.state["cuda"], net.device)
        states = self.state["callbacks"]
        for callback, state in zip(self._others(net), states, strict=True):
            _restore_callback(callback, state)
        if net.verbose:
            print(f"Training goes on after epoch {len(net.history)}.")
        self.state = None

    def _load(self, net, *names):
        for name in names:
            try:
                getattr(net, name).load_state_dict(unpack(self.state[name]))
            except (RuntimeError, ValueError, KeyError) as error:
                raise ValueError(
                    f"What checkpoint_dir={str(self.folder)!r} holds of this training "
                    f"does not fit the code of its network, loss or optimizer: {error} "
                    "Delete the folder to train anew."
                ) from error

    def _tell_of_others(self):
        """Tell what differs from a training that a process before has left there."""
        left = {}
        for path in self.folder.glob(f"*{_UNFINISHED}"):
            with suppress(FileNotFoundError):  # finished by another process just now
                left[path.stat().st_mtime] = path
        before = [when for when in left if when < _STARTED]
        state = _read(left[max(before)]) if before else None
        if state is None:
            return
        mine, other = self.fingerprint, state["fingerprint"]
        names = sorted(n for n in mine | other if mine.get(n) != other.get(n))
        _warn(
            f"checkpoint_dir={str(self.folder)!r} holds an unfinished training with "
            f"another {', another '.join(names)}: training starts from the beginning. "
            "To go on with that one, fit with its data, parameters and code."
        )


def _warn(message):
    warnings.warn(message, UserWarning, stacklevel=level_of_user())


def _make_folder(folder):
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OSError(
            f"Expected checkpoint_dir as a folder to write to, got {str(folder)!r}, "
            f"which cannot be made: {error.strerror}."
        ) from error


def _check_space(folder, n_bytes):
    free = shutil.disk_usage(folder).free
    if free < n_bytes:
        raise OSError(
            f"checkpoint_dir={str(folder)!r} needs about {n_bytes / 2**20:.0f} MB for "
            f"the state of the training, and {free / 2**20:.0f} MB are free there. "
            "Free space, or give another folder."
        )


def _read(path):
    """Read a state, if there is one."""
    try:
        return read_state(path)
    except FileNotFoundError:
        return None
    except DamagedFileError as error:
        _warn(f"checkpoint_dir: {error} It is not used.")
        return None


def _state_of(callback):
    """Take the attributes that can be stored, and the states of those that have one."""
    values, states = {}, {}
    for name, value in vars(callback).items():
        if hasattr(value, "load_state_dict") and not isinstance(value, type):
            states[name] = _pack_state(value)
        elif name not in _CACHES:
            with suppress(TypeError):
                values[name] = pack(value)
    return {"values": values, "states": states}


def _checked_state(module):
    """Return the state of a module as it is, once it is seen to be mere data."""
    _pack_state(module)
    return module.state_dict()


def _pack_state(value):
    return _packed(value.state_dict(), f"the state of {type(value).__name__}")


def _packed(values, name):
    try:
        return pack(values)
    except TypeError as error:
        raise ValueError(
            f"checkpoint_dir holds numbers, texts, arrays and tensors, and {name} has "
            f"a {error}. Leave it out of that, or train without checkpoint_dir."
        ) from error


def _restore_callback(callback, state):
    values = unpack(state["values"])
    if values.get("dirname") != getattr(callback, "dirname", None):
        with suppress(OSError):
            os.rmdir(callback.dirname)  # made for this fit, which goes on in the old
    vars(callback).update(values)
    for name, packed in state["states"].items():
        getattr(callback, name).load_state_dict(unpack(packed))
