"""
=======================================
Copies of rare images belong into folds
=======================================

Images with rare locations are copied, changed a little and added, so that a classifier
sees them more often. Done before the images are divided into folds, this puts copies of
one image on both sides, and the score counts what was learnt by heart. This example
shows how far that goes: the images are pure noise, and there is nothing to be learnt.
"""

# %%
# Noise with labels
# -----------------
#
# 600 images of random pixels, and three rare locations given to some of them by lot.

import matplotlib.pyplot as plt
import numpy as np
from imblearn.pipeline import make_pipeline
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import cross_val_predict
from sklearn.multiclass import OneVsRestClassifier
from sklearn.preprocessing import FunctionTransformer

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.model_selection import MultilabelStratifiedKFold
from sklearn_protloc.over_sampling import RareLabelOverSampler

rng = np.random.default_rng(0)
names = ["Rods & rings", "Endosomes", "Mitotic spindle"]
X = rng.integers(0, 256, (600, 4, 16, 16), dtype=np.uint8)
y = (rng.random((600, 3)) < [0.03, 0.05, 0.1]).astype(int)
print("images of each location:", dict(zip(names, y.sum(axis=0).tolist(), strict=True)))

# %%
# Two orders
# ----------
#
# The sampler copies images until every location has 200, turns and mirrors the copies,
# and a forest looks at the brightness of the channels.


def brightness(images):
    """Return means, deviations and quantiles of the channels."""
    pixels = images.reshape(*images.shape[:2], -1)
    blocks = [pixels.mean(axis=2), pixels.std(axis=2)]
    return np.hstack([*blocks, *np.quantile(pixels, [0.1, 0.25, 0.75, 0.9], axis=2)])


sampler = RareLabelOverSampler(200, augmenter=RandomDihedral(), random_state=0)
table = FunctionTransformer(brightness)
forest = OneVsRestClassifier(RandomForestClassifier(30, random_state=0))
folds = MultilabelStratifiedKFold(5, shuffle=True, random_state=0)


def auc_per_location(model, X, y):
    """Return the area under the ROC curve of each location, by cross-validation."""
    proba = cross_val_predict(model, X, y, cv=folds, method="predict_proba")
    return roc_auc_score(y, proba, average=None)


# %%
# In a pipeline the sampler works inside each training side, and what is tested on are
# images that were neither seen nor copied.

inside = auc_per_location(make_pipeline(sampler, table, forest), X, y)

# %%
# The wrong order: copies first, folds afterwards.

X_more, y_more = sampler.fit_resample(X, y)  # don't
before = auc_per_location(make_pipeline(table, forest), X_more, y_more)

# %%
# What is found in noise
# ----------------------
#
# 0.5 is what guessing gets and, give or take the chance of few images, what the
# pipeline reports. In the wrong order the forest seems to be all but perfect.

print("inside the folds:", inside.round(2))
print("before the folds:", before.round(2))

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
places = np.arange(len(names))
for shift, scores, color, label in [
    (-0.2, inside, "tab:blue", "copied inside the folds"),
    (0.2, before, "tab:orange", "copied before the folds"),
]:
    bars = ax.bar(places + shift, scores, 0.38, color=color, label=label)
    ax.bar_label(bars, fmt="%.2f", label_type="center", color="white", weight="bold")
ax.axhline(0.5, color="black", linestyle="--", linewidth=1, zorder=0)
ax.annotate("guessing", (2.75, 0.5), va="center", annotation_clip=False)
ax.set(ylabel="ROC AUC on noise", ylim=(0, 1), xlim=(-0.6, 2.7))
ax.set_xticks(places, names)
ax.legend(loc="upper center", ncols=2, bbox_to_anchor=(0.5, 1.2), frameon=False)
ax.spines[["top", "right"]].set_visible(False)
plt.show()
