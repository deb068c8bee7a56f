"""Whose line a warning of `fit` points at."""

import linecache

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import cross_val_score


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (pd.DataFrame({"a": [0, 1] * 30, "b": [0] * 60}), "No training image"),
        (np.array(["0 1", "2"] * 30), "one column of classes"),
    ],
    ids=["absent", "lists"],
)
def test_warnings_point_at_the_line_of_the_user(classifier, X, y, message):
    def line_of_warning(fit):
        with pytest.warns(UserWarning, match=message) as record:
            fit()
        first = next(w for w in record if message in str(w.message))
        return linecache.getline(first.filename, first.lineno).strip()

    assert "classifier.fit(X" in line_of_warning(lambda: classifier.fit(X, y))
    search = line_of_warning(lambda: cross_val_score(classifier, X, y, cv=2))
    assert "cross_val_score(classifier" in search
