"""
======================================
Synthetic cells and what labels mean
======================================

:func:`~sklearn_protloc.datasets.make_cells` draws fluorescence images whose labels are
true by construction. This example shows one cell for each location, and how rare the
locations are.
"""

# %%
# One cell per location
# ---------------------
#
# Each pair shows one image. In grey: the protein channel alone, which is what tells the
# location. In colour: protein in green, microtubules in red, nucleus in blue. Where the
# protein lies on the microtubules the two add up to yellow, on the nucleus to cyan.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_protloc.datasets import make_cells

names = make_cells(1, labels=12, random_state=0).target_names

fig, axes = plt.subplots(3, 4, figsize=(12, 5.6), layout="constrained")
for seed, (ax, name) in enumerate(zip(axes.flat, names, strict=True)):
    cell = make_cells(1, image_size=128, labels=[name], random_state=seed).data[0]
    red, green, blue, _ = cell
    grey = np.dstack([green, green, green])
    color = np.dstack([red, green, blue])
    ax.imshow(np.hstack([grey, color]))
    ax.set_title(name, fontsize=11)
    ax.set_axis_off()
plt.show()

# %%
# Labels are unbalanced and occur together
# ----------------------------------------
#
# As in the Human Protein Atlas, a protein sits in one to three locations, and a few
# locations take most of the images.

target = make_cells(
    1000, image_size=32, labels=12, random_state=0, as_frame=True
).target
print("locations per image:", target.sum(axis=1).mean())
shares = target.mean().sort_values()

fig, ax = plt.subplots(figsize=(7, 3.6), layout="constrained")
bars = ax.barh(shares.index, 100 * shares, color="tab:green")
ax.bar_label(bars, fmt="%.1f", padding=3)
ax.set(xlabel="Images with this location (%)", xlim=(0, 55))
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# One image of several locations
# ------------------------------
#
# With two labels the protein glows in both compartments, in random proportions.

pairs = make_cells(200, image_size=128, labels=["Nucleoli", "Cytosol"], random_state=0)
both = pairs.data[pairs.target.sum(axis=1) == 2][:4, 1]

fig, axes = plt.subplots(1, 4, figsize=(10, 2.8), layout="constrained")
for ax, green in zip(axes, both, strict=True):
    ax.imshow(green, cmap="gray", vmin=0, vmax=255)
    ax.set_axis_off()
fig.suptitle("Nucleoli and Cytosol")
plt.show()
