"""Compare ensembles and calibrators on samples that nothing was learnt from.

Models are fitted to a random part of the samples of real multi-label data; what
ensembles and calibrators learn, they learn from out-of-fold probabilities of that part;
all scores are on the rest. The data and models are those of `threshold_cases.py`, and
the scores of four networks, of which one half of the samples teaches and the other
tests. Only labels with a positive sample in both parts are scored; figures are means
over data sets and splits.

    python benchmarks/ensembles.py

"single best" is the model that the out-of-fold probabilities say is best.
"""

import argparse
import warnings

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, ClassifierMixin
from threshold_cases import fit_splits, network_splits

from sklearn_protloc.classifiers import (
    GreedyEnsembleClassifier,
    MultiLabelStackingClassifier,
    SoftVotingClassifier,
)
from sklearn_protloc.metrics import (
    expected_calibration_error,
    macro_average_precision_score,
    macro_f1_score,
    multilabel_log_loss,
)
from sklearn_protloc.model_selection import (
    MultiLabelCalibratedClassifier,
    MultiLabelThresholdOptimizer,
)

DATA_SETS = ["scene 1200", "yeast 1200", "HPA images 1500", "HPA proteins 530"]
MODELS = ["logistic", "forest, leaves of 10", "15 neighbours", "naive Bayes"]
METHODS = ["sigmoid", "beta", "isotonic", "temperature"]
RARITIES = [0, 5, 10, 20, 40, 80, np.inf]


class Given(ClassifierMixin, BaseEstimator):
    """A fitted classifier whose samples are the probabilities of all models."""

    def __init__(self, number=0):
        self.number = number

    def fit(self, X, y):
        """Do nothing."""
        return self

    def predict_proba(self, X):
        """Return the probabilities of one model."""
        return X[:, self.number]

    def __sklearn_is_fitted__(self):
        return True


def load_cases(n_splits, seed):
    """Yield each split of each data set: models' probabilities and labels, twice."""
    networks = network_splits(seed)
    by_network = [splits[:n_splits] for splits in networks.values()]
    seeds = range(seed, seed + n_splits)
    by_data = {"HPA networks 160": by_network}
    for data in DATA_SETS:
        print(f"fitting {len(MODELS)} models on {data}", flush=True)
        by_data[data] = [fit_splits(data, name, seeds, 1) for name in MODELS]
    for data, models in by_data.items():
        for same_samples in zip(*models, strict=True):
            learn, y_learn, test, y_test = zip(*same_samples, strict=True)
            both = y_learn[0].any(axis=0) & y_test[0].any(axis=0)
            yield (
                data,
                np.stack(learn, axis=1)[..., both].astype(float),
                y_learn[0][:, both],
                np.stack(test, axis=1)[..., both].astype(float),
                y_test[0][:, both],
            )


def ensembles(X, y):
    """Yield the name of each ensemble, and it, fitted."""
    members = [(f"m{k}", Given(k)) for k in range(X.shape[1])]
    singles = [macro_average_precision_score(y, X[:, k]) for k in range(len(members))]
    yield "single best", members[int(np.argmax(singles))][1]
    yield "mean", SoftVotingClassifier(members).fit(X, y)
    yield "greedy", GreedyEnsembleClassifier(members, cv="prefit", n_iter=10).fit(X, y)
    yield "stacked", MultiLabelStackingClassifier(members, cv="prefit").fit(X, y)


def scores_of(model, X, y, X_test, y_test):
    """Return scores on the test part, F1 at thresholds tuned on the other."""
    p = model.predict_proba(X_test)
    tuned = MultiLabelThresholdOptimizer(model, cv="prefit", step=0.01).fit(X, y)
    return {
        "macro AP": macro_average_precision_score(y_test, p),
        "macro F1": macro_f1_score(y_test, tuned.predict(X_test)),
        "log loss": multilabel_log_loss(y_test, p),
        "ECE": expected_calibration_error(y_test, p),
    }


def rows_of_ensembles(data, X, y, X_test, y_test):
    """Yield scores of each ensemble as it is and calibrated."""
    for name, model in ensembles(X, y):
        row = {"data": data, "ensemble": name}
        yield row | {"calibrated": ""} | scores_of(model, X, y, X_test, y_test)
        # Learnt from samples the ensemble has learnt from, too: a few numbers each.
        model = MultiLabelCalibratedClassifier(model, cv="prefit").fit(X, y)
        yield row | {"calibrated": "beta"} | scores_of(model, X, y, X_test, y_test)


def rows_of_calibrators(data, X, y, X_test, y_test):
    """Yield the log loss of each label of each model, as it is and calibrated."""
    n_positive = y.sum(axis=0)
    for number in range(X.shape[1]):
        given = Given(number)
        models = {("as it is", ""): given}
        for method in METHODS:
            for least, whose in ((np.iinfo(int).max, "pooled"), (0, "own")):
                models[method, whose] = MultiLabelCalibratedClassifier(
                    given, method=method, min_positives=least, cv="prefit"
                ).fit(X, y)
        for (method, whose), model in models.items():
            p = np.clip(model.predict_proba(X_test), 1e-7, 1 - 1e-7)
            losses = -np.where(y_test == 1, np.log(p), np.log1p(-p)).mean(axis=0)
            for n, value in zip(n_positive, losses, strict=True):
                yield {"method": method, "map": whose, "n": n, "log loss": value}


def main():
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n-splits", type=int, default=2)
    parser.add_argument("--first-seed", type=int, default=200)
    args = parser.parse_args()
    warnings.simplefilter("ignore", UserWarning)
    ensembled, calibrated = [], []
    for case in load_cases(args.n_splits, args.first_seed):
        ensembled += rows_of_ensembles(*case)
        calibrated += rows_of_calibrators(*case)
    table = pd.DataFrame(ensembled)
    by_name = table.groupby(["ensemble", "calibrated"], sort=False)
    print("\nmeans over data sets and splits")
    print(by_name[["macro AP", "macro F1", "log loss", "ECE"]].mean().round(3))
    print("\nmacro AP")
    plain = table[table["calibrated"] == ""]
    print(plain.pivot_table("macro AP", "data", "ensemble", sort=False).round(3))
    table = pd.DataFrame(calibrated)
    table["positives"] = pd.cut(table["n"], RARITIES).astype(str)
    print("\nlog loss of single models by positive samples learnt from, times 1000")
    by_kind = table.pivot_table(
        "log loss", ["method", "map"], "positives", sort=False, observed=True
    )
    order = pd.IntervalIndex.from_breaks(RARITIES).astype(str)
    print((1000 * by_kind)[order].round(0).astype(int).to_string())


if __name__ == "__main__":
    main()
