"""The rules by the strings that stand for them."""

from sklearn_protloc.model_selection._strategies._auto import auto
from sklearn_protloc.model_selection._strategies._dice import dice
from sklearn_protloc.model_selection._strategies._f1 import f1
from sklearn_protloc.model_selection._strategies._fold_mean import fold_mean
from sklearn_protloc.model_selection._strategies._global import global_threshold
from sklearn_protloc.model_selection._strategies._least_squares import least_squares
from sklearn_protloc.model_selection._strategies._plug_in import plug_in
from sklearn_protloc.model_selection._strategies._prevalence import prevalence
from sklearn_protloc.model_selection._strategies._shrunk import shrunk

__all__ = ["STRATEGIES"]

# What the strings of the parameter `strategy` stand for.
STRATEGIES = {
    "shrunk": shrunk,
    "f1": f1,
    "dice": dice,
    "least_squares": least_squares,
    "prevalence": prevalence,
    "fold_mean": fold_mean,
    "plug_in": plug_in,
    "global": global_threshold,
    "auto": auto,
}
