"""Real labels with held-out probabilities, for benchmarks of decision thresholds.

Read from the directory in the environment variable PROTLOC_DATA:

- `multilabel/`: emotions, scene, yeast;
- `features/`: 15 statistics of images of the Human Protein Atlas with 28 locations,
  and 686 features of proteins with 7;
- `predictions/`: scores of four networks with the labels of 321 of their images. The
  networks may have seen these images in training.

Image credit: Human Protein Atlas, www.proteinatlas.org.
"""

import warnings
from itertools import product

import joblib
import numpy as np
import pandas as pd
from real_data import DATA
from sklearn.base import clone
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MultiLabelBinarizer, StandardScaler

from sklearn_protloc.model_selection import (
    MultilabelStratifiedKFold,
    MultiLabelThresholdOptimizer,
)

N_LOCATIONS = 28
# Nothing is fitted to the scores of networks, so that more splits cost little.
N_HALVES = 50

# Rows to train on; the others test.
TABLES = {
    "emotions 400": ("multilabel/emotions.npz", 400),
    "scene 1200": ("multilabel/scene.npz", 1200),
    "yeast 1200": ("multilabel/yeast.npz", 1200),
    "HPA images 1500": ("features/image_meta_train.csv.gz", 1500),
    "HPA images 3000": ("features/image_meta_train.csv.gz", 3000),
    "HPA proteins 530": ("features/sinlocator_if_slf.npz", 530),
}

# Chosen to be fast and to differ in calibration.
CLASSIFIERS = {
    "logistic": OneVsRestClassifier(LogisticRegression(C=0.1, max_iter=300)),
    "forest": RandomForestClassifier(100),
    "forest, leaves of 10": RandomForestClassifier(60, min_samples_leaf=10),
    "15 neighbours": KNeighborsClassifier(15),
    "naive Bayes": OneVsRestClassifier(GaussianNB()),
    "MLP": MLPClassifier(64, max_iter=40, learning_rate_init=3e-3, batch_size=64),
}


def tabular_names():
    """Return the data set and classifier of each case that needs fitting."""
    return list(product(TABLES, CLASSIFIERS))


def fit_splits(dataset, classifier, seeds, n_jobs):
    """Fit a classifier on random parts of a data set.

    Parameters
    ----------
    dataset : str
        A key of `TABLES`.
    classifier : str
        A key of `CLASSIFIERS`.
    seeds : iterable of int
        A random split into a training and a test part for each.
    n_jobs : int
        Number of splits fitted at the same time.

    Returns
    -------
    splits : list of tuples of four ndarrays
        The out-of-fold probabilities and labels of the training part, then the
        probabilities and labels of the test part.
    """
    path, n_train = TABLES[dataset]
    X, y = _read_table(DATA / path)
    return joblib.Parallel(n_jobs)(
        joblib.delayed(_fit_split)(CLASSIFIERS[classifier], X, y, n_train, seed)
        for seed in seeds
    )


def network_splits(first_seed):
    """Return random halves of the scores of each network.

    Parameters
    ----------
    first_seed : int
        Of the first half; the others count on from it.

    Returns
    -------
    cases : dict
        The splits of each network, as those of `fit_splits`.
    """
    labels = pd.read_csv(DATA / "predictions" / "kaggle_test_labels_321.csv")
    file = np.load(DATA / "predictions" / "kaggle_test_probabilities.npz")
    row = pd.Series(range(len(file["ids"])), index=file["ids"])[labels["Id"]]
    y = _locations(labels["Target"])
    cases = {}
    for network in sorted(set(file) - {"ids"}):
        scores = file[network][row].astype(np.float32)
        seeds = range(first_seed, first_seed + N_HALVES)
        parts = [_random_parts(len(y), len(y) // 2, seed) for seed in seeds]
        cases["HPA networks 160", network] = [
            (scores[tune], y[tune], scores[test], y[test]) for tune, test in parts
        ]
    return cases


def _read_table(path):
    """Return features and 0/1 labels."""
    if path.suffix == ".npz":
        table = np.load(path)
        return table["X"], table["Y"].astype(np.int8)
    table = pd.read_csv(path)
    features = table.drop(columns=["Id", "Target"]).to_numpy(np.float32)
    return features, _locations(table["Target"])


def _locations(target):
    """Return 0/1 labels from texts such as "16 0"."""
    binarizer = MultiLabelBinarizer(classes=[str(k) for k in range(N_LOCATIONS)])
    return binarizer.fit_transform(target.str.split()).astype(np.int8)


def _random_parts(n_samples, n_train, seed):
    """Return the rows of a random training part and of the rest."""
    rows = np.random.default_rng(seed).permutation(n_samples)
    return rows[:n_train], rows[n_train:]


def _fit_split(estimator, X, y, n_train, seed):
    """Return out-of-fold and test probabilities, each with its labels."""
    train, test = _random_parts(len(X), n_train, seed)
    model = make_pipeline(StandardScaler(), clone(estimator))
    seeded = [name for name in model.get_params() if name.endswith("random_state")]
    model.set_params(**dict.fromkeys(seeded, seed))
    folds = MultilabelStratifiedKFold(3, shuffle=True, random_state=seed)
    optimizer = MultiLabelThresholdOptimizer(model, cv=folds)
    with warnings.catch_warnings():
        # Labels absent from a training side, and networks that stop early on purpose.
        warnings.simplefilter("ignore", UserWarning)
        optimizer.fit(X[train], y[train])
    # Single precision halves the cache.
    out_of_fold = optimizer.oof_proba_.astype(np.float32)
    probabilities = optimizer.predict_proba(X[test]).astype(np.float32)
    return out_of_fold, y[train], probabilities, y[test]
