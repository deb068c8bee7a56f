"""
====================
A first look at data
====================

Before a network is trained: which locations are there, how many images of each, which
go together, and what do they look like? All of this is drawn from images and a table
of labels. Here synthetic cells stand for those of
:func:`~sklearn_protloc.datasets.load_hpa`.
"""

# %%
# How often is each location there?
# ---------------------------------
#
# Bars are on a logarithmic scale, with numbers behind them. A location of a handful of
# images can hardly be learnt, and its score on a part of them is luck.

import matplotlib.pyplot as plt

from sklearn_protloc.datasets import make_cells
from sklearn_protloc.plotting import (
    CooccurrenceDisplay,
    ImagePanelDisplay,
    LabelFrequencyDisplay,
    LabelsPerImageDisplay,
)

cells = make_cells(600, image_size=64, labels=12, random_state=0, as_frame=True)
LabelFrequencyDisplay.from_labels(cells.target)
plt.show()

# %%
# How many in one image?
# ----------------------

LabelsPerImageDisplay.from_labels(cells.target)
plt.show()

# %%
# Which go together?
# ------------------
#
# Of the images with the location of a row, the percentage that have that of the column,
# too. A model may learn to name one because of the other.

CooccurrenceDisplay.from_labels(cells.target)
plt.show()

# %%
# What do they look like?
# -----------------------
#
# The stains merged, and each in grey: the protein is what matters, and the other three
# tell where in the cell it is.

some = [3, 20, 41]
ImagePanelDisplay.from_images(cells.data[some], cells.target.iloc[some])
plt.show()

# %%
# Many at once, without the single stains:

ImagePanelDisplay.from_images(cells.data[:8], cells.target[:8], shown=("RGB",))
plt.show()
