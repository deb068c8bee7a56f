"""Good arguments of the callables of `sklearn_protloc.datasets`."""

import numpy as np

from sklearn_protloc import datasets
from sklearn_protloc.datasets import ImageCollection
from tests.bad_inputs.good import (
    IMAGES,
    LABELS,
    csv_file,
    cyto_csv_file,
    image_files,
    table_of_files,
)
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.values import EITHER


def all_read(collection):
    """Read what was promised, as errors of files come then."""
    X = getattr(collection, "data", collection)
    return np.asarray(X)


def reading(function):
    return lambda **given: all_read(function(**given))


def paths_of(folder):
    return [[str(p)] for p in sorted(image_files(folder).glob("*_green.png"))]


def unfetched(**given):
    """Ask for what is not in the cache, and for nothing from the network."""
    try:
        return datasets.fetch_hpa(download_if_missing=False, **given)
    except OSError as error:
        if "download_if_missing is False" not in str(error):
            raise


RECIPES = {
    "ImageCollection": Recipe(
        reading(ImageCollection),
        {"paths": "paths", "ids": "names", "image_size": "size"},
        {"paths": paths_of, "ids": list("abcd"), "image_size": 6},
    ),
    "ImageCollection.cache": Recipe(
        lambda path: ImageCollection.from_array(IMAGES).cache(path),
        {"path": "output path"},
        {"path": lambda folder: folder / "cached.npy"},
        words=("cache",),
    ),
    "ImageCollection.from_array": Recipe(
        reading(ImageCollection.from_array),
        {"array": "images", "ids": "names", "image_size": "size"},
        {"array": IMAGES, "ids": [f"i{k}" for k in range(12)], "image_size": 6},
    ),
    "ImageCollection.from_folder": Recipe(
        reading(ImageCollection.from_folder),
        {"folder": "input folder", "pattern": "choice", "channels": "choice"},
        {
            "folder": image_files,
            "pattern": "{id}_{channel}.png",
            "channels": ["red", "green"],
        },
    ),
    "ImageCollection.from_table": Recipe(
        reading(ImageCollection.from_table),
        {"table": "table", "columns": "choice", "id_column": "choice"},
        {"table": table_of_files, "columns": "red", "id_column": "well"},
        {("table", "duplicated ids"): EITHER},
    ),
    "as_lazy": Recipe(datasets.as_lazy, {"X": "images"}, {"X": IMAGES}),
    "as_rows": Recipe(datasets.as_rows, {}, {"X": IMAGES}),
    "as_sliceable": Recipe(
        datasets.as_sliceable,
        {"dataset": "dataset"},
        {"dataset": list(zip(IMAGES, LABELS, strict=True))},
    ),
    "check_images": Recipe(
        datasets.check_images,
        {
            "X": "images",
            "policy": "choice",
            "ignore": "choice",
            "blank_range": "number",
            "max_saturated": "share",
        },
        {
            "X": IMAGES,
            "policy": "drop",
            "ignore": ["duplicate"],
            "blank_range": 0,
            "max_saturated": 0.5,
        },
        # What is wrong with images is what it is to say.
        {
            ("X", value): EITHER
            for value in (
                "NaN",
                "infinity",
                "minus infinity",
                "all zero",
                "saturated",
            )
        },
    ),
    "fetch_hpa": Recipe(
        unfetched,
        {
            "genes": "genes",
            "data_home": "path",
            "channels": "choice",
            "n_retries": "count",
        },
        {
            "genes": ["CCNB1"],
            "data_home": lambda folder: folder,
            "channels": "G",
            "n_retries": 0,
        },
        {("data_home", "None"): EITHER},
        words=("gene", "path", "folder"),
    ),
    "load_cyto2017": Recipe(
        reading(datasets.load_cyto2017),
        {
            "labels_csv": "csv",
            "images_dir": "input folder",
            "channels": "choice",
            "image_size": "size",
        },
        {
            "labels_csv": cyto_csv_file,
            "images_dir": image_files,
            "channels": "G",
            "image_size": 6,
        },
    ),
    "load_hpa": Recipe(
        reading(datasets.load_hpa),
        {
            "labels_csv": "csv",
            "images_dir": "input folder",
            "channels": "choice",
            "image_size": "size",
        },
        {
            "labels_csv": csv_file,
            "images_dir": image_files,
            "channels": "G",
            "image_size": 6,
        },
    ),
    "load_image_table": Recipe(
        reading(datasets.load_image_table),
        {
            "table": "table",
            "images": "choice",
            "labels": "choice",
            "id_column": "choice",
            "group_column": "choice",
            "image_size": "size",
        },
        {
            "table": table_of_files,
            "images": ["red", "green"],
            "labels": ["nucleus"],
            "id_column": "well",
            "group_column": "plate",
            "image_size": 6,
        },
    ),
    "make_cells": Recipe(
        datasets.make_cells,
        {
            "n_samples": "count",
            "image_size": "size",
            "labels": "choice",
            "cells_per_image": "count",
            "n_antibodies": "count",
            "noise": "number",
            "blur": "number",
            "background": "number",
        },
        {
            "n_samples": 3,
            "image_size": 32,
            "labels": 3,
            "cells_per_image": 1,
            "n_antibodies": 2,
            "noise": 0.1,
            "blur": 0.6,
            "background": 0.03,
            "random_state": 0,
        },
    ),
}
