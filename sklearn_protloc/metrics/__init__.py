"""Scores for several labels per image, their intervals, and tests between models."""

from sklearn_protloc.metrics._bootstrap import bootstrap_interval
from sklearn_protloc.metrics._calibration import (
    expected_calibration_error,
    reliability_curve,
)
from sklearn_protloc.metrics._confusion import (
    label_cooccurrence,
    localization_confusion_matrix,
)
from sklearn_protloc.metrics._counts import evaluate_counts, f1_from_counts
from sklearn_protloc.metrics._cyto2017 import cyto2017_score
from sklearn_protloc.metrics._expert import expert_comparison, single_location_accuracy
from sklearn_protloc.metrics._label_scores import label_scores
from sklearn_protloc.metrics._parts import accuracy_by_n_labels, scores_by_group
from sklearn_protloc.metrics._pooled import pooled_oof_score
from sklearn_protloc.metrics._scorers import (
    macro_average_precision_scorer,
    macro_f1_scorer,
    macro_roc_auc_scorer,
    neg_multilabel_log_loss_scorer,
)
from sklearn_protloc.metrics._scores import (
    macro_average_precision_score,
    macro_f1_score,
    macro_roc_auc_score,
    micro_f1_score,
    multilabel_log_loss,
)
from sklearn_protloc.metrics._significance import mcnemar_test, wilcoxon_test

__all__ = [
    "accuracy_by_n_labels",
    "bootstrap_interval",
    "cyto2017_score",
    "evaluate_counts",
    "expected_calibration_error",
    "expert_comparison",
    "f1_from_counts",
    "label_cooccurrence",
    "label_scores",
    "localization_confusion_matrix",
    "macro_average_precision_score",
    "macro_average_precision_scorer",
    "macro_f1_score",
    "macro_f1_scorer",
    "macro_roc_auc_score",
    "macro_roc_auc_scorer",
    "mcnemar_test",
    "micro_f1_score",
    "multilabel_log_loss",
    "neg_multilabel_log_loss_scorer",
    "pooled_oof_score",
    "reliability_curve",
    "scores_by_group",
    "single_location_accuracy",
    "wilcoxon_test",
]
