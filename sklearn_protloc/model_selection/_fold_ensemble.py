"""The models of all folds, answering as one."""

from sklearn_protloc.utils import average_probabilities, to_logits

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
        return average_probabilities(self.models, X, self.n_labels)

    def decision_function(self, X):
        """Return the mean probabilities as logits, shape (n_samples, n_labels)."""
        return to_logits(self.predict_proba(X))
