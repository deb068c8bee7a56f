"""
==================================
How good is a model, and at what?
==================================

One number says that a model is better than another, and not where it fails. These
pictures do. Two quick forests stand for networks; any multi-label classifier will do,
or the labels and probabilities that it predicted.
"""

# %%
# Two models
# ----------
#
# The first sees the protein only, the second also how it goes along with the other
# stains, which tell where in the cell it is.

import matplotlib.pyplot as plt
import numpy as np
from sklearn.ensemble import RandomForestClassifier

from sklearn_protloc.datasets import make_cells
from sklearn_protloc.plotting import (
    ConfidenceDisplay,
    LabelScoresDisplay,
    LocalizationConfusionDisplay,
    MultiLabelPrecisionRecallDisplay,
    ReliabilityDisplay,
)
from sklearn_protloc.utils import label_probabilities

cells = make_cells(900, image_size=32, labels=8, random_state=0, as_frame=True)
stains = cells.data.reshape(900, 4, -1) / 255
protein = stains[:, 1]
alone = np.quantile(protein, [0.5, 0.8, 0.9, 0.95, 0.99, 1], axis=1).T
along = np.einsum("np,ncp->nc", protein, stains[:, [0, 2, 3]])
along /= protein.sum(axis=1, keepdims=True)

probabilities = {}
for name, X in {"protein": alone, "all stains": np.hstack([alone, along])}.items():
    forest = RandomForestClassifier(60, min_samples_leaf=3, random_state=0)
    forest.fit(X[:600], cells.target[:600])
    probabilities[name] = label_probabilities(forest, X[600:], n_labels=8)
y, best = cells.target[600:], probabilities["all stains"]

# %%
# Label by label
# --------------
#
# The bars tell how much luck is in a score: the fewer images, the longer.

predicted = {name: p >= 0.3 for name, p in probabilities.items()}
LabelScoresDisplay.from_predictions(y, predicted)
plt.show()

# %%
# What is taken for what
# ----------------------
#
# The diagonal is the percentage found; the rest of a row tells what was falsely named
# where the location of the row was missed.

LocalizationConfusionDisplay.from_predictions(y, predicted["all stains"])
plt.show()

# %%
# What other thresholds would do
# ------------------------------

MultiLabelPrecisionRecallDisplay.from_predictions(y, best, thresholds=0.3)
plt.show()

# %%
# Whether probabilities mean what they say
# ----------------------------------------

ReliabilityDisplay.from_predictions(y, best)
plt.show()

# %%
# Single images
# -------------
#
# Shaded locations are true. A light bar on shade was missed, and a dark one without
# shade is false.

ConfidenceDisplay.from_predictions(
    y[:4], best[:4], thresholds=0.3, images=cells.data[600:604]
)
plt.show()
