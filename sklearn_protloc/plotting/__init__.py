"""Pictures of fitted models, in the form of scikit-learn's displays."""

from sklearn_protloc.plotting._threshold_curve import ThresholdCurveDisplay

__all__ = ["ThresholdCurveDisplay"]
