"""
=============================
Where in a cell a location is
=============================

A classifier names the locations of a protein. A network that draws maps also shows
where in the image each of them is. This example trains one on synthetic cells, without
ever showing it where the locations are, and compares its maps with the truth.
"""

# %%
# Images of one location to learn from
# ------------------------------------
#
# The network learns its maps from the protein channel: bright protein is where the
# location is. That holds for images of a single location, so it is trained on these.

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score
from torch.optim.lr_scheduler import OneCycleLR

from sklearn_protloc.augmentation import RandomDihedral
from sklearn_protloc.classifiers import LocalizationClassifier
from sklearn_protloc.datasets import make_cells
from sklearn_protloc.losses import MaskedMapLoss
from sklearn_protloc.networks import CytoFCN
from sklearn_protloc.plotting import LocalizationMapDisplay

names = ["Nucleoplasm", "Cytosol", "Plasma membrane"]
options = {"image_size": 64, "labels": names, "as_frame": True}
cells = make_cells(700, **options, random_state=0)
one = cells.target.sum(axis=1) == 1
model = LocalizationClassifier(
    CytoFCN,
    network_params={"width": 8},
    loss=MaskedMapLoss(),
    max_epochs=12,
    lr=5e-3,
    batch_size=16,
    lr_schedule=OneCycleLR,
    augmenter=RandomDihedral(),
    random_state=0,
)
model.fit(cells.data[one], cells.target[one])

# %%
# Maps of several locations
# -------------------------
#
# New cells with two or three locations at once. In blue: where they are in truth. A
# place of this network's maps is 16 pixels wide; ``n_shifts`` moves the image to see
# between.

test = make_cells(150, **options, random_state=1, return_masks=True)
several = np.flatnonzero(test.target.sum(axis=1) > 1)
for i in several[:3]:
    present = np.flatnonzero(test.target.iloc[i])
    LocalizationMapDisplay.from_estimator(
        model, test.data[i], labels=present, masks=test.masks[i], n_shifts=8
    )
plt.show()

# %%
# What the protein alone does not tell
# ------------------------------------
#
# The bright protein of such images is in all of their locations, and does not tell them
# apart. Take two places where the protein is, one of a location and one of another: how
# often does the former have the higher value, by the map and by the protein channel?

maps = model.predict_maps(test.data[several], n_shifts=8)
rows = []
for map_, i in zip(maps, several, strict=True):
    protein = test.masks[i].any(axis=0)
    for k in np.flatnonzero(test.target.iloc[i]):
        mask = test.masks[i, k][protein]
        if mask.all():
            continue
        by_map = roc_auc_score(mask, map_[k][protein])
        by_protein = roc_auc_score(mask, test.data[i, 1][protein])
        rows.append({"location": names[k], "map": by_map, "protein": by_protein})
print(pd.DataFrame(rows).groupby("location").mean().round(3))
