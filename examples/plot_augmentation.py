"""
===========================
One cell under each change
===========================

Augmenters change images at random and leave their locations as they are. This example
shows each change on one synthetic cell, at figures strong enough to be seen, and then
what the augmenters of three papers make of it.
"""

# %%
# Each change
# -----------
#
# Microtubules in red, protein in green, nucleus in blue. What comes in from beyond the
# border is black.

import matplotlib.pyplot as plt
import numpy as np

from sklearn_protloc.augmentation import (
    affine,
    brightness,
    channel_dropout,
    contrast,
    dihedral,
    gapnet_variant,
    gaussian_blur,
    gaussian_noise,
    horizontal_flip,
    multiply,
    side_crop,
    stacked_resnet,
    tunet,
    vertical_flip,
)
from sklearn_protloc.datasets import make_cells

cells = make_cells(1, image_size=160, labels=["Golgi apparatus"], random_state=3)
cell = cells.data[0]
rng = np.random.default_rng(0)


def show(ax, image, title=""):
    ax.imshow(np.dstack(list(image[:3])))
    ax.set_title(title, fontsize=9)
    ax.set_axis_off()


changes = {
    "as it is": cell,
    "horizontal_flip": horizontal_flip(cell),
    "vertical_flip": vertical_flip(cell),
    "dihedral, move 5": dihedral(cell, 5),
    "affine, rotation 30": affine(cell, rotation=30),
    "affine, scale 0.8": affine(cell, scale=0.8),
    "affine, shift 0.2": affine(cell, shift=0.2),
    "affine, shear 20": affine(cell, shear=20),
    "side_crop, left 0.2": side_crop(cell, left=0.2, top=0.1),
    "gaussian_blur, 1.5": gaussian_blur(cell, 1.5),
    "gaussian_noise, each channel": gaussian_noise(cell, 0.1, rng),
    "gaussian_noise, same": gaussian_noise(cell, 0.1, rng, per_channel=False),
    "multiply, 1.5": multiply(cell, 1.5),
    "multiply, per channel": multiply(cell, [0.5, 1.2, 1.8, 1]),
    "brightness, 0.1": brightness(cell, 0.1),
    "contrast, 0.5": contrast(cell, 0.5),
    "contrast, 1.5": contrast(cell, 1.5),
    "channel_dropout, 0": channel_dropout(cell, [0]),
}
fig, axes = plt.subplots(3, 6, figsize=(12, 6.6), layout="constrained")
for ax, (title, image) in zip(axes.flat, changes.items(), strict=True):
    show(ax, image, title)
plt.show()

# %%
# The augmenters of three papers
# ------------------------------
#
# Eight draws of each. One of seven changes is mild: some copies are equal to the
# original.

rng = np.random.default_rng(123)
policies = [gapnet_variant, tunet, stacked_resnet]
fig, axes = plt.subplots(3, 8, figsize=(12, 4.8), layout="constrained")
for row, policy in zip(axes, policies, strict=True):
    augment = policy()
    for ax in row:
        show(ax, augment(cell, rng))
    row[0].set_title(policy.__name__, fontsize=9, loc="left")
plt.show()
