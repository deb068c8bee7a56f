"""All recipes, and the public callables that must have one."""

import importlib
import inspect
import pkgutil

import sklearn_protloc
from tests.bad_inputs.recipes import (
    datasets,
    estimators,
    files_and_reports,
    metrics,
    plotting,
    torch_rooms,
    utils,
)

RECIPES = {
    name: recipe
    for room in (
        utils,
        torch_rooms,
        metrics,
        datasets,
        estimators,
        plotting,
        files_and_reports,
    )
    for name, recipe in room.RECIPES.items()
}
# Methods that data come in by. Others take none, or hand it on to one of these.
METHODS = (
    "cache",
    "decision_function",
    "fine_tune",
    "fit",
    "fit_resample",
    "predict",
    "predict_labels",
    "predict_maps",
    "predict_proba",
    "score",
    "split",
    "transform",
)
# Names of other processes and machines, which tests cannot have.
NOT_TRIED = {"dask_client"}


def needed():
    """Return the names of recipes that there must be."""
    names = set()
    for room in pkgutil.iter_modules(sklearn_protloc.__path__):
        if room.name.startswith("_"):
            continue
        module = importlib.import_module(f"sklearn_protloc.{room.name}")
        for name in module.__all__:
            names |= entries_of(name, getattr(module, name))
    return names - NOT_TRIED


def entries_of(name, thing):
    """Return what there is to call of something public."""
    if not inspect.isclass(thing):
        return {name} if callable(thing) else set()
    methods = {
        method
        for method, _ in inspect.getmembers(thing, callable)
        if method in METHODS or method.startswith("from_")
    }
    return {f"{name}.{method}" for method in methods} or {name}
