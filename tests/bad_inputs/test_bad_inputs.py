"""Every public callable, given every bad value, answers or says what is wrong."""

import warnings

import numpy as np
import pytest

from tests.bad_inputs.matrix import Recipe, judge, run
from tests.bad_inputs.registry import RECIPES, needed
from tests.bad_inputs.values import ACCEPTED, EITHER, REFUSED


def test_every_public_callable_has_a_recipe():
    assert needed() - set(RECIPES) == set()


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", RECIPES)
def test_bad_values_are_refused_in_plain_words(name):
    faults = [outcome for outcome in run(RECIPES[name]) if outcome.kind == "fault"]
    assert faults == []


def refuse(X):
    raise ValueError("Expected X as something else.")


class HalfFitted:
    def fit(self, X):
        self.classes_ = [0, 1]
        X.nothing()


def change(X):
    X[0] = 7


def warn(X):
    warnings.warn("divide by zero", RuntimeWarning, stacklevel=1)


@pytest.mark.parametrize(
    ("call", "must_be", "told"),
    [
        (len, REFUSED, "accepted"),
        (change, EITHER, "changed what it was given"),
        (warn, EITHER, "warned of divide by zero"),
        (refuse, ACCEPTED, "not accepted"),
        (refuse, EITHER, "raised by a library"),
        (lambda X: X.nothing(), EITHER, "of another kind"),
        (lambda X: np.zeros(3) + np.zeros(4), EITHER, "raised by a library"),
    ],
)
def test_faults_are_seen(call, must_be, told, tmp_path):
    recipe = Recipe(lambda X: call(X), {"X": "sample"}, {})
    kind, why = judge(recipe, "X", {"X": np.zeros(3)}, must_be, tmp_path)
    assert kind == "fault"
    assert told in why


def test_what_a_refused_fit_leaves_is_seen(tmp_path):
    recipe = Recipe(HalfFitted.fit, {"X": "sample"}, {}, make=HalfFitted)
    kind, why = judge(recipe, "X", {"X": np.zeros(3)}, EITHER, tmp_path)
    assert (kind, why[:20]) == ("fault", "left ['classes_']: A")
