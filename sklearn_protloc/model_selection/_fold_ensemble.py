"""The models of all folds, answering as one."""

import numpy as np
from scipy.special import logit

from sklearn_protloc.utils import label_probabilities

__all__ = ["FoldEnsemble"]


class FoldEnsemble:
    """Mean probability of fitted models that share labels.

    Parameters
    ----------
    models : list of fitted estimators
        Multi-label classifiers with `predict_proba`.
    n_labels : int
        Number of labels.
    """

    def __init__(self, models, n_labels):
        self.models = models
        self.n_labels = n_labels
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(models[0], name):
                setattr(self, name, getattr(models[0], name))

    def predict_proba(self, X):
        """Return the mean probability of each label, shape (n_samples, n_labels)."""
        each = (label_probabilities(model, X, self.n_labels) for model in self.models)
        return sum(each) / len(self.models)

    def decision_function(self, X):
        """Return the mean probabilities as logits, shape (n_samples, n_labels)."""
        tiny = np.finfo(np.float64).eps
        return logit(np.clip(self.predict_proba(X), tiny, 1 - tiny))
