"""
======================================
Synthetic cells and what labels mean
======================================

:func:`~sklearn_protloc.datasets.make_cells` draws fluorescence images whose labels are
true by construction. This example shows every location of the Human Protein Atlas and
where it counts as present, fields of many cells, and how often locations occur
together.
"""

# %%
# One cell per location
# ---------------------
#
# In grey: the protein. Framed in orange: its mask, the pixels where the location is.
# In dim blue: the nuclei, as a landmark. A location that takes two cells, such as the
# junctions between them or the bridge of a division, gets them.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_protloc.datasets import HPA_LOCATIONS, make_cells


def show_protein(ax, image, mask):
    """Show the protein in grey over the nuclei, and frame the mask."""
    green, blue = image[1] / max(image[1].max(), 1), image[2] / 255
    ax.imshow(np.clip(np.dstack([green, green, green + 0.3 * blue]), 0, 1))
    ax.contour(mask, levels=[0.5], colors="tab:orange", linewidths=0.6)
    ax.set_axis_off()


fig, axes = plt.subplots(7, 4, figsize=(10, 18.5), layout="constrained")
for seed, (ax, name) in enumerate(zip(axes.flat, HPA_LOCATIONS, strict=True)):
    cells = make_cells(
        1, image_size=256, labels=[name], return_masks=True, random_state=seed
    )
    show_protein(ax, cells.data[0], cells.masks[0, 0])
    ax.set_title(name, fontsize=11)
plt.show()

# %%
# Many cells, touching and dividing
# ---------------------------------
#
# All channels but the endoplasmic reticulum: microtubules in red, protein in green,
# nuclei in blue. Cells may reach beyond the image; a few of them divide.

fig, axes = plt.subplots(1, 3, figsize=(12, 4.4), layout="constrained")
for seed, (ax, name) in enumerate(
    zip(axes, ["Golgi apparatus", "Plasma membrane", "Mitotic spindle"], strict=True)
):
    field = make_cells(
        1, image_size=512, cells_per_image=14, labels=[name], random_state=seed
    )
    ax.imshow(np.moveaxis(field.data[0, :3], 0, -1))
    ax.set_title(name, fontsize=11)
    ax.set_axis_off()
plt.show()

# %%
# Cell lines differ
# -----------------
#
# Each line has a size, elongation, nucleus, texture and brightness of its own.

cells = make_cells(
    40,
    image_size=192,
    labels=["Actin filaments"],
    cells_per_image=4,
    n_cell_lines=4,
    random_state=0,
)
fig, axes = plt.subplots(1, 4, figsize=(12, 3.4), layout="constrained")
for line, ax in enumerate(axes):
    image = cells.data[np.flatnonzero(cells.cell_lines == line)[0]]
    ax.imshow(np.moveaxis(image[:3], 0, -1))
    ax.set_title(f"cell line {line}", fontsize=11)
    ax.set_axis_off()
plt.show()

# %%
# Labels are unbalanced and occur together
# ----------------------------------------
#
# As in the Human Protein Atlas, a protein sits in one to three locations, and a few
# locations take most of the images. The rarest has eleven images in thirty thousand:
# a small set shows it once, as no label is left out.

target = make_cells(
    1000, image_size=32, labels=28, random_state=0, as_frame=True
).target
print("locations per image:", target.sum(axis=1).mean())
both = target["Nucleoplasm"] & target["Cytosol"]
print("images with nucleoplasm and cytosol:", both.mean())
shares = target.mean().sort_values()

fig, ax = plt.subplots(figsize=(7, 7), layout="constrained")
bars = ax.barh(shares.index, 100 * shares, color="tab:green")
ax.bar_label(bars, fmt="%.1f", padding=3)
ax.set(xlabel="Images with this location (%)", xlim=(0, 55))
ax.margins(y=0.01)
ax.spines[["top", "right"]].set_visible(False)
plt.show()

# %%
# One image of several locations
# ------------------------------
#
# With two labels the protein glows in both compartments, in random proportions that
# all images of an antibody share: here four antibodies, in columns, with two images
# of each.

pairs = make_cells(
    80,
    image_size=128,
    labels=["Nucleoli", "Cytosol"],
    n_antibodies=40,
    random_state=0,
)
with_both = np.unique(pairs.groups[pairs.target.sum(axis=1) == 2])[:4]

fig, axes = plt.subplots(2, 4, figsize=(10, 5.4), layout="constrained")
for antibody, column in zip(with_both, axes.T, strict=True):
    images = pairs.data[pairs.groups == antibody, 1]
    for ax, green in zip(column, images, strict=True):
        ax.imshow(green, cmap="gray", vmin=0, vmax=255)
        ax.set_axis_off()
    column[0].set_title(f"antibody {antibody}", fontsize=11)
plt.show()
