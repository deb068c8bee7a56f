"""Every public callable, called with every bad value of each of its arguments."""

import linecache
import re
import tempfile
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import isfunction
from pathlib import Path
from typing import NamedTuple

import joblib
import numpy as np

from tests.bad_inputs.roles import ALIGNED, VALUES, WORDS
from tests.bad_inputs.values import ACCEPTED, EITHER, REFUSED, Value

OURS = "sklearn_protloc"
# Where scikit-learn checks what users give, in words that its users know.
CHECKS = (
    "sklearn/utils/validation.py",
    "sklearn/utils/_param_validation.py",
    "sklearn/utils/multiclass.py",
    "sklearn/utils/_metadata_requests.py",
    "sklearn/metrics/_classification.py",
    "sklearn/model_selection/_split.py",
)
NO_WARNINGS = (RuntimeWarning, DeprecationWarning, FutureWarning)


@dataclass
class Recipe:
    """Good arguments of a callable, and their roles.

    Parameters
    ----------
    call : callable
        Called with the arguments by name; with what `make` makes before them, if that
        is given.
    roles : dict of str to str
        Roles of the arguments that are tried, by name.
    good : dict of str to object
        Good values of all arguments; functions make them, given a folder.
    but : dict of (str, str) to str, default={}
        What has to come of an argument and value where it is not what its role says.
    make : callable, default=None
        Makes the object whose method is called.
    words : tuple of str, default=()
        What else an error may call its arguments.
    """

    call: Callable
    roles: dict
    good: dict
    but: dict = field(default_factory=dict)
    make: Callable = None
    words: tuple = ()


class Outcome(NamedTuple):
    """How a call ended: "result", "refused" or "fault"."""

    value: str
    argument: str
    kind: str
    told: str


def cases_of(recipe):
    """Yield (argument, value), where argument "all" stands for all of the samples."""
    yield "none", Value("good", lambda good: good, ACCEPTED)
    aligned = [name for name, role in recipe.roles.items() if role in ALIGNED]
    if aligned:
        yield "all", Value("no samples", lambda good: good[:0], REFUSED)
        yield "all", Value("one sample", lambda good: good[:1], EITHER)
    for argument, role in recipe.roles.items():
        if role in ALIGNED and len(aligned) > 1:
            yield argument, Value("mismatched lengths", lambda good: good[:-1], REFUSED)
        for value in VALUES[role]:
            yield argument, value


def run(recipe):
    """Call with every value in turn, and return the outcomes."""
    return [run_case(recipe, argument, value) for argument, value in cases_of(recipe)]


def run_case(recipe, argument, value):
    """Make one call, and judge how it ended."""
    with tempfile.TemporaryDirectory() as folder:
        arguments = {
            name: good(Path(folder)) if isfunction(good) else good
            for name, good in recipe.good.items()
        }
        for name, role in recipe.roles.items():
            if name == argument or (argument == "all" and role in ALIGNED):
                arguments[name] = value.make(arguments[name])
        must_be = recipe.but.get((argument, value.name), value.must_be)
        kind, told = judge(recipe, argument, arguments, must_be, Path(folder))
    return Outcome(value.name, argument, kind, told)


def judge(recipe, argument, arguments, must_be, folder):
    """Call, and tell ("result", "refused" or "fault", what was said or is wrong)."""
    made = recipe.make() if recipe.make else None
    tried = {name: arguments[name] for name in recipe.roles}
    before = state_of(tried), fitted(made), files_in(folder)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            recipe.call(*([made] if recipe.make else []), **arguments)
            error = None
        except Exception as raised:
            error = raised
    for warning in warned:
        if issubclass(warning.category, NO_WARNINGS):
            return "fault", f"warned of {warning.message}"
    if state_of(tried) != before[0]:
        return "fault", "changed what it was given"
    if error is None:
        return ("fault", "accepted") if must_be == REFUSED else ("result", "")
    told = f"{type(error).__name__}: {error}"
    wrong = fault_of(error, argument, recipe)
    if must_be == ACCEPTED:
        wrong = "not accepted"
    elif fitted(made) != before[1]:
        wrong = f"left {sorted(fitted(made) - before[1])}"
    elif files_in(folder) != before[2]:
        wrong = "left files"
    return ("fault", f"{wrong}: {told}") if wrong else ("refused", told)


def fault_of(error, argument, recipe):
    """Say what is wrong with an error, if anything."""
    if isinstance(error, FileNotFoundError):
        return ""  # Python's own, which names the file
    if not isinstance(error, ValueError | TypeError):
        return "of another kind"
    if not raised_by_us(error):
        return "raised by a library"
    roles = recipe.roles
    words = [argument, *recipe.words, *WORDS.get(roles.get(argument), ())]
    if argument == "all" or roles.get(argument) in ALIGNED:  # others fit it not
        words += ["sample", "fold"] if argument == "all" else []
        words += [w for role in roles.values() for w in WORDS.get(role, ())]
    if not re.search(rf"\b({'|'.join(words)})", str(error), re.IGNORECASE):
        return "names no argument"
    return ""


def raised_by_us(error):
    """Whether a `raise` of this package ended the call, or of scikit-learn's checks."""
    frame = error.__traceback__
    while frame.tb_next:
        frame = frame.tb_next
    file = frame.tb_frame.f_code.co_filename.replace("\\", "/")
    line = linecache.getline(file, frame.tb_lineno)
    ours = f"/{OURS}/" in file and line.strip().startswith("raise")
    return ours or file.endswith(CHECKS)


def state_of(arguments):
    """Return what tells whether arrays and tables were changed."""
    return {
        name: joblib.hash(value.numpy() if hasattr(value, "detach") else value)
        for name, value in arguments.items()
        if isinstance(value, np.ndarray | list)
        or hasattr(value, "detach")
        or hasattr(value, "iloc")
    }


def fitted(made):
    """Return names of the attributes that a fit leaves."""
    return {name for name in getattr(made, "__dict__", {}) if name.endswith("_")}


def files_in(folder):
    return sorted(folder.rglob("*"))
