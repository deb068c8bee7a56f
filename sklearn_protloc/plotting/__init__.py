"""Pictures of data, trainings and fitted models, as scikit-learn's displays."""

from sklearn_protloc.plotting._confidence import ConfidenceDisplay
from sklearn_protloc.plotting._confusion import LocalizationConfusionDisplay
from sklearn_protloc.plotting._cooccurrence import CooccurrenceDisplay
from sklearn_protloc.plotting._image_panel import ImagePanelDisplay
from sklearn_protloc.plotting._label_frequency import LabelFrequencyDisplay
from sklearn_protloc.plotting._label_scores import LabelScoresDisplay
from sklearn_protloc.plotting._labels_per_image import LabelsPerImageDisplay
from sklearn_protloc.plotting._learning_rate import LearningRateDisplay
from sklearn_protloc.plotting._localization_map import LocalizationMapDisplay
from sklearn_protloc.plotting._precision_recall import MultiLabelPrecisionRecallDisplay
from sklearn_protloc.plotting._reliability import ReliabilityDisplay
from sklearn_protloc.plotting._search_curve import SearchCurveDisplay
from sklearn_protloc.plotting._threshold_curve import ThresholdCurveDisplay
from sklearn_protloc.plotting._training_history import TrainingHistoryDisplay

__all__ = [
    "ConfidenceDisplay",
    "CooccurrenceDisplay",
    "ImagePanelDisplay",
    "LabelFrequencyDisplay",
    "LabelScoresDisplay",
    "LabelsPerImageDisplay",
    "LearningRateDisplay",
    "LocalizationConfusionDisplay",
    "LocalizationMapDisplay",
    "MultiLabelPrecisionRecallDisplay",
    "ReliabilityDisplay",
    "SearchCurveDisplay",
    "ThresholdCurveDisplay",
    "TrainingHistoryDisplay",
]
