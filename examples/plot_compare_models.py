"""
======================================
Which model is better, and how sure?
======================================

Two models were scored on the same cells, and one is ahead by a few hundredths. Is it
better? This example compares three on the same folds of synthetic cells, pools what
they say about cells held out, and looks at the interval of their difference.
"""

# %%
# Cells as numbers
# ----------------
#
# Simple models want a table: for each cell the spread of its protein, and how the
# protein goes along with the other three stains. Two cells come of each antibody, and
# are right or wrong together.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from sklearn_protloc.datasets import make_cells
from sklearn_protloc.model_selection import MultiLabelThresholdOptimizer
from sklearn_protloc.reporting import compare


def table(images):
    """Return quantiles of the protein and its means weighted by the other stains."""
    stains = np.asarray(images).reshape(len(images), 4, -1) / 255
    protein = stains[:, 1]
    quantiles = np.quantile(protein, [0.5, 0.8, 0.9, 0.95, 0.99, 1], axis=1).T
    along = np.einsum("np,ncp->nc", protein, stains[:, [0, 2, 3]])
    return np.hstack([quantiles, along / protein.sum(axis=1, keepdims=True)])


cells = make_cells(600, image_size=32, labels=8, random_state=0, as_frame=True)
statistics = FunctionTransformer(table)
forest = RandomForestClassifier(60, min_samples_leaf=3, random_state=0)
models = {
    "forest": make_pipeline(statistics, forest),
    "forest, tuned": MultiLabelThresholdOptimizer(make_pipeline(statistics, forest)),
    "nearest cells": make_pipeline(
        statistics, StandardScaler(), KNeighborsClassifier(7)
    ),
    "most frequent": make_pipeline(statistics, DummyClassifier()),
}

# %%
# The same folds for all
# ----------------------
#
# Thresholds of the tuned forest are tuned inside each training side: nothing is chosen
# on cells that are scored. The reference is named before anyone looks at scores.

comparison = compare(models, cells.data, cells.target, cv=3, reference="forest")
columns = ["macro_f1", "difference", "difference_low", "difference_high", "p_value"]
print(comparison.to_frame()[columns].round(3).to_string())

# %%
# Thresholds help the forest: the interval of its difference does not hold zero. They
# do not change what it ranks first, and average precision tells so.

columns = ["macro_average_precision", "macro_roc_auc", "fit_time"]
print(comparison.to_frame()[columns].round(3).to_string())

# %%
# Where the difference is
# -----------------------
#
# A mean hides which locations work. Bars that overlap do not show that two models are
# equal: the table above does, as both were scored on the same cells.

comparison.plot()
plt.show()
