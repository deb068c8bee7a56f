"""What classifiers that learn from held-out probabilities have in common."""

from sklearn import get_config
from sklearn.base import BaseEstimator, ClassifierMixin, MetaEstimatorMixin
from sklearn.utils import get_tags
from sklearn.utils.metadata_routing import (
    MetadataRouter,
    MethodMapping,
    process_routing,
)

from sklearn_protloc.model_selection._threshold_models import as_splitter
from sklearn_protloc.utils import LabelScoreMixin

__all__ = ["BaseCrossFittingClassifier"]


class BaseCrossFittingClassifier(
    LabelScoreMixin, ClassifierMixin, MetaEstimatorMixin, BaseEstimator
):
    """Classifier around an `estimator` that is fitted to folds of `cv`."""

    def get_metadata_routing(self):
        """Return who gets which parameter of `fit`.

        Returns
        -------
        routing : MetadataRouter
            The estimator's requests for `fit` and those of `cv` for `split`: a number
            of folds takes groups if there are any.
        """
        return (
            MetadataRouter(owner=self)
            .add(
                estimator=self.estimator,
                method_mapping=MethodMapping().add(caller="fit", callee="fit"),
            )
            .add(
                splitter=as_splitter(self.cv, grouped=True),
                method_mapping=MethodMapping().add(caller="fit", callee="split"),
            )
        )

    def _route(self, params):
        """Return the parameters of the estimator's fit and of the splitter's split."""
        if get_config()["enable_metadata_routing"]:
            routed = process_routing(self, "fit", **params)
            return routed["estimator"]["fit"], routed["splitter"]["split"]
        fit_params = dict(params)
        groups = fit_params.pop("groups", None)
        return fit_params, {} if groups is None else {"groups": groups}

    def _tell_features(self):
        """Take over what the fitted estimator knows of the columns of X."""
        for name in ("n_features_in_", "feature_names_in_"):
            if hasattr(self.estimator_, name):
                setattr(self, name, getattr(self.estimator_, name))

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        inner = get_tags(self.estimator)
        tags.input_tags = inner.input_tags
        tags.non_deterministic = inner.non_deterministic
        if inner.classifier_tags is not None:
            tags.classifier_tags = inner.classifier_tags
        tags.classifier_tags.multi_label = True
        return tags
