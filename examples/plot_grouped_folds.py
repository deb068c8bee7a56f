"""
===================================================
Images of one antibody must stay in the same fold
===================================================

An antibody is photographed several times, and all its images carry the same labels. A
model that has seen one of them in training may recognise the antibody in another, by
its brightness or background, and need not know the location at all. Folds that split
the images of an antibody therefore promise more than new antibodies will keep.
"""

# %%
# Cells with antibodies
# ---------------------
#
# As in the Human Protein Atlas, there are six images of each antibody. The forest sees
# five numbers per channel, which tell a good deal of the antibody and little of the
# location.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GroupKFold, KFold, cross_val_predict

from sklearn_protloc.datasets import make_cells


def table(images):
    """Return mean, deviation and three quantiles of every channel."""
    pixels = images.reshape(len(images), 4, -1).astype(np.float32)
    quantiles = np.quantile(pixels, [0.5, 0.9, 0.99], axis=2)
    return np.hstack([pixels.mean(axis=2), pixels.std(axis=2), *quantiles])


def precision(y, proba):
    """Return the mean average precision of the locations."""
    proba = np.transpose([p[:, 1] for p in proba])
    return average_precision_score(y, proba, average="macro")


cells = make_cells(2400, labels=5, n_antibodies=400, n_cell_lines=3, random_state=0)
X, y, groups = table(cells.data), cells.target, cells.groups

# %%
# The same cells, folded in two ways
# ----------------------------------
#
# Fifty antibodies are at hand, with six images of each. What the other 350 bring tells
# which of the two estimates to believe. Some fifties are easier than others; therefore
# the comparison is made eight times.

shuffled = KFold(5, shuffle=True, random_state=0)
forest = RandomForestClassifier(60, random_state=0)
options = {"method": "predict_proba"}
rows = []
for block in range(8):
    known = groups // 50 == block
    split = cross_val_predict(forest, X[known], y[known], cv=shuffled, **options)
    apart = cross_val_predict(
        forest, X[known], y[known], cv=GroupKFold(5), groups=groups[known], **options
    )
    others = forest.fit(X[known], y[known]).predict_proba(X[~known])
    rows.append(
        {
            "folds split antibodies": precision(y[known], split),
            "antibodies in one fold": precision(y[known], apart),
            "350 new antibodies": precision(y[~known], others),
        }
    )
scores = pd.DataFrame(rows)
print(scores.agg(["mean", "std"]).T.round(3))

fig, ax = plt.subplots(figsize=(7, 2.8), layout="constrained")
colors = ["tab:red", "tab:green", "tab:gray"]
for position, (name, color) in enumerate(zip(scores, colors, strict=True)):
    ax.plot(scores[name], np.full(8, position), "o", color=color, alpha=0.5)
    ax.plot(scores[name].mean(), position, "|", color="black", markersize=24)
ax.set_yticks(range(3), scores.columns)
ax.set_ylim(2.6, -0.6)
ax.set(xlabel="Mean average precision of five locations; bar: mean of eight")
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# Folds that split antibodies promise what only images of known antibodies would keep.
# With each antibody in one fold the estimate errs to the other, safer side: its forests
# learn from forty antibodies, not from fifty.
