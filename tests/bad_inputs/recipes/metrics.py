"""Good arguments of the callables of `sklearn_protloc.metrics`."""

from functools import partial

import numpy as np

from sklearn_protloc import metrics
from tests.bad_inputs.good import (
    GROUPS,
    IMAGES,
    LABELS,
    PREDICTIONS,
    PROBABILITIES,
    trained,
)
from tests.bad_inputs.matrix import Recipe
from tests.bad_inputs.values import EITHER

DECIDED = (
    {"y_true": "labels", "y_pred": "predictions"},
    {
        "y_true": LABELS,
        "y_pred": PREDICTIONS,
    },
)
SCORED = (
    {"y_true": "labels", "y_score": "scores"},
    {
        "y_true": LABELS,
        "y_score": PROBABILITIES,
    },
)
PROBABLE = (
    {"y_true": "labels", "y_proba": "probabilities"},
    {
        "y_true": LABELS,
        "y_proba": PROBABILITIES,
    },
)
COUNTS = np.arange(1.0, 5.0)


def recipe(function, common, roles=(), but=(), **good):
    return Recipe(function, common[0] | dict(roles), common[1] | good, dict(but))


def scorer(function):
    return Recipe(
        lambda X, y: function(trained(), X, y),
        {"X": "images", "y": "labels"},
        {"X": IMAGES, "y": LABELS},
    )


RECIPES = {
    "accuracy_by_n_labels": recipe(metrics.accuracy_by_n_labels, DECIDED),
    "bootstrap_interval": recipe(
        metrics.bootstrap_interval,
        DECIDED,
        {
            "y_pred_other": "predictions",
            "groups": "groups",
            "metric": "choice",
            "average": "choice",
            "zero_division": "choice",
            "n_resamples": "count",
            "confidence_level": "share",
            "method": "choice",
        },
        but={("y_pred_other", "None"): EITHER},
        y_pred_other=LABELS[::-1],
        groups=GROUPS,
        metric="f1",
        average="macro",
        zero_division=0,
        n_resamples=20,
        confidence_level=0.9,
        method="percentile",
        random_state=0,
    ),
    "cyto2017_score": recipe(metrics.cyto2017_score, DECIDED),
    "evaluate_counts": Recipe(
        partial(metrics.evaluate_counts, metrics.f1_from_counts),
        {"true_positives": "counts", "predicted": "counts", "n_samples": "counts"},
        {
            "true_positives": COUNTS,
            "predicted": COUNTS + 1,
            "n_positive": 6,
            "n_samples": np.full(4, 10.0),
        },
        # None is NaN, as of 0 / 0.
        {
            (name, "objects"): EITHER
            for name in ("true_positives", "predicted", "n_samples")
        },
    ),
    "expected_calibration_error": recipe(
        metrics.expected_calibration_error,
        PROBABLE,
        {"n_bins": "count", "average": "choice"},
        n_bins=5,
        average="macro",
    ),
    "expert_comparison": recipe(
        metrics.expert_comparison, SCORED, {"y_expert": "scores"}, y_expert=LABELS
    ),
    # A formula for arrays of any sort, which callers check.
    "f1_from_counts": Recipe(
        metrics.f1_from_counts, {}, dict.fromkeys(["tp", "fp", "fn", "tn"], COUNTS)
    ),
    "label_cooccurrence": Recipe(
        metrics.label_cooccurrence, {"y": "labels"}, {"y": LABELS}
    ),
    "label_scores": recipe(
        metrics.label_scores,
        DECIDED,
        {"y_score": "scores", "zero_division": "choice"},
        {(name, "None"): EITHER for name in ("y_pred", "y_score")},
        y_score=PROBABILITIES,
        zero_division=0,
    ),
    "localization_confusion_matrix": recipe(
        metrics.localization_confusion_matrix,
        DECIDED,
        {"normalize": "choice"},
        normalize="true",
    ),
    "macro_average_precision_score": recipe(
        metrics.macro_average_precision_score, SCORED
    ),
    "macro_average_precision_scorer": scorer(metrics.macro_average_precision_scorer),
    "macro_f1_score": recipe(metrics.macro_f1_score, DECIDED),
    "macro_f1_scorer": scorer(metrics.macro_f1_scorer),
    "macro_roc_auc_score": recipe(metrics.macro_roc_auc_score, SCORED),
    "macro_roc_auc_scorer": scorer(metrics.macro_roc_auc_scorer),
    "mcnemar_test": Recipe(
        metrics.mcnemar_test,
        {"n_only_a": "count", "n_only_b": "count", "method": "choice"},
        {"n_only_a": 8, "n_only_b": 3, "method": "asymptotic"},
    ),
    "micro_f1_score": recipe(metrics.micro_f1_score, DECIDED),
    "multilabel_log_loss": recipe(metrics.multilabel_log_loss, PROBABLE),
    "neg_multilabel_log_loss_scorer": scorer(metrics.neg_multilabel_log_loss_scorer),
    "pooled_oof_score": Recipe(
        lambda y_true, y_pred: metrics.pooled_oof_score([y_true] * 2, [y_pred] * 2),
        *DECIDED,
    ),
    "reliability_curve": recipe(
        metrics.reliability_curve, PROBABLE, {"n_bins": "count"}, n_bins=5
    ),
    "scores_by_group": recipe(
        metrics.scores_by_group,
        DECIDED,
        {"groups": "groups", "n_largest": "count"},
        groups=GROUPS,
        n_largest=2,
    ),
    "single_location_accuracy": recipe(metrics.single_location_accuracy, SCORED),
    "wilcoxon_test": Recipe(
        metrics.wilcoxon_test,
        {"scores_a": "sample", "scores_b": "sample", "alternative": "choice"},
        {
            "scores_a": np.linspace(0.4, 0.9, 8),
            "scores_b": np.linspace(0.2, 0.95, 8) ** 2,
            "alternative": "greater",
        },
    ),
}
