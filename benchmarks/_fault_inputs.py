"""Give every public callable every bad value, and count how the calls end."""

import sys
import warnings
from collections import Counter
from pathlib import Path

import pandas as pd

KINDS = ["refused", "result", "fault"]


def inputs():
    """Run the matrix of bad values that the tests run, and print it as a table."""
    sys.path.insert(0, str(Path(__file__).parents[1]))  # whose tests know all callables
    from tests.bad_inputs.matrix import run
    from tests.bad_inputs.registry import RECIPES

    outcomes, faults = [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, recipe in RECIPES.items():
            for outcome in run(recipe):
                outcomes.append((outcome.value, outcome.kind))
                if outcome.kind == "fault":
                    faults.append(f"{name}({outcome.argument}: {outcome.value})")
    table = pd.DataFrame(outcomes, columns=["value", "ended"])
    table = pd.crosstab(table["value"], table["ended"]).reindex(
        columns=KINDS, fill_value=0
    )
    print(table.to_string())
    ended = Counter(kind for _, kind in outcomes)
    counts = ", ".join(f"{ended[kind]} {kind}" for kind in KINDS)
    print(f"{len(outcomes)} calls of {len(RECIPES)} callables: {counts}.")
    for fault in faults:
        print(fault)
